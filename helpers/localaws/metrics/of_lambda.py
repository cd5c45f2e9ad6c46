"""What Lambda writes of invocations: namespace AWS/Lambda.

docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html; for the dimensions
docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
"""

from __future__ import annotations

import functools

from helpers.localaws.metrics.ledger import Dimensions
from helpers.localaws.metrics.noting import Subject, note

NAMESPACE = "AWS/Lambda"
_INVOKED = ("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions")


def invoked(
    region: str,
    function: str,
    qualifier: str | None,
    version: str,
    milliseconds: float,
    failed: bool,
    at_once: int,
    began: float,
) -> None:
    """Note an invocation that has ended.

    at_once: how many of the function ran when it began. began: simulated POSIX seconds; AWS, too,
    writes what it has to say of an invocation for the moment at which that began.
    """
    values = (1.0, float(failed), 0.0, round(milliseconds, 2), float(at_once))
    note(_subject(region, function, qualifier, version, _INVOKED), values, began)


def throttled(region: str, function: str, qualifier: str | None, version: str) -> None:
    """Note an invocation that was refused, as there are too many: it counts as none."""
    note(_subject(region, function, qualifier, version, ("Throttles",)), (1.0,))


@functools.lru_cache(512)
def _subject(
    region: str, function: str, qualifier: str | None, version: str, names: tuple[str, ...]
) -> Subject:
    """All functions together; the function; the version or alias that was asked for, and which
    version an alias has led to.
    """
    name = ("FunctionName", function)
    sets: list[Dimensions] = [(), (name,)]
    if qualifier:
        resource = ("Resource", f"{function}:{qualifier}")
        sets.append((name, resource))
        if qualifier != version and version != "$LATEST":
            sets.append((("ExecutedVersion", version), name, resource))
    else:
        sets.append((name, ("Resource", function)))
    return Subject(region, NAMESPACE, tuple(sets), names)
