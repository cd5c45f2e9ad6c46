"""What a run cost: counted from histories and metrics, priced by the course's table of prices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from helpers import prices
from helpers.exercises import Workbench

EXPRESS_GB = Decimal(64) / 1024
_MINUTE = 60


@dataclass(frozen=True)
class Used:
    """How many of a thing were used, and what they cost by the list price."""

    what: str
    count: Decimal

    @property
    def dollars(self) -> Decimal:
        """Nothing is taken off."""
        return prices.PRICES[self.what].cost(self.count)

    def __str__(self) -> str:
        count = f"{self.count:,.0f}" if self.count == int(self.count) else f"{self.count:,.2f}"
        return f"{count} {prices.PRICES[self.what].unit} for {cents(self.dollars)}"


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
    metrics = _Metrics(bench.client("cloudwatch"), since, until)
    milliseconds = [
        (metrics.total("AWS/Lambda", "Duration", FunctionName=name), _memory(bench, name))
        for name in functions
    ]
    requests, express = _express(metrics)
    counts = {
        prices.TRANSITIONS: Decimal(_transitions(bench, machines, since, until)),
        prices.EXPRESS_STARTS: requests,
        prices.EXPRESS_SECONDS: express / 1000 * EXPRESS_GB,
        prices.REQUESTS: sum(
            (metrics.total("AWS/Lambda", "Invocations", FunctionName=name) for name in functions),
            Decimal(0),
        ),
        prices.SECONDS: sum((took / 1000 * gb for took, gb in milliseconds), Decimal(0)),
        prices.WRITES_ON_DEMAND: sum((metrics.units(name, "Write") for name in tables), Decimal(0)),
        prices.READS_ON_DEMAND: sum((metrics.units(name, "Read") for name in tables), Decimal(0)),
    }
    return [Used(what, count) for what, count in counts.items() if count]


def _memory(bench: Workbench, function: str) -> Decimal:
    client = bench.client("lambda")
    return Decimal(client.get_function_configuration(FunctionName=function)["MemorySize"]) / 1024


class _Metrics:
    """Sums of metrics between two moments."""

    def __init__(self, client: Any, since: datetime, until: datetime) -> None:
        self.client, self.since, self.until = client, since, until

    def total(self, namespace: str, name: str, **dimensions: str) -> Decimal:
        """What a metric with these dimensions adds up to; 0 where nothing was noted."""
        statistics = self.client.get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=self.since,
            EndTime=self.until,
            Period=_MINUTE,
            Statistics=["Sum"],
        )
        return sum((Decimal(str(one["Sum"])) for one in statistics["Datapoints"]), Decimal(0))

    def units(self, table: str, kind: str) -> Decimal:
        """The capacity units that a table took, of a kind: `Read` or `Write`."""
        return self.total("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", TableName=table)

    def machines(self, name: str) -> Iterator[str]:
        """The ARN of each state machine that has written this metric, children's labels too."""
        pages = self.client.get_paginator("list_metrics").paginate(
            Namespace="AWS/States", MetricName=name
        )
        for page in pages:
            for metric in page["Metrics"]:
                dimensions = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
                if dimensions.keys() == {"StateMachineArn"}:
                    yield dimensions["StateMachineArn"]


def _express(metrics: _Metrics) -> tuple[Decimal, Decimal]:
    """Express executions, and the milliseconds that were billed for them."""
    requests = milliseconds = Decimal(0)
    for arn in set(metrics.machines("ExpressExecutionBilledDuration")):
        milliseconds += metrics.total(
            "AWS/States", "ExpressExecutionBilledDuration", StateMachineArn=arn
        )
        requests += metrics.total("AWS/States", "ExecutionsStarted", StateMachineArn=arn)
    return requests, milliseconds


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
                    counted += _entered(client, one["executionArn"])
    return counted


def _entered(client: Any, execution: str) -> int:
    """States that an execution entered, and those of the children that a distributed Map had."""
    counted = tries = 0
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=execution, includeExecutionData=False, PaginationConfig={"PageSize": 1000}
    )
    events = [event for page in pages for event in page["events"]]
    scheduled_after: set[int] = set()
    for event in events:
        kind = event["type"]
        counted += kind.endswith("StateEntered")
        if kind in ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"):
            scheduled_after.add(event["previousEventId"])
    names = {event["id"]: event["type"] for event in events}
    tries = sum(not names.get(before, "").endswith("StateEntered") for before in scheduled_after)
    for run in client.list_map_runs(executionArn=execution)["mapRuns"]:
        for page in client.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"]):
            for child in page["executions"]:
                if ":express:" not in child["executionArn"]:
                    counted += _entered(client, child["executionArn"])
    return counted + tries


def statement(counted: list[Used]) -> str:
    """What was used, the dearest first, in one sentence's words."""
    dearest = sorted(counted, key=lambda one: -one.dollars)
    return "; ".join(str(one) for one in dearest if one.dollars * 10_000 >= 1) or json.dumps([])
