"""Worker processes, seen from the endpoint: started by fork or afresh, spoken to in frames.

On Linux a *zygote* process has Python and its usual modules loaded and forks a worker in a few
milliseconds; the workers share its memory. Elsewhere (macOS breaks forked processes that use system
libraries, Windows has no fork) and wherever `LOCALAWS_LAMBDA_START=spawn` says so, each worker is
a process started afresh, spoken to over its standard input and output.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

from helpers.localaws.front.sockets import let_wait
from helpers.localaws.lambdas.runtime._localaws.channel import LENGTHS, NUMBER, Channel

LOG = logging.getLogger(__name__)
START = Path(__file__).parent / "runtime" / "_localaws" / "start.py"
OPTIONS = ("-I", "-S", "-X", "utf8")
"""A worker's Python takes no settings from the endpoint's environment and no site-packages."""
STUCK = 10
"""A worker that takes nothing in for so long, in real seconds, is lost."""


class WorkerLost(Exception):
    """The worker's process has ended, or cannot be spoken to any more.

    untouched: it ended before it took in what was sent to it last.
    """

    def __init__(self, message: str, *, untouched: bool = False) -> None:
        super().__init__(message)
        self.untouched = untouched


class Process(Protocol):
    """One worker process."""

    pid: int

    def send(self, meta: dict, body: bytes = b"") -> None:
        """Send a frame. Raises WorkerLost."""

    def receive(self, timeout: float) -> tuple[dict, bytes]:
        """Wait for a frame, `timeout` real seconds at most. Raises TimeoutError, WorkerLost."""

    def alive(self) -> bool:
        """False if the process has ended already."""

    def kill(self) -> None:
        """Kill it and its children; any thread may."""

    def end(self) -> int:
        """Kill it and its children; its exit status, or minus the signal that ended it."""


class Launcher(Protocol):
    """Starts workers with one Python."""

    def launch(self, output: int) -> Process:
        """Start a worker whose standard output and error go to the file descriptor `output`."""

    def stop(self) -> None:
        """End what it runs, workers included."""


def launcher(python: str, packages: str, log: Path | None = None) -> Launcher:
    """Return what starts workers with the interpreter `python` (a path) on this platform.

    packages: folder where awslambdaric is installed. log: file for what the zygote has to say.
    """
    if forks():
        return Zygote(python, packages, log)
    return Spawner(python)


def forks() -> bool:
    """Are workers forked from a zygote here?"""
    wanted = os.environ.get("LOCALAWS_LAMBDA_START", "")
    return sys.platform == "linux" and wanted != "spawn"


# -- forked from a zygote


class Zygote:
    """The process that forks workers; it is started when first needed and again if it dies."""

    def __init__(self, python: str, packages: str, log: Path | None = None) -> None:
        self._python = python
        self._packages = packages
        self._log = log
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None

    def prepare(self) -> None:
        """Start it now, so that the first worker does not wait for it."""
        with self._lock:
            self._ensure()

    def launch(self, output: int) -> Process:
        """Fork a worker."""
        ours, theirs = socket.socketpair()
        try:
            with self._lock:
                pid = self._fork(theirs.fileno(), output)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return _Forked(self, pid, ours)

    def _fork(self, channel: int, output: int) -> int:
        for last in (False, True):
            control = self._ensure()
            try:
                socket.send_fds(control, [b"F"], [channel, output])
                return self._answer(control)
            except OSError:  # it was killed, or could not fork and ended
                self._drop()
                if last:
                    raise
        raise AssertionError

    def wait(self, pid: int) -> int:
        """Tell how the worker `pid`, which is dead or dying, ended (as os.waitpid does)."""
        with self._lock:
            if self._control is None:
                return signal.SIGKILL
            try:
                self._control.sendall(b"W" + NUMBER.pack(pid))
                return self._answer(self._control)
            except OSError:
                self._drop()
                return signal.SIGKILL

    def stop(self) -> None:
        """End it and the workers."""
        with self._lock:
            self._drop()

    def _answer(self, control: socket.socket) -> int:
        data = control.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(data) < NUMBER.size:
            raise ConnectionError("the process that forks workers ended")
        return NUMBER.unpack(data)[0]

    def _ensure(self) -> socket.socket:
        if self._control is None:
            ours, theirs = socket.socketpair()
            log = self._log.open("ab") if self._log else subprocess.DEVNULL
            try:
                self._process = subprocess.Popen(
                    [self._python, *OPTIONS, str(START), "zygote", self._packages],
                    stdin=theirs,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env=_base_environment(),
                )
            finally:
                theirs.close()
                if log is not subprocess.DEVNULL:
                    log.close()
            self._control = ours
        return self._control

    def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


class _Forked:
    """A worker forked by a zygote."""

    def __init__(self, zygote: Zygote, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self._zygote = zygote
        self._connection = connection
        self._patience = 0.0
        self._received = bytearray()
        self._status: int | None = None

    def send(self, meta: dict, body: bytes = b"") -> None:
        head = json.dumps(meta).encode()
        left = memoryview(LENGTHS.pack(len(head), len(body)) + head + body)
        try:
            while left:
                try:
                    left = left[self._connection.send(left, socket.MSG_DONTWAIT) :]
                except BlockingIOError:
                    writable = select.poll()
                    writable.register(self._connection, select.POLLOUT)
                    if not writable.poll(STUCK * 1000):
                        raise WorkerLost("the worker takes nothing in", untouched=True) from None
        except OSError as error:
            raise WorkerLost(str(error), untouched=True) from error

    def receive(self, timeout: float) -> tuple[dict, bytes]:
        deadline = time.monotonic() + timeout
        while True:
            frame = self._frame()
            if frame is not None:
                return frame
            left = deadline - time.monotonic()
            try:
                if left > 0:
                    self._be_patient(left)
                data = self._connection.recv(1 << 18, 0 if left > 0 else socket.MSG_DONTWAIT)
            except BlockingIOError:
                raise TimeoutError from None
            except OSError as error:
                # Linux says so when the other end closed with something unread.
                unread = error.errno == errno.ECONNRESET
                raise WorkerLost(str(error), untouched=unread) from error
            if not data:
                raise WorkerLost("the worker's process ended")
            self._received += data

    def _be_patient(self, seconds: float) -> None:
        """Let `recv` wait so long, or nearly."""
        if abs(seconds - self._patience) > self._patience / 50:
            let_wait(self._connection, socket.SO_RCVTIMEO, max(seconds, 0.001))
            self._patience = seconds

    def _frame(self) -> tuple[dict, bytes] | None:
        received = self._received
        if len(received) < LENGTHS.size:
            return None
        head, body = LENGTHS.unpack_from(received)
        end = LENGTHS.size + head + body
        if len(received) < end:
            return None
        start = LENGTHS.size
        frame = json.loads(received[start : start + head]), bytes(received[start + head : end])
        del received[:end]
        return frame

    def alive(self) -> bool:
        try:
            return bool(self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def kill(self) -> None:
        if self._status is None:
            _kill_group(self.pid)

    def end(self) -> int:
        if self._status is not None:
            return self._status
        self.kill()
        self._connection.close()
        self._status = os.waitstatus_to_exitcode(self._zygote.wait(self.pid))
        return self._status


# -- started afresh


class Spawner:
    """Starts each worker as a process of its own; works on every platform and with any Python."""

    def __init__(self, python: str) -> None:
        self._python = python

    def launch(self, output: int) -> Process:
        """Start a worker."""
        return _Spawned(
            subprocess.Popen(
                [self._python, *OPTIONS, str(START), "worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                bufsize=0,
                env=_base_environment(),
            )
        )

    def stop(self) -> None:
        """Nothing to do: each worker is ended by itself."""


class _Spawned:
    """A worker started afresh; a thread reads its answers, for reading a pipe cannot time out."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.pid = process.pid
        self._process = process
        self._channel = Channel(process.stdout.fileno(), process.stdin.fileno())
        self._frames: queue.SimpleQueue[tuple[dict, bytes] | None] = queue.SimpleQueue()
        self._ended = False
        self._taken = False
        threading.Thread(target=self._read, name=f"worker-{self.pid}", daemon=True).start()

    def _read(self) -> None:
        try:
            while True:
                self._frames.put(self._channel.receive())
        except (EOFError, OSError, ValueError):
            self._ended = True
            self._frames.put(None)

    def send(self, meta: dict, body: bytes = b"") -> None:
        self._taken = False
        try:
            self._channel.send(meta, body)
        except OSError as error:
            raise WorkerLost(str(error), untouched=True) from error

    def receive(self, timeout: float) -> tuple[dict, bytes]:
        deadline = time.monotonic() + timeout
        while True:
            try:
                frame = self._frames.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                raise TimeoutError from None
            if frame is None:
                raise WorkerLost("the worker's process ended", untouched=not self._taken)
            self._taken = True
            if frame[0]["kind"] != "taken":
                return frame

    def alive(self) -> bool:
        return not self._ended

    def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()

    def end(self) -> int:
        if self._process.returncode is not None:
            return self._process.returncode
        if os.name == "nt":
            # A status that tells our kill from the worker's own end is not to be had there.
            if self._process.poll() is None:
                try:
                    self._process.wait(0.2 if self._ended else 0)
                except subprocess.TimeoutExpired:
                    self._process.kill()
        else:
            if self._ended:  # it is on its way out: let it say how
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(1)
            _kill_group(self.pid)
        status = self._process.wait()
        self._process.stdin.close()
        return status


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):  # one that was just started leads no group yet
        try:
            kill(pid, signal.SIGKILL)
        except OSError:
            continue


def _base_environment() -> dict[str, str]:
    """The few variables without which a process does not run; a worker gets its own later."""
    names = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
    return {name: os.environ[name] for name in names if name in os.environ}


def resident_memory(pid: int) -> int | None:
    """Memory that a process holds now, in KiB; None if it has ended or it cannot be known here."""
    if sys.platform == "linux":
        try:
            pages = Path(f"/proc/{pid}/statm").read_bytes().split()[1]
        except (OSError, IndexError):
            return None
        return int(pages) * (os.sysconf("SC_PAGE_SIZE") // 1024)
    try:
        import psutil

        return psutil.Process(pid).memory_info().rss // 1024
    except Exception:  # not installed, or no such process any more
        return None
