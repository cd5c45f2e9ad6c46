"""One JSONata text, parsed: what is wrong with it, what it reads, and its tree.

The library is imported with the first text, not before.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from helpers.asl.jsonata.causes import words_of
from helpers.asl.jsonata.patterns import Pattern

ERROR_OUTPUT = "$states.errorOutput"
RESULT = "$states.result"
STATES_FIELDS = ("input", "result", "errorOutput", "context")
"""What `$states` has; the third is known to a Catch only."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one expression is.

    error: why it does not parse; None if it does. references: the names it reads from a context
    that Step Functions does not have: `phone`, `$`, `$$`, `$states.errorOutput` or a field that
    `$states` never has. text: what was parsed. tree: jsonata-python's; None if there is an error.
    """

    error: str | None
    references: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    tree: Any = field(default=None, repr=False)


def is_expression(value: Any) -> bool:
    """Is it text between `{%` and `%}`?"""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def inside(value: str) -> str:
    """The expression of a text for which `is_expression` holds.

    >>> inside("{% $states.input %}"), inside("{%}")
    ('$states.input', '')
    """
    return value[2:-2].strip()


@lru_cache(maxsize=4096)
def read(expression: str) -> Reading:
    """Parses an expression, given without its `{%` and `%}`.

    >>> read("$states.input.price > 50")
    Reading(error=None, references=())
    >>> read("price[1,2)").error
    'Expected "]", got ","'
    >>> read("price > $limit").references
    ('price',)
    """
    try:
        tree = _parsed(expression)
        references = tuple(dict.fromkeys(_references(tree)))
    except Exception as error:  # the port raises its own, and Python's where it is at a loss
        _kept.parser = None
        return Reading(_message(error), text=expression)
    return Reading(None, references, expression, tree)


def _parsed(expression: str) -> Any:
    """The tree of jsonata-python. Its reader looks past the end of a text that ends with a comment
    or a `/`; behind a new line there is something to look at."""
    tree = _parser().parse(expression + "\n", Pattern)
    if "\\u" in expression:
        _join_surrogates(tree)
    return tree


def _refuse_newer_operators(parser: Any) -> None:
    """Has a parser say of `a ?: b` and `a ?? b` what JSONata 2.0.6 says, which has neither.

    AWS has 2.0.6; the operators came with 2.1.
    """
    for sign in ("?:", "??"):
        symbol = parser.symbol_table[sign]

        def led(_: Any, second: str = sign[1]) -> Any:
            raise _library()[1]("S0211", 0, second)

        symbol.led = led


def _join_surrogates(tree: Any) -> None:
    """Makes one letter of two escapes that stand for one: `"\\uD834\\uDD1E"`."""
    for node in nodes(tree):
        if node.type == "string":
            units = node.value.encode("utf-16", "surrogatepass")
            node.value = units.decode("utf-16", "surrogatepass")


_kept = threading.local()


def _parser() -> Any:
    """This thread's parser: making one costs ten times as much as parsing with it."""
    parser = getattr(_kept, "parser", None)
    if parser is None:
        parser = _kept.parser = _library()[0]()
        _refuse_newer_operators(parser)
    parser.ancestry, parser.ancestor_label, parser.ancestor_index = [], 0, 0
    return parser


@cache
def _library() -> tuple[Any, Any]:
    from jsonata.jexception import JException
    from jsonata.parser import Parser

    return Parser, JException


def _message(error: Exception) -> str:
    """The message as the JavaScript original and AWS word it: tokens in double quotes."""
    if not isinstance(error, _library()[1]):
        return _message_of_the_original(error)
    code = error.error
    if code == "S0301" and error.current is not None:  # the port has one code for two errors
        return f"Unsupported escape sequence: \\{error.current}"
    if code not in type(error).error_codes:
        return str(error)
    template = words_of(code)
    values = [_quoted(error.current), _quoted(error.expected)]
    said = ""
    for number, piece in enumerate(template.split("{{")):
        if number == 0:
            said = piece
        else:
            said += values[min(number - 1, 1)] + piece.split("}}", 1)[1]
    return said


