"""The functions of a JSONata expression that Step Functions adds or changes.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
The time is the simulated one, and chance is what the scope brings: see `Outside`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from helpers.asl.evaluation import Outside
from helpers.asl.hashing import ALGORITHMS, digest
from helpers.asl.json_text import dump, parse
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
        return (outside.random if seed is None else random.Random(seed)).random()

    table: dict[str, tuple[Callable[..., Any], str]] = {
        "partition": (_partition, "<an:a>"),
        "range": (_range, "<nnn:a>"),
        "hash": (_hash, "<xs?:s>"),
        "random": (random_number, "<n?:n>"),
        "uuid": (outside.uuid, "<:s>"),
        "parse": (_parse, "<s:x>"),
        "eval": (_no_eval, "<sx?:x>"),
        "now": (now, "<s?s?:s>"),
        "millis": (millis, "<:n>"),
    }
    return {name: (Native(function), signature) for name, (function, signature) in table.items()}


def _time_text(millis: int, picture: str | None, zone: str | None) -> str:
    from jsonata.functions import Functions

    if picture is not None:
        return Functions.datetime_from_millis(millis, picture, zone)
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _partition(array: list[Any], size: float) -> list[Any]:
    step = int(size)
    if step <= 0:
        raise ValueError("$partition: the chunk size must be positive")
    items = list(array)
    return [items[at : at + step] for at in range(0, len(items), step)]


def _range(first: float, last: float, step: float) -> list[Any]:
    if not step:
        raise ValueError("$range: the step must not be 0")
    count = int((last - first) / step) + 1
    if count > 1000:
        raise ValueError("$range: more than 1000 numbers")
    return [first + n * step for n in range(max(count, 0))]


def _hash(data: Any, algorithm: str = "SHA-256") -> str:
    if algorithm not in ALGORITHMS:
        raise ValueError(f"$hash: the algorithm must be one of {', '.join(ALGORITHMS)}")
    return digest(data if isinstance(data, str) else dump(data), algorithm)


def _parse(text: str) -> Any:
    return to_library(parse(text))


def _no_eval(*_: Any) -> Any:
    raise ValueError("the function $eval is not supported; use $parse for JSON")
