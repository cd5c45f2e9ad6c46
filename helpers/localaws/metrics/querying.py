"""GetMetricData's queries: metrics, and expressions over them. Alarms are looked at with it, too.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from __future__ import annotations

import math
from typing import Any

from helpers.localaws.metrics import cells, expressions, reading
from helpers.localaws.metrics.expressions import InvalidExpression, Series, Value

INSIGHTS = "SELECT"


def run(
    region: str, queries: list[dict[str, Any]], start: float, end: float
) -> dict[str, tuple[dict[str, Any], Series]]:
    """The results by the queries' ids: each query with its values by when their periods begin.

    start: where the first period begins. Raises InvalidExpression.
    """
    known: dict[str, Value] = {}
    given: dict[str, tuple[dict[str, Any], Series]] = {}
    periods = {q["Id"]: period_of(q) for q in queries if "MetricStat" in q}
    for query in queries:
        if "MetricStat" in query:
            stat = query["MetricStat"]
            if not cells.known(stat["Stat"]):
                raise InvalidExpression(
                    f"The local endpoint does not know the statistic {stat['Stat']}."
                )
            metric = reading.Metric.of(region, stat["Metric"], stat.get("Unit"))
            period = periods[query["Id"]]
            known[query["Id"]] = reading.values(metric, start, end, period, stat["Stat"])
    left = [query for query in queries if "MetricStat" not in query]
    while left:
        ids = {query["Id"] for query in left}
        ready = [q for q in left if not expressions.names(q.get("Expression") or "") & ids]
        if not ready:
            raise InvalidExpression("The expressions refer to each other in a circle.")
        for query in ready:
            text = query.get("Expression") or ""
            if text.lstrip().upper().startswith(INSIGHTS):
                raise InvalidExpression("The local endpoint has no Metrics Insights (SELECT …).")
            period = int(query.get("Period") or max(periods.values(), default=60))
            count = max(math.ceil((end - start) / period), 0)
            begins = [start + number * period for number in range(count)]
            known[query["Id"]] = expressions.evaluate(text, known, begins, period)
        left = [query for query in left if query not in ready]
    for query in queries:
        value = known[query["Id"]]
        if isinstance(value, list):
            raise InvalidExpression(
                f"The expression of {query['Id']} gives several series; SUM, AVG, MIN or MAX makes "
                "one of them."
            )
        if not isinstance(value, dict):  # a number, where a series is wanted, is that all the time
            period = int(query.get("Period") or max(periods.values(), default=60))
            count = math.ceil((end - start) / period)
            number = value
            value = {start + k * period: number for k in range(count) if not math.isnan(number)}
        given[query["Id"]] = (query, value)
    return given


def period_of(query: dict[str, Any]) -> int:
    """The period of a query for a metric, in seconds."""
    return int(query["MetricStat"]["Period"])


def metrics_of(region: str, queries: list[dict[str, Any]]) -> list[reading.Metric]:
    """The metrics that queries are about."""
    stats = [query["MetricStat"] for query in queries if "MetricStat" in query]
    return [reading.Metric.of(region, stat["Metric"], stat.get("Unit")) for stat in stats]
