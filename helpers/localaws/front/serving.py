"""A small HTTP/1.1 server for one WSGI app on loopback: a thread a connection, kept alive.

Written here because the guard judges a request by its head: waitress calls an app only when the
whole body has arrived, a gigabyte of anybody's if need be, and drops headers with a `_`, as S3's
metadata may have. With 8 clients that keep their connections this answers 8,600 requests a second,
waitress 3.0 5,300, and the same threads with h11 0.16 for a parser 5,900 (two cores;
`benchmarks/http_servers.py`). Of 200 executions at once an endpoint ends 334 a second with this,
308 with waitress in its place.
"""

from __future__ import annotations

import io
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from helpers.localaws.front.http import BadRequest, Body, Environ, environ_of
from helpers.localaws.front.replies import Reply
from helpers.localaws.front.sockets import let_wait, linger, shut
from helpers.localaws.turns.floor import floor

LOG = logging.getLogger(__name__)

App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

HEAD_LIMIT = 128 * 1024
"""Bytes of request line and headers; S3 metadata and presigned queries fit many times over."""
LINE_LIMIT = 8192
"""Bytes of a line within a body: the size of a chunk, a trailer."""
HEAD_SECONDS = 20.0
"""Time for a request's head to arrive once it has begun."""
IDLE_SECONDS = 120.0
"""How long a kept-alive connection may say nothing."""
BODY_SECONDS = 60.0
"""How long the sender of a body may pause."""
CONNECTIONS = 512
"""Connections open at once; for a further one, that is closed which has said least for longest."""


