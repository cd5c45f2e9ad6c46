"""What of AWS was used: counted from metrics and histories, and priced by `prices`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from helpers import prices

EXPRESS_GB = Decimal(64) / 1024
"""The least memory that an Express execution is billed for; one of the course takes no more."""

_MINUTE = 60
_AT_ONCE = 500  # metrics that GetMetricData takes in a call
_ONE_MONTH = Decimal(1)

Metric = tuple[str, str, Mapping[str, str]]
"""Namespace, name, dimensions."""


@dataclass(frozen=True)
class Used:
    """How many of a thing were used in a month, and what they cost by the list price."""

    what: str
    count: Decimal

    @property
    def price(self) -> prices.Price:
        """What one costs."""
        return prices.PRICES[self.what]

    @property
    def dollars(self) -> Decimal:
        """Nothing is taken off."""
        return self.price.cost(self.count)

    @property
    def after(self) -> Decimal:
        """What is left to pay if all that AWS gives away each month is there for it."""
        return self.price.cost(self.count, _ONE_MONTH)


class Metrics:
    """Metrics between two moments. period: in seconds, of the values that are added up.

    `asked`: of how many metrics so far, each of which CloudWatch bills.
    """

    def __init__(
        self, client: Any, since: datetime, until: datetime, period: int = _MINUTE
    ) -> None:
        self.client, self.since, self.until, self.period = client, since, until, period
        self.asked = 0

    def totals(self, metrics: Sequence[Metric]) -> list[Decimal]:
        """What each adds up to; 0 where nothing was noted."""
        return [sum(values, Decimal(0)) for values in self._values(metrics, "Sum")]

    def largest(self, metrics: Sequence[Metric]) -> list[Decimal]:
        """The largest value of each; 0 where nothing was noted."""
        return [max(values, default=Decimal(0)) for values in self._values(metrics, "Maximum")]

    def _values(self, metrics: Sequence[Metric], stat: str) -> list[list[Decimal]]:
        return [
            values
            for begin in range(0, len(metrics), _AT_ONCE)
            for values in self._asked(metrics[begin : begin + _AT_ONCE], stat)
        ]

    def _asked(self, metrics: Sequence[Metric], stat: str) -> list[list[Decimal]]:
        self.asked += len(metrics)
        found: dict[str, list[Decimal]] = {f"m{n}": [] for n in range(len(metrics))}
        pages = self.client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[
                {"Id": id_, "MetricStat": self._stat(metric, stat)}
                for id_, metric in zip(found, metrics, strict=True)
            ],
            StartTime=self.since,
            EndTime=self.until,
        )
        for page in pages:
            for one in page["MetricDataResults"]:
                found[one["Id"]] += [Decimal(str(value)) for value in one["Values"]]
        return list(found.values())

    def _stat(self, metric: Metric, stat: str) -> dict[str, Any]:
        namespace, name, dimensions = metric
        told = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        named = {"Namespace": namespace, "MetricName": name, "Dimensions": told}
        return {"Metric": named, "Period": self.period, "Stat": stat}

    def total(self, namespace: str, name: str, **dimensions: str) -> Decimal:
        """What one metric adds up to."""
        return self.totals([(namespace, name, dimensions)])[0]

    def express(self) -> tuple[Decimal, Decimal]:
        """How many Express executions there were, and their GB-seconds.

        Of all state machines that wrote metrics, those that are gone and a Map's labels too.
        """
        billed = "ExpressExecutionBilledDuration"
        arns = [{"StateMachineArn": arn} for arn in sorted(set(self._machines(billed)))]
        requests = self.totals([("AWS/States", "ExecutionsStarted", arn) for arn in arns])
        milliseconds = self.totals([("AWS/States", billed, arn) for arn in arns])
        zero = Decimal(0)
        return sum(requests, zero), sum(milliseconds, zero) / 1000 * EXPRESS_GB

    def _machines(self, name: str) -> Iterator[str]:
        """The ARN of each state machine that has written this metric, and a Map's label."""
        pages = self.client.get_paginator("list_metrics").paginate(
            Namespace="AWS/States", MetricName=name
        )
        for page in pages:
            for metric in page["Metrics"]:
                dimensions = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
                if dimensions.keys() == {"StateMachineArn"}:
                    yield dimensions["StateMachineArn"]


def entered(client: Any, execution: str, children: bool = True) -> int:
    """States that a Standard execution entered; each time one is tried again counts once more.

    client: of Step Functions. children: those of a distributed Map's items too, which are
    executions of their own.
    """
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=execution, includeExecutionData=False, PaginationConfig={"PageSize": 1000}
    )
    names: dict[int, str] = {}
    scheduled_after: set[int] = set()
    for event in (event for page in pages for event in page["events"]):
        kind = names[event["id"]] = event["type"]
        is_scheduled = kind in ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
        if is_scheduled and "previousEventId" in event:  # another endpoint may not tell it
            scheduled_after.add(event["previousEventId"])
    counted = sum(kind.endswith("StateEntered") for kind in names.values())
    counted += sum(not names.get(before, "").endswith("StateEntered") for before in scheduled_after)
    return counted + (_entered_by_items(client, execution) if children else 0)


def _entered_by_items(client: Any, execution: str) -> int:
    counted = 0
    for run in client.list_map_runs(executionArn=execution)["mapRuns"]:
        for page in client.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"]):
            for child in page["executions"]:
                if ":express:" not in child["executionArn"]:
                    counted += entered(client, child["executionArn"])
    return counted
