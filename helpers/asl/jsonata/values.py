"""JSON values on their way into jsonata-python and out of it."""

from __future__ import annotations

import math
from typing import Any

_NO_NUMBERS = {math.inf: "Infinity", -math.inf: "-Infinity"}
"""What JSON has no number for is text on AWS; all else of the kind is "NaN"."""


class NotJson(ValueError):
    """What an expression gave is no JSON value: a function, a regular expression."""


def kind_of(value: Any) -> str:
    """The JSON type of `value`, as AWS names it."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")


def to_library(value: Any) -> Any:
    """`value` with null as the library wants it: a Python None means undefined there."""
    from jsonata.utils import Utils

    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: to_library(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_library(inner) for inner in value]
    return value


def from_library(value: Any) -> Any:
    """The JSON value of what the library gives; raises NotJson."""
    from jsonata.utils import Utils

    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return _NO_NUMBERS.get(value, "NaN")
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {key: from_library(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | range) or hasattr(value, "__iter__"):
        return [from_library(inner) for inner in value]
    raise NotJson
