"""What this process knows of what is on disk."""

from __future__ import annotations

import itertools
from typing import Any

from .book import Book
from .parts import Shadow


class Memory:
    """What is on disk. shadows: by owner. archives: by `id` of the bytes, with the file's name."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.shadows: dict[int, Shadow] = {}
        self.archives: dict[int, tuple[bytes, str]] = {}
        self.owners = itertools.count(1)

    def owner(self, thing: Any) -> int:
        """The number under which the parts of a table or a stream are kept."""
        known = thing.__dict__.get("_kept_as")
        if known is None or known[0] != id(thing):  # a deep copy has the mark of its original
            known = thing.__dict__["_kept_as"] = (id(thing), next(self.owners))
        return known[1]
