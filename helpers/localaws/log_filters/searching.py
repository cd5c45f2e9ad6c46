"""Events of log streams in the order of their times, and no more of them looked at than need be.

moto 5.2.5 sorts all events of a group for each page of an answer: seconds, where there are 100,000.
Imports moto.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogEvent, LogGroup, LogStream

from helpers.localaws.log_filters.pattern import InvalidPattern, Pattern, compiled
from helpers.localaws.persistence.log_events import Block, LogEvents

MANY = 10_000
"""Events of an answer, and so many are searched for one: AWS too ends a page before all is."""
BYTES = 1_000_000  # of messages in an answer
LATEST = 1 << 62
_TOKEN = re.compile(r"([fb])/(\d{1,18})\.(-?\d{1,18})")

Key = tuple[int, int]
"""Time in ms and number of an event: by these they are in order."""


def install() -> None:
    """Put the hooks in place."""
    LogGroup.filter_log_events = _filter_log_events
    LogStream.get_log_events = _get_log_events


def read(pattern: str) -> Pattern:
    """A pattern, compiled once; raises moto's InvalidParameterException for what is none."""
    try:
        return compiled(pattern)
    except InvalidPattern as error:
        raise InvalidParameterException(str(error)) from None


@dataclass
class Page:
    """What goes into one answer. limit: so many events at most."""

    limit: int
    events: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0

    def takes(self, message: str) -> bool:
        """Is there room for a further one? For a first there always is."""
        fits = len(self.events) < self.limit and self.size + len(message) <= BYTES
        return fits or not self.events

    def add(self, event: dict[str, Any]) -> None:
        """Put it at the end."""
        self.events.append(event)
        self.size += len(event["message"])


def key(event: LogEvent) -> Key:
    """Where an event is in the order."""
    return event.timestamp, event.event_id


def ordered(
    streams: Iterable[tuple[str, list[Block]]],
    first: int,
    last: int,
    after: Key | None = None,
    latest_first: bool = False,
) -> Iterator[tuple[LogEvent, str]]:
    """Events with the names of their streams, from `first` to `last` (ms, both included).

    after: that come after this one, in the order in which they are asked for.
    """
    sign = -1 if latest_first else 1
    if after is not None:
        first, last = (first, min(last, after[0])) if latest_first else (max(first, after[0]), last)
        after = (sign * after[0], sign * after[1])
    blocks = [
        (-block.last if latest_first else block.first, number, name, block)
        for name, some in streams
        for number, block in enumerate(some)
        if block.last >= first and block.first <= last
    ]
    blocks.sort(key=lambda one: one[:3])
    heap: list[tuple[Key, int, str, LogEvent]] = []
    count = itertools.count()  # no two are alike, so that events are never compared
    for begins, _, name, block in blocks:
        while heap and heap[0][0][0] < begins:  # none in this block or a later one is before it
            _, _, its, event = heapq.heappop(heap)
            yield event, its
        for event in block.events():
            place = (sign * event.timestamp, sign * event.event_id)
            if first <= event.timestamp <= last and (after is None or place > after):
                heapq.heappush(heap, (place, next(count), name, event))
    while heap:
        _, _, its, event = heapq.heappop(heap)
        yield event, its


def _blocks(stream: LogStream) -> list[Block]:
    events = stream.events
    return (events if isinstance(events, LogEvents) else LogEvents(events)).blocks()


# -- FilterLogEvents


def _filter_log_events(
    self: LogGroup,
    log_group_name: str,
    log_stream_names: list[str],
    start_time: int | None,
    end_time: int | None,
    limit: int | None,
    next_token: str | None,
    filter_pattern: str | None,
    interleaved: bool,
) -> tuple[list[dict[str, Any]], str | None, list[dict[str, Any]]]:
    """For LogGroup.filter_log_events. AWS has interleaved the streams' events since 2019."""
    streams = [one for one in self.streams.values() if one.log_stream_name in log_stream_names]
    streams = streams if log_stream_names else list(self.streams.values())
    searched = [
        {"logStreamName": one.log_stream_name, "searchedCompletely": True} for one in streams
    ]
    after = _place(log_group_name, next_token)
    if next_token and after is None:
        return [], None, searched  # as AWS does
    found = ordered(
        [(one.log_stream_name, _blocks(one)) for one in streams],
        start_time or 0,
        LATEST if end_time is None else end_time,
        after,
    )
    events, last = _page(found, read(filter_pattern or "").fits, limit or MANY)
    return events, f"{log_group_name}@{last[0]}@{last[1]}" if last else None, searched


def _page(
    found: Iterator[tuple[LogEvent, str]], fits: Callable[[str], bool], limit: int
) -> tuple[list[dict[str, Any]], Key | None]:
    """The events that go into one answer, and the last that was searched if there are more."""
    page, searched, last = Page(limit), 0, None
    for event, stream in found:
        is_wanted = fits(event.message)
        if last and (searched >= MANY or (is_wanted and not page.takes(event.message))):
            return page.events, last
        searched, last = searched + 1, key(event)
        if is_wanted:
            page.add({**event.to_filter_dict(), "logStreamName": stream})
    return page.events, None


def _place(group: str, token: str | None) -> Key | None:
    """Behind which event a token says that the page begins; None where it says nothing."""
    parts = (token or "").split("@")
    if len(parts) != 3 or parts[0] != group:
        return None
    try:
        return int(parts[1]), int(parts[2])
    except ValueError:
        return None


# -- GetLogEvents


def _get_log_events(
    self: LogStream,
    start_time: int | None,
    end_time: int | None,
    limit: int | None,
    next_token: str | None,
    start_from_head: bool,
) -> tuple[list[dict[str, Any]], str, str]:
    """For LogStream.get_log_events; the end is not part of it, as AWS says."""
    match = _TOKEN.fullmatch(next_token) if next_token else None
    if next_token and match is None:
        raise InvalidParameterException("The specified nextToken is invalid.")
    place = (int(match[2]), int(match[3])) if match else None
    backwards = match[1] == "b" if match else not start_from_head
    last = LATEST if not end_time else end_time - 1
    page, keys = Page(limit or MANY), []
    found = ordered([("", _blocks(self))], start_time or 0, last, place, backwards)
    for event, _ in found:
        if not page.takes(event.message):
            break
        page.add(event.to_response_dict())
        keys.append(key(event))
    if backwards:
        page.events.reverse()
        keys.reverse()
    begin, end = (keys[0], keys[-1]) if keys else _around(place, backwards)
    return page.events, f"b/{begin[0]}.{begin[1]}", f"f/{end[0]}.{end[1]}"


def _around(place: Key | None, backwards: bool) -> tuple[Key, Key]:
    """Before and behind which event an empty page is: its token leads there again."""
    if place is None:
        return (0, 0), (0, -1)
    when, number = place
    return (place, (when, number - 1)) if backwards else ((when, number + 1), place)
