"""Memory of a learner's processes: shared pages are divided among those who share them (PSS)."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

KINDS = ("server", "console", "kernels", "endpoint", "workers", "checks", "commands")


def of(belongs: dict[int, str]) -> dict[str, Counter[str]]:
    """MB by learner and kind. belongs: process id → learner."""
    found: dict[str, Counter[str]] = {name: Counter() for name in set(belongs.values())}
    for pid, learner in belongs.items():
        with suppress(psutil.Error, OSError, StopIteration):
            found[learner][kind(psutil.Process(pid))] += pss(pid)
    return found


def kind(process: psutil.Process) -> str:
    """What a process is to the course, one of KINDS."""
    words = " ".join(process.cmdline())
    if "jupyterhub-singleuser" in words or "course-server" in words:
        return "server"
    if "helpers.console" in words:
        return "console"
    if "ipykernel_launcher" in words:
        return "kernels"
    if "helpers.localaws serve" in words:
        return "checks" if "--idle" in words else "endpoint"
    if "_localaws" in words or "start.py" in words:
        return "workers"
    return "commands"


def pss(pid: int) -> float:
    """MB of one process."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1000
