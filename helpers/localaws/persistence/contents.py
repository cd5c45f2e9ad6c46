"""The contents of S3's objects: each in a file, read when somebody asks for it."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from helpers.localaws.persistence.book import Book


class KeptContent:
    """The content of an object, read from its file when somebody asks for it.

    Stands in for the SpooledTemporaryFile that moto keeps it in.
    """

    def __init__(self, path: Path, in_memory: int) -> None:
        self._path = path
        self._in_memory = in_memory
        self._file: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in ("read", "seek", "tell", "truncate", "write"):
            raise AttributeError(name)
        if self._file is None:
            spooled = tempfile.SpooledTemporaryFile(self._in_memory)  # noqa: SIM115 - it is kept
            with self._path.open("rb") as source:
                shutil.copyfileobj(source, spooled)
            spooled.seek(0)
            self._file = spooled
        return getattr(self._file, name)

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            self._file.close()


def keep_content(book: Book, key: Any) -> None:
    """Put the content of an S3 object into its file; `_kept_in` then names it. Raises OSError."""
    with key.lock:
        if key.disposed:
            return
        buffer = key._value_buffer
        with contextlib.suppress(ValueError):  # it is closed: the object has just been deleted
            buffer.seek(0)
            key.__dict__["_kept_in"] = book.keep(buffer)


def keep_contents(book: Book) -> None:
    """Put the contents of all new objects into files, before anybody has to wait for it."""
    module = sys.modules.get("moto.s3.models")
    for _, _, backend in module.s3_backends.iter_backends() if module else ():
        for bucket in list(backend.buckets.values()):
            for versions in list(dict.values(bucket.keys)):
                for key in list(versions):
                    if hasattr(key, "_value_buffer") and "_kept_in" not in key.__dict__:
                        keep_content(book, key)
