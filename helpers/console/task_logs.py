"""The log lines that a function wrote when a state called it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers.console import clock, invocations
from helpers.console.aws import Aws, Problem, problem
from helpers.console.log_events import at, field, millis
from helpers.console.pages.functions import log_group
from helpers.console.steps import Call

EARLY, LATE = timedelta(seconds=1), timedelta(seconds=5)
"""How much before and after a call its lines may be dated: clocks differ, reports come late."""

LINES = 1000  # events of a log that are looked through, for a call
SHOWN = 200  # of them, that are shown
CALLS = 5  # of a state, the last ones


@dataclass(frozen=True)
class Lines:
    """What a call logged. is_sure: it is known to be this call's, and not one at the same time.

    begin, end: of the stretch of time, as a form's field has it. missing: lines not shown.
    """

    call: Call
    group: str
    events: list[dict[str, Any]]
    is_sure: bool
    missing: int
    begin: str
    end: str


def of(aws: Aws, calls: Iterable[Call]) -> list[Lines | Problem]:
    """The lines of the last few calls."""
    found: list[Lines | Problem] = []
    groups: dict[str, str] = {}
    for call in list(calls)[-CALLS:]:
        try:
            if call.function not in groups:
                groups[call.function] = _group(aws, call)
            found.append(_lines(aws, call, groups[call.function]))
        except (ClientError, BotoCoreError) as error:
            found.append(problem(error))
    return found


def _group(aws: Aws, call: Call) -> str:
    """The log group of a function; by its usual name, where its configuration may not be read."""
    try:
        client = aws.client("lambda")
        return log_group(client.get_function_configuration(FunctionName=call.function))
    except ClientError:
        return log_group({"FunctionName": call.name})


def _lines(aws: Aws, call: Call, group: str) -> Lines:
    begin = call.begun - EARLY
    end = (call.ended or clock.read(aws).now) + LATE
    answer = aws.client("logs").filter_log_events(
        logGroupName=group, startTime=millis(begin), endTime=millis(end), limit=LINES
    )
    streams: dict[str, list[dict[str, Any]]] = {}
    for event in answer["events"]:
        streams.setdefault(event["logStreamName"], []).append(event)
    runs = [run for events in streams.values() for run in invocations.apart(events)]
    mine = [events for request, events in runs if request and request == call.request]
    near = mine or [events for _, events in runs if _is_during(events, call)]
    events = [event for several in near for event in several]
    return Lines(
        call, group, events[:SHOWN], len(near) <= 1, max(0, len(events) - SHOWN),
        field(begin), field(end),
    )  # fmt: skip


def _is_during(events: list[dict[str, Any]], call: Call) -> bool:
    """Is a run of the function within a call, but for what clocks may differ by?"""
    begins, ends = at(events[0]["timestamp"]), at(events[-1]["timestamp"])
    return begins >= call.begun - EARLY and (call.ended is None or ends <= call.ended + EARLY)
