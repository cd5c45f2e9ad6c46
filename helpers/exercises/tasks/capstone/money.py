"""What a run cost: counted from histories and metrics, priced by the course's table of prices."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

from helpers import prices, usage
from helpers.exercises import Workbench
from helpers.usage import Used


def cents(dollars: Decimal) -> str:
    """Dollars as cents, as the brief counts.

    >>> cents(Decimal("0.0301"))
    '3.01 cents'
    """
    return f"{dollars * 100:.2f} cents"


def used(bench: Workbench, types: dict[str, str], since: datetime, until: datetime) -> list[Used]:
    """What the resources of a stack used between two moments; nothing else was done near them.

    types: physical id → resource type.
    """
    machines = [name for name, kind in types.items() if kind == "AWS::StepFunctions::StateMachine"]
    functions = [name for name, kind in types.items() if kind == "AWS::Lambda::Function"]
    tables = [name for name, kind in types.items() if kind == "AWS::DynamoDB::Table"]
    metrics = usage.Metrics(bench.client("cloudwatch"), since, until)
    milliseconds = [
        (metrics.total("AWS/Lambda", "Duration", FunctionName=name), _memory(bench, name))
        for name in functions
    ]
    requests, express = metrics.express()
    counts = {
        prices.TRANSITIONS: Decimal(_transitions(bench, machines, since, until)),
        prices.EXPRESS_STARTS: requests,
        prices.EXPRESS_SECONDS: express,
        prices.REQUESTS: sum(
            (metrics.total("AWS/Lambda", "Invocations", FunctionName=name) for name in functions),
            Decimal(0),
        ),
        prices.SECONDS: sum((took / 1000 * gb for took, gb in milliseconds), Decimal(0)),
        prices.WRITES_ON_DEMAND: sum(
            (_units(metrics, name, "Write") for name in tables), Decimal(0)
        ),
        prices.READS_ON_DEMAND: sum((_units(metrics, name, "Read") for name in tables), Decimal(0)),
    }
    return [Used(what, count) for what, count in counts.items() if count]


def _memory(bench: Workbench, function: str) -> Decimal:
    client = bench.client("lambda")
    return Decimal(client.get_function_configuration(FunctionName=function)["MemorySize"]) / 1024


def _units(metrics: usage.Metrics, table: str, kind: str) -> Decimal:
    """The capacity units that a table took, of a kind: `Read` or `Write`."""
    return metrics.total("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", TableName=table)


def _transitions(bench: Workbench, machines: list[str], since: datetime, end: datetime) -> int:
    """States entered by Standard executions; each time one is tried again counts once more."""
    client = bench.client("stepfunctions")
    counted = 0
    for machine in machines:
        if client.describe_state_machine(stateMachineArn=machine)["type"] != "STANDARD":
            continue
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine)
        for page in pages:
            for one in page["executions"]:
                if since <= one["startDate"] <= end:
                    counted += usage.entered(client, one["executionArn"])
    return counted


def statement(counted: list[Used]) -> str:
    """What was used, the dearest first, in one sentence's words."""
    dearest = sorted(counted, key=lambda one: -one.dollars)
    return "; ".join(_said(one) for one in dearest if one.dollars * 10_000 >= 1) or json.dumps([])


def _said(one: Used) -> str:
    """A count with its dollars."""
    count = f"{one.count:,.0f}" if one.count == int(one.count) else f"{one.count:,.2f}"
    return f"{count} {one.price.unit} for {cents(one.dollars)}"
