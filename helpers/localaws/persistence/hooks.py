"""The hooks into moto by which what grows is small, and what is kept is noticed when it changes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from helpers.localaws.on_moto.after_import import after_import
from helpers.localaws.persistence.items import Items
from helpers.localaws.persistence.log_events import LogEvents
from helpers.localaws.persistence.rows import items_of


def install() -> None:
    """Put the hooks in place, as soon as moto's modules are imported."""
    after_import("moto.dynamodb.models", hook_dynamodb)
    after_import("moto.logs.models", hook_logs)
    after_import("moto.s3.models", hook_s3)


def hook_s3() -> None:
    """Notice it when an object's content is replaced, and let nobody read while it is copied."""
    from moto.s3.models import FakeKey

    plain = FakeKey.value
    if getattr(plain.fset, "forgets", False):
        return

    def set_value(key: Any, value: bytes) -> None:
        """For the setter of FakeKey.value: what was kept of it is the old content."""
        lock = key.__dict__.get("lock")  # there is none yet while the object is made
        with lock or contextlib.nullcontext():
            plain.fset(key, value)
            key.__dict__.pop("_kept_in", None)

    plain_etag = FakeKey.etag.fget

    def etag(key: Any) -> str:
        """For FakeKey.etag, which reads the content without the lock that everybody else takes."""
        with key.lock if key._etag is None else contextlib.nullcontext():
            return plain_etag(key)

    set_value.forgets = True  # type: ignore[attr-defined]
    FakeKey.value = property(plain.fget, set_value)  # type: ignore[assignment]
    FakeKey.etag = property(etag)  # type: ignore[assignment]


def hook_dynamodb() -> None:
    """Give tables items that are packed while nobody uses them."""
    from moto.dynamodb.models.table import Table

    if isinstance(vars(Table).get("items"), Held):
        return
    plain_describe = Table.describe

    def length(table: Any) -> int:
        """For Table.__len__, which would make an object of each item to count them."""
        return len(table.items)

    def all_items(table: Any) -> list[Any]:
        """For Table.all_items, which compares objects to sort them: most of a query's time."""
        return table.items.in_order()

    def describe(table: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        """For Table.describe, which says 0 bytes."""
        told = plain_describe(table, base_key)
        told[base_key]["TableSizeBytes"] = table.items.size()
        return told

    def as_items(table: Any, value: Any) -> Items:
        if value and not isinstance(value, Items):
            raise TypeError("moto gives a table items in another way than it did")
        return value if isinstance(value, Items) else items_of(table)

    Table.items = Held("items", as_items)
    Table.__len__ = length  # type: ignore[method-assign]
    Table.all_items = all_items  # type: ignore[method-assign]
    Table.describe = describe  # type: ignore[method-assign]


def hook_logs() -> None:
    """Give log streams events that are packed when they are no longer new."""
    from moto.logs.models import LogStream

    if isinstance(vars(LogStream).get("events"), Held):
        return

    def update(stream: Any) -> None:
        """For LogStream._update, which looks at each event to tell when the first and last were."""
        stream.first_event_timestamp, stream.last_event_timestamp = stream.events.span()

    def as_events(stream: Any, value: Any) -> LogEvents:
        return value if isinstance(value, LogEvents) else LogEvents(value)

    LogStream.events = Held("events", as_events)  # type: ignore[assignment]
    LogStream._update = update  # type: ignore[method-assign]


class Held:
    """An attribute whose values are turned into something else when they are set."""

    def __init__(self, name: str, turned: Callable[[Any, Any], Any]) -> None:
        self._name = name
        self._turned = turned

    def __get__(self, thing: Any, kind: type) -> Any:
        if thing is None:
            return self
        try:
            return thing.__dict__[self._name]
        except KeyError:
            raise AttributeError(self._name) from None

    def __set__(self, thing: Any, value: Any) -> None:
        thing.__dict__[self._name] = self._turned(thing, value)
