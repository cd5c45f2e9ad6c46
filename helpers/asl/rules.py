"""A Choice rule, read once: the tree that words, drawings and the interpreter ask.

What a rule compares and how is one table, which its diagnosis goes by as well.
https://states-language.net/spec.html#choice-state
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers.asl.evaluation import DefinitionError
from helpers.asl.failures import PathMissing
from helpers.asl.timestamps import timestamp
from helpers.asl.wildcards import matches

Test = Callable[[Any], bool]
"""Does a rule hold in a scope? Raises Absent."""

Find = Callable[[str], Callable[[Any], Any]]
"""Makes of a path what gives its value in a scope, and raises PathMissing where there is none."""


class Absent(Exception):
    """A comparison looks at what is not there: with that, AWS fails the execution.

    path: which does not lead anywhere. field: the rule's field that holds it, `Variable` or one
    that ends in `Path`.
    """

    def __init__(self, path: str, field: str) -> None:
        super().__init__(f"{field} {path} does not lead anywhere")
        self.path, self.field = path, field


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


_KINDS: dict[str, Callable[[Any], Any]] = {
    "String": _text,
    "Numeric": _number,
    "Timestamp": timestamp,
    "Boolean": _boolean,
}
"""What is compared of a value of each kind; None where the value is of another."""


@dataclass(eq=False)
class Operator:
    """How a value is compared: as what `kind`, in words by which `sign`, in truth by `holds`.

    is_path: the right side names a path.
    """

    kind: str
    sign: str
    holds: Callable[[Any, Any], bool]
    is_path: bool = False

    def comparable(self, value: Any) -> Any:
        """What is compared of a value; None where it is not of the kind, so that nothing holds."""
        return _KINDS[self.kind](value)


_ORDER = {
    "Equals": ("=", operator.eq),
    "LessThan": ("<", operator.lt),
    "GreaterThan": (">", operator.gt),
    "LessThanEquals": ("≤", operator.le),
    "GreaterThanEquals": ("≥", operator.ge),
}
COMPARISONS: dict[str, Operator] = {
    f"{kind}{how}{path}": Operator(kind, sign, holds, bool(path))
    for kind in _KINDS
    for how, (sign, holds) in _ORDER.items()
    for path in ("", "Path")
    if kind != "Boolean" or how == "Equals"
} | {"StringMatches": Operator("String", "matches", matches)}
"""Those 33 of the 39 operators that compare the variable with a constant or with a path."""

TYPE_TESTS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsPresent": lambda value: True,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: timestamp(value) is not None,
}
"""The other 6, which ask what the variable is; all but IsPresent ask only of what is there."""

OPERATORS = frozenset(COMPARISONS) | frozenset(TYPE_TESTS)


@dataclass(eq=False)
class Combined:
    """And (`every`) or Or over rules."""

    parts: tuple[Rule, ...]
    every: bool

    def test(self, find: Find) -> Test:
        """Asks one part after the other until the answer is settled."""
        tests = [part.test(find) for part in self.parts]
        if self.every:
            return lambda scope: all(test(scope) for test in tests)
        return lambda scope: any(test(scope) for test in tests)

    def comparisons(self) -> Iterator[Comparison]:
        """Those of its parts."""
        for part in self.parts:
            yield from part.comparisons()


@dataclass(eq=False)
class Negated:
    """Not over a rule."""

    inner: Rule

    def test(self, find: Find) -> Test:
        """Holds where the rule in it does not."""
        test = self.inner.test(find)
        return lambda scope: not test(scope)

    def comparisons(self) -> Iterator[Comparison]:
        """Those of the rule in it."""
        yield from self.inner.comparisons()


@dataclass(eq=False)
class Comparison:
    """A variable's path, the operator's name, and what it is compared with.

    variable, operator: None where the rule has none. wanted: a constant or a path.
    """

    variable: Any
    operator: str | None
    wanted: Any

    def test(self, find: Find) -> Test:
        """Looks its paths up and compares; raises DefinitionError where there is nothing to."""
        if not isinstance(self.variable, str):
            raise DefinitionError("a Choice rule needs a 'Variable'")
        if self.operator is None:
            raise DefinitionError("a Choice rule needs a comparison")
        if self.operator == "IsPresent":
            return _present(find(self.variable), self.wanted is True)
        variable = _named(find, self.variable, "Variable")
        if self.operator in TYPE_TESTS:
            is_so, expected = TYPE_TESTS[self.operator], self.wanted is True
            return lambda scope: is_so(variable(scope)) is expected
        how = COMPARISONS[self.operator]
        if not how.is_path:
            return _with_constant(variable, how, self.wanted)
        if not isinstance(self.wanted, str):
            raise DefinitionError(f"{self.operator} needs a path")
        return _with_path(variable, how, _named(find, self.wanted, self.operator))

    def comparisons(self) -> Iterator[Comparison]:
        """This one."""
        yield self


@dataclass(eq=False)
class Condition:
    """A JSONata Condition: text, or true or false."""

    written: Any

    def test(self, find: Find) -> Test:
        """Only a constant is known without JSONata: all else raises DefinitionError when asked."""

        def holds(scope: Any) -> bool:
            if isinstance(self.written, bool):
                return self.written
            raise DefinitionError("a Condition is no rule of JSONPath")

        return holds

    def comparisons(self) -> Iterator[Comparison]:
        """It has none."""
        yield from ()


@dataclass(eq=False)
class NoRule:
    """What stands where a rule should."""

    written: Any

    def test(self, find: Find) -> Test:
        """Raises DefinitionError."""
        raise DefinitionError("a Choice rule is an object")

    def comparisons(self) -> Iterator[Comparison]:
        """It has none."""
        yield from ()


Rule = Combined | Negated | Comparison | Condition | NoRule


def read_rule(written: Any) -> Rule:
    """The tree of a rule as the definition has it, whatever stands there.

    >>> read_rule({"Not": {"Variable": "$.p", "IsNull": True}, "Next": "A"})
    Negated(inner=Comparison(variable='$.p', operator='IsNull', wanted=True))
    """
    if not isinstance(written, dict):
        return NoRule(written)
    if "Condition" in written:
        return Condition(written["Condition"])
    for name in ("And", "Or"):
        if name in written:
            parts = written[name] if isinstance(written[name], list) else [written[name]]
            return Combined(tuple(read_rule(part) for part in parts), every=name == "And")
    if "Not" in written:
        return Negated(read_rule(written["Not"]))
    name = next((name for name in written if name in OPERATORS), None)
    return Comparison(written.get("Variable"), name, None if name is None else written[name])


def _named(find: Find, path: str, field: str) -> Callable[[Any], Any]:
    """The path's value; raises Absent where it has none."""
    value = find(path)

    def evaluate(scope: Any) -> Any:
        try:
            return value(scope)
        except PathMissing as missing:
            raise Absent(path, field) from missing

    return evaluate


def _present(variable: Callable[[Any], Any], expected: bool) -> Test:
    def test(scope: Any) -> bool:
        try:
            variable(scope)
        except PathMissing:
            return not expected
        return expected

    return test


def _with_constant(variable: Callable[[Any], Any], how: Operator, constant: Any) -> Test:
    comparable, holds = _KINDS[how.kind], how.holds
    wanted = comparable(constant)

    def test(scope: Any) -> bool:
        value = comparable(variable(scope))
        return value is not None and wanted is not None and holds(value, wanted)

    return test


def _with_path(variable: Callable[[Any], Any], how: Operator, other: Callable[[Any], Any]) -> Test:
    comparable, holds = _KINDS[how.kind], how.holds

    def test(scope: Any) -> bool:
        value, wanted = variable(scope), other(scope)
        value, wanted = comparable(value), comparable(wanted)
        return value is not None and wanted is not None and holds(value, wanted)

    return test
