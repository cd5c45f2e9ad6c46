"""Memory that C's allocator holds for the next time, given back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give back what is free; some milliseconds. Nothing where the allocator is not glibc's."""
    with suppress(OSError, TypeError, AttributeError):  # TypeError: Windows has no CDLL(None)
        ctypes.CDLL(None).malloc_trim(0)
