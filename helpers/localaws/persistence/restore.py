"""How the backends are made again of their pickle and of what is kept beside it."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from typing import Any

from helpers.localaws.persistence import registries, rows
from helpers.localaws.persistence.book import Book
from helpers.localaws.persistence.loading import loading
from helpers.localaws.persistence.on_disk import OnDisk

_HERE = "helpers.localaws.persistence"
_STATES = "helpers.localaws.stepfunctions"

MOVED = {
    f"{_HERE}.places": f"{_HERE}.registries",
    f"{_HERE}.reducers.owners": f"{_HERE}.reducers.with_rows",
    f"{_STATES}.distributed:MapRun": f"{_STATES}.facts:MapRun",
}
"""Where modules, or single names (`module:name`), are that a state of one of `book.OLDER` has."""


def restore(world: bytes, book: Book) -> OnDisk:
    """Bring back what a snapshot has kept; returns what is known of what is on disk.

    Raises whatever pickle, sqlite3 or moto raise when the state is not whole.
    """
    on_disk = OnDisk(book)
    with loading.of(book):
        kept = Unpickler(io.BytesIO(world)).load()
        for path, attributes in kept["extra"].items():
            vars(registries.registry(path)).update(attributes)
        for table, owner in loading.tables:
            table.items = rows.items_of(table)
            table.items.fill(_rows(book, owner))
            on_disk.known(table, owner)
        for ledger, owner in loading.ledgers:
            ledger.fill(_rows(book, owner))
            on_disk.known(ledger, owner)
        for group, owners in loading.groups:
            for owner in owners:
                on_disk.known(rows.stream_of(group, _rows(book, owner)), owner)
        rows.restore_counts(kept["counts"])
    return on_disk


class Unpickler(pickle.Unpickler):
    """Reads the pickle of a snapshot, one of an older format too."""

    def find_class(self, module: str, name: str) -> Any:
        """The class or function that the pickle names, wherever it is now."""
        module, _, moved = MOVED.get(f"{module}:{name}", MOVED.get(module, module)).partition(":")
        return super().find_class(module, moved or name)


def _rows(book: Book, owner: int) -> Iterator[tuple[int, bytes]]:
    return book.base.execute(
        "SELECT number, value FROM rows WHERE owner = ? ORDER BY number", (owner,)
    )
