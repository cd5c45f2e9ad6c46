"""The events of a log stream: the newest as moto has them, the older ones packed by the hundred.

When a stream has rested for a while, all of it is packed: each worker of a function has a stream.

moto has an object for each; here a packed one is made when somebody reads the stream. Most of an
event is an identifier that its neighbours have too, so packed they take a tenth.
"""

from __future__ import annotations

import functools
import importlib
import pickle
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moto.logs.models import LogEvent

PROTOCOL = 5
TOGETHER = 256
"""So many events are packed together, when there are as many newer ones."""

Plain = list[tuple[int, int, int, str]]
"""Events as they are kept: id, time of ingestion and time in milliseconds, message."""


@dataclass(frozen=True)
class Taken:
    """What of a log stream is not on disk. rows: number and events. gone: there are none."""

    rows: list[tuple[int, Plain]]
    count: int
    gone: tuple[int, ...] = ()


@dataclass(frozen=True)
class Block:
    """Some events of a stream: when the earliest and the latest of them is (ms), and they."""

    first: int
    last: int
    events: Callable[[], Iterable[LogEvent]]


class LogEvents:
    """Stands in for the list in which moto keeps a stream's events."""

    def __init__(self, events: Iterable[LogEvent] = ()) -> None:
        self._packed: list[bytes] = []
        self._spans: list[tuple[int, int]] = []  # the earliest and the latest time (ms) of each
        self._newest = list(events)
        self._fresh = list(self._newest)  # those that are not on disk
        self._next = 0  # number of the next row
        self._lock = threading.Lock()

    # -- as moto uses it

    def __iadd__(self, events: Iterable[LogEvent]) -> LogEvents:
        with self._lock:
            events = list(events)
            self._newest += events
            self._fresh += events
        return self

    def __iter__(self) -> Iterator[LogEvent]:
        with self._lock:
            packed, newest = list(self._packed), list(self._newest)
        for one in packed:
            yield from _unpacked(one)
        yield from newest

    def __bool__(self) -> bool:
        return bool(self._newest or self._packed)

    def span(self) -> tuple[int, int] | tuple[None, None]:
        """The earliest and the latest time of an event, in ms."""
        with self._lock:
            spans = [*self._spans, *_spans(self._newest)]
        if not spans:
            return (None, None)
        return (min(first for first, _ in spans), max(last for _, last in spans))

    def blocks(self) -> list[Block]:
        """All events by the hundred, for who need not look at each; packed ones stay so."""
        with self._lock:
            packed = list(zip(self._packed, self._spans, strict=True))
            newest = list(self._newest)
        blocks = [Block(*span, functools.partial(_unpacked, value)) for value, span in packed]
        return blocks + [Block(*span, functools.partial(iter, newest)) for span in _spans(newest)]

    # -- for whoever writes them down

    def take(self, quiet: bool) -> Taken:
        """What is not on disk."""
        with self._lock:
            if not self._fresh:
                return Taken([], 0)
            self._next += 1
            return Taken([(self._next - 1, _plain(self._fresh))], len(self._fresh))

    def settle(self, taken: Taken) -> None:
        """Note that it is on disk, and pack what is no longer new."""
        with self._lock:
            del self._fresh[: taken.count]
        self._pack()

    def forget(self) -> None:
        """Nothing of it is on disk any more."""
        events = list(self)
        with self._lock:
            self._fresh = events

    def fill(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Put in what is on disk: number and value of each row, in the order of the numbers."""
        for number, value in rows:
            self._newest += _events(pickle.loads(value))
            self._next = number + 1
            self._pack()

    def rest(self) -> None:
        """Pack all of them: nothing has been added for a while."""
        if self._newest:
            self._pack_first(len(self._newest))

    def _pack(self) -> None:
        while len(self._newest) >= 2 * TOGETHER:
            self._pack_first(TOGETHER)

    def _pack_first(self, count: int) -> None:
        events = self._newest[:count]
        value = zlib.compress(pickle.dumps(_plain(events), PROTOCOL), 1)
        with self._lock:
            self._packed.append(value)
            self._spans += _spans(events)
            self._newest = self._newest[count:]


def _spans(events: list[LogEvent]) -> list[tuple[int, int]]:
    """The earliest and the latest time of the events; empty if there are none."""
    times = [one.timestamp for one in events]
    return [(min(times), max(times))] if times else []


def _unpacked(value: bytes) -> Iterator[LogEvent]:
    return _events(pickle.loads(zlib.decompress(value)))


def _plain(events: list[LogEvent]) -> Plain:
    return [(one.event_id, one.ingestion_time, one.timestamp, one.message) for one in events]


def _events(plain: Plain) -> Iterator[LogEvent]:
    kind = _log_event()
    for event_id, ingestion_time, timestamp, message in plain:
        event = object.__new__(kind)
        event.ingestion_time, event.timestamp = ingestion_time, timestamp
        event.message, event.event_id = message, event_id
        yield event


@functools.cache
def _log_event() -> type[LogEvent]:
    """moto's class: its module is imported when the first log group is made."""
    return importlib.import_module("moto.logs.models").LogEvent
