"""One worker: a process that serves one version of a function, one event at a time."""

from __future__ import annotations

import json
import os
import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from helpers.localaws import ids
from helpers.localaws.lambdas import code, reports
from helpers.localaws.lambdas.interpreters import Interpreter
from helpers.localaws.lambdas.processes import Launcher, WorkerLost, resident_memory
from helpers.localaws.lambdas.settings import Settings
from helpers.localaws.turns.clock import clock

INIT_TIME = 10.0
"""AWS lets an init take this long (real seconds); what it takes longer counts as the invoke's."""
WATCH = 0.05
"""How often the memory of a function that is at work is looked at, in real seconds."""
LARGEST_RESPONSE = 6_291_556
"""AWS's limit for what a synchronous invoke returns, in bytes."""
LARGEST_OUTPUT = 4 << 20
"""Of what one invoke prints, at most so many bytes are kept."""

_LIBRARY = re.compile(rb'(File \\*")(?!/var/|/opt/python/|/tmp/)[^"\\\n]*?/(lib/python3\.\d+/)')
"""The folder of Python's own library in a stack trace, which is /var/lang on AWS."""

_FRAME = struct.Struct(">IIQ")
_FRAME_TYPES = re.compile(rb"\xa5\x5a\x00[\x00-\xff]")


@dataclass
class Invocation:
    """One event on its way to a function."""

    event: bytes
    arn: str
    id: str = field(default_factory=ids.uuid4)
    client_context: str | None = None
    draw: Callable[[], str | None] = lambda: None

    @cached_property
    def seed(self) -> str | None:
        """What the function's `random` is seeded with, drawn when a worker is there for it."""
        return self.draw()


@dataclass
class Outcome:
    """What came of an invocation. Log lines are (milliseconds since 1970, simulated; text).

    duration: of the function, in real milliseconds, as its REPORT has it.
    """

    payload: bytes
    error: str | None
    lines: list[tuple[int, str]]
    alive: bool = True
    duration: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a function's workers find code, layers and room for what they write."""

    code: Path
    layers: Path | None
    scratch: Path
    packages: str


