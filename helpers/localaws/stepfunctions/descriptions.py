"""What the API tells of an execution: in lists, when it is described, and as a task's result."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from helpers.asl.json_text import parse
from helpers.asl.variables import variable_references
from helpers.localaws.stepfunctions.facts import (
    ABORTED,
    FAILED,
    LONGEST_SECONDS,
    TIMED_OUT,
    Facts,
)
from helpers.localaws.stepfunctions.history import FULL, MOST_EVENTS
from helpers.localaws.turns.clock import clock

HISTORY_IS_FULL = "Execution history event limit exceeded"

REDRIVE_SECONDS = 14 * 86_400
"""How long after its end an execution may be redriven."""


def not_redrivable(facts: Facts) -> str | None:
    """Why an execution may not be redriven, in AWS's words; None if it may.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    if facts.status not in (FAILED, TIMED_OUT, ABORTED):
        return f"Execution is {facts.status} and cannot be redriven"
    if facts.stop is not None and clock.time() - facts.stop > REDRIVE_SECONDS:
        return "Execution redrivable period exceeded"
    if clock.time() - facts.start >= LONGEST_SECONDS:
        return "Execution has exceeded the max execution time"
    if facts.cause == FULL.format(MOST_EVENTS):
        return HISTORY_IS_FULL
    if facts.redrive_count >= 1000:
        return "Execution redrive limit exceeded and cannot be redriven"
    return None


def redrivable(facts: Facts) -> dict[str, Any]:
    """Whether an execution may be redriven, in DescribeExecution's fields."""
    why = not_redrivable(facts)
    if why is not None:
        return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": why}
    if facts.map_run_arn is not None:
        return {"redriveStatus": "REDRIVABLE_BY_MAP_RUN"}
    return {"redriveStatus": "REDRIVABLE"}


def listed(facts: Facts) -> dict[str, Any]:
    """An execution as ListExecutions tells of it."""
    told: dict[str, Any] = {
        "executionArn": facts.arn,
        "stateMachineArn": facts.machine_arn,
        "name": facts.name,
        "status": facts.status,
        "startDate": facts.start,
        "redriveCount": facts.redrive_count,
    }
    optional = {
        "stopDate": facts.stop,
        "mapRunArn": facts.map_run_arn,
        "stateMachineVersionArn": facts.version_arn,
        "stateMachineAliasArn": facts.alias_arn,
        "redriveDate": facts.redrive_date,
    }
    return told | {name: value for name, value in optional.items() if value is not None}


def described(facts: Facts, *, with_data: bool = True) -> dict[str, Any]:
    """An execution as DescribeExecution tells of it. with_data: with its input and its outcome."""
    told = {**listed(facts), "inputDetails": {"included": True}, **redrivable(facts)}
    if with_data:
        told["input"] = facts.input
        for name in ("output", "error", "cause"):
            if getattr(facts, name) is not None:
                told[name] = getattr(facts, name)
        if facts.output is not None:
            told["outputDetails"] = {"included": True}
    if facts.trace_header is not None:
        told["traceHeader"] = facts.trace_header
    return told


@lru_cache(maxsize=256)
def variables_of(definition: str) -> dict[str, Any]:
    """`variableReferences`, as a field of a machine's description; {} where no state reads any."""
    names = variable_references(parse(definition))
    return {"variableReferences": names} if names else {}


def as_result(facts: Facts, *, parsed: bool) -> dict[str, Any]:
    """An execution as `startExecution.sync` gives it; parsed: `.sync:2`, JSON for text."""
    result: dict[str, Any] = {}
    for name, value in described(facts).items():
        if name in ("startDate", "stopDate", "redriveDate"):
            value = int(value * 1000)
        elif name in ("inputDetails", "outputDetails"):
            value = {"Included": value["included"]}
        elif parsed and name in ("input", "output"):
            value = parse(value)
        result[name[0].upper() + name[1:]] = value
    return dict(sorted(result.items()))
