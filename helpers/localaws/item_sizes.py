"""How large an item of DynamoDB's is.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def size_of(item: Any) -> int:
    """How many bytes an item has, as DynamoDB counts.

    >>> size_of({"Id": {"S": "a1"}, "Price": {"N": "42"}})
    11
    """
    return sum(_text(name) + _size(value) for name, value in item.items())


def size_of_flat(item: Sequence[Any]) -> int:
    """The same of an item that is name, type and value of each attribute, one after the other.

    >>> size_of_flat(["Id", "S", "a1", "Price", "N", "42"])
    11
    """
    size = 0
    for name, kind, value in zip(item[::3], item[1::3], item[2::3], strict=True):
        size += _text(name) + _inner(kind, value)
    return size


def _size(value: Any) -> int:
    """Of a value as it is on the wire, as a type and what it is, or as moto keeps it."""
    if type(value) is dict:
        ((kind, inner),) = value.items()
    elif type(value) is tuple:
        kind, inner = value
    else:
        kind, inner = value.type, value.value
    return _inner(kind, inner)


def _inner(kind: str, inner: Any) -> int:
    if kind == "S":
        return _text(inner)
    if kind == "N":
        return (len(inner.strip("-0.").replace(".", "")) + 1) // 2 + 1
    if kind == "B":  # on the wire, it is Base64
        return len(inner.rstrip("=")) * 3 // 4 if isinstance(inner, str) else len(inner)
    if kind in ("SS", "NS", "BS"):
        return sum(_inner(kind[0], one) for one in inner)
    if kind == "L":
        return 3 + sum(1 + _size(one) for one in inner)
    if kind == "M":
        return 3 + sum(1 + _text(name) + _size(one) for name, one in inner.items())
    return 1


def _text(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
