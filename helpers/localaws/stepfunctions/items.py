"""The items of a Map state, and what the context object tells of the one that is worked at."""

from __future__ import annotations

from typing import Any

STATE_DATA = "STATE_DATA"
"""The Source of items that are the state's own input."""


class Pair(dict[str, Any]):
    """An entry of an object that is mapped over: an item that has a Key and a Value."""


def pairs(value: dict[str, Any]) -> list[Any]:
    """The items of an object.

    >>> pairs({"a": 1})
    [{'Key': 'a', 'Value': 1}]
    """
    return [Pair(Key=key, Value=inner) for key, inner in value.items()]


def in_context(index: int, item: Any, source: str = STATE_DATA) -> dict[str, Any]:
    """`Map.Item` of the context object; source: where the items come from.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html

    >>> in_context(0, "x")
    {'Index': 0, 'Value': 'x', 'Source': 'STATE_DATA'}
    """
    if isinstance(item, Pair):
        return {"Index": index, **item, "Source": source}
    return {"Index": index, "Value": item, "Source": source}
