"""Events of CloudWatch Logs: how they are asked for, shown and followed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.console import clock
from helpers.console.aws import Aws
from helpers.console.said import pretty

LONGEST = 2_000  # characters of an event that are shown
TAIL = timedelta(minutes=5)  # that a live tail begins with
LATE = timedelta(seconds=30)  # that an event may come in behind a later one
LATE_HERE = timedelta(minutes=15)  # the local endpoint writes a run's lines when it has ended
PAGE = 200  # new events, beyond which a tail asks for no late ones of long ago


class Follower:
    """What is new in a log group, each event once; asked from one thread at a time."""

    def __init__(self, aws: Aws, name: str, pattern: str) -> None:
        self._aws, self._name, self._pattern = aws, name, pattern
        self._late = LATE_HERE if aws.is_local else LATE
        self._since: datetime | None = None
        self._seen: set[tuple[str, str]] = set()

    def next(self) -> list[list[str]]:
        """Rows of time (ISO, UTC), stream and text, in the order of the times; maybe none."""
        if self._since is None:
            self._since = clock.read(self._aws).now - TAIL
        found = self._ask(self._since)
        keys = [(one["logStreamName"], _id(one)) for one in found]
        new = [one for one, key in zip(found, keys, strict=True) if key not in self._seen]
        self._seen = set(keys)
        if found:
            # where much comes, it is not all asked for again because some may be late
            late = self._late if len(found) < PAGE else LATE
            self._since = max(self._since, at(found[-1]["timestamp"]) - late)
        return [
            [at(one["timestamp"]).isoformat(), one["logStreamName"], shown(one["message"])]
            for one in new
        ]

    def _ask(self, since: datetime) -> list[dict[str, Any]]:
        given = asked(self._name, self._pattern, since, None)
        pages = self._aws.client("logs").get_paginator("filter_log_events").paginate(**given)
        return [one for page in pages for one in page["events"]]


def _id(event: dict[str, Any]) -> str:
    """What tells an event from others of its stream; not every endpoint gives them ids."""
    return event.get("eventId") or f"{event['timestamp']} {event['message']}"


def at(millis_since_1970: int) -> datetime:
    """The moment that CloudWatch Logs tells in milliseconds."""
    return datetime.fromtimestamp(millis_since_1970 / 1000, UTC)


def millis(when: datetime) -> int:
    """A moment as CloudWatch Logs is told it; 0 for what was before 1970."""
    return max(0, round(when.timestamp() * 1000))


def field(when: datetime | None) -> str:
    """A moment as a form's field has it, in UTC, "" for none."""
    if when is None:
        return ""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat("T", "milliseconds")


def shown(message: str) -> str:
    """A message without the end of its line, cut where it is very long."""
    message = message.rstrip("\n")
    if len(message) <= LONGEST:
        return message
    return f"{message[:LONGEST]} … ({len(message) - LONGEST:,} characters more)"


def parted(message: str, is_whole: bool = False) -> tuple[str, str, bool]:
    """A message as it is shown, the same as JSON with indents, if it is that; and is it cut?"""
    text = message.rstrip("\n")
    if len(text) > LONGEST and not is_whole:
        return text[:LONGEST], "", True
    laid_out = pretty(text) if text[:1] in ("{", "[") else text
    return text, laid_out if laid_out != text else "", False


def asked(name: str, pattern: str, begin: datetime | None, end: datetime | None) -> dict[str, Any]:
    """What FilterLogEvents is asked."""
    given: dict[str, Any] = {"logGroupName": name, "interleaved": True}  # else by stream on moto
    if pattern.strip():
        given["filterPattern"] = pattern
    if begin:
        given["startTime"] = millis(begin)
    if end:
        given["endTime"] = millis(end)
    return given
