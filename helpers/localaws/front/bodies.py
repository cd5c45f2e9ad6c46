"""Large request bodies: on disk while they arrive, few in memory at once, and let go of afterwards.

Moto reads a body whole and more than once, and the objects of a request lead to each other in
circles, so that its body stays until the collector comes round. An upload in ten parts at once
would take some hundred megabytes, and keep them.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import tempfile
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

from helpers.localaws.front.http import Environ
from helpers.localaws.turns.waiting import waiting

LARGE = 1 << 20
"""Bytes from which a body is put on disk."""
AT_ONCE = 1
"""Large bodies that moto may have in memory at once."""
PATIENCE = 10.0
"""Seconds until one goes ahead all the same: a handler may wait for what another upload brings."""

_turns = threading.BoundedSemaphore(AT_ONCE)


def read(source: Any, limit: int, length: int | None) -> tuple[BinaryIO, int] | None:
    """The whole body and its size in bytes; None if it is larger than `limit`.

    length: the size that the request says, if it says one. Raises OSError when the disk is full.
    """
    if length is not None and length <= LARGE:
        body = source.read(length)
        return io.BytesIO(body), len(body)
    limit = limit if length is None else min(limit, length)
    spooled, size = tempfile.SpooledTemporaryFile(LARGE), 0  # noqa: SIM115 - the request keeps it
    while piece := source.read(min(LARGE, limit - size + 1)):
        size += len(piece)
        if size > limit:
            spooled.close()
            return None
        spooled.write(piece)
        if size == length:
            break
    spooled.seek(0)
    return spooled, size  # type: ignore[return-value]


def sha256(body: BinaryIO) -> str:
    """The SHA-256 of a body in hex; it is at its beginning afterwards."""
    if isinstance(body, io.BytesIO):
        return hashlib.sha256(body.getbuffer()).hexdigest()
    digest = hashlib.sha256()
    while piece := body.read(LARGE):
        digest.update(piece)
    body.seek(0)
    return digest.hexdigest()


@contextlib.contextmanager
def in_turn(environ: Environ) -> Iterator[None]:
    """Answer a request within the block: if its body is large, not beside others, and let go of it.

    After a failure the body stays, for who looks at what is wrong with it.
    """
    if int(environ.get("CONTENT_LENGTH") or 0) <= LARGE:
        yield
        return
    with waiting():
        taken = _turns.acquire(timeout=PATIENCE)
    try:
        yield
        environ["wsgi.input"].close()
        environ["wsgi.input"] = io.BytesIO()
    finally:
        gc.collect(1)  # what the request left; it has not been there for long
        if taken:
            _turns.release()
