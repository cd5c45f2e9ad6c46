"""Why a text is not JSON, in the words of Jackson, the parser that AWS uses."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_WORD = re.compile(r"[\w$]+")
_STRING_PART = re.compile(r'[^"\\\x00-\x1f]*')
_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_LONGEST_SOURCE = 500


class _Stop(Exception):
    """The text breaks here; `at` is the offset behind what broke it."""

    def __init__(self, message: str, at: int) -> None:
        self.message, self.at = message, at


@dataclass(frozen=True, slots=True)
class ParseError:
    """What Jackson says. `line` and `column` count from 1; the column is behind the culprit.

    `message` has the `location` in it, `words` are without.
    """

    words: str
    message: str
    location: str
    line: int
    column: int


def parse_error(text: str) -> ParseError | None:
    """The first thing that keeps `text` from being JSON, or None.

    >>> parse_error("not a definition").location
    '[Source: (String)"not a definition"; line: 1, column: 4]'
    """
    try:
        _Reader(text).document()
    except _Stop as stop:
        line, column = _line_and_column(text, stop.at)
        where = f"{_source(text)}; line: {line}, column: {column}]"
        return ParseError(stop.message, f"{stop.message}\n at {where}", where, line, column)
    return None


def why_not_json(text: str, error: ValueError) -> str:
    """Why `text` is no JSON, as refusals of inputs and outputs say it: without the place.

    error: what `json_text.parse` raised, for what only it refuses: nesting past all reason.
    """
    stop = parse_error(text)
    return str(error) if stop is None else stop.words


def _line_and_column(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _source(text: str) -> str:
    shown = f'[Source: (String)"{text[:_LONGEST_SOURCE]}"'
    if len(text) > _LONGEST_SOURCE:
        shown += f"[truncated {len(text) - _LONGEST_SOURCE} chars]"
    return shown


def _described(mark: str) -> str:
    """A character as Jackson names it (ParserMinimalBase._getCharDesc)."""
    code = ord(mark)
    if code < 32 or 127 <= code < 160:
        return f"(CTRL-CHAR, code {code})"
    return f"'{mark}' (code {code}{f' / 0x{code:x}' * (code > 255)})"


class _Reader:
    """Reads JSON for its mistakes only. It keeps its own stack, so that nesting costs nothing."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def document(self) -> None:
        stack: list[tuple[str, int]] = []  # bracket and where it opened
        self._space()
        if self.at == len(self.text):
            raise _Stop("No content to map due to end-of-input", self.at)
        while True:
            opened = self._value(stack)
            if opened:
                stack.append(opened)
                if not self._closes_at_once(stack):
                    continue
            while stack:  # behind a value
                self._space()
                kind = stack[-1][0]
                mark = self._peek(stack)
                self.at += 1
                if mark == ("}" if kind == "{" else "]"):
                    stack.pop()
                    continue
                if mark != ",":
                    what = "Object" if kind == "{" else "Array"
                    raise self._unexpected(mark, f"was expecting comma to separate {what} entries")
                if kind == "{":
                    self._name(stack)
                break
            else:
                self._space()
                if self.at < len(self.text):
                    self._value([])
                    raise _Stop("Trailing token found after value", self.at)
                return

    def _closes_at_once(self, stack: list[tuple[str, int]]) -> bool:
        """Behind an opening bracket: an empty container, or on to its first value."""
        self._space()
        kind, _ = stack[-1]
        mark = self._peek(stack)
        if mark == ("}" if kind == "{" else "]"):
            self.at += 1
            stack.pop()
            return True
        if kind == "{":
            self._name(stack)
        return False

    def _name(self, stack: list[tuple[str, int]]) -> None:
        self._space()
        mark = self._peek(stack)
        self.at += 1
        if mark != '"':
            raise self._unexpected(mark, "was expecting double-quote to start field name")
        self._string("in field name")
        self._space()
        mark = self._peek(stack)
        self.at += 1
        if mark != ":":
            raise self._unexpected(mark, "was expecting a colon to separate field name and value")

    def _value(self, stack: list[tuple[str, int]]) -> tuple[str, int] | None:
        self._space()
        mark, start = self._peek(stack), self.at
        if mark in "{[":
            self.at += 1
            return mark, start
        if mark == '"':
            self.at += 1
            self._string(": was expecting closing quote for a string value")
            return None
        number = _NUMBER.match(self.text, start) if mark in "-0123456789" else None
        if number:
            self.at = number.end()
            after = self.text[self.at : self.at + 1]
            if number[0].lstrip("-") == "0" and after.isdigit():
                raise _Stop("Invalid numeric value: Leading zeroes not allowed", self.at + 1)
            if after and after not in " \t\r\n,]}":
                raise self._unexpected(
                    after, "Expected space separating root-level values", self.at + 1
                )
            return None
        word = _WORD.match(self.text, start)
        if word is None:
            raise self._unexpected(mark, f"expected a valid value {_VALUES}", start + 1)
        self.at = word.end()
        if word[0] not in ("true", "false", "null"):
            if word[0] in ("NaN", "Infinity"):
                raise _Stop(
                    f"Non-standard token '{word[0]}': enable "
                    "JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow",
                    self.at,
                )
            raise _Stop(f"Unrecognized token '{word[0]}': was expecting {_VALUES}", self.at)
        return None

    def _string(self, unfinished: str) -> None:
        """Behind the opening quote; ends behind the closing one."""
        while True:
            self.at = _STRING_PART.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at >= len(self.text):
                gap = "" if unfinished.startswith(":") else " "
                raise _Stop(f"Unexpected end-of-input{gap}{unfinished}", self.at)
            mark = self.text[self.at]
            self.at += 1
            if mark == '"':
                return
            if mark == "\\":
                escape = self.text[self.at : self.at + 1]
                self.at += 1
                if escape == "u":
                    if not re.match(r"[0-9a-fA-F]{4}", self.text[self.at :]):
                        raise self._unexpected(
                            self.text[self.at : self.at + 1] or " ",
                            "expected a hex-digit for character escape sequence",
                            self.at + 1,
                        )
                    self.at += 4
                elif escape and escape not in '"\\/bfnrt':
                    raise _Stop(f"Unrecognized character escape {_described(escape)}", self.at)
            else:
                raise _Stop(
                    f"Illegal unquoted character ({_described(mark)}): has to be "
                    "escaped using backslash to be included in string value",
                    self.at,
                )

    def _space(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        if self.text[self.at : self.at + 1] == "/":
            raise _Stop(
                "Unexpected character ('/' (code 47)): maybe a (non-standard) comment? (not "
                "recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
                self.at + 1,
            )

    def _peek(self, stack: list[tuple[str, int]]) -> str:
        if self.at < len(self.text):
            return self.text[self.at]
        if not stack:
            raise _Stop("Unexpected end-of-input", self.at)
        kind, start = stack[-1]
        what = "Object" if kind == "{" else "Array"
        line, column = _line_and_column(self.text, start)
        opened = f"{_source(self.text)}; line: {line}, column: {column}]"
        raise _Stop(
            f"Unexpected end-of-input: expected close marker for {what} (start marker at {opened})",
            self.at,
        )

    def _unexpected(self, mark: str, why: str, at: int | None = None) -> _Stop:
        said = f"Unexpected character ({_described(mark)}): {why}"
        return _Stop(said, self.at if at is None else at)
