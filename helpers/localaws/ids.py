"""Random ids, made many for each execution: without a call to the system for each."""

from __future__ import annotations

import random

_source = random.Random()
_bits = _source.getrandbits


def uuid4() -> str:
    """A random UUID (RFC 9562, version 4).

    >>> import uuid
    >>> uuid.UUID(uuid4()).version
    4
    """
    digits = "%032x" % (_bits(128) & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62)
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def digits(count: int) -> str:
    """So many random hexadecimal digits."""
    return f"{_bits(4 * count):0{count}x}"
