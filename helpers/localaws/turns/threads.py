"""Threads that are kept for a while when their work is done; starting one costs no little."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

LOG = logging.getLogger(__name__)

KEPT = 5.0
"""Real seconds that a thread waits for more work."""


class Threads:
    """Each work gets a thread at once: one that has nothing to do, or a new one."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._works: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0  # threads that wait for work, less those for which there is some

    def run(self, work: Callable[[], None]) -> None:
        """Have `work` done, beginning now, by another thread; what it raises is logged.

        Raises RuntimeError when there can be no more threads.
        """
        with self._lock:
            waits = self._idle > 0
            if waits:
                self._idle -= 1
        if waits:
            self._works.put(work)
        else:
            threading.Thread(target=self._serve, args=(work,), name=self._name, daemon=True).start()

    def _serve(self, work: Callable[[], None]) -> None:
        while True:
            try:
                work()
            except Exception:
                LOG.exception("what a thread named %r did went wrong", self._name)
            del work  # it holds on to what it was about
            with self._lock:
                self._idle += 1
            try:
                work = self._works.get(timeout=KEPT)
            except Empty:
                with self._lock:
                    if self._idle > 0:
                        self._idle -= 1
                        return
                work = self._works.get()  # somebody has counted on this thread just now
