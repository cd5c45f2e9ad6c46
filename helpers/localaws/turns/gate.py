"""The gate between those who change the endpoint's state and the one who writes it to disk.

Whatever changes state does so inside the gate: a request, a call from a state machine to a service,
a step of a deployment, a firing. That costs a fraction of a microsecond and never waits, except for
the few milliseconds in which the gate is closed, because the state is being copied. Whoever waits
for something else meanwhile (a function, the clock) is outside for so long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from helpers.localaws.turns.floor import floor

LOOK = 0.0005
"""Seconds between two looks at who is still inside."""


class Gate:
    """Let many in at once; close for a moment when all are out.

    >>> gate = Gate()
    >>> with gate, gate.closed(patience=0) as quiet:
    ...     quiet
    False
    >>> with gate.closed(patience=0) as quiet:
    ...     quiet
    True
    """

    def __init__(self) -> None:
        self._inside: dict[int, int] = {}  # thread -> how deep it is in; each touches its own
        self._closed = False
        self._opened = threading.Event()
        self.used = False
        """Whether somebody has been inside since this was last set to False."""

    def __enter__(self) -> None:
        me = get_ident()
        depth = self._inside.get(me)
        if depth:
            self._inside[me] = depth + 1
        else:
            self._go_in(me, 1)

    def __exit__(self, *_: object) -> None:
        self.used = True
        me = get_ident()
        depth = self._inside[me]
        if depth > 1:
            self._inside[me] = depth - 1
        else:
            del self._inside[me]

    def _go_in(self, me: int, depth: int) -> None:
        # First say that one is in, then look whether it is closed; who closes it does it the other
        # way round: so one of the two always sees the other.
        self._inside[me] = depth
        while self._closed:
            del self._inside[me]
            with floor.left():
                self._opened.wait()
            self._inside[me] = depth

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Not inside within the block: for who waits there for something that takes its time."""
        me = get_ident()
        depth = self._inside.pop(me, 0)
        self.used = True
        try:
            yield
        finally:
            if depth:
                self._go_in(me, depth)

    def step_aside(self) -> None:
        """Between two steps of something long: what has been done so far may be copied."""
        with self.outside():
            pass

    @contextmanager
    def closed(self, patience: float) -> Iterator[bool]:
        """Let nobody in within the block; gives whether all came out within `patience` seconds."""
        self._opened.clear()
        self._closed = True
        try:
            deadline = time.monotonic() + patience
            while self._inside and time.monotonic() < deadline:
                time.sleep(LOOK)
            yield not self._inside
        finally:
            self._closed = False
            self._opened.set()


gate = Gate()
"""The endpoint's gate."""
