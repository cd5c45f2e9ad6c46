"""Sockets: how they listen on loopback, how long they may wait, and how they end."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time


def let_wait(sock: socket.socket, what: int, seconds: float) -> None:
    """Let a blocking socket wait so long: to receive (SO_RCVTIMEO) or to send (SO_SNDTIMEO).

    When the time is over, the call raises BlockingIOError. `settimeout` would have two or three
    calls to the system more for each wait, and at each of them another thread gets the interpreter.
    """
    if os.name == "nt":
        sock.setsockopt(socket.SOL_SOCKET, what, max(1, int(seconds * 1000)))
    else:
        whole = int(seconds)
        timeval = struct.pack("@ll", whole, max(1, int((seconds - whole) * 1e6)))
        sock.setsockopt(socket.SOL_SOCKET, what, timeval)


def linger(sock: socket.socket) -> None:
    """Let the other side read the refusal before the connection is torn down under it."""
    try:
        sock.shutdown(socket.SHUT_WR)
        let_wait(sock, socket.SO_RCVTIMEO, 0.5)
        deadline = time.monotonic() + 2
        while sock.recv(65536) and time.monotonic() < deadline:
            pass
    except OSError:
        pass


def shut(sock: socket.socket) -> None:
    """End both directions; whoever reads or writes at this moment is told so."""
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
