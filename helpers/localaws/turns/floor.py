"""Who has the floor: of requests and executions one computes at a time, the others wait for it.

Python lets one thread at a time compute anyway. But a hundred that want to, each look every 5 ms
whether it is their turn, and each of their many short calls to the system hands the turn to another
and asks for it back: a third of the processor's time went there when 200 executions ran at once.
Who waits for the floor costs nothing meanwhile.

Whoever waits for something else (a function, the clock, a slow sender) leaves the floor for so
long. It is a matter of speed alone, nothing is guarded by it: who finds that another does not leave
it for long goes on without.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.05
"""Real seconds that one may have the floor while others wait."""


class Floor:
    """Taken with `with`, by one thread at a time; by one that has it already, at no cost.

    >>> floor = Floor()
    >>> with floor:
    ...     with floor.left():
    ...         floor.taken
    ...     floor.taken
    False
    True
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._here = _Here()
        self._since = 0.0

    @property
    def taken(self) -> bool:
        """Whether somebody has it."""
        return self._lock.locked()

    def __enter__(self) -> None:
        here = self._here
        here.depth += 1
        if here.depth == 1:
            self._take(here)

    def __exit__(self, *_: object) -> None:
        here = self._here
        here.depth -= 1
        if not here.depth and here.has_it:
            here.has_it = False
            self._lock.release()

    def _take(self, here: _Here) -> None:
        acquire = self._lock.acquire
        has_it = acquire(blocking=False)
        while not has_it:
            seen = self._since
            has_it = acquire(timeout=PATIENCE)
            if not has_it and seen == self._since:  # the same thread has it all the time
                return
        here.has_it = True
        self._since = time.monotonic()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Without the floor within the block: for who waits there for something."""
        here = self._here
        depth, here.depth = here.depth, 0
        if here.has_it:
            here.has_it = False
            self._lock.release()
        try:
            yield
        finally:
            here.depth = depth
            if depth:
                self._take(here)


class _Here(threading.local):
    """What the calling thread has."""

    depth = 0
    has_it = False


floor = Floor()
"""The endpoint's floor."""
