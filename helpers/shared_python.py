"""Can other users of this machine run the course's Python? On a hub, learners must."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path


def trouble(program: str = sys.executable) -> str | None:
    """Why other users cannot run `program`, and what to do; None if they can, or nobody asked.

    Only root sets up for others, so for anybody else there is nothing to say.
    """
    if os.name == "nt" or os.geteuid() != 0:
        return None
    closed = barred(Path(program))
    if closed is None:
        return None
    return (
        f"Only root can run this Python: {closed} lets nobody else in.\n"
        "For you alone that is fine. Learners of a hub could start no kernel with it.\n"
        "For them, set up with a Python that all may run: "
        "rm -r .venv && make setup PYTHON=/usr/bin/python3"
    )


def barred(program: Path) -> Path | None:
    """What on the way to a program lets no other user through; None if they can run it."""
    return next((step for step in _way(program.absolute()) if not _lets_through(step)), None)


def _way(path: Path) -> list[Path]:
    """The folders and files that one goes through to `path`, links followed."""
    steps = [*reversed(path.parents), path]
    if path.is_symlink():
        steps += _way((path.parent / path.readlink()).absolute())
    return [*steps, *([] if path.resolve() == path else _way(path.resolve()))]


def _lets_through(step: Path) -> bool:
    """May others go through it? What cannot be looked at is nobody's fault."""
    try:
        return bool(step.stat().st_mode & stat.S_IXOTH)
    except OSError:
        return True
