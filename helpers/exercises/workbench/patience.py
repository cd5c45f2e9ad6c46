"""How long a check waits for what may never end: longer where the machine is busy with others."""

from __future__ import annotations

import os

import psutil

MOST = 6.0
"""A busy machine is waited for so many times as long, at most."""


def patience(seconds: float) -> float:
    """Real seconds to wait for what takes at most `seconds` on a machine that does nothing else."""
    try:
        waiting = psutil.getloadavg()[0] / (os.cpu_count() or 1)
    except OSError:  # the system does not tell
        return seconds
    return seconds * min(max(1.0, waiting), MOST)
