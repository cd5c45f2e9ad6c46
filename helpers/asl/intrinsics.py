"""What a field computes in a JSONPath state, read once into a tree.

It is a path, or a call of an intrinsic function, such as `States.Format('{}', $.name)`.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from helpers.asl.paths import PathSyntaxError, read
from helpers.asl.selecting import Constant, Path
from helpers.asl.suggest import nearest

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "Array": (0, None),
    "ArrayContains": (2, 2),
    "ArrayGetItem": (2, 2),
    "ArrayLength": (1, 1),
    "ArrayPartition": (2, 2),
    "ArrayRange": (3, 3),
    "ArrayUnique": (1, 1),
    "Base64Decode": (1, 1),
    "Base64Encode": (1, 1),
    "Format": (1, None),
    "Hash": (2, 2),
    "JsonMerge": (3, 3),
    "JsonToString": (1, 1),
    "MathAdd": (2, 2),
    "MathRandom": (2, 3),
    "StringSplit": (2, 2),
    "StringToJson": (1, 1),
    "UUID": (0, None),
}
"""Name → fewest and most arguments (AWS Step Functions Developer Guide, "Intrinsics for
JSONPath states"). AWS counts them when it carries out a call, not when it reads one."""

_NUMBERS_ONLY = {"MathAdd": (0, 1), "MathRandom": (0, 1, 2), "ArrayRange": (0, 1, 2)}
"""Arguments that must be numbers: a text literal there cannot be right."""

_NAME = re.compile(r"States\.(\w+)\(")
_NUMBER = re.compile(r"-?\d{1,300}(\.\d+)?([eE][-+]?\d+)?(?=\s*[,)])")
_WORD = re.compile(r"(true|false|null)(?=\s*[,)])")
_SPACE = re.compile(r"\s*")
_TEXT = re.compile(r"'((?:[^'\\]|\\['{}\\])*)'")
_CUT_SHORT = re.compile(r"'(?:[^'\\]|\\['{}\\])*")
_DEEPEST = 10  # AWS: "you can nest up to 10 intrinsic functions"


class ExpressionSyntaxError(ValueError):
    """The text is no path, or no call; the message says why, for a hint."""


class Call(NamedTuple):
    """A call. text: as it is written; name: without `States.`."""

    text: str
    name: str
    arguments: tuple[Call | Path | Constant, ...]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def take(self, mark: str) -> bool:
        self.match(_SPACE)
        if self.text.startswith(mark, self.at):
            self.at += 1
            return True
        return False

    def call(self, depth: int) -> Call:
        start = self.at
        match = self.match(_NAME)
        if match is None:
            raise ExpressionSyntaxError("An intrinsic function is written States.Name(arguments).")
        name = match[1]
        if name not in FUNCTIONS:
            meant = nearest(name, FUNCTIONS)
            tail = f" Did you mean 'States.{meant}'?" if meant else ""
            raise ExpressionSyntaxError(f"There is no intrinsic function States.{name}.{tail}")
        if depth > _DEEPEST:
            raise ExpressionSyntaxError(
                f"At most {_DEEPEST} intrinsic functions may stand inside each other."
            )
        arguments = [] if self.take(")") else self.arguments(name, depth)
        return Call(self.text[start : self.at], name, tuple(arguments))

    def arguments(self, name: str, depth: int) -> list[Call | Path | Constant]:
        """The arguments, up to and with the bracket that closes them."""
        arguments = [self.argument(depth)]
        while self.take(","):
            arguments.append(self.argument(depth))
        if not self.take(")"):
            raise ExpressionSyntaxError(
                f"A comma or a closing bracket is missing in States.{name}(…)."
            )
        return arguments

    def argument(self, depth: int) -> Call | Path | Constant:
        self.match(_SPACE)
        if self.text.startswith("'", self.at):
            return self.literal()
        if self.text.startswith("States.", self.at):
            return self.call(depth + 1)
        if self.text.startswith("$", self.at):
            text = self.path()
            try:
                return read(text)
            except PathSyntaxError:
                raise ExpressionSyntaxError(f"{text} is no JSONPath.") from None
        if constant := self.match(_NUMBER) or self.match(_WORD):
            return Constant(json.loads(constant[0]))
        raise ExpressionSyntaxError(
            "An argument is a path ($.…), text in single quotes, a number, true, false, null or "
            "another intrinsic function."
        )

    def literal(self) -> Constant:
        """Text in single quotes. Only \\' is undone here: States.Format reads \\{ itself."""
        text = self.match(_TEXT)
        if text is not None:
            return Constant(text[1].replace("\\'", "'"))
        end = _CUT_SHORT.match(self.text, self.at).end()  # type: ignore[union-attr]
        if end == len(self.text):
            raise ExpressionSyntaxError("A text is not closed with a single quote.")
        raise ExpressionSyntaxError(
            f"A backslash in a text may stand before ', {{, }} and \\ only, not before "
            f"{self.text[end + 1 : end + 2]}."
        )

    def path(self) -> str:
        """The text of a path: up to a comma or bracket that is not within quotes or brackets."""
        start, depth, quote = self.at, 0, ""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\":
                self.at += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"" and depth:
                quote = char
            elif char in "([":
                depth += 1
            elif char in ")]" and depth:
                depth -= 1
            elif not depth and char in ",)":
                break
            self.at += 1
        return self.text[start : self.at].rstrip()


def misfits(call: Call) -> Iterator[str]:
    """What makes a call fail whatever it is given, as sentences; AWS finds out when it runs.

    >>> list(misfits(read_call("States.Array(States.MathAdd(1, '-1'))")))
    ['States.MathAdd takes numbers, and argument 2 is text.']
    """
    name, arguments = call.name, call.arguments
    fewest, most = FUNCTIONS[name]
    if len(arguments) < fewest or (most is not None and len(arguments) > most):
        yield f"States.{name} takes {_how_many(fewest, most)}, not {len(arguments)}."
    for number, argument in enumerate(arguments):
        if isinstance(argument, Call):
            yield from misfits(argument)
        elif (
            isinstance(argument, Constant)
            and isinstance(argument.value, str)
            and number in _NUMBERS_ONLY.get(name, ())
        ):
            yield f"States.{name} takes numbers, and argument {number + 1} is text."


def _how_many(fewest: int, most: int | None) -> str:
    if most is None:
        return f"at least {fewest} argument{'s' * (fewest != 1)}"
    if fewest == most:
        return f"{fewest or 'no'} argument{'s' * (fewest != 1)}"
    return f"{fewest} or {most} arguments"


@lru_cache(maxsize=4096)
def read_call(text: str) -> Call:
    """Reads a call of an intrinsic function; raises ExpressionSyntaxError.

    >>> call = read_call("States.MathAdd($.count, 1)")
    >>> call.name, call.arguments[0].keys, call.arguments[1].value
    ('MathAdd', ('count',), 1)
    """
    reader = _Reader(text.strip())
    call = reader.call(1)
    if reader.at != len(reader.text):
        raise ExpressionSyntaxError(f"Nothing may follow the closing bracket of {call.text}.")
    return call


def why_not_intrinsic(text: str) -> str | None:
    """None for a well-formed call, otherwise what is amiss, as a sentence.

    >>> why_not_intrinsic("States.Format('Hello {}', $.name)")
    >>> why_not_intrinsic("States.format('{}', $.name)")
    "There is no intrinsic function States.format. Did you mean 'States.Format'?"
    """
    try:
        read_call(text)
    except ExpressionSyntaxError as error:
        return str(error)
    return None


def read_expression(text: str) -> Path | Call:
    """Reads `$.path`, `$$.context.path`, `$variable.path` or `States.Function(…)`.

    Raises ExpressionSyntaxError.
    """
    if text.startswith("States."):
        return read_call(text)
    try:
        return read(text)
    except PathSyntaxError:
        raise ExpressionSyntaxError("The path is not well formed.") from None


def computed_field(key: Any) -> str | None:
    """Of a payload template's key `name.$` the name of the field that is computed; else None.

    >>> computed_field("price.$"), computed_field("price")
    ('price', None)
    """
    return key[:-2] if isinstance(key, str) and key.endswith(".$") else None
