"""JSONPath as Step Functions reads it: once, for diagnosis, for running and for drawings.

The grammar is that of Jayway's JsonPath 2.0.0 (see `selecting`), with AWS's own roots before it:
`$` for the input, `$$` for the context object, `$name` for a variable. So functions do not exist:
in `$.list.length()` the last name is `length()`. A backslash takes the mark behind it literally, as
in the examples of https://states-language.net/#path.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from helpers.asl.failures import PathMissing, StateError
from helpers.asl.selecting import (
    COMPARE,
    MISSING,
    Comparison,
    Constant,
    Either,
    Every,
    Exists,
    Looked,
    Not,
    Path,
    Step,
    Test,
)


class PathSyntaxError(ValueError):
    """The text is no JSONPath, or none of the kind that is wanted."""


_ROOT = re.compile(r"\$\$|\$([^\W\d]\w*)?")
_USUAL = re.compile(r"\.([\w-]+)(?=[.\[]|$)|\[(\d{1,9})\]|\['([^'\\]*)'\]")
"""Most steps are one of these, and are read at once."""
_NAME = re.compile(r"(?:[^.\[\]\s\\]|\\\S)+")
_NAME_IN_FILTER = re.compile(r"(?:[^.\[\s\\()'\"@?*,:=<>!&|~\]]|\\\S)+")
_NOT_PLAIN = re.compile(r"(?<!\\)[@?*,:()]")
"""In a name: an operator, which a Reference Path may have behind a backslash or in quotes only."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED_IN_SINGLE = re.compile(r"\\([^\"])", re.DOTALL)
_ESCAPED_IN_DOUBLE = re.compile(r"\\([^'])", re.DOTALL)
"""A backslash before the other kind of quotes stands for itself."""
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_FROM_END = re.compile(r"\(\s*@\.(?:length|size\(\))\s*-\s*(\d{1,9})\s*\)")
_SLICE = re.compile(r"(-?\d{1,9})?\s*:\s*(-?\d{1,9})?")
_INDEXES = re.compile(r"-?\d{1,9}(?:\s*,\s*-?\d{1,9})*")
_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"-?\d{1,300}(\.\d+)?([eE][-+]?\d+)?")
_DEEPEST = 50  # of brackets and ! in a filter: so deep none is written by hand
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>|=~|\bin\b|\bnin\b")
_BARE = re.compile(r"(?:'[^']*'|[^()'\[\]&|<>=!])+")
"""What a filter compares with, without quotes: Jayway takes it for text."""
_WORDS = {"true": True, "false": False, "null": None}


