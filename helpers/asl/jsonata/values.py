"""JSON values on their way into jsonata-python and out of it."""

from __future__ import annotations

import math
from typing import Any

from helpers.asl.jsonata.reading import Ways

_NO_NUMBERS = {math.inf: "Infinity", -math.inf: "-Infinity"}
"""What JSON has no number for is text on AWS; all else of the kind is "NaN"."""


class NotJson(ValueError):
    """What an expression gave is no JSON value: a function, a regular expression."""


def kind_of(value: Any) -> str:
    """The JSON type of `value`, as AWS names it."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")


def to_library(value: Any) -> Any:
    """`value` with null as the library wants it: a Python None means undefined there.

    A number is whole if it can be, and exact as far as 64 bits go. Raises OverflowError for one
    that is too large to be a number.
    """
    from jsonata.utils import Utils

    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    if isinstance(value, dict):
        return {key: to_library(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_library(inner) for inner in value]
    return value


def to_library_in_part(value: Any, ways: Ways) -> Any:
    """`to_library`, without what is not looked at: items of a Map read little of a large input.

    >>> to_library_in_part({"a": {"b": 1, "c": [2]}, "d": 3}, {"a": {"c": {}}, "e": {}})
    {'a': {'c': [2]}}
    """
    if not ways or not isinstance(value, dict):
        return to_library(value)
    return {
        name: to_library_in_part(value[name], inner)
        for name, inner in ways.items()
        if name in value
    }


def _number(value: float) -> float:
    """A number as AWS has it, which reads and writes them with Java.

    >>> _number(1.0), _number(1e17), _number(2**63 - 1), _number(2**63)
    (1, 100000000000000000, 9223372036854775807, 9.223372036854776e+18)
    """
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if math.isinf(value):
        raise OverflowError
    return int(value) if value.is_integer() and abs(value) < 2**63 else value


def from_library(value: Any) -> Any:
    """The JSON value of what the library gives; raises NotJson."""
    from jsonata.utils import Utils

    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return _NO_NUMBERS.get(value, "NaN")
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dict):
        return {key: from_library(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | range) or hasattr(value, "__iter__"):
        return [from_library(inner) for inner in value]
    raise NotJson
