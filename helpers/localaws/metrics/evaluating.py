"""What the state of an alarm is, from its datapoints. Knows no clock and no moto.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html, and for what is
missing docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
MORE = 2
"""So many periods more than EvaluationPeriods are looked at for datapoints."""

_BREACHES = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
OPERATORS = tuple(_BREACHES)
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


@dataclass(frozen=True)
class Condition:
    """When an alarm is to go off: `needed` of `periods` datapoints are beyond the threshold."""

    comparison: str
    threshold: float
    periods: int
    needed: int
    missing: str = "missing"

    def breaches(self, value: float) -> bool:
        """Is a value beyond the threshold?"""
        return _BREACHES[self.comparison][0](value, self.threshold)


@dataclass(frozen=True)
class Verdict:
    """The state, and what it is because of: evaluated datapoints by when they begin, new first.

    state: None where the state stays as it is. filled: so many were missing and treated as said.
    """

    state: str | None
    evaluated: list[tuple[float, float]]
    filled: int


def verdict(condition: Condition, points: Sequence[tuple[float, float | None]]) -> Verdict:
    """Judge datapoints: when each begins and its value, None if it is missing; the newest first.

    >>> three = Condition("GreaterThanThreshold", 1, 3, 3, "breaching")
    >>> verdict(three, [(5, 9.0), (4, None), (3, None), (2, None), (1, None)]).state
    'ALARM'
    """
    real = [(when, value) for when, value in points if value is not None]
    if len(real) >= condition.periods:
        real = real[: condition.periods]
        return Verdict(_judged(condition, real), real, 0)
    filled = condition.periods - len(real)
    treated = condition.missing
    breaching = [when for when, value in real if condition.breaches(value)]
    if treated == "breaching":
        count = len(breaching) + filled
        return Verdict(ALARM if count >= condition.needed else OK, real, filled)
    if treated == "notBreaching" or len(breaching) >= condition.needed:
        return Verdict(_judged(condition, real), real, filled)
    if len(breaching) < len(real):
        return Verdict(OK, real, filled)
    if treated == "ignore":
        return Verdict(None, real, filled)
    if real:  # all of them beyond the threshold, and nothing since would say otherwise
        oldest = [when for when, _ in points].index(real[-1][0]) + 1
        if oldest >= condition.needed:
            return Verdict(ALARM, real, filled)
    return Verdict(INSUFFICIENT, real, filled)


def _judged(condition: Condition, real: list[tuple[float, float]]) -> str:
    breaching = sum(condition.breaches(value) for _, value in real)
    return ALARM if breaching >= condition.needed else OK


def reason(condition: Condition, judged: Verdict, before: str, told: Sequence[str]) -> str:
    """Why, in CloudWatch's words. told: the evaluated datapoints as text, the newest first."""
    words = _BREACHES[condition.comparison][1]
    if judged.state == INSUFFICIENT:
        unknown = _count(judged.filled, "datapoint")
        return f"Insufficient Data: {unknown} {_were(judged.filled)} unknown."
    if not judged.evaluated:
        name = "Breaching" if condition.missing == "breaching" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {_count(judged.filled, 'period')} "
            f"and {_count(judged.filled, 'missing datapoint')} {_were(judged.filled)} treated as "
            f"[{name}]."
        )
    alarmed = judged.state == ALARM
    right = [
        text
        for text, (_, value) in zip(told, judged.evaluated, strict=True)
        if condition.breaches(value) == alarmed
    ]
    least = condition.needed if alarmed else condition.periods - condition.needed + 1
    verb = ("was" if len(right) == 1 else "were") + ("" if alarmed else " not")
    return (
        f"Threshold Crossed: {len(right)} out of the last {len(judged.evaluated)} datapoints "
        f"[{', '.join(right)}] {verb} {words} the threshold ({condition.threshold}) "
        f"(minimum {_count(least, 'datapoint')} for {'OK' if alarmed else 'ALARM'} -> "
        f"{judged.state} transition)."
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
