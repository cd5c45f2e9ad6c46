"""What EventBridge writes of rules: namespace AWS/Events.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html: what would be 0 is not written.
"""

from __future__ import annotations

from .noting import note

NAMESPACE = "AWS/Events"


def triggered(region: str, rule: str, targets: int, failed: int, *, by_event: bool) -> None:
    """Note that a rule has sent something to its targets.

    by_event: an event has matched; otherwise its time had come. failed: so many took nothing.
    """
    values = [("TriggeredRules", 1.0)]
    if by_event:
        values.append(("MatchedEvents", 1.0))
    if targets:
        values.append(("Invocations", float(targets)))
    if failed:
        values.append(("FailedInvocations", float(failed)))
    note(region, NAMESPACE, ((("RuleName", rule),),), tuple(values))
