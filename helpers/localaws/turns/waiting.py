"""Waiting for something else: neither inside the gate nor with the floor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from helpers.localaws.turns.floor import floor
from helpers.localaws.turns.gate import gate


@contextmanager
def waiting() -> Iterator[None]:
    """Wait within the block, for another thread, a process or the clock; both are taken up again.

    Whatever may happen in a request or in an execution waits so: the state can be copied meanwhile,
    and others compute. Where nobody is inside the gate yet, `floor.left` does: in `front`.
    """
    with gate.outside(), floor.left():
        yield
