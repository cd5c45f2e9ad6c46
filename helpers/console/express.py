"""Express executions: Step Functions keeps none of them, but the machine's log group may.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.console import clock
from helpers.console.aws import Aws
from helpers.console.log_events import asked
from helpers.errors import CourseError
from helpers.executions.history import ENDS

LATELY = (timedelta(hours=1), timedelta(days=1))
BACK = (timedelta(days=1), timedelta(days=14))
"""How far back a machine's executions, and one, are looked for: not far at first, since a log may
be large."""

SHOWN = 100  # executions of a machine
TRIES = 5  # answers of AWS's, of which each may have found nothing yet
MOST = 25_000  # events of one execution
_DATA = ("input", "output", "error", "cause")


class NotLogged(CourseError):
    """Nothing is known of an Express execution."""


@dataclass
class Log:
    """What the log tells of one execution: its events as GetExecutionHistory would tell them.

    told: as describe_execution would say it. definition: None where it cannot be read.
    """

    told: dict[str, Any]
    events: list[dict[str, Any]]
    definition: dict[str, Any] | None


def is_express(arn: str) -> bool:
    """Is it the ARN of an Express execution?"""
    return ":express:" in arn


def machine_of(arn: str) -> str:
    """The ARN of an Express execution's state machine."""
    parts = arn.split(":")
    return ":".join([*parts[:5], "stateMachine", *parts[6:7]])


def unqualified(arn: str) -> str:
    """The ARN of a state machine without its version or alias.

    >>> unqualified("arn:aws:states:us-east-1:123456789012:stateMachine:Trader:7")
    'arn:aws:states:us-east-1:123456789012:stateMachine:Trader'
    """
    return ":".join(arn.split(":")[:7])


def group_of(machine: dict[str, Any]) -> str:
    """The log group that a machine logs to, "" for none; from its description."""
    logging = machine.get("loggingConfiguration") or {}
    for one in logging.get("destinations", ()):
        arn = one.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
        if arn and logging.get("level", "OFF") != "OFF":
            return str(arn.split(":")[6])
    return ""


def read(aws: Aws, arn: str) -> Log:
    """One execution from its log. Raises NotLogged, which says why, and botocore's errors."""
    machine = aws.client("stepfunctions").describe_state_machine(stateMachineArn=machine_of(arn))
    group = group_of(machine)
    if not group:
        raise NotLogged(
            "Nothing is kept of an Express execution but its log, and this one has none.",
            f"The logging of {machine['name']} is off.",
            "Switch it on: Logging with Level ALL in the template, and deploy again.",
        )
    events = next((told for since in BACK if (told := _logged(aws, group, arn, since))), [])
    if not events:
        raise NotLogged(
            "The log has nothing of this execution.",
            f"{group} has no event of it in the last {BACK[-1].days} days: it may not have got "
            "there yet, or the machine logs only what fails.",
            "Load the page again in a moment.",
        )
    events = sorted({one["id"]: one for one in events}.values(), key=lambda one: one["id"])
    return Log(_described(arn, events), events, _parsed(machine["definition"]))


def _logged(aws: Aws, group: str, arn: str, since: timedelta) -> list[dict[str, Any]]:
    """The events of one execution that were logged in so much time."""
    pages = _pages(aws, group, f'{{ $.execution_arn = "{arn}" }}', since, MaxItems=MOST)
    return [told for page in pages for one in page["events"] if (told := _event(one["message"]))]


def _pages(aws: Aws, group: str, pattern: str, since: timedelta, **config: int) -> Any:
    """The answers of FilterLogEvents for the last stretch of time, asked for one by one."""
    given = asked(group, pattern, clock.read(aws).now - since, None)
    paginator = aws.client("logs").get_paginator("filter_log_events")
    return paginator.paginate(**given, PaginationConfig=config)


def lately(aws: Aws, machine: dict[str, Any]) -> list[dict[str, Any]]:
    """The executions of a machine in the last hour, or where there were none, in the last day.

    As ListExecutions would tell them, the latest first, as far as the log tells how they ended.
    """
    begin = unqualified(machine["stateMachineArn"]).replace(":stateMachine:", ":express:")
    pattern = f'{{ $.execution_arn = "{begin}:*" && $.type = "Execution*" }}'
    rows: dict[str, dict[str, Any]] = {}
    for since in LATELY:
        pages = _pages(aws, group_of(machine), pattern, since)
        for _, page in zip(range(TRIES), pages, strict=False):
            for one in page["events"]:
                _count_in(rows, one["message"])
        if rows:
            break
    told = sorted(rows.values(), key=lambda row: row["startDate"], reverse=True)
    return told[:SHOWN]


def _count_in(rows: dict[str, dict[str, Any]], message: str) -> None:
    """Add what an event tells to the row of its execution."""
    event = _event(message)
    if event is None:
        return
    arn, when = event["execution"], event["timestamp"]
    row = rows.setdefault(
        arn,
        {"executionArn": arn, "name": arn.split(":", 7)[-1], "status": "RUNNING", "startDate": when,
         "stateMachineArn": machine_of(arn)},
    )  # fmt: skip
    row["startDate"] = min(row["startDate"], when)
    if event["type"] in ENDS:
        row["status"], row["stopDate"] = ENDS[event["type"]], when


def _described(arn: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    first, last = events[0], events[-1]
    told = {
        "executionArn": arn,
        "stateMachineArn": machine_of(arn),
        "name": arn.split(":", 7)[-1],
        "status": ENDS.get(last["type"], "RUNNING"),
        "startDate": first["timestamp"],
    }
    if last["type"] in ENDS:
        told["stopDate"] = last["timestamp"]
    for event in (first, last):
        details = event.get(_details(event["type"]), {})
        told |= {key: details[key] for key in _DATA if key in details}
    return told


def _event(message: str) -> dict[str, Any] | None:
    """An event of a history from its line in the log; None for another line.

    >>> _event('{"id": "2", "type": "PassStateExited", "details": {"name": "A"}, '
    ...        '"previous_event_id": "1", "event_timestamp": "1000", "execution_arn": "a"}')["id"]
    2
    """
    try:
        told = json.loads(message)
        when = datetime.fromtimestamp(int(told["event_timestamp"]) / 1000, UTC)
        event = {
            "id": int(told["id"]),
            "type": str(told["type"]),
            "previousEventId": int(told["previous_event_id"]),
            "timestamp": when,
            "execution": str(told["execution_arn"]),
        }
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None
    if isinstance(told.get("details"), dict) and told["details"]:
        event[_details(event["type"])] = told["details"]
    return event


def _details(kind: str) -> str:
    """The name under which an event of a kind has its details.

    >>> _details("TaskStateEntered"), _details("ExecutionFailed")
    ('stateEnteredEventDetails', 'executionFailedEventDetails')
    """
    for of_states in ("StateEntered", "StateExited"):
        if kind.endswith(of_states):
            kind = of_states
    return f"{kind[:1].lower()}{kind[1:]}EventDetails"


def _parsed(definition: str) -> dict[str, Any] | None:
    try:
        told = json.loads(definition)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
