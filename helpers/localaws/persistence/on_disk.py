"""What this process knows of what is on disk."""

from __future__ import annotations

import itertools
from typing import Any

from helpers.localaws.persistence.book import Book


class OnDisk:
    """What is in a book. owners: the numbers of tables and log streams of which there are rows.

    archives: by `id` of the bytes, with the file's name.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.owners: set[int] = set()
        self.archives: dict[int, tuple[bytes, str]] = {}
        self._numbers = itertools.count(1)

    def owner(self, thing: Any) -> int:
        """The number under which the rows of a table or a stream are kept."""
        known = thing.__dict__.get("_kept_as")
        if known is None or known[0] != id(thing):  # a deep copy has the mark of its original
            known = thing.__dict__["_kept_as"] = (id(thing), next(self._numbers))
        return known[1]

    def known(self, thing: Any, owner: int) -> None:
        """Note that there are rows of this table or stream."""
        thing.__dict__["_kept_as"] = (id(thing), owner)
        self.owners.add(owner)
        self._numbers = itertools.count(max(self.owners) + 1)
