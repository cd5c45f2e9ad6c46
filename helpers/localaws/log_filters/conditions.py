"""Comparisons of filter patterns: `= "x"`, `> 3`, `IS NULL`, `&&`, `||`, brackets.

JSON patterns and patterns of fields have them in common.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from helpers.asl.wildcards import matches

Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<mark> && | \|\| | [()] | != | <= | >= | [=<>] )
    | (?P<path> \$ (?: \.[\w-]+ | \.\* | \[\d+\] | \[\*\] | \['[^']*'\] | \["[^"]*"\] )* )
    | "(?P<quoted> (?:[^"\\]|\\.)* )"
    | %(?P<pattern> [^%]* )%
    | (?P<word> [^\s()=<>!&|",]+ )
    )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_EXPRESSION = re.compile(r"(?:[\w\s:#=@/;,\-^$?\[\]{}|.*+]|\\.)*", re.ASCII)
"""Of what a regular expression may consist: there are no groups (regex-expressions.html)."""
_LONGEST_SECONDS = 1.0


class InvalidPattern(ValueError):
    """The text is no filter pattern; the words are AWS's."""


def expression(text: str) -> Callable[[str], bool]:
    """What tells whether a regular expression is found in a text. Raises InvalidPattern."""
    import regex

    if not _EXPRESSION.fullmatch(text):
        raise InvalidPattern(f"Invalid character(s) in term '%{text}%'")
    try:
        compiled = regex.compile(text)
    except regex.error:
        raise InvalidPattern("Invalid filter pattern") from None

    def test(message: str) -> bool:
        try:
            return compiled.search(message, timeout=_LONGEST_SECONDS, concurrent=True) is not None
        except TimeoutError:
            return False

    return test


class Reader:
    """Reads an expression to its end.

    operand: makes of a path or a name what gives its values in a message, a list.
    """

    def __init__(self, text: str, operand: Callable[[str], Callable[[Any], list[Any]]]) -> None:
        self.operand = operand
        self.expressions = 0
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise InvalidPattern("Invalid filter pattern")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()

    def whole(self) -> Test:
        """The test that the whole expression is. Raises InvalidPattern."""
        test = self._either()
        if self.tokens:
            raise InvalidPattern("Invalid filter pattern")
        return test

    def _take(self, *marks: str) -> str | None:
        """The next token if it is one of these marks or words; it is then done with."""
        if self.tokens and self.tokens[0][0] in ("mark", "word") and self.tokens[0][1] in marks:
            return self.tokens.pop(0)[1]
        return None

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("||"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda data: any(test(data) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take("&&"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda data: all(test(data) for test in tests)

    def _one(self) -> Test:
        if self._take("("):
            test = self._either()
            if not self._take(")"):
                raise InvalidPattern("Invalid filter pattern")
            return test
        if not self.tokens or self.tokens[0][0] not in ("path", "word"):
            raise InvalidPattern("Invalid filter pattern")
        values = self.operand(self.tokens.pop(0)[1])
        if self._take("IS"):
            named = self._take("NULL", "TRUE", "FALSE")
            if named is None:
                raise InvalidPattern("Invalid filter pattern")
            constant = {"NULL": None, "TRUE": True, "FALSE": False}[named]
            return lambda data: any(value is constant for value in values(data))
        if self._take("NOT"):
            if not self._take("EXISTS"):
                raise InvalidPattern("Invalid filter pattern")
            return lambda data: not values(data)
        sign = self._take("=", "!=", "<", "<=", ">", ">=")
        if sign is None or not self.tokens or self.tokens[0][0] in ("mark", "path"):
            raise InvalidPattern("Invalid filter pattern")
        kind, text = self.tokens.pop(0)
        self.expressions += kind == "pattern"
        compare = _comparison(sign, kind, text)
        if sign == "!=":
            return lambda data: bool(plain := _plain(values(data))) and all(map(compare, plain))
        return lambda data: any(map(compare, _plain(values(data))))


def _plain(values: list[Any]) -> list[Any]:
    """Those that are no object and no array: AWS compares no others."""
    return [value for value in values if not isinstance(value, dict | list)]


def _comparison(sign: str, kind: str, text: str) -> Test:
    wanted = number(text) if kind == "word" else None
    if sign in _ORDER:
        order = _ORDER[sign]
        if wanted is None:
            raise InvalidPattern("Invalid filter pattern")
        return lambda value: (mine := number(value)) is not None and order(mine, wanted)
    if kind == "pattern":
        fits = expression(text)
        same: Test = lambda value: isinstance(value, str) and fits(value)  # noqa: E731
    elif wanted is not None:
        same = lambda value: number(value) == wanted  # noqa: E731
    else:
        like = re.sub(r'\\(["\\])', r"\1", text)
        same = lambda value: matches(text_of(value), like)  # noqa: E731
    return same if sign == "=" else lambda value: not same(value)


def number(value: Any) -> float | None:
    """A number, or a text that is one, as a float; None if it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        return None
    try:
        as_number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return as_number if math.isfinite(as_number) else None


def text_of(value: Any) -> str:
    """A value of JSON as a pattern compares it: a text as it is."""
    return value if isinstance(value, str) else json.dumps(value)
