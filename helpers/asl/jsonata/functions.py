"""The functions of a JSONata expression that Step Functions adds or changes.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
The time is the simulated one, and chance is what the scope brings: see `Outside`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from helpers.asl.evaluation import Outside
from helpers.asl.hashing import ALGORITHMS, digest
from helpers.asl.java import first_double
from helpers.asl.json_text import parse
from helpers.asl.jsonata.corrections import corrected
from helpers.asl.jsonata.limits import TOO_MUCH, LimitReached
from helpers.asl.jsonata.pictures import fault
from helpers.asl.jsonata.values import to_library
from helpers.asl.jsonata.writing import string


class Native:
    """A Python function as jsonata-python calls one."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def call(self, _input: Any, arguments: list[Any] | None) -> Any:
        """The function's value. An argument that is undefined is None."""
        return self.function(*(arguments or []))


def functions(outside: Outside) -> dict[str, tuple[Native, str]]:
    """Name to function and JSONata signature. outside: the time, chance and ids they take."""

    def now(picture: str | None = None, zone: str | None = None) -> str:
        return _time_text(millis(), picture, zone)

    def millis() -> int:
        return int(outside.time() * 1000)

    def random_number(seed: float | None = None) -> float:
        return outside.random.random() if seed is None else first_double(int(seed))

    table: dict[str, tuple[Callable[..., Any], str]] = {
        "partition": (_partition, "<x?n?:x>"),
        "range": (_range, "<nnn?:x>"),
        "hash": (_hash, "<ss?:s>"),
        "random": (random_number, "<n?:n>"),
        "uuid": (outside.uuid, "<:s>"),
        "parse": (_parse, "<s?:x>"),
        "now": (now, "<s?s?:s>"),
        "millis": (millis, "<:n>"),
        "count": (_count, "<x:n>"),
        "string": (string, "<x-b?:s>"),
        "parseInteger": (_parse_integer, "<s-s:n>"),
        "power": (_power, "<n-n:n>"),
        "formatNumber": (_format_number, "<n-so?:s>"),
    }
    table |= corrected()
    return {name: (Native(function), signature) for name, (function, signature) in table.items()}


def _time_text(millis: int, picture: str | None, zone: str | None) -> str:
    from jsonata.functions import Functions

    if picture is not None:
        return Functions.datetime_from_millis(millis, picture, zone)
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _refusal(why: str) -> Exception:
    """The error of a function of Step Functions' own, which has JSONata's code for such."""
    from jsonata.jexception import JException

    return JException("D3137", -1, why)


def _mismatch(name: str, number: int) -> Exception:
    """The error of an argument that is not what the function takes."""
    from jsonata.jexception import JException

    return JException("T0410", -1, number, name)


def _parse_integer(text: str | None, picture: str | None) -> float | None:
    """The whole number that a text is by a picture; NaN where it is none."""
    from jsonata.functions import Functions

    if text is None:
        return None
    try:
        number = Functions.parse_integer(text, picture)
    except (ValueError, KeyError):
        return math.nan
    return math.nan if number is None else number


def _power(base: float | None, exponent: float) -> float | None:
    from jsonata.functions import Functions
    from jsonata.jexception import JException

    try:
        return Functions.power(base, exponent)
    except (OverflowError, ZeroDivisionError, TypeError):  # the last of a complex one
        raise JException("D3061", -1, base, exponent) from None


def _format_number(
    number: float | None, picture: str, options: dict[str, str] | None = None
) -> str | None:
    """The text of a number by a picture; a picture that AWS refuses is refused with its code."""
    from jsonata.functions import Functions
    from jsonata.jexception import JException

    if number is None:
        return None
    if (code := fault(picture, options or {})) is not None:
        raise JException(code, -1)
    return Functions.format_number(number, picture, options)


def _count(array: Any = None) -> int:
    """How many there are: null is one, what is not there is none."""
    return 0 if array is None else len(array) if isinstance(array, list) else 1


def _partition(array: Any = None, size: float | None = None) -> list[Any] | None:
    """The parts of an array, all in one without a size; undefined where there is none."""
    from jsonata.jexception import JException

    if array is None:
        return None
    if not isinstance(array, list):
        raise JException("T0412", -1, 1, "partition", "undefined")
    items = list(array)
    step = len(items) if size is None else int(size)
    if step < 0:
        raise _refusal("Second argument must be zero or greater")
    return [items[at : at + step] for at in range(0, len(items), step)] if items and step else None


def _range(first: float, last: float, step: float | None = None) -> list[int] | int | None:
    """The whole numbers from one to another, both counted; a single one comes without its array.

    Undefined without a step, with a step of 0 and one that leads away.
    """
    if first is None or last is None:
        raise _mismatch("range", 1 if first is None else 2)
    low, high, by = int(first), int(last), int(step or 0)
    if not by or (high - low) * by < 0:
        return None
    if (high - low) // by >= _MOST_NUMBERS:
        raise LimitReached(TOO_MUCH)
    numbers = range(low, high + (1 if by > 0 else -1), by)
    return numbers[0] if len(numbers) == 1 else list(numbers)


def _hash(data: str | None, algorithm: str | None = None) -> str | None:
    if data is None:
        raise _mismatch("hash", 1)
    if algorithm is None:
        return None  # on AWS it is undefined without an algorithm
    if algorithm not in ALGORITHMS:
        raise _refusal(f"Hash algorithm '{algorithm}' must be one of {', '.join(_AS_AWS_LISTS)}")
    return digest(data, algorithm)


def _parse(text: str | None = None) -> Any:
    if text is None:
        return None
    try:
        return to_library(parse(text, strict=True))
    except (ValueError, OverflowError):
        raise _refusal("Invalid JSON") from None


_AS_AWS_LISTS = ("SHA-1", "SHA-384", "SHA-256", "SHA-512", "MD5")

_MOST_NUMBERS = 360_145
"""Of `$range`, as measured: one more is too much to hold."""
