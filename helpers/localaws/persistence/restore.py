"""How the backends are made again of their pickle and of what is kept beside it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

from helpers.localaws.persistence import rows as parts
from helpers.localaws.persistence.book import Book
from helpers.localaws.persistence.loading import loading
from helpers.localaws.persistence.on_disk import Memory
from helpers.localaws.persistence.places import registry


def thaw(world: bytes, book: Book) -> Memory:
    """Bring back what was frozen; returns what is known of what is on disk.

    Raises whatever pickle, sqlite3 or moto raise when the state is not whole.
    """
    memory = Memory(book)
    with loading.of(book):
        found = pickle.loads(world)
        for where, own in found["extra"].items():
            vars(registry(where)).update(own)
        for table, owner in loading.tables:
            table.items = parts.items_of(table)
            table.items.fill(_rows(book, owner))
            memory.known(table, owner)
        for ledger, owner in loading.ledgers:
            ledger.fill(_rows(book, owner))
            memory.known(ledger, owner)
        for group, owners in loading.groups:
            for owner in owners:
                memory.known(parts.stream_of(group, _rows(book, owner)), owner)
        parts.restore_counts(found["counts"])
    return memory


def _rows(book: Book, owner: int) -> Iterator[tuple[int, bytes]]:
    return book.base.execute(
        "SELECT number, value FROM parts WHERE owner = ? ORDER BY number", (owner,)
    )
