"""What AWS refuses of a metric filter that fits the model of its API.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from helpers.localaws.log_filters.conditions import InvalidPattern, number
from helpers.localaws.log_filters.pattern import Pattern, compiled

MOST_FILTERS = 100
"""Metric filters that a log group may have."""
MOST_DIMENSIONS = 3
MOST_EXPRESSIONS = 2
"""Regular expressions in a pattern."""
MOST_WITH_EXPRESSIONS = 5
"""Metric filters of a log group that may have regular expressions."""
_NAME = re.compile(r"[^:*$]*")


class Invalid(ValueError):
    """AWS refuses this with InvalidParameterException; the words are its own where known."""


class TooMany(ValueError):
    """AWS refuses this with LimitExceededException."""


def check(pattern: str, transformation: dict[str, Any]) -> None:
    """Raise Invalid if AWS would refuse a metric filter's pattern or what it makes of an event."""
    try:
        read = compiled(pattern)
    except InvalidPattern as error:
        raise Invalid(str(error)) from None
    if read.expressions > MOST_EXPRESSIONS:
        raise Invalid(
            f"A filter pattern may have at most {MOST_EXPRESSIONS} regular expressions, "
            f"not {read.expressions}"
        )
    value = str(transformation["metricValue"])
    if number(value) is None and not re.fullmatch(r"\$.+", value):
        raise Invalid(
            f"Invalid metric transformation: metricValue is neither a number nor a field: {value}"
        )
    for name in ("metricName", "metricNamespace"):
        if not _NAME.fullmatch(transformation[name]):
            raise Invalid(
                f"1 validation error detected: Value '{transformation[name]}' at "
                f"'metricTransformations.1.member.{name}' failed to satisfy constraint: Member "
                "must satisfy regular expression pattern: [^:*$]*"
            )
    _check_dimensions(read, transformation)


def _check_dimensions(pattern: Pattern, transformation: dict[str, Any]) -> None:
    dimensions = transformation.get("dimensions") or {}
    if not dimensions:
        return
    if transformation.get("defaultValue") is not None:
        raise Invalid(
            "Invalid metric transformation: dimensions and default value are mutually exclusive "
            "properties"
        )
    if pattern.kind == "terms":
        raise Invalid("The specified filter pattern does not support dimensions")
    if len(dimensions) > MOST_DIMENSIONS:
        raise Invalid(
            f"Invalid metric transformation: at most {MOST_DIMENSIONS} dimensions are allowed, "
            f"not {len(dimensions)}"
        )
    for name, value in dimensions.items():
        if not value.startswith("$"):
            raise Invalid(
                f"Invalid metric transformation: dimension {name} names no field of the filter "
                f"pattern: {value}"
            )


def check_room(pattern: str, others: Iterable[dict[str, Any]]) -> None:
    """Raise TooMany if a log group with these other filters cannot have one more."""
    rest = list(others)
    if len(rest) >= MOST_FILTERS:
        raise TooMany
    if compiled(pattern).expressions:
        with_expressions = sum(1 for one in rest if compiled(one["filterPattern"]).expressions)
        if with_expressions >= MOST_WITH_EXPRESSIONS:
            raise TooMany
