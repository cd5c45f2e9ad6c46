"""What is gathered beside the pickle while the backends go into it. Reducers add to it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from helpers.localaws.persistence.on_disk import Memory
from helpers.localaws.persistence.rows import Parts


class Gathering:
    """What the pickle leaves out or refers to.

    quiet: nobody is changing anything. backends: the place, account and region of each backend in
    it, by `id`. contents: the names of files. lost: the classes of what cannot be kept.
    """

    def __init__(self, memory: Memory, quiet: bool) -> None:
        self.memory = memory
        self.parts = Parts(memory.owners, quiet)
        self.backends: dict[int, tuple[str, str, str]] = {}
        self.contents: set[str] = set()
        self.archives: dict[int, tuple[bytes, str]] = {}
        self.lost: set[str] = set()

    def content(self, name: str) -> str:
        """Note that the pickle refers to a content."""
        self.contents.add(name)
        return name

    def archive(self, value: bytes) -> str:
        """Put bytes into a file of their own, once."""
        known = self.memory.archives.get(id(value)) or self.archives.get(id(value))
        if known is None or known[0] is not value:
            known = (value, self.memory.book.keep(io.BytesIO(value)))
        self.archives[id(value)] = known
        return self.content(known[1])


Reducer = Callable[[Gathering, Any], Any]
"""Takes a thing apart as pickle's `reducer_override` does."""
