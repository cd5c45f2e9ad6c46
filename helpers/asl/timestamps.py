"""The timestamps of the States Language: RFC 3339 with a capital T, and Z or an offset."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_RFC3339 = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\dT[0-2]\d:\d\d:\d\d)(\.(?P<fraction>\d+))?(?P<zone>Z|[+-]\d\d:\d\d)",
    re.ASCII,
)
_DIGITS = 6
"""So many of a fraction Python's datetime keeps."""


def timestamp(value: Any) -> datetime | None:
    """The time, aware, that a timestamp gives; None for all that is none.

    What stands in the right places has to be a time as well: no February has 30 days, and no
    minute a second 60, which AWS's words for a wrong one ("ISO-8601 extended offset date-time")
    do not know either.
    https://states-language.net/spec.html#timestamps

    >>> timestamp("2030-01-01T09:00:00.25+01:00").isoformat()
    '2030-01-01T09:00:00.250000+01:00'
    >>> [timestamp(text) for text in ("2030-02-30T00:00:00Z", "2030-01-01", "2030-01-01T09:00Z")]
    [None, None, None]
    """
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    second, fraction, zone = match["second"], match["fraction"] or "0", match["zone"]
    try:
        return datetime.fromisoformat(f"{second}.{fraction[:_DIGITS]:0<{_DIGITS}}{zone}")
    except ValueError:
        return None
