"""When a schedule is due: rate(), cron() and at(), as EventBridge reads them.

Sources: docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

_RATE = re.compile(r"rate\((\d{1,9}) +(minute|hour|day)(s?)\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)\)")


class InvalidExpression(ValueError):
    """Not a schedule expression that AWS takes."""


class Expression(Protocol):
    """A schedule expression, read."""

    def after(self, moment: float, since: float) -> float | None:
        """The first time that is due later than `moment`; None if there is none.

        since: when the schedule began; a rate counts from there. All in POSIX seconds.
        """


@dataclass(frozen=True)
class Rate:
    """Every so many seconds, counted from when the schedule began.

    >>> Rate(3600).after(moment=1000.0, since=1000.0)
    4600.0
    >>> Rate(3600).after(moment=4600.0, since=1000.0)
    8200.0
    """

    seconds: int

    def after(self, moment: float, since: float) -> float | None:
        """See `Expression`."""
        if moment < since:
            return since
        return since + (math.floor((moment - since) / self.seconds) + 1) * self.seconds


@dataclass(frozen=True)
class At:
    """Once."""

    when: float

    def after(self, moment: float, since: float) -> float | None:
        """See `Expression`."""
        return self.when if self.when > moment else None


@dataclass(frozen=True)
class Cron:
    """At the times of a calendar in a time zone.

    A local time that a change to summer time skips is skipped, and one that comes twice in autumn
    counts once, as EventBridge Scheduler has it.
    """

    fields: Any
    zone: tzinfo

    def after(self, moment: float, since: float) -> float | None:
        """See `Expression`."""
        start = moment if moment >= since else since - 1
        local = datetime.fromtimestamp(start, self.zone).replace(tzinfo=UTC)
        for _ in range(10):  # the hours that a change of the clocks skips
            # The library reckons in UTC only, so it is given the zone's wall clock under that name.
            (then,) = self.fields.get_next(local, 1)
            if then is None:
                return None
            there = then.replace(tzinfo=self.zone)
            due = there.timestamp()
            exists = datetime.fromtimestamp(due, self.zone).replace(tzinfo=UTC) == then
            if exists and due > start:
                return due
            local = then
        return None


@lru_cache(maxsize=512)
def parse(text: str, zone: str = "UTC", scheduler: bool = False) -> Expression:
    """Read a schedule expression.

    zone: the IANA name of the time zone that cron() and at() are meant in. scheduler: is it read by
    EventBridge Scheduler? It has at(), and takes `rate(1 hours)` for `rate(1 hour)`; a rule has
    not, and does not. Raises InvalidExpression.

    >>> parse("rate(5 minutes)")
    Rate(seconds=300)
    """
    try:
        where = ZoneInfo(zone) if zone != "UTC" else UTC
    except (KeyError, ValueError, OSError):
        raise InvalidExpression(f"{zone!r} is not a time zone") from None
    if match := _RATE.fullmatch(text):
        number, unit, plural = int(match[1]), match[2], match[3]
        if number == 0 or (not scheduler and (number == 1) == bool(plural)):
            raise InvalidExpression(text)
        return Rate(number * _SECONDS[unit])
    if text.startswith("cron(") and text.endswith(")"):
        return Cron(_cron(text[5:-1]), where)
    if scheduler and (match := _AT.fullmatch(text)):
        try:
            return At(datetime.fromisoformat(match[1]).replace(tzinfo=where).timestamp())
        except (ValueError, OverflowError):
            raise InvalidExpression(text) from None
    raise InvalidExpression(text)


def _cron(text: str) -> Any:
    from aws_croniter import AwsCroniter

    fields = text.upper().split()
    if len(fields) != 6:
        raise InvalidExpression(text)
    if fields[4] == "L":  # the last day of the week, which the library knows by its number only
        fields[4] = "7"
    try:
        return AwsCroniter(" ".join(fields))
    except Exception as error:  # it has an exception class for each field, and none above them
        raise InvalidExpression(str(error)) from error


def rounded(moment: float) -> str:
    """A time as events carry it, to the second.

    >>> rounded(1767225600.9)
    '2026-01-01T00:00:00Z'
    """
    return (datetime(1970, 1, 1) + timedelta(seconds=math.floor(moment))).isoformat() + "Z"
