"""Datapoints: what was measured, gathered by periods.

Periods begin at the start that is asked for, rounded down to a minute; further back than 15 days to
five minutes, than 63 days to an hour, and an end is not included:
docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers.localaws.metrics import gauges, noting
from helpers.localaws.metrics.cells import Cell, merged
from helpers.localaws.metrics.ledger import Dimensions, Key
from helpers.localaws.turns.clock import clock

DAY = 86_400
MINUTE = 60


@dataclass(frozen=True)
class Metric:
    """A metric as requests name it; unit: None takes any."""

    region: str
    namespace: str
    name: str
    dimensions: Dimensions
    unit: str | None = None

    @classmethod
    def of(cls, region: str, asked: dict[str, Any], unit: str | None = None) -> Metric:
        """The metric that `Namespace`, `MetricName` and `Dimensions` of a request name."""
        named = tuple(sorted((d["Name"], d["Value"]) for d in asked.get("Dimensions") or ()))
        return cls(region, asked["Namespace"], asked["MetricName"], named, unit)

    @property
    def watched(self) -> tuple[str, str, str, Dimensions]:
        """As `noting.watched` has it."""
        return self.region, self.namespace, self.name, self.dimensions


def rounded_down(start: float) -> float:
    """Where the first period begins, for a start in POSIX seconds."""
    age = clock.time() - start
    step = 3600 if age > 63 * DAY else 300 if age > 15 * DAY else MINUTE
    return math.floor(start / step) * step


def cells(metric: Metric, first: int, last: int) -> dict[str, dict[int, Cell]]:
    """What was measured from one minute to another, both included: by unit, and by minute."""
    noting.enter()
    ledger = noting.ledger_of(metric.region)
    if gauges.is_one(metric.namespace, metric.name):
        of_unit = gauges.cells(metric.region, metric.name, metric.dimensions, first, last)
        unit = gauges.UNITS[metric.name]
        return {unit: of_unit} if of_unit and metric.unit in (None, unit) else {}
    units = _units(metric, ledger.keys())
    read = {key[3]: ledger.read(key, first, last) for key in units}
    return {unit: of_unit for unit, of_unit in read.items() if of_unit}


def _units(metric: Metric, keys: Iterable[Key]) -> list[Key]:
    wanted = (metric.namespace, metric.name, metric.dimensions)
    return [k for k in keys if k[:3] == wanted and metric.unit in (None, k[3])]


def datapoints(
    metric: Metric, start: float, end: float, period: int
) -> Iterator[tuple[float, str, Cell]]:
    """When a period begins, the unit, and what was measured in it; the oldest first.

    start: where the first period begins. All in POSIX seconds.
    """
    first, last = int(start // MINUTE), math.ceil(end / MINUTE) - 1
    for unit, of_unit in cells(metric, first, last).items():
        periods: dict[float, list[Cell]] = {}
        for minute in sorted(of_unit):
            begins = start + (minute * MINUTE - start) // period * period
            periods.setdefault(begins, []).append(of_unit[minute])
        for begins, several in periods.items():
            together = merged(several)
            if together is not None and together.count:
                yield begins, unit, together


def values(metric: Metric, start: float, end: float, period: int, stat: str) -> dict[float, float]:
    """A statistic of each period in which something was measured, by when it begins."""
    values: dict[float, float] = {}
    for begins, _, cell in datapoints(metric, start, end, period):
        value = cell.statistic(stat)
        if value is not None:
            values[begins] = value
    return values
