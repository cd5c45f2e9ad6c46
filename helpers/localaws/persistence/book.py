"""The state on disk: an SQLite file and a folder of large contents beside it. Knows no moto."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import secrets
import sqlite3
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from helpers.localaws.stepfunctions.store import SCHEMA as EXECUTIONS

FORMAT = "6"
"""Of the tables below, and of the classes and functions of this project that their pickles name."""

OLDER = {"5": "ALTER TABLE parts RENAME TO rows;"}
"""The formats that are taken over, each with what makes today's tables of its own. Of what their
pickles name, `restore.MOVED` has what has moved since.
"""

NOTES = """
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -2000;
    CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value BLOB);
"""

TABLES = f"""
    CREATE TABLE IF NOT EXISTS rows (
        owner INTEGER, number INTEGER, value BLOB, PRIMARY KEY (owner, number)) WITHOUT ROWID;
    {EXECUTIONS}
"""


class Unusable(Exception):
    """The state on disk cannot be read by this version; the message says why, as a clause."""


class NoRoom(Exception):
    """There is no place for the state; the message says what to do."""


class Book:
    """The files of one endpoint's state. Hold `lock` while you use `base`.

    folder: made if it is missing. Raises Unusable, or NoRoom.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._contents = folder / "contents"
        try:
            self._contents.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.base = sqlite3.connect(
                folder / "state.sqlite", check_same_thread=False, isolation_level=None
            )
        except (OSError, sqlite3.OperationalError) as error:
            raise NoRoom(_no_room(folder, error)) from error
        try:
            self.base.executescript(NOTES)
            self._check()
            self.base.executescript(TABLES)
        except Unusable:
            self.base.close()
            raise
        except sqlite3.OperationalError as error:
            self.base.close()
            raise NoRoom(_no_room(folder, error)) from error
        except sqlite3.DatabaseError as error:
            self.base.close()
            raise Unusable(f"it is damaged ({error})") from error

    def _check(self) -> None:
        notes = dict(self.base.execute("SELECT name, value FROM notes"))
        ours = {"format": FORMAT, "moto": importlib.metadata.version("moto")}
        if not notes:
            self.base.executemany("INSERT INTO notes VALUES (?, ?)", ours.items())
            return
        older = OLDER.get(notes.get("format"), "")
        for name, version in ours.items():
            if notes.get(name) != version and not (name == "format" and older):
                raise Unusable(f"it is of {name} {notes.get(name)} and this is {name} {version}")
        world = notes.get("world")
        if world is not None and notes.get("digest") != hashlib.sha256(world).hexdigest():
            raise Unusable("it is damaged (what it holds is not what was written)")
        if older:
            told = f"UPDATE notes SET value = '{FORMAT}' WHERE name = 'format';"
            self.base.executescript(f"BEGIN; {older} {told} COMMIT;")

    def note(self, name: str) -> bytes | None:
        """What was last written under that name."""
        with self.lock:
            row = self.base.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        """Let go of the files."""
        with self.lock:
            self.base.close()

    # -- large contents, each in a file that is named by its SHA-256

    def keep(self, source: BinaryIO) -> str:
        """Put a content into its file, if it is not there yet; returns its name. Raises OSError."""
        digest = hashlib.sha256()
        temporary = self._contents / f".{secrets.token_hex(8)}"
        try:
            with temporary.open("xb") as sink:
                while chunk := source.read(1 << 20):
                    digest.update(chunk)
                    sink.write(chunk)
            name = digest.hexdigest()
            temporary.replace(self._contents / name)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return name

    def content(self, name: str) -> Path:
        """Where a content lies."""
        return self._contents / name

    def drop_all_but(self, names: Iterable[str]) -> None:
        """Delete the contents that nothing refers to any more."""
        wanted = set(names)
        with contextlib.suppress(OSError):
            for path in self._contents.iterdir():
                if path.name not in wanted:
                    path.unlink(missing_ok=True)


def open_or_set_aside(folder: Path) -> tuple[Book, str | None]:
    """The state in `folder`, and None; or an empty one, and a sentence about the old one's fate.

    Raises NoRoom.
    """
    try:
        return Book(folder), None
    except Unusable as error:
        sentence = set_aside(folder, str(error))
        return Book(folder), sentence


def set_aside(folder: Path, why: str) -> str:
    """Rename a state that cannot be used; returns a sentence that says so. Raises NoRoom."""
    name = f"{folder.name}-set-aside-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    aside = next(
        place
        for ending in ("", *(f"-{n}" for n in range(2, 10_000)))
        if not (place := folder.with_name(name + ending)).exists()
    )
    try:
        folder.rename(aside)
    except OSError as error:
        raise NoRoom(
            f"The endpoint's state in {folder} cannot be used, for {why}; and it cannot be renamed "
            f"({error.strerror}). Move that folder away and start again."
        ) from error
    return (
        f"The endpoint's earlier state cannot be used, for {why}. It is kept in {aside}, and the "
        "endpoint starts empty: deploy your stacks again."
    )


def _no_room(folder: Path, error: Exception) -> str:
    return (
        f"The endpoint cannot keep its state in {folder} ({error}). Free some space, or set "
        "LOCALAWS_HOME to a folder that you may write to."
    )
