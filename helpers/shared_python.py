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
    barred = next(filter(None, map(_barred, _way(Path(program).absolute()))), None)
    if barred is None:
        return None
    return (
        f"Only root can run this Python: {barred} lets nobody else in.\n"
        "For you alone that is fine. Learners of a hub could start no kernel with it.\n"
        "For them, set up with a Python that all may run: "
        "rm -r .venv && make setup PYTHON=/usr/bin/python3"
    )


def _way(path: Path) -> list[Path]:
    """The folders and files that one goes through to `path`, links followed."""
    steps = [*reversed(path.parents), path]
    if path.is_symlink():
        steps += _way((path.parent / path.readlink()).absolute())
    return [*steps, *([] if path.resolve() == path else _way(path.resolve()))]


def _barred(step: Path) -> Path | None:
    """`step`, if others may not go through it."""
    try:
        mode = step.stat().st_mode
    except OSError:
        return None
    return None if mode & stat.S_IXOTH else step