class _Wire:
    """Reads one connection: up to a mark, or so many bytes."""

    def __init__(self, sock: socket.socket, address: tuple[Any, ...]) -> None:
        self.sock = sock
        self.peer = address
        self.port = sock.getsockname()[1]
        self._held = bytearray()
        self._patience = 0.0
        let_wait(sock, socket.SO_SNDTIMEO, BODY_SECONDS)

    def until(self, mark: bytes, limit: int, seconds: float) -> bytes | None:
        """The bytes before `mark`; None if the sender closed before it sent anything."""
        deadline = time.monotonic() + seconds
        searched = 0
        while (at := self._held.find(mark, searched)) < 0:
            if len(self._held) > limit:
                raise BadRequest("431 Request Header Fields Too Large", "the head is too long")
            searched = max(0, len(self._held) - len(mark) + 1)
            if not self._more(deadline):
                if self._held:
                    raise ConnectionError("closed in the middle of a request")
                return None
        before = bytes(self._held[:at])
        del self._held[: at + len(mark)]
        return before

    def some(self, count: int) -> bytes:
        """At least one byte and at most `count`."""
        if not self._held and not self._more(time.monotonic() + BODY_SECONDS):
            raise ConnectionError("closed in the middle of a body")
        held = bytes(self._held[:count])
        del self._held[:count]
        return held

    def line(self) -> bytes:
        """The bytes of a body before the next CR LF."""
        line = self.until(b"\r\n", LINE_LIMIT, BODY_SECONDS)
        if line is None:
            raise ConnectionError("closed in the middle of a body")
        return line

    def go_on(self) -> None:
        """Tell the sender to send the body that it has announced."""
        self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def wait(self, seconds: float) -> bool:
        """Wait for the first byte of a request; False when none came in time."""
        try:
            return bool(self._held) or self._receive(seconds)
        except TimeoutError:
            return False

    def _more(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return self._receive(left)

    def _receive(self, seconds: float) -> bool:
        """Wait so long for something; False if the sender has closed. Raises TimeoutError."""
        if seconds != self._patience:
            let_wait(self.sock, socket.SO_RCVTIMEO, seconds)
            self._patience = seconds
        try:
            with floor.left():
                data = self.sock.recv(262144)
        except BlockingIOError:
            raise TimeoutError from None
        self._held += data
        return bool(data)


class Server:
    """Serves `app` on the listening sockets until `stop`."""

    def __init__(self, listeners: list[socket.socket], app: App) -> None:
        self._listeners = listeners
        self._app = app
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._lock = threading.Condition()
        self._open: dict[socket.socket, bool] = {}  # is a request of it under way?
        self._stopping = False
        self._wake, self._woken = socket.socketpair()

    def serve(self) -> None:
        """Accept connections until `stop` is called (from a signal handler or another thread)."""
        with selectors.DefaultSelector() as selector:
            for listener in self._listeners:
                listener.setblocking(False)
                selector.register(listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopping:
                for key, _ in selector.select():
                    if key.fileobj is not self._woken:
                        self._accept(key.fileobj)
        for listener in self._listeners:
            listener.close()

    def stop(self) -> None:
        """Take no more connections; `serve` returns. What is under way goes on: see `drain`."""
        self._stopping = True
        self._wake.send(b"x")

    def drain(self, seconds: float) -> int:
        """Close the idle connections, wait for requests under way; returns how many are left."""
        deadline = time.monotonic() + seconds
        with self._lock:
            for sock, at_work in self._open.items():
                if not at_work:
                    shut(sock)
            while any(self._open.values()) and time.monotonic() < deadline:
                self._lock.wait(deadline - time.monotonic())
            return sum(self._open.values())

    def _accept(self, listener: Any) -> None:
        try:
            sock, address = listener.accept()
        except OSError:  # it was gone again, or this process is out of files for the moment
            time.sleep(0.01)
            return
        while not self._slots.acquire(timeout=0.05):
            if self._stopping:
                sock.close()
                return
            self._make_room()
        try:
            threading.Thread(
                target=self._connection, args=(sock, address), name="http", daemon=True
            ).start()
        except RuntimeError:  # out of threads
            self._slots.release()
            sock.close()

    def _make_room(self) -> None:
        """Shut the oldest connection that has no request under way, or not yet a whole head."""
        with self._lock:
            idle = next((sock for sock, at_work in self._open.items() if not at_work), None)
            if idle is not None:
                del self._open[idle]
                shut(idle)

    def _connection(self, sock: socket.socket, address: tuple[Any, ...]) -> None:
        with self._lock:
            self._open[sock] = False
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire = _Wire(sock, address)
            while not self._stopping and wire.wait(IDLE_SECONDS):
                if not self._exchange(wire):
                    break
                self._mark(sock, at_work=False)
        except (OSError, ConnectionError):  # the other side went away
            pass
        except Exception:
            LOG.exception("a connection ended badly")
        finally:
            with self._lock:
                self._open.pop(sock, None)
                self._lock.notify_all()
            shut(sock)
            sock.close()
            self._slots.release()

    def _mark(self, sock: socket.socket, *, at_work: bool) -> None:
        with self._lock:
            if self._open.pop(sock, None) is None:
                raise ConnectionError("closed to make room for others")
            self._open[sock] = at_work  # the last in the order: it has just said something
            if self._stopping:
                self._lock.notify_all()

    def _exchange(self, wire: _Wire) -> bool:
        """One request and its response; True if the connection may carry another."""
        reply = Reply(wire.sock.sendall)
        try:
            head = wire.until(b"\r\n\r\n", HEAD_LIMIT, HEAD_SECONDS)
            if head is None:
                return False
            self._mark(wire.sock, at_work=True)
            with floor:
                environ = environ_of(head, wire.peer, wire.port)
                body = Body(wire, environ)
                environ["wsgi.input"] = io.BufferedReader(body, 65536)
                reply.head_only = environ["REQUEST_METHOD"] == "HEAD"
                reply.http11 = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
                if not reply.http11 or environ.get("HTTP_CONNECTION", "").lower() == "close":
                    reply.keep_alive = False
                parts = self._app(environ, reply.start)
            reply.send(parts)
            if body.finish():
                return reply.keep_alive
            linger(wire.sock)
            return False
        except BadRequest as error:
            if reply.begun:
                return False
            reply.keep_alive = False
            text = f"{error}\n".encode()
            reply.start(error.status, [("Content-Type", "text/plain")])
            reply.send([text])
            linger(wire.sock)
            return False
