"""The rules of a Choice state: comparisons, And, Or and Not over them; JSONata Conditions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression, Scope
from helpers.asl.expressions import compile_reference
from helpers.asl.failures import PathMissing, RuntimeFailure
from helpers.asl.timestamps import timestamp

Test = Callable[[Scope], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@lru_cache(maxsize=512)
def _glob(pattern: str) -> tuple[tuple[str, ...], bool]:
    """A StringMatches pattern as the literal pieces between its wildcards."""
    pieces, piece, at = [], "", 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and pattern[at + 1 : at + 2] in ("*", "\\"):
            piece += pattern[at + 1]
            at += 2
            continue
        if char == "*":
            pieces.append(piece)
            piece = ""
        else:
            piece += char
        at += 1
    return (*pieces, piece), len(pieces) > 0


def matches(text: str, pattern: str) -> bool:
    """Whether `text` fits `pattern`, where `*` is any characters; linear in the text."""
    pieces, wild = _glob(pattern)
    if not wild:
        return text == pieces[0]
    first, last = pieces[0], pieces[-1]
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def _strings(compare: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: isinstance(a, str) and isinstance(b, str) and compare(a, b)


def _numbers(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: _is_number(a) and _is_number(b) and compare(a, b)


def _times(compare: Callable[[datetime, datetime], bool]) -> Callable[[Any, Any], bool]:
    def test(a: Any, b: Any) -> bool:
        left, right = timestamp(a), timestamp(b)
        return left is not None and right is not None and compare(left, right)

    return test


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "GreaterThan": lambda a, b: a > b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThanEquals": lambda a, b: a >= b,
}

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    **{f"String{name}": _strings(compare) for name, compare in _ORDER.items()},
    **{f"Numeric{name}": _numbers(compare) for name, compare in _ORDER.items()},
    **{f"Timestamp{name}": _times(compare) for name, compare in _ORDER.items()},
    "BooleanEquals": lambda a, b: isinstance(a, bool) and a is b,
    "StringMatches": _strings(matches),
}
"""Those that compare the variable with a constant, or (with `Path` after the name) a path."""

KINDS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": _is_number,
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: timestamp(value) is not None,
}


def compile_rule(rule: dict[str, Any], location: str) -> Test:
    """Compile a JSONPath Choice rule to a test of a scope; raises DefinitionError."""
    if "And" in rule:
        tests = [compile_rule(r, f"{location}/And[{n}]") for n, r in enumerate(rule["And"])]
        return lambda scope: all(test(scope) for test in tests)
    if "Or" in rule:
        tests = [compile_rule(r, f"{location}/Or[{n}]") for n, r in enumerate(rule["Or"])]
        return lambda scope: any(test(scope) for test in tests)
    if "Not" in rule:
        inner = compile_rule(rule["Not"], f"{location}/Not")
        return lambda scope: not inner(scope)
    if "Variable" not in rule:
        raise DefinitionError("a Choice rule needs a 'Variable'", location)
    text = rule["Variable"]
    variable = compile_reference(text)
    for name, expected in rule.items():
        if name == "IsPresent":
            return _present(variable, bool(expected))
        if name in KINDS:
            return _of_kind(_named(variable, text), KINDS[name], bool(expected))
        if name in COMPARISONS:
            return _compared(_named(variable, text), COMPARISONS[name], lambda _, e=expected: e)
        if name.endswith("Path") and name[:-4] in COMPARISONS:
            other = _named(compile_reference(expected), expected, name)
            return _compared(_named(variable, text), COMPARISONS[name[:-4]], other)
    raise DefinitionError("a Choice rule needs a comparison", location)


def _named(expression: Expression, text: str, field: str = "Variable") -> Expression:
    def evaluate(scope: Scope) -> Any:
        try:
            return expression(scope)
        except PathMissing as missing:
            if field == "Variable":
                cause = (
                    f"Invalid path '{text}': The choice state's condition path references an "
                    "invalid value."
                )
            else:
                cause = f"The {field} parameter does not reference an input value: {text}"
            raise RuntimeFailure(cause) from missing

    return evaluate


def _present(variable: Expression, expected: bool) -> Test:
    def test(scope: Scope) -> bool:
        try:
            variable(scope)
        except PathMissing:
            return not expected
        return expected

    return test


def _of_kind(variable: Expression, kind: Callable[[Any], bool], expected: bool) -> Test:
    return lambda scope: kind(variable(scope)) is expected


def _compared(
    variable: Expression, compare: Callable[[Any, Any], bool], expected: Expression
) -> Test:
    return lambda scope: compare(variable(scope), expected(scope))
