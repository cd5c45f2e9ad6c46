"""JSONata expressions (`{% $states.input.price %}`): does one parse, and may it read what it reads?

The parsing is `jsonata-python`'s, whose messages are those that AWS gives. It is imported with the
first expression, not before.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

INVALID = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"

ERROR_OUTPUT = "$states.errorOutput"
STATES_FIELDS = ("input", "result", "errorOutput", "context")
"""What `$states` has; the third is known to a Catch only."""

_QUOTED = {"S0201", "S0202", "S0203", "S0204", "S0205", "S0208", "S0211", "S0213", "S0214"}
"""Error codes whose message quotes the tokens; the Python port leaves the quotes out."""


class Reading(NamedTuple):
    """What one expression is: `error` (None if it parses) and the names it reads from a context
    that Step Functions does not have: `phone`, `$`, `$$`, `$states.errorOutput` or a field that
    `$states` never has."""

    error: str | None
    references: tuple[str, ...] = ()


def is_expression(value: Any) -> bool:
    """Is it text between `{%` and `%}`?"""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


@lru_cache(maxsize=8192)
def read(expression: str) -> Reading:
    """Parses an expression, given without its `{%` and `%}`.

    >>> read("$states.input.price > 50")
    Reading(error=None, references=())
    >>> read("price[1,2)").error
    'Expected "]", got ","'
    >>> read("price > $limit").references
    ('price',)
    """
    failure = _library()[1]
    parser = _parser()
    try:
        tree = parser.parse(expression)
    except failure as error:
        _kept.parser = None
        return Reading(_message(error))
    except Exception:  # a regular expression that JavaScript knows and Python does not, and such
        _kept.parser = None
        return Reading(None)
    found: dict[str, None] = {}
    try:
        for name in _references(tree):
            found[name] = None
    except RecursionError:
        return Reading(None)
    return Reading(None, tuple(found))


_kept = threading.local()


def _parser() -> Any:
    """This thread's parser: making one costs four times as much as parsing with it."""
    parser = getattr(_kept, "parser", None)
    if parser is None:
        parser = _kept.parser = _library()[0]()
    parser.ancestry = []
    return parser


@cache
def _library() -> tuple[Any, Any]:
    from jsonata.jexception import JException
    from jsonata.parser import Parser

    return Parser, JException


def _message(error: Any) -> str:
    """The message as the JavaScript original and AWS word it: tokens in double quotes."""
    code = error.error
    if code == "S0301" and error.current is not None:  # the port has one code for two errors
        return f"Unsupported escape sequence: \\{error.current}"
    template = type(error).error_codes.get(code)
    if code not in _QUOTED or template is None:
        return str(error)
    values = [_quoted(error.current), _quoted(error.expected)]
    said = ""
    for number, piece in enumerate(template.split("{{")):
        if number == 0:
            said = piece
        else:
            said += values[min(number - 1, 1)] + piece.split("}}", 1)[1]
    return said


def _quoted(token: Any) -> str:
    return json.dumps(token if isinstance(token, str | int | float | bool) else str(token))


def _references(node: Any) -> Iterator[str]:
    """The names a tree reads from the top-level context, in the order they are written.

    Only the first step of a path does: later steps, predicates, sort terms and groupings look at
    what the step before them produced. A function's body keeps the context around it.
    """
    kind = getattr(node, "type", None)
    if kind == "path":
        steps = node.steps or []
        if steps:
            yield from _references(steps[0])
        if field := _states_field(steps):
            yield field
    elif kind == "name":
        yield str(node.value)
    elif kind == "variable":
        if node.value in ("", "$"):
            yield "$" if node.value == "" else "$$"
    elif kind == "unary":
        if node.value == "[":
            yield from _each(node.expressions)
        elif node.value == "{":
            for pair in node.lhs_object or []:
                yield from _each(pair)
        else:
            yield from _references(node.expression)
    elif kind in ("binary", "apply"):
        yield from _each((node.lhs, node.rhs))
    elif kind in ("function", "partial"):
        yield from _references(node.procedure)
        yield from _each(node.arguments)
    elif kind == "lambda":
        yield from _references(node.body)
    elif kind == "condition":
        yield from _each((node.condition, node.then, node._else))
    elif kind == "block":
        yield from _each(node.expressions)
    elif kind == "bind":
        yield from _references(node.rhs)


def _each(nodes: Any) -> Iterator[str]:
    for node in nodes or ():
        yield from _references(node)


def _states_field(steps: list[Any]) -> str:
    """`$states.errorOutput`, or `$states.` and a name that it never has; "" for anything else."""
    if len(steps) < 2 or (steps[0].type, steps[0].value) != ("variable", "states"):
        return ""
    if steps[0].predicate or steps[0].stages:  # a filter behind $states: who knows
        return ""
    name = steps[1].value if steps[1].type == "name" else "input"
    known = name in STATES_FIELDS and name != "errorOutput"
    return "" if known else f"$states.{name}"
