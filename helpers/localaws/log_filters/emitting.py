"""What metric filters make of log events that have come in: values of metrics, at their times.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from helpers.localaws.log_filters.conditions import InvalidPattern, number
from helpers.localaws.log_filters.pattern import compiled
from helpers.localaws.metrics.noting import Subject, note

_LONGEST = 255
"""Characters of a dimension's value."""


def emit(region: str, filters: Iterable[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    """Note what each filter makes of each event.

    filters: as `describe-metric-filters` tells them. events: `timestamp` (ms) and `message`.
    """
    for one in filters:
        try:
            pattern = compiled(one["filterPattern"])
        except InvalidPattern:
            continue  # of a state from before patterns were read
        for event in events:
            fields = pattern.found(event["message"])
            for transformation in one["metricTransformations"]:
                _emit(region, transformation, fields, event["timestamp"] / 1000)


def _emit(
    region: str, transformation: dict[str, Any], fields: dict[str, str] | None, when: float
) -> None:
    """Note a value of an event; fields: those of the event; None if it does not fit the pattern."""
    dimensions: list[tuple[str, str]] = []
    if fields is None:
        value = number(transformation.get("defaultValue"))
    else:
        given = str(transformation["metricValue"])
        value = number(fields.get(given) if given.startswith("$") else given)
        for name, field in sorted((transformation.get("dimensions") or {}).items()):
            if not fields.get(field):
                return  # there is no such metric: a dimension has a value
            dimensions.append((name, fields[field][:_LONGEST]))
    if value is None:
        return
    namespace, name = transformation["metricNamespace"], transformation["metricName"]
    unit = transformation.get("unit") or "None"
    note(_subject(region, namespace, name, tuple(dimensions), unit), (value,), when)


@functools.lru_cache(512)
def _subject(
    region: str, namespace: str, name: str, dimensions: tuple[tuple[str, str], ...], unit: str
) -> Subject:
    return Subject(region, namespace, (dimensions,), (name,), unit)
