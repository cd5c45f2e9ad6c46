"""What EventBridge writes of rules: namespace AWS/Events.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html: what would be 0 is not written.
"""

from __future__ import annotations

import functools

from helpers.localaws.metrics.noting import Subject, note

NAMESPACE = "AWS/Events"


def triggered(region: str, rule: str, targets: int, failed: int, *, by_event: bool) -> None:
    """Note that a rule has sent something to its targets.

    by_event: an event has matched; otherwise its time had come. failed: so many took nothing.
    """
    numbers = {
        "TriggeredRules": 1,
        "MatchedEvents": by_event,
        "Invocations": targets,
        "FailedInvocations": failed,
    }
    told = {name: float(number) for name, number in numbers.items() if number}
    note(_subject(region, rule, tuple(told)), tuple(told.values()))


@functools.lru_cache(512)
def _subject(region: str, rule: str, names: tuple[str, ...]) -> Subject:
    return Subject(region, NAMESPACE, ((("RuleName", rule),),), names)
