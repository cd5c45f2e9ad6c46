"""Why a JSONata expression failed, in JSONata's words: its code, and the values as JSON.

The words are those of https://github.com/jsonata-js/jsonata (`errorCodes`), as AWS gives them.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

_HOLE = re.compile(r"\{\{\{\w+\}\}\}|\{\{\w+\}\}")
_OBJECT = re.compile(r"\bObject\b")
"""Where the library, which was Java, says Object for a function."""

_MANY = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects",
         "s": "strings"}  # fmt: skip


def cause_of(code: str, values: tuple[Any, ...]) -> str:
    """The code and its words. values: what the library fills the holes of its words with.

    >>> cause_of("T0412", (1, "sum", "n"))
    'T0412: Argument 1 of function "sum" must be an array of "numbers"'
    >>> cause_of("D3137", ("no",)), cause_of("T1006", ())
    ('D3137: no', 'T1006: Attempted to invoke a non-function')
    """
    from jsonata.jexception import JException

    if code not in JException.error_codes:  # the library gave the words in its place
        return _coded(code) or code
    if code == "D1002":
        values = values[1:]
    if code == "T0412":
        values = (*values[:2], _MANY.get(values[2], values[2]))
    left = list(values)

    def fill(hole: re.Match[str]) -> str:
        value = left.pop(0) if left else None
        if value == "undefined":
            return value
        return str(value) if hole[0].startswith("{{{") else _shown(value)

    return f"{code}: {_HOLE.sub(fill, words_of(code))}"


def words_of(code: str) -> str:
    """The words of a code, with holes: the library's, with JSONata's quotation marks.

    >>> words_of("D3081")
    "The sub-picture must not contain more than one instance of the 'decimal-separator' character"
    """
    from jsonata.jexception import JException

    return _OBJECT.sub("function", JException.error_codes[code]).replace('"', "'")


def cause_of_error(error: Exception) -> str:
    """The code and words of what evaluating an expression raised.

    The library raises a code, or the English words of one, or one of Python's errors.

    >>> cause_of_error(RuntimeError("No matching closing bracket ']' in date/time picture string"))
    "D3135: No matching closing bracket ']' in date/time picture string"
    """
    from jsonata.jexception import JException

    if not isinstance(error, JException):
        return _coded(str(error)) or _of_python(error)
    values = (error.current, error.expected, error.extra)
    if error.error == "D3100":  # the library puts the value in the place of the place
        values = (error.location,)
    return cause_of(error.error, values)


def _coded(said: str) -> str | None:
    """Words of JSONata's with their code before them; None where it has no such words."""
    for code, pattern in _patterns():
        if match := pattern.fullmatch(said):
            return cause_of(code, match.groups())
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each code with a pattern of its words, whose groups are what fills their holes."""
    from jsonata.jexception import JException

    return tuple(
        (code, re.compile('"?(.+?)"?'.join(map(re.escape, _HOLE.split(words_of(code))))))
        for code, words in JException.error_codes.items()
        if _HOLE.sub("", words)
    )


def _of_python(error: Exception) -> str:
    """What JSONata says where the library hands on an error of Python's."""
    if not isinstance(error, ValueError):  # what it lets through on odd input: it helps nobody
        return "The local JSONata engine cannot evaluate it"
    words = str(error)
    for beginning, code in _OF_PYTHON.items():
        if words.startswith(beginning):
            return cause_of(code, (words.removeprefix(beginning)[1:-1],))
    return words


_OF_PYTHON = {
    "could not convert string to float: ": "D3030",
    "Invalid isoformat string: ": "D3110",
}
"""How a message of Python's begins, the text that does not fit behind it, and JSONata's code."""


def _shown(value: Any) -> str:
    """A value as JSONata shows it in an error."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except ValueError:
        return str(value)
