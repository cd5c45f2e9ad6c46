"""Runs a learner's script: for so long, with so much output, and nothing of it stays behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from helpers.exercises.outcome import CannotCheck, NotYet
from helpers.exercises.workbench.patience import patience

MOST_OUTPUT = 1_000_000
"""Bytes that a command may print."""


class Started(Protocol):
    """A process that was started, as `subprocess.Popen` has it; `stdout` has both streams."""

    pid: int
    stdout: BinaryIO

    def wait(self) -> int:
        """Its exit code, once it has ended."""

    def kill(self) -> None:
        """End it."""


Start = Callable[[tuple[str, ...], Path, Mapping[str, str]], Started]
"""Starts a command in a folder and an environment, in a session of its own."""


@dataclass(frozen=True)
class Ran:
    """What came of a command: its exit code, and what it printed (both streams, in order)."""

    code: int
    output: str

    @property
    def last_line(self) -> str:
        """The last line that says something; empty if none does.

        Where `sam` broke off it ends with the address for a report; what happened stands before.
        """
        said = re.split(r"^An unexpected error was encountered while exec", self.output, flags=re.M)
        lines = [line.strip() for line in said[0].splitlines() if line.strip()]
        if len(said) > 1:
            lines = [line for line in lines if line.startswith("Error: ")] or lines
        return lines[-1][:300] if lines else ""

    @property
    def last_words(self) -> str:
        """The last line, or that there is none, as a sentence."""
        return f"Its last words: {self.last_line}" if self.last_line else "It said nothing."

    @property
    def exit_words(self) -> str:
        """The exit code with the last line: `exit code 2: no such stack`."""
        return f"exit code {self.code}: {self.last_line or 'it said nothing.'}"


def needs(commands: tuple[str, ...], path: str | None = None) -> None:
    """Raise CannotCheck if one of the commands is not on this machine."""
    for command in commands:
        if shutil.which(command, path=path) is None:
            raise CannotCheck(
                f"There is no {Path(command).name} on this machine.",
                "A script of this exercise is for it, as on the machines that run pipelines.",
                f"Install {Path(command).name} (on Windows, open the course in WSL), and check "
                "again.",
            )


def plainly(command: tuple[str, ...], cwd: Path, environment: Mapping[str, str]) -> Started:
    """Start a command as a new process."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def run(
    command: tuple[str, ...],
    cwd: Path,
    environment: Mapping[str, str],
    timeout: float,
    start: Start = plainly,
) -> Ran:
    """Run a command in `cwd`; its process and what it started are ended after `timeout` seconds.

    Raises NotYet (`does-not-end`, `too-much-output`), and CannotCheck where there is no such
    command.
    """
    needs(command[:1], environment.get("PATH"))
    said = " ".join(_named(word) for word in command)
    try:
        started = start(command, cwd, environment)
    except OSError as error:
        raise NotYet(f"`{said}` does not run: {error.strerror}.", hint="missing-file") from None
    timeout, overdue = patience(timeout), threading.Event()
    timer = threading.Timer(timeout, lambda: (overdue.set(), _end(started)))
    timer.start()
    printed = started.stdout.read(MOST_OUTPUT + 1)
    if len(printed) > MOST_OUTPUT:
        _end(started)
    code = started.wait()
    timer.cancel()
    _end(started)  # what it left running in the background
    started.stdout.close()
    if len(printed) > MOST_OUTPUT:
        raise NotYet(f"`{said}` printed more than a megabyte.", hint="too-much-output")
    if overdue.is_set():
        raise NotYet(
            f"`{said}` had not ended after {timeout:.0f} seconds, and was stopped.",
            hint="does-not-end",
        )
    return Ran(code, printed.decode("utf-8", "replace"))


def _named(word: str) -> str:
    """A word of a command as it is told: no folder of the check's, and no program of many lines.

    >>> _named("/tmp/check/python"), _named("import bill\\nbill.year()"), _named("-c")
    ('python', '…', '-c')
    """
    if "\n" in word:
        return "…"
    return Path(word).name if word.startswith("/") else word


def _end(started: Started) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            started.kill()
        else:
            os.killpg(started.pid, signal.SIGKILL)
