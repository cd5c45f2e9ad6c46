"""Regular expressions of JSONata that end: Python's `re` may search for years and holds the GIL."""

from __future__ import annotations

import re
from typing import Any

_LONGEST_SECONDS = 2.0
_GROUP = re.compile(r"\\g<(\d+)>")


class Pattern:
    """A regular expression as jsonata-python uses it.

    What JavaScript may know and Python does not is no mistake of the definition: it is compiled
    where it is first used. There it raises ValueError, and TimeoutError where it takes long.
    """

    def __init__(self, text: str, flags: Any) -> None:
        self._text = text
        self._flags = flags
        self._compiled: Any = None

    @property
    def _pattern(self) -> Any:
        if self._compiled is None:
            import regex

            wanted = regex.IGNORECASE if self._flags.case_insensitive else 0
            if self._flags.multiline:
                wanted |= regex.MULTILINE
            try:
                self._compiled = regex.compile(self._text, wanted)
            except regex.error as error:
                raise ValueError(f"/{self._text}/ cannot be used: {error}") from None
        return self._compiled

    def search(self, string: str) -> Any:
        """The first match, or None."""
        return self._pattern.search(string, **_LIMITS)

    def finditer(self, string: str) -> Any:
        """All matches, one after the other."""
        return self._pattern.finditer(string, **_LIMITS)

    def sub(self, repl: Any, string: str, count: int = 0) -> str:
        """`string` with its matches replaced."""
        for number in _GROUP.findall(repl) if isinstance(repl, str) else ():
            if int(number) > self._pattern.groups:  # the library waits for `re`'s words
                raise ValueError(f"invalid group reference {number} at position 0")
        return self._pattern.sub(repl, string, count, **_LIMITS)

    def split(self, string: str, maxsplit: int = 0) -> list[str]:
        """The pieces of `string` between its matches."""
        return self._pattern.split(string, maxsplit, **_LIMITS)


_LIMITS: dict[str, Any] = {"timeout": _LONGEST_SECONDS, "concurrent": True}