class _Reader:
    """Reads a text from `at` on.

    plain: no operator was met yet in a name, and no `(@.length-1)`. depth: of a filter's brackets.
    """

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.plain = True
        self.depth = 0

    def fail(self, why: str) -> PathSyntaxError:
        return PathSyntaxError(f"{why} at position {self.at} of '{self.text}'")

    def peek(self, what: str) -> bool:
        return self.text.startswith(what, self.at)

    def take(self, what: str) -> bool:
        if self.peek(what):
            self.at += len(what)
            return True
        return False

    def need(self, what: str) -> None:
        if not self.take(what):
            raise self.fail(f"'{what}' expected")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def space(self) -> None:
        self.match(_SPACE)

    def string(self) -> str:
        quoted = self.match(_QUOTED)
        if quoted is None:
            raise self.fail("a name in quotes expected")
        single, double = quoted.groups()
        if single is not None:
            return _ESCAPED_IN_SINGLE.sub(r"\1", single)
        return _ESCAPED_IN_DOUBLE.sub(r"\1", double)

    # steps

    def to_the_end(self) -> list[Step]:
        """The steps of a path that is the whole text."""
        if self.at < len(self.text) and not (self.peek(".") or self.peek("[")):
            raise self.fail("'.' or '[' expected")
        steps: list[Step] = []
        while self.at < len(self.text):
            if usual := self.match(_USUAL):
                name, index, quoted = usual.groups()
                steps.append(Step("index", int(index)) if index else Step("name", name or quoted))
            else:
                steps += self.steps(_NAME)
        return steps

    def in_a_filter(self) -> list[Step]:
        """The steps of a path behind which a filter goes on."""
        steps: list[Step] = []
        while self.peek(".") or self.peek("["):
            steps += self.steps(_NAME_IN_FILTER)
        return steps

    def steps(self, name: re.Pattern[str]) -> list[Step]:
        """The next step; two of them for `..name`."""
        if self.take(".."):
            step = self.bracket() if self.peek("[") else self.named(name)
            if step.kind == "all":
                return [Step("deep_any")]
            return [Step("deep" if step.kind in ("name", "names") else "deep_lists"), step]
        dot = self.take(".")
        return [self.bracket() if self.peek("[") else self.named(name, star=dot)]

    def named(self, pattern: re.Pattern[str], *, star: bool = True) -> Step:
        """A name without quotes, or `*`."""
        if star and self.peek("*") and self.text[self.at + 1 : self.at + 2] in ("", ".", "["):
            self.at += 1
            return Step("all")
        name = self.match(pattern)
        if name is None:
            raise self.fail("a name expected")
        self.plain = self.plain and _NOT_PLAIN.search(name[0]) is None
        return Step("name", _unescaped(name[0]))

    def bracket(self) -> Step:
        self.need("[")
        self.space()
        if self.take("*"):
            step = Step("all")
        elif self.take("?"):
            self.space()
            self.need("(")
            step = Step("filter", self.either())
            self.space()
            self.need(")")
        elif self.peek("'") or self.peek('"'):
            step = self.names()
        else:
            step = self.numbers()
        self.space()
        self.need("]")
        return step

    def names(self) -> Step:
        names = [self.string()]
        self.space()
        while self.take(","):
            self.space()
            names.append(self.string())
            self.space()
        return Step("name", names[0]) if len(names) == 1 else Step("names", names)

    def numbers(self) -> Step:
        if from_end := self.match(_FROM_END):
            self.plain = False
            return Step("index", -int(from_end[1]))
        if bounds := self.match(_SLICE):
            if bounds[1] is None and bounds[2] is None:
                raise self.fail("a slice with a beginning or an end expected")
            return Step("slice", slice(*(None if n is None else int(n) for n in bounds.groups())))
        if indexes := self.match(_INDEXES):
            each = [int(number) for number in indexes[0].split(",")]
            return Step("index", each[0]) if len(each) == 1 else Step("indexes", each)
        raise self.fail("an index or a name expected")

    # filters, the loosest first

    def either(self) -> Test:
        tests = [self.every()]
        self.space()
        while self.take("||"):
            tests.append(self.every())
            self.space()
        return tests[0] if len(tests) == 1 else Either(tests)

    def every(self) -> Test:
        tests = [self.test()]
        self.space()
        while self.take("&&"):
            tests.append(self.test())
            self.space()
        return tests[0] if len(tests) == 1 else Every(tests)

    def test(self) -> Test:
        self.space()
        if self.peek("!") or self.peek("("):
            return self.nested()
        left = self.operand()
        self.space()
        operator = self.match(_OPERATOR)
        if operator is None and isinstance(left, Looked):
            return Exists(left)
        if operator is None:
            raise self.fail("a comparison expected")
        compare = COMPARE.get(operator[0])
        if compare is None:
            raise self.fail(f"'{operator[0]}' is not supported")
        self.space()
        return Comparison(left, compare, self.operand())

    def nested(self) -> Test:
        """`!…` or `(…)`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fail("the filter is nested too deeply")
        if self.take("!"):
            test: Test = Not(self.test())
        else:
            self.need("(")
            test = self.either()
            self.space()
            self.need(")")
        self.depth -= 1
        return test

    def operand(self) -> Constant | Looked:
        start, mark = self.at, self.text[self.at : self.at + 1]
        if mark in ("@", "$"):
            self.at += 1
            steps = self.in_a_filter()
            return Looked(Path(self.text[start : self.at], mark, steps, plain=True))
        if mark in ("'", '"'):
            return Constant(self.string())
        if mark == "[":
            return Constant(self.array())
        if number := self.match(_NUMBER):
            return Constant(json.loads(number[0]))
        if bare := self.match(_BARE):
            return Constant(_WORDS.get(bare[0].strip(), bare[0].strip()))
        raise self.fail("a value expected")

    def array(self) -> Any:
        end = self.text.find("]", self.at) + 1
        try:
            array = json.loads(self.text[self.at : end].replace("'", '"'))
        except (ValueError, RecursionError):
            raise self.fail("an array expected") from None
        self.at = end
        return array


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(r"\1", name) if "\\" in name else name


@lru_cache(maxsize=8192)
def read(text: str) -> Path:
    """Reads a JSONPath; raises PathSyntaxError.

    >>> path = read("$.order.items[0]['unit price']")
    >>> path.root, path.keys, path.single
    ('$', ('order', 'items', 0, 'unit price'), True)
    >>> read("$rate.eur").root, read("$$.Execution.Name").keys, read("$.items[*]").rest
    ('$rate', ('Execution', 'Name'), (Step(kind='all', value=None),))
    """
    root = _ROOT.match(text)
    if root is None:
        raise PathSyntaxError(f"'{text}' does not begin with '$'")
    reader = _Reader(text.rstrip(), root.end())
    steps = reader.to_the_end()
    return Path(text, root[0], steps, plain=reader.plain)


def read_reference(text: str) -> Path:
    """Reads a *Reference Path*, which names a single place; raises PathSyntaxError."""
    path = read(text)
    if not path.single:
        raise PathSyntaxError(f"'{text}' is no reference path: it may select several values")
    return path


def is_jsonpath(text: str) -> bool:
    """Is it a JSONPath that Step Functions takes?

    >>> [is_jsonpath(p) for p in ("$.a[?(@.b > 1)]..c", "$$.Execution.Name", "$items[1:]", "$")]
    [True, True, True, True]
    >>> [is_jsonpath(p) for p in ("a.b", "$.", "$...", "$.a[", "$.a b", "$.a[]")]
    [False, False, False, False, False, False]
    """
    try:
        read(text)
    except PathSyntaxError:
        return False
    return True


def why_not_reference_path(text: str) -> str | None:
    """None for a Reference Path; otherwise what AWS adds to "Value is not a Reference Path".

    It leads to one place: no wildcard, no `..`, no filter, no slice, and no `@`, `,`, `:`, `?` in
    a name without quotes (https://states-language.net/#ref-paths).

    >>> why_not_reference_path("$.order.total"), why_not_reference_path("total")
    (None, ": Reference path didn't start with '$'")
    >>> why_not_reference_path("$.orders[*].total")
    ''
    """
    if not text.startswith("$"):
        return ": Reference path didn't start with '$'"
    return None if is_jsonpath(text) and read(text).single else ""


def look_up(
    text: str,
    input: Any,
    context: Any = MISSING,
    variables: dict[str, Any] | None = None,
) -> Any:
    """The value a path leads to, or `MISSING`, also where the text is no path.

    `input` is what `$` stands for, `context` what `$$` stands for, `variables` the workflow's
    variables by name (without the dollar sign).

    >>> look_up("$.stock_price", {"stock_price": 2})
    2
    >>> look_up("$.nobody", {"stock_price": 2})
    MISSING
    """
    if not isinstance(text, str) or not is_jsonpath(text):
        return MISSING
    path = read(text)
    if path.root == "$":
        data = input
    elif path.root == "$$":
        data = context
    else:
        data = (variables or {}).get(path.root[1:], MISSING)
    if data is MISSING:
        return MISSING
    try:
        return path.select(data)
    except (PathMissing, StateError):
        return MISSING
