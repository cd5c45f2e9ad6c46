"""A lock on a file, held by a process as long as it lives: it cannot go stale as a pid file can."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

if os.name == "nt":  # pragma: no cover - exercised on Windows only
    import msvcrt

    def _try(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """An exclusive lock between processes; the system lets go of it when its holder ends.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lock"
    >>> with FileLock(path):
    ...     FileLock(path).acquire(timeout=0)
    False
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: IO[bytes] | None = None

    def acquire(self, timeout: float) -> bool:
        """Take it, waiting at most `timeout` seconds; False if another process holds it still."""
        deadline = time.monotonic() + timeout
        descriptor = os.open(
            self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        handle = os.fdopen(descriptor, "r+b")
        while True:
            try:
                _try(handle)
            except OSError:
                if time.monotonic() >= deadline:
                    handle.close()
                    return False
                time.sleep(0.02)
            else:
                self._handle = handle
                return True

    def adopt(self, descriptor: int) -> None:
        """Take over the lock that this process held, under that number, before it was replaced."""
        os.set_inheritable(descriptor, False)
        self._handle = os.fdopen(descriptor, "r+b")

    def hand_on(self) -> int:
        """The number under which the program that is to replace this process finds the lock.

        Raises RuntimeError if it is not held.
        """
        if self._handle is None:
            raise RuntimeError(f"{self.path} is not held")
        os.set_inheritable(self._handle.fileno(), True)
        return self._handle.fileno()

    def sign(self) -> None:
        """Write this process's id into the file, for whoever finds it held."""
        if self._handle is None:
            raise RuntimeError(f"{self.path} is not held")
        self._handle.seek(1)  # its first byte is what is locked, where locks are on bytes
        self._handle.truncate()
        self._handle.write(str(os.getpid()).encode())
        self._handle.flush()

    def signed_by(self) -> int | None:
        """The process that last wrote its id; it may have let go since."""
        try:
            with self.path.open("rb") as file:
                file.seek(1)
                return int(file.read())
        except (OSError, ValueError):
            return None

    def release(self) -> None:
        """Let go of it."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def held(self) -> bool:
        """Does some process hold it now?"""
        if not self.path.exists():
            return False
        if self.acquire(timeout=0):
            self.release()
            return False
        return True

    def __enter__(self) -> FileLock:
        if not self.acquire(timeout=60):
            raise TimeoutError(f"{self.path} has been locked by another process for a minute")
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
