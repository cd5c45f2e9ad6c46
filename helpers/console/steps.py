"""What an execution's states did, from its events: what one called, begot, and waits for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpers import asl, units
from helpers.draw import words
from helpers.errors import CourseError
from helpers.executions import Execution, Step
from helpers.executions.model import payload
from helpers.executions.service import EXECUTION

_FUNCTION = re.compile(r"(?:arn:[\w-]+:lambda:[\w-]*:\d*:|\d+:)?(?:function:)?([\w-]+)")
_ENDED = ("Succeeded", "Failed", "TimedOut")
PARENT = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"
"""The field of an input in which AWS tells who started the execution."""


@dataclass(frozen=True)
class Call:
    """A function that was called, from when to when; request: its id, "" where none is told."""

    function: str
    begun: datetime
    ended: datetime | None = None
    request: str = ""

    @property
    def name(self) -> str:
        """The function's name, out of whatever it was called by."""
        match = _FUNCTION.match(self.function)
        return match[1] if match else self.function


def details(event: dict[str, Any]) -> dict[str, Any]:
    """What an event tells beside its type and time."""
    return next((value for key, value in event.items() if key.endswith("EventDetails")), {})


def own(run: Execution, step: Step) -> list[dict[str, Any]]:
    """The events of one visit to a state, without those of what is inside it."""
    return [event for event in run.events if run.step_of(event) is step]


def fits(event: dict[str, Any], text: str) -> bool:
    """Does a text stand in what an event tells? As it stands in JSON; large or small letters."""
    return any(text in str(value).lower() for value in details(event).values())


# ---- what a state had others do


def calls(events: list[dict[str, Any]]) -> Iterator[Call]:
    """The functions that were called in the events of one state."""
    begun: dict[str, Any] = {}
    for event in events:
        kind, told = event["type"], details(event)
        if kind.endswith("Scheduled"):
            begun = {"function": function(event), "begun": event["timestamp"]}
        elif begun.get("function") and kind.endswith(_ENDED):
            yield Call(**begun, ended=event["timestamp"], request=_request(told))
            begun = {}
    if begun.get("function"):
        yield Call(**begun)


def function(event: dict[str, Any]) -> str:
    """The function that an event is about to call, as it is named there; "" for other events."""
    told = details(event)
    if event["type"] == "LambdaFunctionScheduled":
        return str(told.get("resource", ""))
    if event["type"] != "TaskScheduled" or "lambda" not in str(told.get("resourceType")):
        return ""
    given = payload(told.get("parameters"))
    return str(given.get("FunctionName", "")) if isinstance(given, dict) else ""


def functions(run: Execution) -> list[str]:
    """The names of all functions that it called, each once."""
    named = (function(event) for event in run.events if event["type"].endswith("Scheduled"))
    return sorted({Call(one, run.events[0]["timestamp"]).name for one in named if one})


def _request(told: dict[str, Any]) -> str:
    """The id of a call, from Lambda's answer or from the error that its runtime tells.

    A function that is called by its ARN answers as it likes: that tells none.
    """
    answer, error = payload(told.get("output")), payload(told.get("cause"))
    metadata = answer.get("SdkResponseMetadata") if isinstance(answer, dict) else error
    if not isinstance(metadata, dict):
        return ""
    return str(metadata.get("RequestId") or metadata.get("requestId") or "")


def children(events: list[dict[str, Any]]) -> list[str]:
    """The ARNs of the executions that a state started, each once."""
    found: dict[str, None] = {}
    for event in events:
        told = details(event)
        if event["type"].startswith("Task") and str(told.get("resourceType")) in (
            "states",
            "aws-sdk:sfn",
        ):
            answer = payload(told.get("output"))
            arn = answer.get("ExecutionArn") if isinstance(answer, dict) else None
            if isinstance(arn, str) and EXECUTION.match(arn):
                found[arn] = None
    return list(found)


def parent(run: Execution) -> str:
    """The ARN of the execution that started this one, "" where the input tells none."""
    given = run.input
    arn = given.get(PARENT) if isinstance(given, dict) else None
    return arn if isinstance(arn, str) and EXECUTION.match(arn) else ""


# ---- what it waits for


def waiting(run: Execution) -> list[tuple[Step, str]]:
    """The states in which an execution is now, and in words what each waits for."""
    now = [step for step in run.walk() if step.status == "running" and not step.runs]
    return [(step, _waits(run, step)) for step in now]


def _waits(run: Execution, step: Step) -> str:
    last = step.attempts[-1] if step.attempts else None
    if step.map_run:
        return "waits for the executions of its items, which its Map Run has."
    if last is None:
        return "waits as long as its definition says." if step.type == "Wait" else ""
    if last.status == "failed":
        return f"attempt {last.number} failed with {last.error}; it waits to try again."
    begun = _event(run, last.first_event)
    told, asked = details(begun), str(details(begun).get("resource", ""))
    if begun["type"] == "ActivityScheduled":
        return _activity(run, step, asked) + _limits(told)
    if asked.endswith(".waitForTaskToken"):
        return (
            "waits until somebody calls SendTaskSuccess or SendTaskFailure with the task token "
            "that it gave away." + _limits(told)
        )
    if called := function(begun):
        return f"waits for the function {Call(called, begun['timestamp']).name}." + _limits(told)
    if asked.endswith((".sync", ".sync:2")):
        return "waits until what it started has ended." + _limits(told)
    return ""


def _activity(run: Execution, step: Step, arn: str) -> str:
    worker = _event(run, step.last_event)
    if worker["type"] == "ActivityStarted":
        return f"a worker has its work: {details(worker).get('workerName') or 'without a name'}."
    return f"waits for a worker that asks for work: GetActivityTask of {arn}."


def _limits(told: dict[str, Any]) -> str:
    """How long it may wait, where an event tells it."""
    said = ""
    if told.get("timeoutInSeconds"):
        said += f" It may take {units.duration(told['timeoutInSeconds'])}."
    if told.get("heartbeatInSeconds"):
        said += f" A heartbeat is due every {units.duration(told['heartbeatInSeconds'])}."
    return said


def _event(run: Execution, number: int) -> dict[str, Any]:
    """An event by its id; ids count from 1 without a gap, save in a log that lost some."""
    at = number - 1
    if 0 <= at < len(run.events) and run.events[at]["id"] == number:
        return run.events[at]
    return next((one for one in run.events if one["id"] == number), {"type": "", "timestamp": None})


# ---- what failed, and what a redrive would do


def failed(run: Execution) -> list[Step]:
    """The states with which an execution failed, not those around them."""
    bad = [
        step for step in run.walk() if step.status in ("failed", "cancelled") and not step.exited
    ]
    around = {id(step.run.parent) for step in bad}
    return [step for step in bad if id(step) not in around]


# ---- what a state is


def state_of(
    definition: Callable[[], dict[str, Any] | None], name: str
) -> tuple[str, dict[str, Any] | None]:
    """In words what a state does, and its definition; ("", None) where that cannot be told."""
    try:
        states = asl.Definition.from_dict(definition() or {}).states
    except (CourseError, RecursionError):
        states = []
    for state in states:
        if state.name == name:
            return words.what(state), state.raw
    return "", None
