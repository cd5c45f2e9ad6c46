"""Logs: groups, their streams, events by pattern and time, and new ones as they come.

Names of groups have slashes, which a proxy on the way may take for ones of the path: they are told
in the query.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tornado.iostream import StreamClosedError

from helpers.console import clock
from helpers.console.aws import ERRORS, Aws, Problem, attempt, problem
from helpers.console.log_events import Follower, asked, at, field, millis
from helpers.console.page import TOLD, Page, Refused

GROUPS = 50  # on a page, as many as AWS tells at most
STREAMS = 20
EVENTS = 200
TRIES = 5  # AWS may answer with no event and go on searching when asked again
WINDOW = timedelta(hours=1)  # before the latest event, where no time is asked for
SPANS = {"the last hour": timedelta(hours=1), "the last day": timedelta(days=1)}

FOLLOWED_SECONDS = 600.0  # in one go, as for a page; what is told anew are five minutes
POLL, POLL_ON_AWS = 1.0, 3.0  # seconds; an account may ask five times a second


class Groups(Page):
    """All log groups."""

    template = "logs.html"
    section = "logs"

    def show(self) -> dict[str, Any]:
        """A page of those whose names begin as was asked, and `more`: where the next begins."""
        prefix = self.get_query_argument("prefix", "").strip()
        given: dict[str, Any] = {"limit": GROUPS}
        if prefix:
            given["logGroupNamePrefix"] = prefix
        if after := self.get_query_argument("after", ""):
            given["nextToken"] = after
        answer = self.aws.client("logs").describe_log_groups(**given)
        return {
            "groups": answer["logGroups"],
            "more": answer.get("nextToken", ""),
            "prefix": prefix,
            "at": at,
        }


class Group(Page):
    """One log group: events of all its streams, and the streams, the latest first."""

    template = "log_group.html"
    section = "logs"

    def show(self) -> dict[str, Any]:
        """A page of events between two times that fit a pattern, and a page of streams."""
        name = asked_name(self, "name")
        told = _group(self.aws, name)
        streams = attempt(lambda: self._streams(name))
        begin, end = asked_time(self, "from"), asked_time(self, "to")
        if begin is None and not self.get_query_argument("all", ""):
            begin = _window(streams)
        pattern = self.get_query_argument("pattern", "")
        now = clock.read(self.aws).now
        return {
            "group": name,
            "told": told,
            "pattern": pattern,
            "begin": field(begin),
            "end": field(end),
            "events": attempt(lambda: self._events(name, pattern, begin, end)),
            "streams": streams,
            "spans": {words: field(now - span) for words, span in SPANS.items()},
            "function": _function(name),
            "at": at,
        }

    def _events(
        self, name: str, pattern: str, begin: datetime | None, end: datetime | None
    ) -> dict[str, Any]:
        given = asked(name, pattern, begin, end)
        more = self.get_query_argument("after", "")
        for _ in range(TRIES):
            if more:
                given["nextToken"] = more
            answer = self.aws.client("logs").filter_log_events(limit=EVENTS, **given)
            more = answer.get("nextToken", "")
            if answer["events"] or not more:
                break
        return {"rows": answer["events"], "more": more}

    def _streams(self, name: str) -> dict[str, Any]:
        given = {"nextToken": after} if (after := self.get_query_argument("streams", "")) else {}
        answer = self.aws.client("logs").describe_log_streams(
            logGroupName=name, orderBy="LastEventTime", descending=True, limit=STREAMS, **given
        )
        return {
            "rows": answer["logStreams"],
            "more": answer.get("nextToken", ""),
            "first": not given,
        }


class Stream(Page):
    """One stream of a group: its latest events, and by AWS's own tokens those before them."""

    template = "log_stream.html"
    section = "logs"

    def show(self) -> dict[str, Any]:
        """A page of events, or between two times, or the one of which all is wanted."""
        group, name = asked_name(self, "group"), asked_name(self, "name")
        begin, end = asked_time(self, "from"), asked_time(self, "to")
        given: dict[str, Any] = {"logGroupName": group, "logStreamName": name, "limit": EVENTS}
        if begin:
            given["startTime"] = millis(begin)
        if end:
            given["endTime"] = millis(end) + 1  # what AWS calls the end is not part of it
        token = self.get_query_argument("after", "")
        if token:
            given["nextToken"] = token
        answer = self.aws.client("logs").get_log_events(startFromHead=False, **given)
        older, newer = answer.get("nextBackwardToken", ""), answer.get("nextForwardToken", "")
        return {
            "group": group,
            "stream": name,
            "events": answer["events"],
            "begin": field(begin),
            "end": field(end),
            "older": older if older != token and self._is_more(answer["events"]) else "",
            "newer": newer if token and newer != token else "",
            "is_whole": bool(self.get_query_argument("whole", "")),
        }

    def _is_more(self, events: list[dict[str, Any]]) -> bool:
        """Can there be older ones? AWS fills no page beyond 1 MB, and may leave one empty."""
        return len(events) >= EVENTS or not self.aws.is_local


