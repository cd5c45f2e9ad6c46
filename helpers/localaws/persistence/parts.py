"""What grows, and is rows of its own, written once: DynamoDB's items and the events of logs."""

from __future__ import annotations

import pickle
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .changes import Changed

PROTOCOL = 5

Row = tuple[int, int, Any]
"""The owner's number, the row's number, and the value: bytes, or what is yet to be pickled."""


@dataclass(eq=False)
class Shadow:
    """What of a table or a log stream is on disk. items: by `id`, each with its row's number."""

    items: dict[int, tuple[Any, int]] = field(default_factory=dict)
    events: int = 0
    first: Any = None
    next: int = 0


class Parts:
    """What is new, changed or gone of tables and log streams, since `before` was on disk.

    rows, dropped: of the table `parts`. shadows: what will be on disk, by owner.
    """

    def __init__(self, before: dict[int, Shadow], changed: Changed) -> None:
        self._before = before
        self.changed = changed
        self.rows: list[Row] = []
        self.dropped: list[tuple[int, int]] = []
        self.shadows: dict[int, Shadow] = {}

    def items(self, table: Any, owner: int) -> None:
        """Note the items of a table that are new, changed or gone."""
        old = self._before.get(owner) or Shadow()
        new = Shadow(next=old.next)
        before, after, changed = old.items, new.items, self.changed
        ranged = table.range_key_attr is not None
        for found in table.items.values():
            for item in found.values() if ranged else (found,):
                here = id(item)
                known = before.get(here)
                if known is not None and known[0] is item:
                    after[here] = known
                    if here in changed:
                        self.rows.append((owner, known[1], pickle.dumps(item, PROTOCOL)))
                else:
                    after[here] = (item, new.next)
                    self.rows.append((owner, new.next, pickle.dumps(item, PROTOCOL)))
                    new.next += 1
        if len(before) + new.next - old.next != len(after):
            gone = before.keys() - after.keys()
            self.dropped += [(owner, before[here][1]) for here in gone]
            replaced = [h for h in before.keys() & after.keys() if before[h][1] != after[h][1]]
            self.dropped += [(owner, before[here][1]) for here in replaced]
        self.shadows[owner] = new

    def events(self, stream: Any, owner: int) -> None:
        """Note the events of a log stream that are new."""
        old, events = self._before.get(owner) or Shadow(), stream.events
        count = len(events)
        if old.events > count or (old.events and events[0] is not old.first):
            self.dropped += [(owner, number) for number in range(old.next)]
            old = Shadow(next=old.next)
        new = Shadow(events=count, first=events[0] if events else None, next=old.next)
        if count > old.events:
            self.rows.append((owner, new.next, [_event(e) for e in events[old.events : count]]))
            new.next += 1
        self.shadows[owner] = new


def packed(rows: Iterable[Row]) -> list[tuple[int, int, bytes]]:
    """The rows with their values as bytes."""
    return [
        (owner, number, value if isinstance(value, bytes) else pickle.dumps(value, PROTOCOL))
        for owner, number, value in rows
    ]


def fill(thing: Any, rows: Iterable[tuple[int, bytes]]) -> Shadow:
    """Put its rows, by number, back into a table or a log stream; returns what is on disk."""
    return (_fill_stream if type(thing).__name__ == "LogStream" else _fill_table)(thing, rows)


def _fill_table(table: Any, rows: Iterable[tuple[int, bytes]]) -> Shadow:
    shadow = Shadow()
    table.items = defaultdict(dict)
    ranged = table.range_key_attr is not None
    for number, value in rows:
        item = pickle.loads(value)
        if ranged:
            table.items[item.hash_key][item.range_key] = item
        else:
            table.items[item.hash_key] = item
        shadow.items[id(item)] = (item, number)
        shadow.next = number + 1
    return shadow


def _event(event: Any) -> tuple[Any, ...]:
    return event.event_id, event.ingestion_time, event.timestamp, event.message


def _fill_stream(stream: Any, rows: Iterable[tuple[int, bytes]]) -> Shadow:
    from moto.logs.models import LogEvent

    shadow = Shadow()
    stream.events = []
    for number, value in rows:
        for event_id, ingestion_time, timestamp, message in pickle.loads(value):
            event = object.__new__(LogEvent)
            event.ingestion_time, event.timestamp = ingestion_time, timestamp
            event.message, event.event_id = message, event_id
            stream.events.append(event)
        shadow.next = number + 1
    shadow.events = len(stream.events)
    shadow.first = stream.events[0] if stream.events else None
    return shadow


def counts() -> dict[str, int]:
    """How many events of logs there have been: the next one's id comes of it."""
    module = sys.modules.get("moto.logs.models")
    return {"log events": module.LogEvent._event_id} if module else {}


def restore_counts(found: dict[str, int]) -> None:
    """Count on from there."""
    if "log events" in found:
        from moto.logs.models import LogEvent

        LogEvent._event_id = found["log events"]
