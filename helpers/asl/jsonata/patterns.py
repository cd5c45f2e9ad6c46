"""Regular expressions of JSONata that end: Python's `re` may search for years and holds the GIL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from helpers.asl.jsonata.corrections import failure, told
from helpers.asl.jsonata.limits import TOO_LONG, LimitReached

_LONGEST_SECONDS = 2.0
_PIECES = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


class Pattern:
    """A regular expression as jsonata-python uses it.

    What JavaScript may know and Python does not is no mistake of the definition: it is compiled
    where it is first used. What goes wrong there is raised as the library's own error.
    """

    def __init__(self, text: str, flags: Any) -> None:
        self._text = text
        self._flags = flags
        self._compiled: Any = None
        self.as_function: Any = None

    def call(self, _input: Any, arguments: list[Any]) -> dict[str, Any] | None:
        """The first match in a text as JSONata tells it; None where there is none."""
        text = arguments[0] if arguments else None
        match = self.search(text) if isinstance(text, str) else None
        return None if match is None else told(match)

    @property
    def _pattern(self) -> Any:
        if self._compiled is None:
            import regex

            wanted = regex.IGNORECASE if self._flags.case_insensitive else 0
            if self._flags.multiline:
                wanted |= regex.MULTILINE
            try:
                self._compiled = regex.compile(_as_python(self._text, wanted), wanted)
            except regex.error as error:
                raise failure(f"/{self._text}/ cannot be used: {error}") from None
        return self._compiled

    def search(self, string: str) -> Any:
        """The first match, or None."""
        return next(self.finditer(string), None)

    def finditer(self, string: str) -> Iterator[Any]:
        """All matches, one after the other; an empty one is a failure, as JSONata has it."""
        try:
            for match in self._pattern.finditer(string, **_LIMITS):
                if not match[0]:
                    raise failure("D1004", self._text)
                yield match
        except TimeoutError:
            raise LimitReached(TOO_LONG) from None

    def sub(self, replacement: Callable[[Any], str], string: str) -> str:
        """`string` with its matches replaced: the library knows a pattern by its having this."""
        pieces, at = [], 0
        for match in self.finditer(string):
            pieces += [string[at : match.start()], replacement(match)]
            at = match.end()
        return "".join([*pieces, string[at:]])

    def split(self, string: str, maxsplit: int = 0) -> list[str]:
        """The pieces of `string` between its matches."""
        pieces, at = [], 0
        for match in self.finditer(string):
            pieces.append(string[at : match.start()])
            at = match.end()
            if len(pieces) == maxsplit:
                break
        return [*pieces, string[at:]]


_LIMITS: dict[str, Any] = {"timeout": _LONGEST_SECONDS, "concurrent": True}


def _as_python(text: str, flags: int) -> str:
    """A pattern of JavaScript's as Python reads it: `$` is the end and nothing before it.

    Letters and digits are those of ASCII, unless the case of letters is not to matter.
    """
    import regex

    if not flags & regex.MULTILINE:
        text = _PIECES.sub(lambda piece: r"\Z" if piece[0] == "$" else piece[0], text)
    for sign, meant in () if flags & regex.IGNORECASE else _OF_ASCII:
        text = _PIECES.sub(lambda piece, s=sign, m=meant: m if piece[0] == s else piece[0], text)
    return text


_OF_ASCII = ((r"\d", "[0-9]"), (r"\D", "[^0-9]"), (r"\w", "[A-Za-z0-9_]"), (r"\W", "[^A-Za-z0-9_]"))
"""What these mean outside of brackets."""