class Worker:
    """See the module. One thread at a time may call it."""

    def __init__(
        self, settings: Settings, interpreter: Interpreter, launcher: Launcher, place: Place
    ) -> None:
        self.settings = settings
        self.stream = f"{clock.now():%Y/%m/%d}/[{settings.version}]{ids.digits(32)}"
        if settings.log_format == "JSON":
            level = settings.log_levels[1]
            self._reports = reports.Json(settings.name, settings.version, level)
        else:
            self._reports = reports.Text(settings.name, settings.version)
        self._place = place
        self._interpreter = interpreter
        self._scratch = place.scratch / ids.digits(16)
        self.fresh = True
        self._started = time.perf_counter()
        self._hidden = self._what_to_hide()
        self._ended = False
        (self._scratch / "tmp").mkdir(parents=True)
        self._output = os.open(
            self._scratch / "output",
            os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0),
        )
        try:
            self._process = launcher.launch(self._output)
        except BaseException:
            os.close(self._output)
            code.remove(self._scratch)
            raise
        try:
            self._process.send(self._spec())
        except WorkerLost:
            pass  # waiting for its init will tell how it ended
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def _spec(self) -> dict:
        settings, place = self.settings, self._place
        environment = settings.environment(self.stream, str(place.code), str(self._scratch / "tmp"))
        layers = str(place.layers) if place.layers else ""
        path = [
            re.sub("^/opt(?=/|$)", layers, re.sub("^/var/task(?=/|$)", str(place.code), entry))
            for entry in settings.variables.get("PYTHONPATH", "").split(os.pathsep)
        ]
        return {
            "packages": place.packages,
            "environment": environment,
            "code": str(place.code),
            "layers": [layers] if layers else [],
            "path": path,
            "handler": settings.handler,
            "offset": clock.offset,
            "seed": None,
            "pycache": str(place.code.parent / "pycache"),
            "largest_file": settings.storage << 20,
        }

    def alive(self) -> bool:
        """False if the process ended while it had nothing to do."""
        return self._process.alive()

    def kill(self) -> None:
        """End its process from another thread than the one that it serves."""
        self._process.kill()

    def end(self) -> None:
        """Let go of it: its process ends, what it wrote is removed."""
        if not self._ended:
            self._ended = True
            self._process.end()
            os.close(self._output)
            code.remove(self._scratch)

    # -- one invocation

    def invoke(self, invocation: Invocation) -> Outcome | None:
        """Run the function on one event; None if the process ended before it took the event in.

        It never raises for what the function does.
        """
        lines: list[tuple[int, str]] = []
        init = None
        if self.fresh:
            self.fresh = False
            init, failed = self._wait_for_init(lines)
            if failed is not None:
                return self._init_failed(invocation, init, failed, lines)
        settings = self.settings
        offset = clock.offset
        began = time.perf_counter()
        now = time.time() + offset
        self._log(lines, now, self._reports.start(now, invocation.id))
        try:
            self._process.send(self._frame(invocation, now, offset), invocation.event)
            answer, payload = self._wait(began + settings.timeout)
        except TimeoutError:
            return self._timed_out(invocation, began, init, lines)
        except _OutOfMemory as much:
            self._read_output(lines)
            return self._died(invocation, -9, began, init, lines, much.used)
        except WorkerLost as lost:
            status = self._process.end()
            if lost.untouched:
                return None
            return self._died(invocation, status, began, init, lines, 0)
        duration = (time.perf_counter() - began) * 1000
        used = answer.get("peak", 0) // 1024
        self._read_output(lines)
        if used > settings.memory:
            return self._died(invocation, -9, began, init, lines, used)
        error = None
        if answer["kind"] != "response":
            error, payload = "Unhandled", self._hide(payload)
        elif len(payload) > LARGEST_RESPONSE:
            error = "Unhandled"
            payload = reports.error(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size "
                f"({LARGEST_RESPONSE} bytes).",
            )
        self._close(lines, invocation.id, duration, init, used)
        return Outcome(payload, error, lines, duration=duration)

    def _frame(self, invocation: Invocation, now: float, offset: float) -> dict:
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": int((now + self.settings.timeout) * 1000),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
            "Lambda-Runtime-Trace-Id": _trace_id(invocation.id, now),
            "Content-Type": "application/json",
        }
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        return {"headers": headers, "offset": offset, "seed": invocation.seed}

    def _wait(self, deadline: float) -> tuple[dict, bytes]:
        """Wait for an answer until `deadline`; look after the worker's memory meanwhile.

        Raises TimeoutError, WorkerLost, _OutOfMemory.
        """
        limit = self.settings.memory * 1024
        while True:
            left = deadline - time.perf_counter()
            try:
                return self._process.receive(min(left, WATCH))
            except TimeoutError:
                if left <= WATCH:
                    raise
            held = resident_memory(self._process.pid)
            if held is not None and held > limit:
                raise _OutOfMemory(-(-held // 1024))  # rounded up: more than the limit
            if held == 0:  # it has ended, and a child of its own keeps the channel open
                raise WorkerLost("the worker's process ended")

    # -- init

    def _wait_for_init(self, lines: list[tuple[int, str]]) -> tuple[float, tuple | None]:
        """Wait until the handler is loaded. Returns the time it took (ms), and what went wrong."""
        failed = None
        try:
            answer, payload = self._wait(self._started + INIT_TIME)
            if answer["kind"] == "init-error":
                failed = "error", payload, answer.get("peak", 0) // 1024
        except TimeoutError:
            pass  # it goes on in the invoke's own time
        except _OutOfMemory as much:
            self._process.end()
            failed = "exit", -9, much.used
        except WorkerLost:
            failed = "exit", self._process.end(), 0
        took = (time.perf_counter() - self._started) * 1000
        began = clock.time() - took / 1000
        version = self._interpreter.version
        arn = (
            f"arn:aws:lambda:{self.settings.region}::runtime:"
            f"{sha256(f'{self._interpreter.path} {version}'.encode()).hexdigest()}"
        )
        self._log(lines, began, self._reports.init_start(began, version, arn))
        self._read_output(lines)
        return took, failed

    def _init_failed(
        self, invocation: Invocation, init: float, failed: tuple, lines: list[tuple[int, str]]
    ) -> Outcome:
        kind, what, used = failed
        now = clock.time()
        if kind == "error":
            error = json.loads(self._hide(what))
            error["requestId"] = error.get("requestId") or invocation.id
            error_type, payload = error["errorType"], json.dumps(error).encode()
        else:
            too_much = used > self.settings.memory
            error_type = "Runtime.OutOfMemory" if too_much else "Runtime.ExitError"
            payload = reports.error(error_type, reports.exit_words(invocation.id, what))
        self._log(lines, now, self._reports.init_report(now, init, "error", error_type))
        self._log(lines, now, self._reports.start(now, invocation.id))
        if kind == "exit":
            words = reports.exit_words(invocation.id, what)
            self._log(lines, now, f"{words}\n{error_type}\n")
        self._close(lines, invocation.id, init, None, used, reports.Status("error", error_type))
        return Outcome(payload, "Unhandled", lines, alive=False, duration=init)

    # -- the ways in which it ends badly

    def _timed_out(
        self,
        invocation: Invocation,
        began: float,
        init: float | None,
        lines: list[tuple[int, str]],
    ) -> Outcome:
        timeout = self.settings.timeout
        used = self._used()
        self._process.end()
        self._read_output(lines)
        now = clock.time()
        self._log(lines, now, reports.timed_out_line(invocation.id, timeout, now))
        self._close(lines, invocation.id, timeout * 1000, init, used, reports.Status("timeout"))
        payload = reports.timed_out(invocation.id, timeout)
        return Outcome(payload, "Unhandled", lines, alive=False, duration=timeout * 1000)

    def _died(
        self,
        invocation: Invocation,
        status: int,
        began: float,
        init: float | None,
        lines: list[tuple[int, str]],
        used: int,
    ) -> Outcome:
        """Its process ended (`status` as Popen has it), or holds `used` MB, more than it may."""
        too_much = used > self.settings.memory
        self._process.end()
        self._read_output(lines)
        error_type = "Runtime.OutOfMemory" if too_much else "Runtime.ExitError"
        words = reports.exit_words(invocation.id, status)
        self._log(lines, clock.time(), f"{words}\n{error_type}\n")
        duration = (time.perf_counter() - began) * 1000
        used = min(used, self.settings.memory)
        status_line = reports.Status("error", error_type)
        self._close(lines, invocation.id, duration, init, used, status_line)
        payload = reports.error(error_type, words)
        return Outcome(payload, "Unhandled", lines, alive=False, duration=duration)

    def _used(self) -> int:
        return (resident_memory(self._process.pid) or 0) // 1024

    def _close(
        self,
        lines: list[tuple[int, str]],
        request_id: str,
        duration: float,
        init: float | None,
        used: int,
        status: reports.Status = reports.WELL,
    ) -> None:
        now = clock.time()
        use = reports.Use(duration, init, self.settings.memory, used)
        self._log(lines, now, self._reports.end(now, request_id))
        self._log(lines, now, self._reports.report(now, request_id, use, status))

    @staticmethod
    def _log(lines: list[tuple[int, str]], when: float, text: str | None) -> None:
        """Add a line, never dated before the one above it; None is no line."""
        if text is not None:
            stamp = int(when * 1000)
            lines.append((max(stamp, lines[-1][0]) if lines else stamp, text))

    # -- what it printed

    def _read_output(self, lines: list[tuple[int, str]]) -> None:
        """Add what has been printed since the last look; the file is then empty again."""
        size = os.fstat(self._output).st_size
        if not size:
            return
        os.lseek(self._output, 0, os.SEEK_SET)
        data = b""
        while len(data) < min(size, LARGEST_OUTPUT):
            chunk = os.read(self._output, LARGEST_OUTPUT - len(data))
            if not chunk:
                break
            data += chunk
        os.ftruncate(self._output, 0)
        latest = lines[-1][0] if lines else int(clock.time() * 1000)
        for when, text in records(data):
            latest = max(latest, when // 1000)
            lines.append((latest, self._hide(text).decode("utf-8", "replace")))
        if size > LARGEST_OUTPUT:
            lines.append((latest, f"[{size - LARGEST_OUTPUT} more bytes of output are not kept]\n"))

    def _what_to_hide(self) -> list[tuple[bytes, bytes]]:
        """Paths of this machine, and what they are called on AWS."""
        pairs = [(self._place.code, b"/var/task"), (self._scratch / "tmp", b"/tmp")]
        if self._place.layers:
            pairs.append((self._place.layers, b"/opt"))
        pairs.append((Path(self._place.packages), b"/var/runtime"))
        hidden = []
        for path, name in pairs:
            hidden.append((str(path).encode(), name))
            if os.name == "nt":
                hidden.append((str(path).replace("\\", "\\\\").encode(), name))
        return hidden

    def _hide(self, data: bytes) -> bytes:
        data = self._hide_folders(data)
        return _LIBRARY.sub(rb"\1/var/lang/\2", data) if b"/lib/python3" in data else data

    def _hide_folders(self, data: bytes) -> bytes:
        for path, name in self._hidden:
            if path in data:
                data = data.replace(path, name)
                if os.name == "nt":  # the rest of the path has backslashes still
                    data = re.sub(
                        re.escape(name) + rb"[\w.\\-]+",
                        lambda match: match[0].replace(b"\\\\", b"/").replace(b"\\", b"/"),
                        data,
                    )
        return data


class _OutOfMemory(Exception):
    """The function holds more memory than it was given; `used` in MB."""

    def __init__(self, used: int) -> None:
        super().__init__(used)
        self.used = used


def records(data: bytes) -> list[tuple[int, bytes]]:
    """Take a worker's output apart: (microseconds since 1970 or 0, text) for each line or record.

    awslambdaric's records are framed and may have several lines; anything else is one line each.
    """
    parts: list[tuple[int, bytes]] = []
    position, end = 0, len(data)
    while position < end:
        if _FRAME_TYPES.match(data, position) and position + _FRAME.size <= end:
            _, size, when = _FRAME.unpack_from(data, position)
            position += _FRAME.size
            parts.append((when, data[position : position + size]))
            position += size
            continue
        newline = data.find(b"\n", position) + 1 or end
        frame = _FRAME_TYPES.search(data, position + 1, newline)
        stop = frame.start() if frame else newline
        parts.append((0, data[position:stop]))
        position = stop
    return parts


def _trace_id(request_id: str, now: float) -> str:
    digits = request_id.replace("-", "")
    return f"Root=1-{int(now):08x}-{digits[:24]};Parent={digits[16:]};Sampled=0"
