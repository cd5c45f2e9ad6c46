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

    words = JException.error_codes.get(code)
    if words is None:  # the library gave the words in its place
        return f"{named}: {code}" if (named := _codes().get(code)) else code
    if code == "T0412":
        values = (*values[:2], _MANY.get(values[2], values[2]))
    left = list(values)

    def fill(hole: re.Match[str]) -> str:
        value = left.pop(0) if left else None
        if value == "undefined":
            return value
        return str(value) if hole[0].startswith("{{{") else _shown(value)

    return f"{code}: {_HOLE.sub(fill, _OBJECT.sub('function', words))}"


@cache
def _codes() -> dict[str, str]:
    """Words to code, of those that have no holes."""
    from jsonata.jexception import JException

    return {_OBJECT.sub("function", words): code for code, words in JException.error_codes.items()}


def _shown(value: Any) -> str:
    """A value as JSONata shows it in an error."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except ValueError:
        return str(value)
