"""What is gathered beside the pickle while the backends go into it. Reducers add to it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from helpers.localaws.persistence.on_disk import OnDisk
from helpers.localaws.persistence.rows import Rows


class Gathering:
    """What the pickle leaves out or refers to.

    quiet: nobody is changing anything. backends: its registry's path, account and region of each
    backend in it, by `id`. contents: the names of files. lost: the classes of what cannot be kept.
    """

    def __init__(self, on_disk: OnDisk, quiet: bool) -> None:
        self.on_disk = on_disk
        self.rows = Rows(on_disk.owners, quiet)
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
        known = self.on_disk.archives.get(id(value)) or self.archives.get(id(value))
        if known is None or known[0] is not value:
            known = (value, self.on_disk.book.keep(io.BytesIO(value)))
        self.archives[id(value)] = known
        return self.content(known[1])


Reducer = Callable[[Gathering, Any], Any]
"""Takes a thing apart as pickle's `reducer_override` does."""
