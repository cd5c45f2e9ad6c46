"""JSONata in a state machine: `{% $states.input.price * 2 %}`, evaluated by jsonata-python.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import copy
import hashlib
import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression, Scope
from helpers.asl.failures import StateError
from helpers.asl.json_text import dump, parse
from helpers.localaws import ids
from helpers.localaws.stepfunctions.patterns import Pattern
from helpers.localaws.turns.clock import clock

QUERY_ERROR = "States.QueryEvaluationError"

_LONGEST_MS = 2_000  # an expression that runs on is ended, as on AWS
_DEEPEST = 60  # of jsonata-python's own recursion, which takes several Python frames a level

_OBJECT = re.compile(
    r"(?<=of )Object(?= \w+ )|(?<=match )Object(?= signature)|Object(?= cannot be)"
)
"""Where the library, which was Java, says Object for a function."""

_parsing = threading.Lock()
_random = random.Random()


class JsonataSyntaxError(ValueError):
    """The text is no JSONata expression."""


class QueryError(StateError):
    """A JSONata expression failed; the history says so with an EvaluationFailed event."""

    def __init__(self, cause: str, location: str) -> None:
        super().__init__(QUERY_ERROR, cause)
        self.location = location


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Any:
    from jsonata import Jsonata

    try:
        with _parsing:
            parsed = Jsonata(text, Pattern)
    except Exception as error:  # the library raises its own, and Python's on some bad input
        raise JsonataSyntaxError(str(error) or type(error).__name__) from None
    if parsed.errors:
        raise JsonataSyntaxError("; ".join(str(error) for error in parsed.errors))
    parsed.output_convert_nulls = False
    for name, (function, signature) in _functions().items():
        parsed.register_function(name, Jsonata.JFunction(_Native(function), signature))
    return parsed


@lru_cache(maxsize=1024)
def compile_expression(text: str, location: str, kind: str | None = None) -> Expression:
    """Compile the inside of `{% … %}`; raises DefinitionError.

    location: the field that error messages name. kind: the only JSON type that the field takes;
    None: any. The expression raises QueryError.
    """
    try:
        parsed = _parsed(text)
    except JsonataSyntaxError as error:
        raise DefinitionError(f"'{text}' is not a JSONata expression: {error}", location) from None

    def evaluate(scope: Scope) -> Any:
        return _evaluate(parsed, text, location, scope)

    def checked(scope: Scope) -> Any:
        value = _evaluate(parsed, text, location, scope)
        found = kind_of(value)
        if found != kind:
            raise QueryError(
                f"The JSONata expression '{text}' specified for the field '{location}' returned "
                f"an unexpected result type. Expected '{kind}', but was '{found}' for value: "
                f"{dump(value)}",
                location,
            )
        return value

    return evaluate if kind is None else checked


def _evaluate(parsed: Any, text: str, location: str, scope: Scope) -> Any:
    from jsonata import Jsonata
    from jsonata.jexception import JException

    mine = copy.copy(parsed)  # the library keeps its state of evaluation in the object
    Jsonata.CURRENT.jsonata = mine
    frame = mine.create_frame(mine.environment)
    frame.set_runtime_bounds(_LONGEST_MS, _DEEPEST)
    for name, value in scope.variables.items():
        frame.bind(name, _to_library(value))
    states = {"input": scope.input, **(scope.states or {})}
    if "context" in text or "$states." not in text:
        states["context"] = scope.context()
    frame.bind("states", _to_library(states))
    try:
        result = mine.evaluate(None, frame)
        if result is None:
            raise QueryError(
                f"The JSONata expression '{text}' specified for the field '{location}' "
                "returned nothing (undefined).",
                location,
            )
        return _from_library(result, text, location)
    except QueryError:
        raise
    except JException as error:
        words = _OBJECT.sub("function", str(error))
        cause = f"{words} (position {error.location})" if error.location > 0 else words
    except ZeroDivisionError:
        cause = "Number out of range: Infinity"
    except ValueError as error:
        cause = str(error).replace(
            "could not convert string to float:", "Unable to cast value to a number:"
        )
    except RecursionError:
        cause = "the expression recurses too deeply"
    except Exception as error:  # what the library lets through on odd input
        cause = f"{type(error).__name__}: {error}"
    raise QueryError(
        f"The JSONata expression '{text}' specified for the field '{location}' threw an error "
        f"during evaluation. {cause}",
        location,
    ) from None


def kind_of(value: Any) -> str:
    """The JSON type of `value`, as AWS names it."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")


def _to_library(value: Any) -> Any:
    """`value` with null as the library wants it: a Python None means undefined there."""
    from jsonata.utils import Utils

    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _to_library(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_to_library(inner) for inner in value]
    return value


def _from_library(value: Any, text: str, location: str) -> Any:
    from jsonata.utils import Utils

    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {key: _from_library(inner, text, location) for key, inner in value.items()}
    if isinstance(value, (list, tuple, range)) or hasattr(value, "__iter__"):
        return [_from_library(inner, text, location) for inner in value]
    raise QueryError(
        f"The JSONata expression '{text}' specified for the field '{location}' returned an "
        "unsupported result type.",
        location,
    )


# -- the functions that Step Functions adds, and the time, which is the simulated clock's


class _Native:
    """A Python function as jsonata-python calls one."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def call(self, _input: Any, arguments: list[Any] | None) -> Any:
        return self.function(*[a for a in arguments or [] if a is not None])


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


_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384",
           "SHA-512": "sha512"}  # fmt: skip


def _hash(data: Any, algorithm: str = "SHA-256") -> str:
    if algorithm not in _HASHES:
        raise ValueError(f"$hash: the algorithm must be one of {', '.join(_HASHES)}")
    text = data if isinstance(data, str) else dump(data)
    return hashlib.new(_HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _random_number(seed: float | None = None) -> float:
    return (_random if seed is None else random.Random(seed)).random()


def _parse(text: str) -> Any:
    return _to_library(parse(text))


def _no_eval(*_: Any) -> Any:
    raise ValueError("the function $eval is not supported; use $parse for JSON")


def _now(picture: str | None = None, zone: str | None = None) -> str:
    from jsonata.functions import Functions

    millis = _millis()
    if picture is not None:
        return Functions.datetime_from_millis(millis, picture, zone)
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _millis() -> int:
    return int(clock.time() * 1000)


def _functions() -> dict[str, tuple[Callable[..., Any], str]]:
    """Name to function and JSONata signature."""
    return {
        "partition": (_partition, "<an:a>"),
        "range": (_range, "<nnn:a>"),
        "hash": (_hash, "<xs?:s>"),
        "random": (_random_number, "<n?:n>"),
        "uuid": (ids.uuid4, "<:s>"),
        "parse": (_parse, "<s:x>"),
        "eval": (_no_eval, "<sx?:x>"),
        "now": (_now, "<s?s?:s>"),
        "millis": (_millis, "<:n>"),
    }


def check(text: str) -> str | None:
    """What is wrong with the inside of a `{% … %}`; None if nothing is."""
    try:
        _parsed(text)
    except JsonataSyntaxError as error:
        return str(error)
    return None
