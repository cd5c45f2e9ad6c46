"""Tables and log streams, whose items and events are rows of their own."""

from __future__ import annotations

from typing import Any

from ..gathering import Gathering
from ..loading import loading


def reduce_table(gathering: Gathering, table: Any) -> Any:
    """One of DynamoDB's tables, without its items."""
    return _without("items", table, gathering)


def reduce_stream(gathering: Gathering, stream: Any) -> Any:
    """A log stream, without its events."""
    return _without("events", stream, gathering)


def _without(parts: str, thing: Any, gathering: Gathering) -> Any:
    owner = gathering.memory.owner(thing)
    gathering.parts.note(getattr(thing, parts), owner)
    state = {k: v for k, v in vars(thing).items() if k not in (parts, "_kept_as")}
    return _with_parts, (type(thing), owner), state


def _with_parts(kind: type, owner: int) -> Any:
    thing = object.__new__(kind)
    loading.parts.append((thing, owner))
    return thing
