"""How the backends are made again of their pickle and of what is kept beside it."""

from __future__ import annotations

import pickle

from . import parts
from .book import Book
from .events import Events
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
        for thing, owner in loading.parts:
            rows = book.base.execute(
                "SELECT number, value FROM parts WHERE owner = ? ORDER BY number", (owner,)
            )
            if type(thing).__name__ == "LogStream":
                thing.events = kept = Events()
            else:
                thing.items = kept = parts.items_of(thing)
            kept.fill(rows)
            memory.known(thing, owner)
        parts.restore_counts(found["counts"])
    return memory
