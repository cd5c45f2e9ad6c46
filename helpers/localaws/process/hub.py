"""JupyterHub's server that a command belongs to: the endpoint that it starts is to end with it."""

from __future__ import annotations

import os

DOZE = 300.0
"""On a hub, an endpoint that was not asked anything for so many seconds lets go of its memory;
`LOCALAWS_DOZE` sets another number."""

_LEARNER = "JUPYTERHUB_USER"
"""JupyterHub sets it for a server; kernels and terminals have it from there, the hub has it not."""


AFTER_A_CHECK = 60.0
"""The same for an endpoint that is to end when idle, as the one that exercises are checked on."""


def doze(idle: float | None) -> float:
    """Seconds without a request after which an endpoint on a hub falls asleep.

    idle: those after which it is to end.
    """
    try:
        chosen = float(os.environ.get("LOCALAWS_DOZE", DOZE))
    except ValueError:
        chosen = DOZE
    return chosen if idle is None else min(chosen, AFTER_A_CHECK)


def server() -> int | None:
    """The process id of the server that this process runs under; None if it runs under none."""
    if not os.environ.get(_LEARNER):
        return None
    import psutil

    last = None
    try:
        for one in psutil.Process().parents():
            if _LEARNER not in one.environ():
                break
            last = one.pid
    except psutil.Error:  # another user's: the hub
        pass
    return last
