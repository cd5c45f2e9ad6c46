"""HTTP/1.1 without sockets: a request's head becomes WSGI's environment, its body is read.

What arrives is bytes of anybody's: what is not plainly HTTP is refused, by its head, before
anything is done for it. `serving` has the sockets.
"""

from __future__ import annotations

import io
import re
import sys
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

Environ = dict[str, Any]
"""PEP 3333's environment of a request, with the names that moto reads besides."""

DISCARD_LIMIT = 1024 * 1024
"""Bytes of an unread body that are read past to keep the connection; beyond that it is closed."""

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class BadRequest(Exception):
    """What arrived is not HTTP as it is taken here.

    status: the status line to answer with.
    """

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Sender(Protocol):
    """Where the body of a request comes from. All raise ConnectionError when it has gone away."""

    def some(self, count: int) -> bytes:
        """At least one byte and at most `count`."""

    def line(self) -> bytes:
        """The bytes before the next CR LF."""

    def go_on(self) -> None:
        """Tell it to send the body that it has announced."""


def environ_of(head: bytes, peer: tuple[Any, ...], port: int) -> Environ:
    """The environment of a request, without its body. Raises BadRequest.

    head: its bytes up to the empty line. peer: the address it comes from. port: where it arrived.
    """
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
    environ |= {
        "REQUEST_METHOD": method.decode("ascii"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": target.decode("latin-1"),
        "REQUEST_URI": target.decode("latin-1"),
        "SERVER_PROTOCOL": version.decode("ascii"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": peer[0],
        "REMOTE_PORT": str(peer[1]),
        "moto.preserved_header_names": preserved,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    return environ


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


class Body(io.RawIOBase):
    """The body of a request, read from its sender as the app asks for it.

    Reading raises BadRequest for what is not in the form that the head announced.
    """

    def __init__(self, sender: Sender, environ: Environ) -> None:
        super().__init__()
        length = _length(environ)
        self._sender = sender
        self._chunked = length is None
        self._left = length or 0
        self._ended = length == 0
        self._expects = environ.get("HTTP_EXPECT", "").lower() == "100-continue"

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what there is; 0 at the end."""
        if self._ended or not len(buffer):
            return 0
        if self._expects:
            self._expects = False
            self._sender.go_on()
        if self._chunked and not self._left:
            self._next_chunk()
            if self._ended:
                return 0
        data = self._sender.some(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        if not self._left:
            if not self._chunked:
                self._ended = True
            elif self._sender.line():
                raise BadRequest("400 Bad Request", "a chunk does not end where it says")
        return len(data)

    def _next_chunk(self) -> None:
        size = self._sender.line().split(b";", 1)[0].strip()
        if not size or len(size) > 15 or any(c not in b"0123456789abcdefABCDEF" for c in size):
            raise BadRequest("400 Bad Request", "a chunk without a size")
        self._left = int(size, 16)
        if not self._left:
            while self._sender.line():  # trailers
                pass
            self._ended = True

    def finish(self) -> bool:
        """Read past what the app left; False if the connection cannot be used any more."""
        if self._expects and not self._ended:
            return False  # the sender was never told to go on: it may or may not send its body
        left = DISCARD_LIMIT
        buffer = bytearray(65536)
        while not self._ended and left > 0:
            left -= self.readinto(buffer)
        return self._ended
