"""Attending to sources of events: one after the other, in a thread that comes when there is cause.

Imports moto no more than others do; who attends may do so inside the gate, and counts as busy.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from helpers.localaws.turns.clock import Timer, Token, clock
from helpers.localaws.turns.gate import gate
from helpers.localaws.turns.threads import Threads

LOG = logging.getLogger(__name__)
T = TypeVar("T")

threads = Threads("event sources")


class Attendant(Generic[T]):
    """Calls `attend` with each thing that was wanted, soon, and never two at once."""

    def __init__(self, attend: Callable[[T], None]) -> None:
        self._attend = attend
        self._lock = threading.Lock()
        self._wanted: dict[str, T] = {}  # by its name, in the order in which they come
        self._runner: int | None = None
        self._at: str | None = None
        self._timers: dict[str, Timer] = {}

    def want(self, name: str, thing: T) -> None:
        """Attend to `thing`; what is done to it meanwhile by `attend` itself is no new cause."""
        with self._lock:
            if self._runner == threading.get_ident() and self._at == name:
                return
            self._wanted[name] = thing
            if self._runner is not None:
                return
            self._runner = -1
        token = clock.busy_token(pulls=False)
        threads.run(lambda: self._run(token))

    def want_at(self, when: float | None, name: str, thing: T) -> None:
        """Attend to it at a simulated time, and not at the one said before; None: at none."""
        timer = None
        if when is not None:
            timer = clock.at(when, lambda: self.want(name, thing), name, silent=True)
        with self._lock:
            before = self._timers.pop(name, None)
            if timer is not None:
                self._timers[name] = timer
        if before is not None:
            before.cancel()

    def clear(self) -> None:
        """Attend to nothing any more."""
        with self._lock:
            self._wanted.clear()
            timers, self._timers = list(self._timers.values()), {}
        for timer in timers:
            timer.cancel()

    def _run(self, token: Token) -> None:
        with clock.adopt(token):
            self._runner = threading.get_ident()
            while (found := self._next()) is not None:
                try:
                    with gate:
                        self._attend(found[1])
                except Exception:
                    LOG.exception("%s cannot be attended to", found[0])

    def _next(self) -> tuple[str, T] | None:
        with self._lock:
            if not self._wanted:
                self._runner = self._at = None
                return None
            self._at = next(iter(self._wanted))
            return self._at, self._wanted.pop(self._at)


def begin(work: Callable[[], None]) -> None:
    """Have `work` done in another thread, inside the gate; the clock counts it as busy."""
    token = clock.busy_token(pulls=False)

    def run() -> None:
        with clock.adopt(token), gate:
            work()

    threads.run(run)
