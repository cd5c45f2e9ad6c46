"""What Step Functions writes of executions, and of their tasks: namespace AWS/States.

docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .ledger import Dimensions
from .noting import note

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.executions import Facts

NAMESPACE = "AWS/States"
_ENDINGS = {
    "SUCCEEDED": "Succeeded",
    "FAILED": "Failed",
    "TIMED_OUT": "TimedOut",
    "ABORTED": "Aborted",
}
_OUTCOMES = {
    outcome: tuple(
        (f"Executions{name}", float(name == outcome))
        for name in ("Succeeded", "Failed", "TimedOut", "Aborted")
    )
    for outcome in _ENDINGS.values()
}


def started(facts: Facts) -> None:
    """Note that an execution has started."""
    note(_region(facts), NAMESPACE, _sets(facts), (("ExecutionsStarted", 1.0),), facts.start)


def redriven(facts: Facts) -> None:
    """Note that an execution was taken up again."""
    when = facts.redrive_date
    note(_region(facts), NAMESPACE, _sets(facts), (("ExecutionsRedriven", 1.0),), when)


def ended(facts: Facts, events: Iterable[dict[str, Any]]) -> None:
    """Note how an execution ended; events: its history, of which a redrive's tasks count only."""
    stop = facts.stop or facts.start
    outcome = _ENDINGS[facts.status]
    took = round((stop - facts.start) * 1000)
    values = (
        *_OUTCOMES[outcome],
        ("ExecutionTime", float(took)),
        ("ExecutionThrottled", 0.0),
    )
    if facts.redrive_count:
        values += ((f"RedrivenExecutions{outcome}", 1.0),)
    if facts.express:
        billed = math.ceil(took / 100) * 100
        values += (("ExpressExecutionBilledDuration", float(max(billed, 100))),)
    region = _region(facts)
    note(region, NAMESPACE, _sets(facts), values, stop)
    _note_tasks(region, events, facts.redrive_date or 0.0)


def _region(facts: Facts) -> str:
    return facts.machine_arn.split(":", 4)[3]


def _sets(facts: Facts) -> tuple[Dimensions, ...]:
    return _sets_of(facts.machine_arn, facts.version_arn, facts.alias_arn)


@functools.lru_cache(512)
def _sets_of(machine: str, version: str | None, alias: str | None) -> tuple[Dimensions, ...]:
    """The machine; with what it was started by: a version's number, an alias's name."""
    whole = ("StateMachineArn", machine)
    sets: list[Dimensions] = [(whole,)]
    if alias is not None:
        sets.append((("Alias", alias.rpartition(":")[2]), whole))
    if version is not None:
        sets.append((whole, ("Version", version.rpartition(":")[2])))
    return tuple(sets)


_KINDS = {
    f"{event}{end}": (metric, end)
    for event, metric in (("LambdaFunction", "LambdaFunction"), ("Task", "ServiceIntegration"))
    for end in ("Scheduled", "Started", "Succeeded", "Failed", "TimedOut")
}
_OPEN = ("Scheduled", "Started")


def _note_tasks(region: str, events: Iterable[dict[str, Any]], since: float) -> None:
    """Note the tasks of a history: under their function, or under their service integration."""
    tasks: dict[int, tuple[Dimensions, float, float | None]] = {}
    for event in events:
        kind = _KINDS.get(event["type"])
        if kind is None:
            continue
        metric, step = kind
        when = event["timestamp"]
        begun = tasks.pop(event["previousEventId"], None)
        if step == "Scheduled":
            begun = (_task(metric, event), when, None)
        elif begun is None:
            continue
        dimensions, scheduled, started = begun
        if step == "Started":
            started = when
        if step in _OPEN:
            tasks[event["id"]] = (dimensions, scheduled, started)
        if when < since:
            continue
        values: tuple[tuple[str, float], ...] = ((f"{metric}s{step}", 1.0),)
        if step == "Started":
            values += ((f"{metric}ScheduleTime", _milliseconds(scheduled, when)),)
        elif step not in _OPEN:
            values += ((f"{metric}Time", _milliseconds(scheduled, when)),)
            if started is not None:
                values += ((f"{metric}RunTime", _milliseconds(started, when)),)
        note(region, NAMESPACE, (dimensions,), values, when)


def _milliseconds(began: float, ended: float) -> float:
    return float(round((ended - began) * 1000))


def _task(metric: str, event: dict[str, Any]) -> Dimensions:
    if metric == "LambdaFunction":
        details = event.get("lambdaFunctionScheduledEventDetails") or {}
        return (("LambdaFunctionArn", details.get("resource", "")),)
    details = event.get("taskScheduledEventDetails") or {}
    resource = f"arn:aws:states:::{details.get('resourceType')}:{details.get('resource')}"
    return (("ServiceIntegrationResourceArn", resource),)
