"""Which port the endpoint takes where nobody named one: none that the system hands out itself.

A JupyterHub asks the system for any free port, and seconds later a learner's server listens there.
An endpoint that had taken it meanwhile answered in that server's place, and the hub saw a server
that was ready. The same goes for whoever else asks for any port.
"""

from __future__ import annotations

import random
import socket

from helpers.localaws.front.sockets import listen

OURS = range(20_000, 32_000)
"""Linux hands out those from 32768, macOS and Windows those from 49152."""


def listen_somewhere() -> list[socket.socket]:
    """Sockets that listen on a free port of OURS, on any other where all of those are taken."""
    for port in random.sample(OURS, len(OURS)):
        try:
            return listen(port)
        except OSError:  # taken; or not to be had, as some on Windows
            continue
    return listen(0)
