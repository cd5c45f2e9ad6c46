"""JSON as Step Functions keeps it: a value together with its text, and the size limit on it."""

from __future__ import annotations

import json
from typing import Any

LIMIT = 262_144
"""The most bytes of UTF-8 that an input, an output or a result may have (Step Functions quotas)."""

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_MISSING = object()


def dump(value: Any) -> str:
    """The compact JSON text of `value`."""
    return _encode(value)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)


DEEPEST = 1000
"""How deep JSON may nest: so deep Jackson goes, the parser whose words AWS's refusals have."""


def parse(text: str) -> Any:
    """The value of a JSON text; raises ValueError, also for NaN and nesting past all reason."""
    try:
        value = _decoder.decode(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    if text.count("[") + text.count("{") > DEEPEST and _deeper(value):
        raise ValueError("the JSON is nested too deeply")
    return value


def _deeper(value: Any) -> bool:
    """Does it nest deeper than it may?"""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


class Data:
    """A JSON value and its text; the other one of the two is made when it is first asked for.

    Values are never changed in place once they are in a Data, so they may be shared.
    """

    __slots__ = ("_text", "_value")

    def __init__(self, value: Any = _MISSING, text: str | None = None) -> None:
        self._value = value
        self._text = text

    @property
    def value(self) -> Any:
        """The value, as Python has it."""
        if self._value is _MISSING:
            self._value = parse(self._text or "")
        return self._value

    @property
    def text(self) -> str:
        """The JSON text."""
        if self._text is None:
            self._text = dump(self._value)
        return self._text

    @property
    def too_large(self) -> bool:
        """Whether it is past the limit; texts are only encoded when their length leaves a doubt."""
        text = self.text
        return len(text) * 4 > LIMIT and len(text.encode()) > LIMIT
