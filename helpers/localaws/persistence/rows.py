"""What grows, and is rows of its own, written once: DynamoDB's items and the events of logs."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from helpers.localaws.persistence.items import PROTOCOL, Items
from helpers.localaws.persistence.items import Taken as TakenItems
from helpers.localaws.persistence.log_events import LogEvents
from helpers.localaws.persistence.log_events import Taken as TakenEvents

STATE = -1
"""The number of the row that has a log stream's attributes; its events come after it."""

NOT_STATE = frozenset({"events", "log_group", "_kept_as", "_kept_at"})
"""Attributes of a log stream that are not in that row."""

Row = tuple[int, int, Any]
"""The owner's number, the row's number, and the value: bytes, or what is yet to be pickled."""


class Rows:
    """What is new, changed or gone of tables and log streams since it was written last.

    known: the owners of which something is on disk. quiet: nobody is changing anything.
    new, dropped: of the book's table `rows`. owners: of which something will be on disk.
    """

    def __init__(self, known: set[int], quiet: bool) -> None:
        self._known = known
        self._quiet = quiet
        self._taken: list[tuple[Any, TakenItems | TakenEvents]] = []
        self._streams: list[tuple[Any, Any]] = []
        self._resting: list[LogEvents] = []
        self.new: list[Row] = []
        self.dropped: list[tuple[int, int]] = []
        self.owners: set[int] = set()

    def note(self, kept: Items | LogEvents, owner: int) -> None:
        """Note what is new, changed or gone of a table's items or of a log stream's events."""
        if owner not in self._known:
            kept.forget()
        taken = kept.take(self._quiet)
        self.new += [(owner, number, value) for number, value in taken.rows]
        self.dropped += [(owner, number) for number in taken.gone]
        self.owners.add(owner)
        if taken.rows or taken.gone:
            self._taken.append((kept, taken))

    def note_stream(self, stream: Any, owner: int) -> None:
        """Note a log stream and its new events, if there has been something new in it."""
        last = _last(stream)
        if owner not in self._known or stream.__dict__.get("_kept_at") != last:
            state = {k: v for k, v in vars(stream).items() if k not in NOT_STATE}
            self.new.append((owner, STATE, state))
            self._streams.append((stream, last))
            self.note(stream.events, owner)
        else:
            self._resting.append(stream.events)
        self.owners.add(owner)

    def settle(self) -> None:
        """Note that it is on disk."""
        for kept, taken in self._taken:
            kept.settle(taken)
        for stream, last in self._streams:
            stream.__dict__["_kept_at"] = last
        for events in self._resting:
            events.rest()


def packed(rows: Iterable[Row]) -> list[tuple[int, int, bytes]]:
    """The rows with their values as bytes."""
    return [
        (owner, number, value if isinstance(value, bytes) else pickle.dumps(value, PROTOCOL))
        for owner, number, value in rows
    ]


def items_of(table: Any) -> Items:
    """An empty table's items."""
    return Items(table.hash_key_attr, table.range_key_attr)


def stream_of(group: Any, rows: Iterator[tuple[int, bytes]]) -> Any:
    """A log stream of `group` as it is on disk, which begins with what is STATE."""
    from moto.logs.models import LogStream

    stream = object.__new__(LogStream)
    _, state = next(rows)
    stream.__dict__.update(pickle.loads(state))
    stream.log_group = group
    stream.events = LogEvents()
    stream.events.fill(rows)
    stream.__dict__["_kept_at"] = _last(stream)
    group.streams[stream.log_stream_name] = stream
    return stream


def _last(stream: Any) -> Any:
    """What is another after anything has happened to a log stream."""
    return stream.upload_sequence_token, stream.last_ingestion_time, stream.creation_time


def counts() -> dict[str, int]:
    """How many events of logs there have been: the next one's id comes of it."""
    module = sys.modules.get("moto.logs.models")
    return {"log events": module.LogEvent._event_id} if module else {}


def restore_counts(told: dict[str, int]) -> None:
    """Count on from there."""
    if "log events" in told:
        from moto.logs.models import LogEvent

        LogEvent._event_id = told["log events"]