class Tail(Page):
    """A log group live: its script asks `Lines` for what comes."""

    template = "log_tail.html"
    section = "logs"

    def show(self) -> dict[str, Any]:
        """Which group and pattern."""
        name = asked_name(self, "name")
        pattern = self.get_query_argument("pattern", "")
        return {
            "group": name,
            "told": _group(self.aws, name),
            "pattern": pattern,
            "lines": self.link("logs", "lines", name=name, pattern=pattern),
        }


class Lines(Page):
    """The events of a log group as server-sent events: `lines`, a JSON list of rows; `problem`."""

    async def get(self, *parts: str) -> None:
        """Begin with the latest ones, and go on until the browser leaves."""
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("X-Accel-Buffering", "no")
        pause = POLL if self.aws.is_local else POLL_ON_AWS
        try:
            tail = Follower(
                self.aws, asked_name(self, "name"), self.get_query_argument("pattern", "")
            )
            until = time.monotonic() + FOLLOWED_SECONDS
            while time.monotonic() < until:
                rows = await self.in_thread(tail.next)
                # a line without meaning, if there is nothing: one sees that a browser left
                self.write(f"event: lines\ndata: {json.dumps(rows)}\n\n" if rows else ":\n\n")
                await self.flush()
                await asyncio.sleep(pause)
        except StreamClosedError:
            return
        except TOLD as error:
            await self._tell(error)

    async def _tell(self, error: Exception) -> None:
        if isinstance(error, ERRORS):
            told = problem(error)
            words = f"{told.what} {told.why} {told.then}"
        else:
            words = str(error)
        self.write(f"event: problem\ndata: {json.dumps(words.strip())}\n\n")


# ---- what is asked for


def asked_name(page: Page, name: str) -> str:
    """The name in the query; raises Refused if there is none."""
    asked: str = page.get_query_argument(name, "")
    if not asked:
        raise Refused(Problem("No log is named in this address."))
    return asked


def asked_time(page: Page, name: str) -> datetime | None:
    """The UTC time in the query, None if there is none; raises Refused if it is no time."""
    text = page.get_query_argument(name, "").strip()
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(
            Problem(f"“{text[:50]}” is no time.", "", "Write it so: 2026-03-01T12:30, in UTC.")
        ) from None


def _function(group: str) -> str:
    """The name of the function whose log group it is by its name, "" if it is none's."""
    name = group.removeprefix("/aws/lambda/")
    return "" if name == group or "/" in name else name


def _group(aws: Aws, name: str) -> dict[str, Any] | Problem:
    """What DescribeLogGroups tells of one; raises Refused if there is none."""
    told = attempt(
        lambda: aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    )
    if isinstance(told, Problem):
        return told
    for one in told:
        if one["logGroupName"] == name:
            return dict(one)
    raise Refused(
        Problem(
            f"There is no log group {name}.",
            "That of a function is made when the function runs first.",
            "Run it: start an execution, or send the function a test event.",
        )
    )


def _window(streams: dict[str, Any] | Problem) -> datetime | None:
    """The hour before the latest event, as far as the streams tell it."""
    if isinstance(streams, Problem) or not streams["first"]:
        return None
    times = [one["lastEventTimestamp"] for one in streams["rows"] if "lastEventTimestamp" in one]
    return at(max(times)) - WINDOW if times else None
