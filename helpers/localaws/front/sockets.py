"""How long a socket may wait, said with fewer calls to the system than `settimeout` needs."""

from __future__ import annotations

import os
import socket
import struct


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
