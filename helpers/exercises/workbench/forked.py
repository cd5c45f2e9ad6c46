"""The program behind `warm.py`: a Python that has imported what tests import, and forks.

    python forked.py SOCKET MODULE…

Sent `{"command", "folder", "environment"}` on the socket, and a file to print to, it answers with
the number of a process that runs the command, `python -m pytest …`, there. Sent `{"ended": number}`
it answers with the exit code, or null while the process runs. It ends when the socket is closed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any


def main(number: int, modules: list[str]) -> None:
    """Import, then serve until the socket is closed. In a process that it forked: run pytest."""
    if not sys.flags.safe_path:
        del sys.path[0]  # where this file lies; the folder of the tests takes its place
    for name in modules:
        importlib.import_module(name)
    if "boto3" in modules:  # what it imports only when it makes a client
        sys.modules["boto3"].Session().client("sts", region_name="us-east-1")
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=number) as asking:
        run = _serve(asking)
    if run:
        _become(*run)


def _serve(asking: socket.socket) -> tuple[dict[str, Any], int] | None:
    """Answer until nobody asks any more. In a process that was forked: what it is to run."""
    while True:
        message, files, _, _ = socket.recv_fds(asking, 1 << 20, 1)
        if not message:
            return None
        asked = json.loads(message)
        if "ended" in asked:
            ended, status = os.waitpid(asked["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
        else:
            answer = os.fork()
            if not answer:
                return asked, files[0]
            os.close(files[0])
        asking.send(json.dumps(answer).encode())


def _become(asked: dict[str, Any], printed: int) -> None:
    """Be `python -m pytest …` in its folder, as if it had been started there."""
    os.setsid()
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    for stream in (1, 2):
        os.dup2(printed, stream)
    os.close(printed)
    if _hidden(Path(asked["folder"])):
        os.execv(asked["command"][0], asked["command"])
    if not sys.flags.safe_path:
        sys.path.insert(0, asked["folder"])
    _, _, module, *sys.argv[1:] = asked["command"]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _hidden(folder: Path) -> bool:
    """Is a module that was imported here one that a file in the folder would stand in for?"""
    names = {path.stem if path.suffix == ".py" else path.name for path in folder.iterdir()}
    return not names.isdisjoint(sys.modules)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
