"""Regular expressions of JSONata that end: Python's `re` may search for years and holds the GIL."""

from __future__ import annotations

import re
from typing import Any

_LONGEST_SECONDS = 2.0
_GROUP = re.compile(r"\\g<(\d+)>")


class Pattern:
    """A compiled expression as jsonata-python uses it; raises TimeoutError where it takes long."""

    def __init__(self, text: str, flags: Any) -> None:
        import regex

        wanted = regex.IGNORECASE if flags.case_insensitive else 0
        if flags.multiline:
            wanted |= regex.MULTILINE
        self._pattern = regex.compile(text, wanted)
        self._limits = {"timeout": _LONGEST_SECONDS, "concurrent": True}

    def search(self, string: str) -> Any:
        """The first match, or None."""
        return self._pattern.search(string, **self._limits)

    def finditer(self, string: str) -> Any:
        """All matches, one after the other."""
        return self._pattern.finditer(string, **self._limits)

    def sub(self, repl: Any, string: str, count: int = 0) -> str:
        """`string` with its matches replaced."""
        for number in _GROUP.findall(repl) if isinstance(repl, str) else ():
            if int(number) > self._pattern.groups:  # the library waits for `re`'s words
                raise ValueError(f"invalid group reference {number} at position 0")
        return self._pattern.sub(repl, string, count, **self._limits)

    def split(self, string: str, maxsplit: int = 0) -> list[str]:
        """The pieces of `string` between its matches."""
        return self._pattern.split(string, maxsplit, **self._limits)
