"""Patterns in which `*` is any run of characters, as StringMatches has them."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=512)
def _pieces(pattern: str) -> tuple[str, ...]:
    """The literal pieces between a pattern's wildcards, one more than there are wildcards."""
    pieces, piece, at = [], "", 0
    while at < len(pattern):
        mark = pattern[at]
        if mark == "\\" and pattern[at + 1 : at + 2] in ("*", "\\"):
            piece += pattern[at + 1]
            at += 2
            continue
        if mark == "*":
            pieces.append(piece)
            piece = ""
        else:
            piece += mark
        at += 1
    return (*pieces, piece)


def matches(text: str, pattern: str) -> bool:
    r"""Does `text` fit `pattern` from end to end? `\*` stands for a star, `\\` for a backslash.

    Each literal piece is taken at its first place, so the cost stays linear in the text.

    >>> matches("log-7.txt", "log-*.txt"), matches("log-7.txt", r"log-\*.txt")
    (True, False)
    """
    first, *middle = _pieces(pattern)
    if not middle:
        return text == first
    last = middle.pop()
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
