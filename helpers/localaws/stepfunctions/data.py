"""JSON as Step Functions keeps it: a value together with its text, and the size limit on it."""

from __future__ import annotations

from typing import Any

from helpers.asl.json_text import dump, parse

LIMIT = 262_144
"""The most bytes of UTF-8 that an input, an output or a result may have (Step Functions quotas)."""

_MISSING = object()


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
