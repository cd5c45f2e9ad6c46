"""Did you mean …? The nearest name to one that was mistyped."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` most likely stands for, or None.

    >>> nearest("numericlessthanequal", ["NumericLessThan", "NumericLessThanEquals"])
    'NumericLessThanEquals'
    >>> nearest("Colour", ["Next", "End"]) is None
    True
    """
    from difflib import get_close_matches  # only who mistypes pays for it

    by_folded: dict[str, str] = {}
    for one in known:
        if one != name:
            by_folded.setdefault(_folded(one), one)
    folded = _folded(name)
    if folded in by_folded:
        return by_folded[folded]
    matches = get_close_matches(folded, by_folded, n=1, cutoff=0.75)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean X?` with a space before it, or nothing."""
    meant = nearest(name, known)
    return f" Did you mean {meant!r}?" if meant else ""


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum()) or name
