"""HTTP's dates. Making one takes as long as reading a request's head, so a second has one."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache


def http_date(when: float) -> str:
    """A POSIX time as HTTP's headers have it (RFC 9110, in GMT).

    >>> http_date(1792368000.9)
    'Mon, 19 Oct 2026 00:00:00 GMT'
    """
    return _of_second(int(when))


@lru_cache(maxsize=64)
def _of_second(second: int) -> str:
    return formatdate(second, usegmt=True)
