"""The passing line that says what is being done: the next one is written over it."""

from __future__ import annotations

import sys

_WIDTH = 78
_shown = False


def say(text: str) -> None:
    """Show a line until the next one; an empty text clears it.

    It is shown in a notebook and in a terminal, and not where the output goes to a file.
    """
    global _shown
    if not (sys.stdout.isatty() or "ipykernel" in sys.modules) or not (text or _shown):
        return
    print(f"\r{text[:_WIDTH]:<{_WIDTH}}\r", end="", flush=True)
    _shown = bool(text)
