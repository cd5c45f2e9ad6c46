"""The way out of this machine, watched: a proxy that every request to the internet would take."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def a_recorder() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that every request to the internet would go through; it notes who knocks."""
    knocks = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    knocks.append(caller.recv(200))

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", knocks
