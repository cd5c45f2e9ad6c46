"""What Step Functions writes of executions, and of their tasks: namespace AWS/States.

docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from helpers.localaws.metrics.ledger import Dimensions
from helpers.localaws.metrics.noting import Subject, note

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.facts import Facts

NAMESPACE = "AWS/States"
_ENDINGS = {
    "SUCCEEDED": "Succeeded",
    "FAILED": "Failed",
    "TIMED_OUT": "TimedOut",
    "ABORTED": "Aborted",
}
_OUTCOMES = {status: tuple(float(status == other) for other in _ENDINGS) for status in _ENDINGS}
_ENDED = (*(f"Executions{name}" for name in _ENDINGS.values()), "ExecutionTime")
_ENDED = (*_ENDED, "ExecutionThrottled")


def started(facts: Facts) -> None:
    """Note that an execution has started."""
    note(_subject(facts, ("ExecutionsStarted",)), (1.0,), facts.start)


def redriven(facts: Facts) -> None:
    """Note that an execution was taken up again."""
    note(_subject(facts, ("ExecutionsRedriven",)), (1.0,), facts.redrive_date)


def ended(facts: Facts, events: Iterable[dict[str, Any]]) -> None:
    """Note how an execution ended; events: its history, of which a redrive's tasks count only."""
    stop = facts.stop or facts.start
    took = round((stop - facts.start) * 1000)
    values = (*_OUTCOMES[facts.status], float(took), 0.0)
    note(_subject(facts, _ENDED), values, stop)
    if facts.redrive_count:
        name = f"RedrivenExecutions{_ENDINGS[facts.status]}"
        note(_subject(facts, (name,)), (1.0,), stop)
    if facts.express:
        billed = float(max(math.ceil(took / 100), 1) * 100)
        note(_subject(facts, ("ExpressExecutionBilledDuration",)), (billed,), stop)
    _note_tasks(facts.machine_arn.split(":", 4)[3], events, facts.redrive_date or 0.0)


def _subject(facts: Facts, names: tuple[str, ...]) -> Subject:
    return _subject_of(facts.machine_arn, facts.version_arn, facts.alias_arn, names)


@functools.lru_cache(512)
def _subject_of(
    machine: str, version: str | None, alias: str | None, names: tuple[str, ...]
) -> Subject:
    """The machine; with what it was started by: a version's number, an alias's name."""
    whole = ("StateMachineArn", machine)
    sets: list[Dimensions] = [(whole,)]
    if alias is not None:
        sets.append((("Alias", alias.rpartition(":")[2]), whole))
    if version is not None:
        sets.append((whole, ("Version", version.rpartition(":")[2])))
    return Subject(machine.split(":", 4)[3], NAMESPACE, tuple(sets), names)


_KINDS = {
    f"{event}{end}": (metric, end)
    for event, metric in (("LambdaFunction", "LambdaFunction"), ("Task", "ServiceIntegration"))
    for end in ("Scheduled", "Started", "Succeeded", "Failed", "TimedOut")
}


def _note_tasks(region: str, events: Iterable[dict[str, Any]], since: float) -> None:
    """Note the tasks of a history: under their function, or under their service integration."""
    tasks: dict[int, tuple[str, float, float | None]] = {}
    for event in events:
        kind = _KINDS.get(event["type"])
        if kind is None:
            continue
        metric, step = kind
        when, before = event["timestamp"], tasks.pop(event["previousEventId"], None)
        if step == "Scheduled":
            about = _about(metric, event)
            tasks[event["id"]] = (about, when, None)
            values: tuple[float, ...] = (1.0,)
        elif before is None:
            continue
        elif step == "Started":
            about, scheduled, _ = before
            tasks[event["id"]] = (about, scheduled, when)
            values = (1.0, _milliseconds(scheduled, when))
        else:
            about, scheduled, started = before
            values = (1.0, _milliseconds(scheduled, when))
            if started is not None:
                values = (*values, _milliseconds(started, when))
        if when >= since:
            note(_task(region, metric, step, about, len(values)), values, when)


def _milliseconds(began: float, ended: float) -> float:
    return float(round((ended - began) * 1000))


def _about(metric: str, event: dict[str, Any]) -> str:
    if metric == "LambdaFunction":
        return (event.get("lambdaFunctionScheduledEventDetails") or {}).get("resource", "")
    details = event.get("taskScheduledEventDetails") or {}
    return f"arn:aws:states:::{details.get('resourceType')}:{details.get('resource')}"


@functools.lru_cache(512)
def _task(region: str, metric: str, step: str, about: str, count: int) -> Subject:
    """A step of a task; count: so many values there are of it."""
    times = ("ScheduleTime",) if step == "Started" else ("Time", "RunTime")
    names = (f"{metric}s{step}", *(f"{metric}{time}" for time in times))[:count]
    whose = "LambdaFunctionArn" if metric == "LambdaFunction" else "ServiceIntegrationResourceArn"
    return Subject(region, NAMESPACE, (((whose, about),),), names)