def _message_of_the_original(error: Exception) -> str:
    """What JSONata says (github.com/jsonata-js/jsonata, `errorCodes`) where the port breaks."""
    if isinstance(error, KeyError):  # S0204; the port looks the sign up in its table
        return f"Unknown operator: {_quoted(error.args[0])}"
    if isinstance(error, IndexError):  # S0106; the port looks for the end of a comment for ever
        return "Comment has no closing tag"
    if isinstance(error, RecursionError):
        return "The expression is nested too deeply"
    return f"Syntax error: {error}"


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
        if name := _states_field(steps):
            yield name
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
    """`$states.` and a name that it never has, or has in some places only; "" for anything else."""
    if len(steps) < 2 or (steps[0].type, steps[0].value) != ("variable", "states"):
        return ""
    if steps[0].predicate or steps[0].stages:  # a filter behind $states: who knows
        return ""
    name = steps[1].value if steps[1].type == "name" else "input"
    return "" if name in ("input", "context") else f"$states.{name}"


# -- all of a tree


_PARTS = {
    "path": ("steps",),
    "unary": ("expression", "expressions", "lhs_object"),
    "binary": ("lhs", "rhs"),
    "apply": ("lhs", "rhs"),
    "function": ("procedure", "arguments"),
    "partial": ("procedure", "arguments"),
    "lambda": ("body",),
    "condition": ("condition", "then", "_else"),
    "block": ("expressions",),
    "bind": ("rhs",),
    "sort": ("terms",),
    "transform": ("pattern", "update", "delete"),
    "filter": ("expr",),
    **dict.fromkeys(("name", "variable", "string", "number", "value", "regex", "wildcard"), ()),
}
"""The attributes of a node, by its type, that hold nodes or lists of them."""

_ANY_PARTS = ("expression", "lhs_object", "expr")  # a term of a sort, a grouping
_FILTERS = ("predicate", "stages", "group")  # any node may have these
_MARKS = ("focus", "index", "ancestor")  # and a step of a path these


