"""Metric math of the simple kind: numbers, series, the four operations, comparisons, functions.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. What it does not
know it refuses by name.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
import re
from collections.abc import Callable
from typing import Any

Series = dict[float, float]
"""The values of a metric by when their periods begin."""
Value = float | Series | list[Series]

DEEPEST = 50
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z]\w*)"
    r"|(?P<mark>&&|\|\||[<>!=]=|[-+*/^()\[\],<>]))"
)
_LEVELS: tuple[dict[str, Callable[[float, float], float]], ...] = (
    {"||": lambda a, b: float(bool(a or b)), "OR": lambda a, b: float(bool(a or b))},
    {"&&": lambda a, b: float(bool(a and b)), "AND": lambda a, b: float(bool(a and b))},
    {
        "==": lambda a, b: float(a == b),
        "!=": lambda a, b: float(a != b),
        "<=": lambda a, b: float(a <= b),
        ">=": lambda a, b: float(a >= b),
        "<": lambda a, b: float(a < b),
        ">": lambda a, b: float(a > b),
    },
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
)


class InvalidExpression(Exception):
    """It cannot be carried out; the message says why."""


def names(text: str) -> set[str]:
    """The ids of other queries that an expression speaks of."""
    return {name for name in re.findall(r"\b[a-z]\w*", text) if name.upper() not in _FUNCTIONS}


def evaluate(text: str, known: dict[str, Value], periods: list[float], period: int) -> Value:
    """What an expression gives. known: results by the ids of their queries.

    periods: when each period begins, for FILL; period: in seconds. Raises InvalidExpression.

    >>> evaluate("100 * e / m", {"e": {0: 1.0, 60: 0.0}, "m": {0: 4.0}}, [0, 60], 60)
    {0: 25.0}
    """
    reader = _Reader(text, known, periods, period)
    value = reader.level(0, 0)
    if reader.token is not None:
        raise InvalidExpression(f"Unexpected '{reader.token}' in the expression '{text}'.")
    return value


class _Reader:
    def __init__(
        self, text: str, known: dict[str, Value], periods: list[float], period: int
    ) -> None:
        self._text, self._known, self._periods, self._period = text, known, periods, period
        self._tokens: list[str] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise InvalidExpression(f"The expression '{text}' cannot be read.")
            self._tokens.append(match[match.lastgroup])  # type: ignore[index]
            at = match.end()
        self._tokens.reverse()

    @property
    def token(self) -> str | None:
        return self._tokens[-1] if self._tokens else None

    def _take(self, wanted: str | None = None) -> str:
        if not self._tokens or (wanted is not None and self._tokens[-1] != wanted):
            raise InvalidExpression(f"The expression '{self._text}' cannot be read.")
        return self._tokens.pop()

    def level(self, number: int, depth: int) -> Value:
        if depth > DEEPEST:
            raise InvalidExpression("The expression is nested too deeply.")
        if number == len(_LEVELS):
            return self._power(depth)
        value = self.level(number + 1, depth)
        while self.token in _LEVELS[number]:
            value = _each(_LEVELS[number][self._take()], value, self.level(number + 1, depth))
        return value

    def _power(self, depth: int) -> Value:
        if self.token == "-":
            self._take()
            return _each(operator.mul, -1.0, self._power(depth + 1))
        value = self._one(depth)
        if self.token == "^":
            self._take()
            return _each(operator.pow, value, self._power(depth + 1))
        return value

    def _one(self, depth: int) -> Value:
        token = self._take()
        if token == "(":
            value = self.level(0, depth + 1)
            self._take(")")
            return value
        if token == "[":
            members = [self.level(0, depth + 1)]
            while self.token == ",":
                self._take()
                members.append(self.level(0, depth + 1))
            self._take("]")
            return [one for one in members if isinstance(one, dict)]
        if token[0].isdigit() or token[0] == ".":
            return float(token)
        if self.token == "(":
            return self._call(token, depth)
        if token not in self._known:
            raise InvalidExpression(f"There is no metric with the id '{token}'.")
        return self._known[token]

    def _call(self, name: str, depth: int) -> Value:
        function = _FUNCTIONS.get(name.upper())
        if function is None:
            raise InvalidExpression(
                f"The local endpoint does not know the function {name}. It knows "
                f"{', '.join(sorted(_FUNCTIONS))}."
            )
        self._take("(")
        given: list[Any] = []
        while self.token != ")":
            if given:
                self._take(",")
            if name.upper() == "FILL" and self.token in ("REPEAT", "LINEAR"):
                given.append(self._take())
            else:
                given.append(self.level(0, depth + 1))
        self._take(")")
        try:
            return function(self, *given)
        except (TypeError, AttributeError):
            raise InvalidExpression(f"{name} cannot be applied to what it is given.") from None

    # -- functions

    def metrics(self) -> Value:
        return [value for value in self._known.values() if isinstance(value, dict)]

    def period(self, value: Value) -> Value:
        return float(self._period)

    def fill(self, value: Any, by: Any) -> Value:
        if isinstance(value, list):
            return [self.fill(one, by) for one in value]  # type: ignore[misc]
        if not isinstance(by, str):
            return {
                at: value.get(at, by.get(at, 0.0) if isinstance(by, dict) else by)
                for at in self._periods
            }
        if by == "LINEAR":
            raise InvalidExpression("The local endpoint's FILL knows a number and REPEAT.")
        filled: Series = {}
        last: float | None = None
        for at in self._periods:
            last = value.get(at, last)
            if last is not None:
                filled[at] = last
        return filled


def _each(how: Callable[[float, float], float], a: Value, b: Value) -> Value:
    """Do it to two values: where both have one, of series; to each, of several series."""
    if isinstance(a, list):
        return [_each(how, one, b) for one in a]  # type: ignore[misc]
    if isinstance(b, list):
        return [_each(how, a, one) for one in b]  # type: ignore[misc]
    if not isinstance(a, dict) and not isinstance(b, dict):
        done = _done(how, a, b)
        return math.nan if done is None else done
    ats = (a if isinstance(a, dict) else b).keys()  # type: ignore[union-attr]
    made: Series = {}
    for at in sorted(ats):
        one = a.get(at) if isinstance(a, dict) else a
        other = b.get(at) if isinstance(b, dict) else b
        done = None if one is None or other is None else _done(how, one, other)
        if done is not None:
            made[at] = done
    return made


def _done(how: Callable[[float, float], float], a: float, b: float) -> float | None:
    try:
        done = how(a, b)
    except (ZeroDivisionError, OverflowError):
        return None
    return done if isinstance(done, float | int) else None


def _over(how: Callable[[list[float]], float]) -> Callable[[_Reader, Any], Value]:
    """Of one series a number; of several, or of all metrics, a series."""

    def of(_: _Reader, value: Any) -> Value:
        if isinstance(value, dict):
            return float(how(list(value.values()))) if value else math.nan
        ats = sorted({at for one in value for at in one})
        return {at: float(how([one[at] for one in value if at in one])) for at in ats}

    return of


def _map(how: Callable[[float], float]) -> Callable[[_Reader, Any], Value]:
    return lambda _, value: _each(lambda a, _b: float(how(a)), value, 0.0)


def _if(_: _Reader, condition: Any, then: Any, otherwise: Any = None) -> Value:
    if not isinstance(condition, dict):
        return then if condition else otherwise
    made: Series = {}
    for at, holds in condition.items():
        chosen = then if holds else otherwise
        value = chosen.get(at) if isinstance(chosen, dict) else chosen
        if value is not None:
            made[at] = value
    return made


def _difference(_: _Reader, value: Any) -> Value:
    ats = sorted(value)
    return {b: value[b] - value[a] for a, b in itertools.pairwise(ats)}


def _rate(_: _Reader, value: Any) -> Value:
    ats = sorted(value)
    return {b: (value[b] - value[a]) / (b - a) for a, b in itertools.pairwise(ats)}


def _running(_: _Reader, value: Any) -> Value:
    total, made = 0.0, {}
    for at in sorted(value):
        total += value[at]
        made[at] = total
    return made


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "ABS": _map(abs),
    "AVG": _over(lambda values: sum(values) / len(values)),
    "CEIL": _map(math.ceil),
    "DIFF": _difference,
    "FILL": _Reader.fill,
    "FLOOR": _map(math.floor),
    "IF": _if,
    "MAX": _over(max),
    "METRICS": _Reader.metrics,
    "METRIC_COUNT": lambda _, value: float(len(value)) if isinstance(value, list) else 1.0,
    "MIN": _over(min),
    "PERIOD": _Reader.period,
    "RATE": _rate,
    "RUNNING_SUM": _running,
    "SUM": _over(functools.partial(sum)),
}
