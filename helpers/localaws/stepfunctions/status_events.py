"""Standard executions tell the default event bus of it when they start and when they end.

docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

from typing import Any

from helpers.asl.json_text import dump
from helpers.localaws.stepfunctions.descriptions import redrivable
from helpers.localaws.stepfunctions.facts import Facts

LARGEST = 248 * 1024
"""Input and output, escaped, are told up to so many bytes: without the output, else neither."""


def publish(facts: Facts) -> None:
    """Tell of an execution as it is now, if a rule listens."""
    if facts.express:
        return
    from helpers.localaws.events import bus

    region = facts.machine_arn.split(":", 4)[3]
    if bus.listens(region):
        bus.publish(
            region,
            "aws.states",
            "Step Functions Execution Status Change",
            [facts.arn],
            detail(facts),
        )


def detail(facts: Facts) -> dict[str, Any]:
    """What an event says of an execution."""
    output = facts.output
    with_output = output is None or _escaped(output) <= LARGEST
    size = _escaped(facts.input) + (_escaped(output) if output is not None else 0)
    with_input = size <= LARGEST
    return {
        "executionArn": facts.arn,
        "stateMachineArn": facts.machine_arn,
        "stateMachineVersionArn": facts.version_arn,
        "stateMachineAliasArn": facts.alias_arn,
        "name": facts.name,
        "status": facts.status,
        "startDate": _milliseconds(facts.start),
        "stopDate": _milliseconds(facts.stop),
        "redriveCount": facts.redrive_count,
        "redriveDate": _milliseconds(facts.redrive_date),
        "redriveStatusReason": None,
        **redrivable(facts),
        "input": facts.input if with_input else None,
        "inputDetails": {"included": with_input},
        "output": output if with_output else None,
        "outputDetails": None if output is None else {"included": with_output},
        "error": facts.error,
        "cause": facts.cause,
    }


def _escaped(text: str) -> int:
    return len(dump(text).encode())


def _milliseconds(when: float | None) -> int | None:
    return None if when is None else round(when * 1000)
