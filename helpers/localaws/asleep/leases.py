"""Jupyter servers that an endpoint works for: when the last of them has ended, so should it.

Each is a file in a folder of the workspace: its name is the process's id, what it says is when that
process began, for ids are given again.
"""

# pathlib takes more memory than all the rest of a Python that only waits.
# ruff: noqa: PTH103, PTH105, PTH108, PTH110, PTH118, PTH123, PTH208

from __future__ import annotations

import os
from os import path


def note(folder: str, process: int) -> None:
    """Note that the endpoint works for a server."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    began = beginning(process)
    if began is not None:
        partial = path.join(folder, f".{process}.{os.getpid()}")
        with open(partial, "w") as file:
            file.write(began)
        os.replace(partial, path.join(folder, str(process)))


def forget(folder: str) -> None:
    """Forget the servers that have ended."""
    for name in _noted(folder):
        if not _lives(folder, name):
            try:
                os.unlink(path.join(folder, name))
            except FileNotFoundError:
                continue


def lost(folder: str) -> bool:
    """Have all servers ended that were noted? False where none ever was."""
    noted = _noted(folder)
    return bool(noted) and not any(_lives(folder, name) for name in noted)


def _noted(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.isdigit()]
    except FileNotFoundError:
        return []


def _lives(folder: str, name: str) -> bool:
    try:
        with open(path.join(folder, name)) as file:
            began = file.read()
    except OSError:
        return False
    return beginning(int(name)) == began


def beginning(process: int) -> str | None:
    """When a process began, in ticks since the system did where it tells; None if it has ended."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            state, *numbers = file.read().rpartition(b")")[2].split()
    except FileNotFoundError:
        return "" if not path.exists("/proc/self/stat") and _is_there(process) else None
    except (ProcessLookupError, PermissionError, ValueError):
        return None
    return None if state in (b"Z", b"X") else numbers[18].decode()


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