def nodes(tree: Any) -> Iterator[Any]:
    """Every node of a tree, itself first, and each before what is in it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list | tuple):
            waiting.extend(reversed(node))
        elif node is not None:
            yield node
            for name in (*_FILTERS[::-1], *_PARTS.get(node.type, _ANY_PARTS)[::-1]):
                if (part := getattr(node, name)) is not None:
                    waiting.append(part)


Ways = dict[str, "Ways"]
"""Names that lead from a value to what is looked at; without any, all of the value is."""


@lru_cache(maxsize=4096)
def ways_into_states(tree: Any) -> Ways | None:
    """How far plain names lead where an expression looks at `$states`; None: it does not.

    >>> ways_into_states(read("$states.context.Map.Item.Value[0].a & $states.input").tree)
    {'input': {}, 'context': {'Map': {'Item': {'Value': {}}}}}
    >>> [ways_into_states(read(text).tree) for text in ("1", "$states.input.a.%.b")]
    [None, {}]
    """
    ways = []
    heads: set[int] = set()
    for node in nodes(tree):
        if node.type == "parent":
            return {}
        if node.type == "path" and (node.steps[0].type, node.steps[0].value) == _STATES:
            heads.add(id(node.steps[0]))
            ways.append(tuple(_plain_names(node.steps)))
        elif (node.type, node.value) == _STATES and id(node) not in heads:
            ways.append(())
    if not all(ways):
        return {}
    found: Ways = {}
    for way in sorted(ways, key=len):  # the shortest first: it takes in those that go on from it
        _add(found, way)
    return found or None


_STATES = ("variable", "states")


def _plain_names(steps: list[Any]) -> Iterator[str]:
    """The names behind the first step, up to the first that does more than to lead on."""
    for before, step in pairwise(steps):
        if step.type != "name" or any(getattr(before, name) for name in (*_FILTERS, *_MARKS)):
            return
        yield str(step.value)


def _add(ways: Ways, way: tuple[str, ...]) -> None:
    for name in way[:-1]:
        if ways.get(name) == {}:
            return
        ways = ways.setdefault(name, {})
    ways.setdefault(way[-1], {})


def reads_context(tree: Any) -> bool:
    """Whether an expression may look at `$states.context`.

    >>> [reads_context(read(text).tree) for text in
    ...  ("$states.input.context", "$states.context.State", "$lookup($states, 'context')")]
    [False, True, True]
    """
    ways = ways_into_states(tree)
    return ways is not None and (not ways or "context" in ways)


@lru_cache(maxsize=4096)
def names_read(tree: Any) -> frozenset[str]:
    """The names behind a `$`, whatever they stand for.

    >>> sorted(names_read(read("$sum($map($prices, function($x) { $x + $tax }))").tree))
    ['map', 'prices', 'sum', 'tax', 'x']
    """
    return frozenset(str(node.value) for node in nodes(tree) if node.type == "variable")


def plain_references(reading: Reading) -> list[tuple[str, int, Any]]:
    """Each path that only goes from a variable to a field or an item, in the order of the text.

    Gives the variable's name, the offset in the text behind the path, and the path's tree. Names
    that the expression itself gives to something are left out.

    Nothing of what does not parse.

    >>> [(name, end) for name, end, _ in plain_references(read("$sum($n) > $states.input.a[0]"))]
    [('n', 7), ('states', 29)]
    """
    own = {"", "$", *_own_names(reading.tree)}
    inner: set[int] = set()
    references = []
    for node in nodes(reading.tree):
        steps = node.steps if node.type == "path" else [node]
        if node.type in ("path", "function", "partial"):  # a function's name is none to look up
            inner.update(map(id, node.steps or (node.procedure,)))
        if id(node) in inner or steps[0].type != "variable" or steps[0].value in own:
            continue
        ends = [_end_of_step(step, reading.text) for step in steps]
        if None not in ends:
            references.append((steps[0].value, ends[-1], node))
    return sorted(references, key=lambda reference: reference[1])


def variables(reading: Reading) -> set[str]:
    """The variables that an expression reads: not its own names, `$states` and functions.

    >>> sorted(variables(read("$sum($prices) + $map($a, function($x) { $x + $states.input.n })")))
    ['a', 'prices']
    """
    called = {
        id(node.procedure) for node in nodes(reading.tree) if node.type in ("function", "partial")
    }
    names = {
        str(node.value)
        for node in nodes(reading.tree)
        if node.type == "variable" and id(node) not in called
    }
    return names - {"", "$", "states", *_own_names(reading.tree)} - _functions()


@cache
def _functions() -> set[str]:
    """The names of JSONata's own functions, which an expression may hand on: `$map(a, $string)`."""
    from jsonata import Jsonata

    names: set[str] = set()
    frame = Jsonata("null").environment
    while frame is not None:
        names.update(frame.bindings)
        frame = frame.parent
    return names


def _own_names(tree: Any) -> Iterator[str]:
    """What the expression gives a name itself: parameters, `:=`, `@` and `#`."""
    for node in nodes(tree):
        if node.type == "lambda":
            yield from (parameter.value for parameter in node.arguments or ())
        elif node.type == "bind":
            yield node.lhs.value
        yield from (name for name in (node.focus, node.index) if isinstance(name, str))


def _end_of_step(step: Any, text: str) -> int | None:
    """The offset behind a step that is a name with at most one number in brackets."""
    filters = [*(step.predicate or ()), *(step.stages or ())]
    if step.type not in ("variable", "name") or step.group or step.focus or step.index:
        return None
    if not filters:
        return step.position
    if len(filters) > 1 or getattr(filters[0].expr, "type", None) != "number":
        return None
    return text.index("]", filters[0].expr.position) + 1
