"""The functions of a JSONata expression that Step Functions adds or changes.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
The time is the simulated one, and chance is what the scope brings: see `Outside`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from helpers.asl.evaluation import Outside
from helpers.asl.hashing import ALGORITHMS, digest
from helpers.asl.jackson import why_not_json
from helpers.asl.json_text import DoubledField, parse
from helpers.asl.jsonata.values import to_library


class Native:
    """A Python function as jsonata-python calls one."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def call(self, _input: Any, arguments: list[Any] | None) -> Any:
        """The function's value for those of the arguments that are there."""
        return self.function(*[a for a in arguments or [] if a is not None])


def functions(outside: Outside) -> dict[str, tuple[Native, str]]:
    """Name to function and JSONata signature. outside: the time, chance and ids they take."""

    def now(picture: str | None = None, zone: str | None = None) -> str:
        return _time_text(millis(), picture, zone)

    def millis() -> int:
        return int(outside.time() * 1000)

    def random_number(seed: float | None = None) -> float:
        return outside.random.random() if seed is None else _first_of_java(int(seed))

    table: dict[str, tuple[Callable[..., Any], str]] = {
        "partition": (_partition, "<an?:a>"),
        "range": (_range, "<nnn:x>"),
        "hash": (_hash, "<ss?:s>"),
        "random": (random_number, "<n?:n>"),
        "uuid": (outside.uuid, "<:s>"),
        "parse": (_parse, "<s:x>"),
        "eval": (_no_eval, "<sx?:x>"),
        "now": (now, "<s?s?:s>"),
        "millis": (millis, "<:n>"),
        "count": (_count, "<x:n>"),
        "string": (_string, "<x-b?:s>"),
    }
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


def _first_of_java(seed: int) -> float:
    """The first number of `new java.util.Random(seed).nextDouble()`.

    >>> _first_of_java(42)
    0.7275636800328681
    """
    multiplier, mask = 0x5DEECE66D, (1 << 48) - 1
    first = (((seed ^ multiplier) & mask) * multiplier + 0xB) & mask
    second = (first * multiplier + 0xB) & mask
    return (((first >> 22) << 27) + (second >> 21)) / (1 << 53)


def in_full(value: Any) -> Any:
    """A whole number of 16 to 21 digits as its text, which the library would shorten.

    All else is given back. Of a number's digits JSONata keeps fifteen.

    >>> in_full(1e20), in_full(123456789012345678), in_full(1e21), in_full(7)
    ('100000000000000000000', '123456789012346000', 1e+21, 7)
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and 1e15 <= abs(value) < 1e21 and value == int(value):
        return str(int(Decimal(f"{Decimal(value):.14e}")))
    return value


def _string(value: Any = None, prettify: bool | None = None) -> str | None:
    from jsonata.functions import Functions
    from jsonata.jexception import JException

    if isinstance(value, float) and not math.isfinite(value):
        raise JException("D3001", -1)
    return Functions.string(in_full(value), prettify)


def _count(array: Any = None) -> int:
    """How many there are: null is one, what is not there is none."""
    return 0 if array is None else len(array) if isinstance(array, list) else 1


def _partition(array: list[Any], size: float | None = None) -> list[Any]:
    """The parts of an array; without a size all of it is one part."""
    items = list(array)
    step = len(items) or 1 if size is None else int(size)
    if step <= 0:
        raise _refusal("$partition: the chunk size must be positive")
    return [items[at : at + step] for at in range(0, len(items), step)]


def _range(first: float, last: float, step: float) -> list[int] | int:
    """The whole numbers from one to another, both counted; a single one comes without its array."""
    low, high, by = int(first), int(last), int(step)
    if not by:
        raise _refusal("$range: the step must not be 0")
    numbers = range(low, high + (1 if by > 0 else -1), by)
    if len(numbers) > _MOST_NUMBERS:
        raise _refusal(f"$range: more than {_MOST_NUMBERS} numbers")
    return numbers[0] if len(numbers) == 1 else list(numbers)


def _hash(data: str, algorithm: str | None = None) -> str | None:
    if algorithm is None:
        return None  # on AWS it is undefined without an algorithm
    if algorithm not in ALGORITHMS:
        raise _refusal(f"$hash: the algorithm must be one of {', '.join(ALGORITHMS)}")
    return digest(data, algorithm)


def _parse(text: str) -> Any:
    try:
        return to_library(parse(text, strict=True))
    except DoubledField as error:
        raise _refusal(str(error)) from None
    except ValueError as error:
        raise _refusal(why_not_json(text, error)) from None


def _no_eval(*_: Any) -> Any:
    raise _refusal("the function $eval is not supported; use $parse for JSON")


_MOST_NUMBERS = 1_000_000
"""Of `$range`: as many as JSONata's own `[1..n]` takes."""
