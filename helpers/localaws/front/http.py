"""A small HTTP/1.1 server for one WSGI app on loopback: a thread a connection, kept alive."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import selectors
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from helpers.localaws.front.dates import http_date
from helpers.localaws.front.sockets import let_wait
from helpers.localaws.turns.floor import floor

LOG = logging.getLogger(__name__)

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

HEAD_LIMIT = 128 * 1024
"""Bytes of request line and headers; S3 metadata and presigned queries fit many times over."""
VALUE_LIMIT = 8192
"""Characters of one header of a response: Python's clients give up at a line of 65,536 bytes."""
HEAD_SECONDS = 20.0
"""Time for a request's head to arrive once it has begun."""
IDLE_SECONDS = 120.0
"""How long a kept-alive connection may say nothing."""
BODY_SECONDS = 60.0
"""How long the sender of a body may pause."""
CONNECTIONS = 512
"""Connections open at once; for a further one, that is closed which has said least for longest."""
DISCARD_LIMIT = 1024 * 1024
"""Bytes of an unread body that are read past to keep the connection; beyond that it is closed."""

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class BadRequest(Exception):
    """What arrived is not HTTP as this server takes it."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


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
        found = bytes(self._held[:at])
        del self._held[: at + len(mark)]
        return found

    def some(self, count: int) -> bytes:
        """At least one byte and at most `count`."""
        if not self._held and not self._more(time.monotonic() + BODY_SECONDS):
            raise ConnectionError("closed in the middle of a body")
        found = bytes(self._held[:count])
        del self._held[:count]
        return found

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


class Body(io.RawIOBase):
    """The body of a request, read from the wire as the app asks for it."""

    def __init__(self, wire: _Wire, length: int | None, expects: bool) -> None:
        super().__init__()
        self._wire = wire
        self._chunked = length is None
        self._left = length or 0
        self._ended = length == 0
        self._expects = expects

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what there is; 0 at the end."""
        if self._ended or not len(buffer):
            return 0
        if self._expects:
            self._expects = False
            self._wire.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._chunked and not self._left:
            self._next_chunk()
            if self._ended:
                return 0
        data = self._wire.some(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        if not self._left:
            if not self._chunked:
                self._ended = True
            elif self._line() != b"":
                raise BadRequest("400 Bad Request", "a chunk does not end where it says")
        return len(data)

    def _next_chunk(self) -> None:
        size = self._line().split(b";", 1)[0].strip()
        if not size or len(size) > 15 or any(c not in b"0123456789abcdefABCDEF" for c in size):
            raise BadRequest("400 Bad Request", "a chunk without a size")
        self._left = int(size, 16)
        if not self._left:
            while self._line():  # trailers
                pass
            self._ended = True

    def _line(self) -> bytes:
        line = self._wire.until(b"\r\n", 8192, BODY_SECONDS)
        if line is None:
            raise ConnectionError("closed in the middle of a body")
        return line

    def finish(self) -> bool:
        """Read past what the app left; False if the connection cannot be used any more."""
        if self._expects and not self._ended:
            return False  # the sender was never told to go on: it may or may not send its body
        left = DISCARD_LIMIT
        buffer = bytearray(65536)
        while not self._ended and left > 0:
            left -= self.readinto(buffer)
        return self._ended


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
                    _shut(sock)
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
                _shut(idle)

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
            _shut(sock)
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
        reply = _Reply(wire.sock)
        try:
            head = wire.until(b"\r\n\r\n", HEAD_LIMIT, HEAD_SECONDS)
            if head is None:
                return False
            self._mark(wire.sock, at_work=True)
            with floor:
                environ, body = _environ(head, wire)
                reply.head_only = environ["REQUEST_METHOD"] == "HEAD"
                reply.http11 = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
                if not reply.http11 or environ.get("HTTP_CONNECTION", "").lower() == "close":
                    reply.keep_alive = False
                parts = self._app(environ, reply.start)
            reply.send(parts)
            if body.finish():
                return reply.keep_alive
            _linger(wire.sock)
            return False
        except BadRequest as error:
            if reply.begun:
                return False
            reply.keep_alive = False
            text = f"{error}\n".encode()
            reply.start(error.status, [("Content-Type", "text/plain")])
            reply.send([text])
            _linger(wire.sock)
            return False


class _Reply:
    """Writes one response; what fits is sent in a single write."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self.begun = False
        self.head_only = False
        self.http11 = True
        self.keep_alive = True

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        """WSGI's `start_response`, without the write function that nobody uses."""
        if exc_info and self.begun:
            raise exc_info[1].with_traceback(exc_info[2])
        self._status, self._headers = status, headers

    def send(self, parts: Iterable[bytes]) -> None:
        """Send the whole response."""
        try:
            if isinstance(parts, list | tuple):
                self._whole(b"".join(parts))
            else:
                self._streamed(iter(parts))
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    def _whole(self, data: bytes) -> None:
        code = self._status[:3]
        bare = code in ("204", "304") or code < "200"
        told = any(name.lower() == "content-length" for name, _ in self._headers)
        extra = [] if told or bare else [("Content-Length", str(len(data)))]
        self.begun = True
        head = self._head(extra)
        self._sock.sendall(head if self.head_only or bare else head + data)

    def _streamed(self, parts: Iterator[bytes]) -> None:
        first = next(parts, b"")
        told = any(name.lower() == "content-length" for name, _ in self._headers)
        if self.head_only or self._status[:3] in ("204", "304"):
            self._whole(b"")
            return
        chunked = not told and self.http11
        if not told and not chunked:
            self.keep_alive = False
        self.begun = True
        head = self._head([("Transfer-Encoding", "chunked")] if chunked else [])
        self._sock.sendall(head + (_chunk(first) if chunked else first))
        for part in parts:
            self._sock.sendall(_chunk(part) if chunked else part)
        if chunked:
            self._sock.sendall(b"0\r\n\r\n")

    def _head(self, extra: list[tuple[str, str]]) -> bytes:
        lines = [f"HTTP/1.1 {self._status}"]
        names = set()
        for name, value in [*self._headers, *extra]:
            if "\r" in value or "\n" in value:
                value = value.replace("\r", " ").replace("\n", " ")
            value = value[:VALUE_LIMIT]
            names.add(name.lower())
            if name.lower() != "connection":
                lines.append(f"{name}: {value}")
        if "date" not in names:
            lines.append(f"Date: {http_date(time.time())}")
        lines.append(f"Connection: {'keep-alive' if self.keep_alive else 'close'}\r\n\r\n")
        return "\r\n".join(lines).encode("latin-1", "replace")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _environ(head: bytes, wire: _Wire) -> tuple[Environ, Body]:
    """PEP 3333's environment, with the names that moto reads besides."""
    first, *lines = head.split(b"\r\n")
    try:
        method, target, version = first.split(b" ")
    except ValueError:
        raise BadRequest("400 Bad Request", "not a request line of HTTP") from None
    if version not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise BadRequest("505 HTTP Version Not Supported", "HTTP/1.1 is spoken here")
    if not _TOKEN.fullmatch(method) or _CONTROL.search(target):
        raise BadRequest("400 Bad Request", "not a request line of HTTP")
    environ: Environ = {}
    preserved: dict[str, str] = {}
    if not target.startswith(b"/"):
        target = _origin_form(target, environ)
    path, _, query = target.partition(b"?")
    for line in lines:
        _header(line, environ, preserved)
    host, port = wire.peer[0], wire.peer[1]
    environ |= {
        "REQUEST_METHOD": method.decode("ascii"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": target.decode("latin-1"),
        "REQUEST_URI": target.decode("latin-1"),
        "SERVER_PROTOCOL": version.decode("ascii"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(wire.port),
        "REMOTE_ADDR": host,
        "REMOTE_PORT": str(port),
        "moto.preserved_header_names": preserved,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    body = Body(wire, _length(environ), environ.get("HTTP_EXPECT", "").lower() == "100-continue")
    environ["wsgi.input"] = io.BufferedReader(body, 65536)
    return environ, body


def _header(line: bytes, environ: Environ, preserved: dict[str, str]) -> None:
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value):
        raise BadRequest("400 Bad Request", "not a header line of HTTP")
    text = value.strip(b" \t").decode("latin-1")
    if b"_" in name:
        # WSGI cannot tell X_Foo from X-Foo: drop it, but for the S3 metadata that moto keeps.
        if not name.lower().startswith(b"x-amz-meta-"):
            return
        key = "HTTP_" + name.upper().replace(b"-", b"_").decode("ascii")
        if key in environ and key not in preserved:
            return
        preserved[key] = name.decode("ascii")
    else:
        key = name.upper().replace(b"-", b"_").decode("ascii")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        if preserved.pop(key, None):
            del environ[key]
    if key in environ:
        if key in ("CONTENT_LENGTH", "HTTP_HOST", "HTTP_TRANSFER_ENCODING", "HTTP_AUTHORIZATION"):
            raise BadRequest("400 Bad Request", f"{name.decode('ascii')} is given twice")
        text = f"{environ[key]},{text}"
    environ[key] = text


def _origin_form(target: bytes, environ: Environ) -> bytes:
    """`http://host/path`, as a client sends it to what it takes for a proxy, becomes `/path`."""
    if not target.lower().startswith(b"http://"):
        raise BadRequest("400 Bad Request", "not a request for a path")
    authority, slash, rest = target[7:].partition(b"/")
    environ["localaws.authority"] = authority.decode("latin-1")
    return slash + rest if slash else b"/"


def _length(environ: Environ) -> int | None:
    """Bytes of the body; None if it comes in chunks."""
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    length = environ.get("CONTENT_LENGTH")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise BadRequest("400 Bad Request", "no such transfer coding is taken")
        return None
    if length is None:
        return 0
    if not length.isascii() or not length.isdigit() or len(length) > 15:
        raise BadRequest("400 Bad Request", "Content-Length is not a number")
    return int(length)


def _linger(sock: socket.socket) -> None:
    """Let the other side read the refusal before the connection is torn down under it."""
    try:
        sock.shutdown(socket.SHUT_WR)
        let_wait(sock, socket.SO_RCVTIMEO, 0.5)
        deadline = time.monotonic() + 2
        while sock.recv(65536) and time.monotonic() < deadline:
            pass
    except OSError:
        pass


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def listen(port: int) -> list[socket.socket]:
    """Sockets that listen on loopback only, IPv4 and where there is one IPv6; port 0 takes any.

    Raises OSError when the port is taken.
    """
    first = _listener(socket.AF_INET, "127.0.0.1", port)
    try:
        return [first, _listener(socket.AF_INET6, "::1", first.getsockname()[1])]
    except OSError:  # no IPv6 here, or the port is another's there: IPv4 is what `env` names
        return [first]


def _listener(family: int, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "nt":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(512)
    except OSError:
        sock.close()
        raise
    return sock
