"""What is being loaded: for those functions that pickle calls while it makes things again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers.localaws.persistence.book import Book


class Loading:
    """One load at a time. tables, groups, ledgers: those that were made, with the owners of what is
    in them.
    """

    def __init__(self) -> None:
        self._book: Book | None = None
        self.tables: list[tuple[Any, int]] = []
        self.groups: list[tuple[Any, list[int]]] = []
        self.ledgers: list[tuple[Any, int]] = []

    @contextmanager
    def of(self, book: Book) -> Iterator[None]:
        """While this block runs, `book` is loaded."""
        self._book = book
        self._clear()
        try:
            yield
        finally:
            self._book = None
            self._clear()

    def _clear(self) -> None:
        self.tables.clear()
        self.groups.clear()
        self.ledgers.clear()

    def content(self, name: str) -> Path:
        """Where a content lies. Raises RuntimeError outside of a load."""
        if self._book is None:
            raise RuntimeError("nothing is being loaded")
        return self._book.content(name)


loading = Loading()
