"""When a schedule expression fires: in words, and the next times.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_RATE = re.compile(r"rate\((\d{1,9}) +(minute|hour|day)s?\)")
_EVERY = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
MANY = 5


def words(expression: str) -> str:
    """A schedule expression as people say it; "" for what cannot be said better than it stands.

    >>> words("rate(1 hour)"), words("rate(15 minutes)"), words("cron(0 10 ? * MON-FRI *)")
    ('every hour', 'every 15 minutes', 'by the calendar: minute 0, hour 10, weekday MON-FRI')
    """
    if match := _RATE.fullmatch(expression):
        number, unit = int(match[1]), match[2]
        return f"every {unit}" if number == 1 else f"every {number} {unit}s"
    if expression.startswith("cron("):
        fields = expression[5:-1].split()
        names = ("minute", "hour", "day", "month", "weekday", "year")
        told = [
            f"{name} {one}"
            for name, one in zip(names, fields, strict=False)
            if one not in ("*", "?")
        ]
        return "by the calendar: " + (", ".join(told) or "every minute")
    if expression.startswith("at("):
        return f"once, at {expression[3:-1].replace('T', ' ')}"
    return ""


def following(
    expression: str, now: datetime, first: datetime | None = None, zone: str = "UTC"
) -> list[datetime]:
    """The next times, five at most, soonest first, in UTC.

    now: aware. first: the next time where it is known; a rate counts from when it was enabled,
    which AWS does not tell. zone: the IANA name of the zone that cron() and at() are meant in.
    """
    if match := _RATE.fullmatch(expression):
        step = int(match[1]) * _EVERY[match[2]]
        return [first + n * step for n in range(MANY)] if first else []
    there = ZoneInfo(zone)
    if expression.startswith("cron("):
        from aws_croniter import AwsCroniter

        local = now.astimezone(there).replace(tzinfo=UTC)  # the library knows UTC only
        times = AwsCroniter(expression[5:-1]).get_next(local, MANY)
        return [one.replace(tzinfo=there).astimezone(UTC) for one in times if one]
    if expression.startswith("at("):
        when = datetime.fromisoformat(expression[3:-1]).replace(tzinfo=there).astimezone(UTC)
        return [when] if when > now else []
    return []
