"""A response as HTTP/1.1 has it, without sockets: what fits is written in a single piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from helpers.localaws.front.dates import http_date

VALUE_LIMIT = 8192
"""Characters of one header of a response: Python's clients give up at a line of 65,536 bytes."""


class Reply:
    """One response.

    write: sends bytes to whoever asked; what it raises is passed on.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
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
        self._write(head if self.head_only or bare else head + data)

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
        self._write(head + (_chunk(first) if chunked else first))
        for part in parts:
            self._write(_chunk(part) if chunked else part)
        if chunked:
            self._write(b"0\r\n\r\n")

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
