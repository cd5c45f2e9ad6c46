"""How the backends are made again of their pickle and of what is kept beside it."""

from __future__ import annotations

import itertools
import pickle

from . import parts
from .book import Book
from .loading import loading
from .memory import Memory
from .places import registry


def thaw(world: bytes, book: Book) -> Memory:
    """Bring back what was frozen; returns what is known of what is on disk.

    Raises whatever pickle, sqlite3 or moto raise when the state is not whole.
    """
    memory = Memory(book)
    with loading.of(book):
        found = pickle.loads(world)
        for where, own in found["extra"].items():
            vars(registry(where)).update(own)
        most = 0
        for thing, owner in loading.parts:
            thing.__dict__["_kept_as"] = (id(thing), owner)
            rows = book.base.execute(
                "SELECT number, value FROM parts WHERE owner = ? ORDER BY number", (owner,)
            )
            memory.shadows[owner] = parts.fill(thing, rows)
            most = max(most, owner)
        memory.owners = itertools.count(most + 1)
        parts.restore_counts(found["counts"])
    return memory
