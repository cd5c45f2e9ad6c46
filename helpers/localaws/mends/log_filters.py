"""CloudWatch Logs' filter patterns: terms, JSON selectors, fields between spaces, expressions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from helpers.localaws.stepfunctions.choice import matches

Test = Callable[[str], bool]
_Value = Callable[[Any], bool]

_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|(\S+))')
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
_STEP = re.compile(r"""\.([\w*-]+)|\[(\d+|\*)\]|\['([^']*)'\]|\["([^"]*)"\]""")
_FIELD = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_LONGEST_SECONDS = 1.0


class InvalidPattern(ValueError):
    """The text is no filter pattern."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Test:
    """What tells whether a message fits `pattern`. Raises InvalidPattern."""
    text = pattern.strip()
    if text.startswith("{"):
        return _json(text)
    if text.startswith("["):
        return _fields(text)
    return _terms(text)


def _expression(text: str) -> Test:
    import regex

    try:
        found = regex.compile(text)
    except regex.error as error:
        raise InvalidPattern(f"%{text}% is no regular expression: {error}") from None

    def test(message: str) -> bool:
        try:
            return found.search(message, timeout=_LONGEST_SECONDS, concurrent=True) is not None
        except TimeoutError:
            return False

    return test


# -- terms: `ERROR`, `ERROR timeout`, `?ERROR ?WARN`, `-DEBUG`, `"a phrase"`, `%an expression%`


def _terms(text: str) -> Test:
    kinds: dict[str, list[Test]] = {"": [], "?": [], "-": []}
    for kind, phrase, expression, word in _TERM.findall(text):
        if expression:
            kinds[kind].append(_expression(expression))
        elif term := re.sub(r"\\(.)", r"\1", phrase) or word:
            kinds[kind].append(lambda message, term=term: term in message)
    wanted, optional, excluded = kinds[""], kinds["?"], kinds["-"]
    if wanted or excluded:
        optional = []  # AWS: "the question mark will be ignored"

    def test(message: str) -> bool:
        return (
            all(one(message) for one in wanted)
            and not any(one(message) for one in excluded)
            and (not optional or any(one(message) for one in optional))
        )

    return test


# -- what JSON and fields have in common: comparisons, && and ||, brackets


class _Reader:
    """Reads an expression to its end.

    operand: makes of a path or a name what gives its values in a message, a list.
    """

    def __init__(self, text: str, operand: Callable[[str], Callable[[Any], list[Any]]]) -> None:
        self.text = text
        self.operand = operand
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise InvalidPattern(f"'{text[at:].strip()}' cannot be read")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def whole(self) -> _Value:
        test = self.either()
        if self.tokens:
            raise InvalidPattern(f"'{self.tokens[0][1]}' is not expected in '{self.text}'")
        return test

    def take(self, *marks: str) -> str | None:
        """The next token if it is one of these marks or words; it is then done with."""
        if self.tokens and self.tokens[0][0] in ("mark", "word") and self.tokens[0][1] in marks:
            return self.tokens.pop(0)[1]
        return None

    def either(self) -> _Value:
        tests = [self.both()]
        while self.take("||"):
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda data: any(test(data) for test in tests)

    def both(self) -> _Value:
        tests = [self.one()]
        while self.take("&&"):
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda data: all(test(data) for test in tests)

    def one(self) -> _Value:
        if self.take("("):
            test = self.either()
            if not self.take(")"):
                raise InvalidPattern(f"a bracket is not closed in '{self.text}'")
            return test
        if not self.tokens or self.tokens[0][0] not in ("path", "word"):
            raise InvalidPattern(f"a selector is missing in '{self.text}'")
        values = self.operand(self.tokens.pop(0)[1])
        if self.take("IS"):
            named = self.take("NULL", "TRUE", "FALSE")
            if named is None:
                raise InvalidPattern(f"IS what? NULL, TRUE or FALSE in '{self.text}'")
            constant = {"NULL": None, "TRUE": True, "FALSE": False}[named]
            return lambda data: any(value is constant for value in values(data))
        if self.take("NOT"):
            if not self.take("EXISTS"):
                raise InvalidPattern(f"NOT what? EXISTS in '{self.text}'")
            return lambda data: not values(data)
        sign = self.take("=", "!=", "<", "<=", ">", ">=")
        if sign is None or not self.tokens:
            raise InvalidPattern(f"a comparison is missing in '{self.text}'")
        compare = _comparison(sign, *self.tokens.pop(0))
        if sign == "!=":
            return lambda data: bool(found := values(data)) and all(map(compare, found))
        return lambda data: any(map(compare, values(data)))


def _comparison(sign: str, kind: str, text: str) -> _Value:
    number = _number(text) if kind == "word" else None
    if sign in _ORDER:
        order = _ORDER[sign]
        if number is None:
            raise InvalidPattern(f"{sign} compares with numbers, not with '{text}'")
        return lambda value: (mine := _number(value)) is not None and order(mine, number)
    if kind == "pattern":
        fits = _expression(text)
        same: _Value = lambda value: isinstance(value, str) and fits(value)  # noqa: E731
    elif number is not None:
        same = lambda value: _number(value) == number  # noqa: E731
    else:
        wanted = re.sub(r'\\(["\\])', r"\1", text)
        same = lambda value: matches(_text(value), wanted)  # noqa: E731
    return same if sign == "=" else lambda value: not same(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


# -- JSON: `{ $.level = "ERROR" && $.n > 4 }`


def _json(text: str) -> Test:
    if not text.endswith("}"):
        raise InvalidPattern(f"'{text}' does not end with a curly bracket")
    test = _Reader(text[1:-1], _selector).whole()

    def fits(message: str) -> bool:
        try:
            return test(json.loads(message))
        except (ValueError, RecursionError):
            return False

    return fits


def _selector(path: str) -> Callable[[Any], list[Any]]:
    if not path.startswith("$"):
        raise InvalidPattern(f"a selector begins with $, not '{path}'")
    steps = [next(part for part in found if part) for found in _STEP.findall(path)]

    def values(data: Any) -> list[Any]:
        found = [data]
        for step in steps:
            inner: list[Any] = []
            for one in found:
                if step == "*" and isinstance(one, dict | list):
                    inner += one.values() if isinstance(one, dict) else one
                elif isinstance(one, dict) and step in one:
                    inner.append(one[step])
                elif isinstance(one, list) and step.isdigit() and int(step) < len(one):
                    inner.append(one[int(step)])
            found = inner
        return found

    return values


# -- fields between spaces: `[ip, user, ..., status = 4*, size > 100]`


def _fields(text: str) -> Test:
    if not text.endswith("]"):
        raise InvalidPattern(f"'{text}' does not end with a square bracket")
    parts = [part.strip() for part in re.split(r',(?=(?:[^"%]|"[^"]*"|%[^%]*%)*$)', text[1:-1])]
    gap = parts.index("...") if "..." in parts else None
    tests = [_field(part) for part in parts if part != "..."]

    def fits(message: str) -> bool:
        found = [first or second or third for first, second, third in _FIELD.findall(message)]
        if len(found) < len(tests) or (gap is None and len(found) != len(tests)):
            return False
        if gap is not None:
            found = found[:gap] + found[len(found) - (len(tests) - gap) :]
        return all(test(value) for test, value in zip(tests, found, strict=True))

    return fits


def _field(part: str) -> _Value:
    if re.fullmatch(r"[\w-]*", part):
        return lambda value: True
    return _Reader(part, lambda name: lambda value: [value]).whole()
