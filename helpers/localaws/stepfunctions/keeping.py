"""The executions that this process keeps: its store, and histories as they are read."""

from __future__ import annotations

import threading
from typing import Any

from helpers.localaws.stepfunctions.facts import Facts
from helpers.localaws.stepfunctions.store import Store

_store: Store | None = None
_lock = threading.Lock()


def use_store(new: Store) -> None:
    """Keep executions in `new`, for all accounts and regions."""
    global _store
    with _lock:
        _store = new


def store() -> Store:
    """Where executions are kept; in memory until `use_store` says otherwise."""
    global _store
    with _lock:
        if _store is None:
            _store = Store()
        return _store


class _Pages:
    """The long history that is being read, page by page: it is unpacked once, not for each page."""

    LONG = 1000

    def __init__(self) -> None:
        self._held: tuple[Any, list[dict[str, Any]]] = (None, [])

    def of(self, facts: Facts) -> list[dict[str, Any]]:
        """The events of an execution that has ended."""
        wanted = facts.arn, facts.redrive_count, facts.stop
        held, events = self._held
        if held != wanted:
            events = store().history(facts.arn)
            if len(events) > self.LONG:
                self._held = wanted, events
        return events

    def read(self) -> None:
        """The last page has been given."""
        self._held = None, []


_pages = _Pages()
history = _pages.of
history_read = _pages.read
