"""Rules of composite alarms, and metric math."""

import math

import pytest

from helpers.localaws.metrics import expressions
from helpers.localaws.metrics.rules import InvalidRule, parse

STATES = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("ALARM(a)", True),
        ("ALARM('a') AND OK(\"b\")", True),
        ("ALARM(b) OR INSUFFICIENT_DATA(c)", True),
        ("ALARM(a) AND NOT OK(b)", False),
        ("ALARM(b) AND ALARM(c) OR ALARM(a)", True),
        ("ALARM(b) AND (ALARM(c) OR ALARM(a))", False),
        ("NOT (ALARM(b) OR ALARM(c))", True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)", True),
        ("ALARM(nobody)", False),
        ("TRUE AND NOT FALSE", True),
    ],
)
def test_rules(text, holds):
    assert parse(text).holds(STATES.get) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ALARM",
        "ALARM(a",
        "ALARM(a) OK(b)",
        "a AND b",
        "ALARM(a) AND",
        "(" * 99 + "TRUE",
        "ALARM((a)",
    ],
)
def test_what_is_no_rule(text):
    with pytest.raises(InvalidRule):
        parse(text)


KNOWN = {"e": {0: 1.0, 60: 3.0, 120: 0.0}, "m": {0: 4.0, 60: 3.0, 180: 5.0}}
PERIODS = [0, 60, 120, 180]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("e + m", {0: 5.0, 60: 6.0}),
        ("100 * e / m", {0: 25.0, 60: 100.0}),
        ("-(e - m) * 2", {0: 6.0, 60: -0.0}),
        ("m / e", {0: 4.0, 60: 1.0}),
        ("SUM([e, m])", {0: 5.0, 60: 6.0, 120: 0.0, 180: 5.0}),
        ("MAX(METRICS())", {0: 4.0, 60: 3.0, 120: 0.0, 180: 5.0}),
        ("SUM(e)", 4.0),
        ("AVG(m)", 4.0),
        ("FILL(e, 0)", {0: 1.0, 60: 3.0, 120: 0.0, 180: 0.0}),
        ("FILL(m, REPEAT)", {0: 4.0, 60: 3.0, 120: 3.0, 180: 5.0}),
        ("IF(e > 0, m / e, 0)", {0: 4.0, 60: 1.0, 120: 0.0}),
        ("e >= 1 AND m < 4", {0: 0.0, 60: 1.0}),
        ("2 ^ 3 + 1", 9.0),
        ("e / PERIOD(e)", {0: 1 / 60, 60: 0.05, 120: 0.0}),
        ("DIFF(e)", {60: 2.0, 120: -3.0}),
        ("RATE(e)", {60: 2 / 60, 120: -0.05}),
        ("RUNNING_SUM(e)", {0: 1.0, 60: 4.0, 120: 4.0}),
    ],
)
def test_metric_math(text, value):
    assert expressions.evaluate(text, KNOWN, PERIODS, 60) == value


def test_a_division_of_numbers_by_zero_is_no_number():
    assert math.isnan(expressions.evaluate("1 / 0", KNOWN, PERIODS, 60))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("e +", "cannot be read"),
        ("nobody * 2", "no metric with the id 'nobody'"),
        ("ANOMALY_DETECTION_BAND(e)", "does not know the function ANOMALY_DETECTION_BAND"),
        ("e ; m", "cannot be read"),
        ("e m", "Unexpected 'm'"),
        ("(" * 200 + "1", "nested too deeply"),
        ("RATE(3)", "cannot be applied"),
    ],
)
def test_what_is_no_expression(text, said):
    with pytest.raises(expressions.InvalidExpression, match=said.replace("(", r"\(")):
        expressions.evaluate(text, KNOWN, PERIODS, 60)
