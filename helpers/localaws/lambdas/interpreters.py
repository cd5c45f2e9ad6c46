"""Which Python on this machine runs a function: the kit's own, or another that it asks for."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

OWN = f"python{sys.version_info[0]}.{sys.version_info[1]}"
"""The runtime that the kit's own Python is."""
OLDEST = (3, 10)
"""awslambdaric runs on no older Python."""


class NoInterpreter(Exception):
    """No program here runs functions of that runtime; the message says what to do."""


@dataclass(frozen=True)
class Interpreter:
    """A Python: where it is, and its exact version."""

    path: str
    version: str


_found: dict[str, Interpreter] = {
    OWN: Interpreter(sys.executable, ".".join(map(str, sys.version_info[:3])))
}
_missing: dict[str, tuple[object, float]] = {}
"""The programs that were tried in vain for a runtime, and when."""
_lock = threading.Lock()

FORGOTTEN_AFTER = 60.0
"""Seconds: a version manager's program stays the same when it gets the version that it lacked."""


def find(runtime: str, function: str) -> Interpreter:
    """Return the Python for `runtime` ("python3.12").

    Raises NoInterpreter for a runtime that is not Python, and when no such Python is on PATH.
    """
    match = re.fullmatch(r"python(\d+)\.(\d+)", runtime)
    if not match:
        raise NoInterpreter(
            f"The function {function} has the runtime {runtime or '(none)'}, and the local "
            f"endpoint runs functions in Python only. Deploy it with Runtime: {OWN}, or "
            "to an AWS account."
        )
    wanted = int(match[1]), int(match[2])
    if wanted < OLDEST:
        raise NoInterpreter(
            f"The function {function} has the runtime {runtime}, which AWS has deprecated and "
            f"still runs, and the local endpoint does not. Deploy it with Runtime: {OWN}."
        )
    with _lock:
        if runtime not in _found:
            programs = _programs(runtime, wanted)
            tried, at = _missing.get(runtime, (None, 0.0))
            if tried != programs or time.monotonic() - at > FORGOTTEN_AFTER:
                _search(runtime, wanted, programs)
        if runtime in _found:
            return _found[runtime]
    raise NoInterpreter(
        f"The function {function} has the runtime {runtime}, and no {runtime} that works is on "
        f"PATH. Deploy it with Runtime: {OWN}, which is this course's own Python, or install "
        f"Python {wanted[0]}.{wanted[1]} and start the local endpoint again."
    )


def _programs(runtime: str, wanted: tuple[int, int]) -> list[tuple[str, list[str], int]]:
    """What may be that Python: path, arguments, and when the file was changed."""
    candidates = [[runtime]]
    if sys.platform == "win32":
        candidates.append(["py", f"-{wanted[0]}.{wanted[1]}"])
    commands = [(shutil.which(name), arguments) for name, *arguments in candidates]
    return [
        (path, arguments, Path(path).stat().st_mtime_ns)
        for path, arguments in commands
        if path is not None
    ]


def _search(
    runtime: str, wanted: tuple[int, int], programs: list[tuple[str, list[str], int]]
) -> None:
    """Ask the programs, and note the one that is that Python, or that none is."""
    ask = "import sys; print(sys.executable, *sys.version_info[:3], sep='\\n')"
    for program, arguments, _ in programs:
        try:  # a name on PATH may be a version manager's, for a version that is not there
            answer = subprocess.run(
                [program, *arguments, "-I", "-S", "-c", ask],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=20,
                check=True,
            ).stdout.split("\n")
        except (OSError, subprocess.SubprocessError):
            continue
        if answer[1:3] == [str(n) for n in wanted]:
            _found[runtime] = Interpreter(answer[0], ".".join(answer[1:4]))
            return
    _missing[runtime] = programs, time.monotonic()


def packages() -> str:
    """The folder in which awslambdaric and boto3 are installed."""
    spec = importlib.util.find_spec("awslambdaric")
    if spec is None or spec.origin is None:
        raise NoInterpreter(
            "The package awslambdaric, which runs the functions, is not installed. "
            "Type `make setup`, then start the local endpoint again."
        )
    return str(Path(spec.origin).parent.parent)
