"""Starts pytest many times at the price of one start: each is forked from a Python that is warm.

A short test file is run in no time; most of it goes by while Python imports pytest and boto3. What
is started so is a process like any other: its own session, folder, environment and output.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from helpers.exercises.workbench import commands

PROGRAM = Path(__file__).with_name("forked.py")

CAN_FORK = sys.platform == "linux"
"""macOS has libraries that may not be used after a fork; Windows has no fork."""


class Warm:
    """A Python that has imported `modules`; it ends with `close`."""

    def __init__(self, environment: Mapping[str, str], modules: tuple[str, ...]) -> None:
        self._one_at_a_time = threading.Lock()
        self._asking: socket.socket | None = None
        if not CAN_FORK:
            return
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(theirs.fileno()), *modules],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def start(
        self, command: tuple[str, ...], cwd: Path, environment: Mapping[str, str]
    ) -> commands.Started:
        """Start `python -m pytest …` in `cwd`; plainly, where it cannot be forked."""
        reading, writing = os.pipe()
        asked = {"command": command, "folder": str(cwd), "environment": dict(environment)}
        try:
            number = self.ask(asked, writing)
        except OSError:  # an answer may have ended what it is forked from
            os.close(reading)
            return commands.plainly(command, cwd, environment)
        finally:
            os.close(writing)
        return Forked(self, number, os.fdopen(reading, "rb"))

    def ask(self, asked: dict[str, Any], *files: int) -> Any:
        """What the program answers. Raises OSError if there is none."""
        with self._one_at_a_time:
            if self._asking is None:
                raise ConnectionRefusedError
            socket.send_fds(self._asking, [json.dumps(asked).encode()], files)
            if not (answer := self._asking.recv(100)):
                raise ConnectionResetError
            return json.loads(answer)

    def close(self) -> None:
        """End it."""
        if self._asking is not None:
            self._asking.close()
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True)
class Forked:
    """A run of pytest, as `commands.Started` has it."""

    warm: Warm
    pid: int
    stdout: BinaryIO

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        try:
            while (code := self.warm.ask({"ended": self.pid})) is None:
                time.sleep(0.005)
        except OSError:  # nobody knows it any more
            return -signal.SIGKILL
        return code

    def kill(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)
