"""What functions and operators of the query language do; None is the value of what is not there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

Value = Any
"""float, str, bool or None."""

_SPANS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def number(value: Value) -> float | None:
    """A value as a number, as far as it is one."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        as_number = float(value)
    except ValueError:
        return None
    return as_number if math.isfinite(as_number) else None


def text(value: Value) -> str:
    """A value as a result shows it: numbers without what says nothing, four digits at most."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else f"{value:.4f}".rstrip("0")
    return str(value)


def span(value: Value) -> float:
    """Milliseconds of a length of time such as 5m. Raises ValueError if it is none."""
    match = re.fullmatch(r"(\d+)(ms|s|m|h|d|w)", str(value))
    if match is None or not int(match[1]):
        raise ValueError(f"{value} is not a length of time such as 5m")
    return float(match[1]) * _SPANS[match[2]]


def compare(sign: str, left: Value, right: Value) -> bool:
    """A comparison: of numbers if both are, else of text; with what is not there, only != holds."""
    if left is None or right is None:
        return sign == "!=" and left is not right
    a, b = number(left), number(right)
    one, other = (a, b) if a is not None and b is not None else (text(left), text(right))
    return _COMPARE[sign](one, other)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _of_numbers(work: Callable[..., float]) -> Callable[..., Value]:
    def wrapped(*values: Value) -> Value:
        numbers = [number(value) for value in values]
        if any(one is None for one in numbers):
            return None
        try:
            return float(work(*numbers))
        except (ArithmeticError, ValueError):
            return None

    return wrapped


def _of_texts(work: Callable[..., Value]) -> Callable[..., Value]:
    def wrapped(*values: Value) -> Value:
        return None if any(one is None for one in values) else work(*map(text, values))

    return wrapped


def _substr(value: str, start: str, length: str | None = None) -> str:
    first = int(float(start))
    return value[first:] if length is None else value[first : first + int(float(length))]


def _floor(value: Value, length: Value) -> Value:
    when = number(value)
    return None if when is None else when // span(length) * span(length)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "+": _of_numbers(lambda a, b: a + b),
    "-": _of_numbers(lambda a, b: a - b),
    "*": _of_numbers(lambda a, b: a * b),
    "/": _of_numbers(lambda a, b: a / b),
    "%": _of_numbers(math.fmod),
    "^": _of_numbers(lambda a, b: a**b),
    "abs": _of_numbers(abs),
    "ceil": _of_numbers(math.ceil),
    "floor": _of_numbers(math.floor),
    "greatest": _of_numbers(max),
    "least": _of_numbers(min),
    "log": _of_numbers(math.log),
    "sqrt": _of_numbers(math.sqrt),
    "ispresent": lambda value: value is not None,
    "isempty": lambda value: value is None or text(value) == "",
    "isblank": lambda value: value is None or not text(value).strip(),
    "coalesce": lambda *values: next((one for one in values if one is not None), None),
    "concat": _of_texts(lambda *values: "".join(values)),
    "strlen": _of_texts(lambda value: float(len(value))),
    "toupper": _of_texts(str.upper),
    "tolower": _of_texts(str.lower),
    "trim": _of_texts(lambda value, what=None: value.strip(what)),
    "ltrim": _of_texts(lambda value, what=None: value.lstrip(what)),
    "rtrim": _of_texts(lambda value, what=None: value.rstrip(what)),
    "substr": _of_texts(_substr),
    "replace": _of_texts(lambda value, old, new: value.replace(old, new)),
    "strcontains": _of_texts(lambda value, part: float(part in value)),
    "datefloor": _floor,
    "dateceil": lambda value, length: (
        None if number(value) is None else -(-number(value) // span(length)) * span(length)
    ),
    "tomillis": _of_numbers(lambda value: value),
    "frommillis": _of_numbers(lambda value: value),
}
"""All but those that need more than their arguments: bin, now, and, or, not, like, in."""


# ---- aggregates, each over the values of a group in the order of their events


def percentile(values: list[float], rank: float) -> float | None:
    """The smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(rank / 100 * len(ordered)) - 1)]


def deviation(values: list[float]) -> float | None:
    """The standard deviation of a sample."""
    if len(values) < 2:
        return 0.0 if values else None
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
