"""Wildcards as patterns that are matched in time that grows with the text, whatever they are."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def compiled(text: str) -> re.Pattern[str]:
    """IAM's wildcards: `*` is any characters, `?` is one.

    What lies between two stars is looked for once, at the first place where it fits: nothing is
    won by a later one. So a pattern of many stars does not go back and forth for years.

    >>> bool(compiled("arn:*:table/a?c").fullmatch("arn:aws:table/x:table/abc"))
    True
    >>> bool(compiled("*a" * 40 + "*b").fullmatch("a" * 5000))
    False
    """
    first, *others = (
        "".join("." if char == "?" else re.escape(char) for char in piece)
        for piece in text.split("*")
    )
    if not others:
        return re.compile(first, re.S)
    *between, last = others
    middle = "".join(f"(?>.*?{piece})" for piece in between if piece)
    return re.compile(f"{first}{middle}.*{last}", re.S)
