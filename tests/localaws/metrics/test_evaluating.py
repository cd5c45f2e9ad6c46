"""The state of an alarm from its datapoints: AWS's own tables, and its words."""

import pytest

from helpers.localaws.metrics.evaluating import Condition, reason, verdict

STATES = {"OK": "OK", "A": "ALARM", "I": "INSUFFICIENT_DATA", "=": None}

# docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: datapoints,
# the oldest first, and the states for missing, ignore, breaching and notBreaching
THREE_OF_THREE = [
    ("0-X-X", "OK OK OK OK"),
    ("0----", "OK OK OK OK"),
    ("----0", "OK OK OK OK"),
    ("-----", "I = A OK"),
    ("0XX-X", "A A A A"),
    ("----X", "I = A OK"),
    ("X----", "A = A OK"),
    ("--X--", "A = A OK"),
]
TWO_OF_THREE = [
    ("0-X-X", "A A A A"),
    ("00X0X", "A A A A"),
    ("0-X--", "OK OK A OK"),
    ("----0", "OK OK A OK"),
    ("----X", "I = A OK"),
    ("---X-", "A = A OK"),
]


def judged(points, needed, missing):
    condition = Condition("GreaterThanThreshold", 1.0, 3, needed, missing)
    values = [{"0": 0.0, "X": 2.0, "-": None}[one] for one in reversed(points)]
    return verdict(condition, [(-60.0 * n, value) for n, value in enumerate(values)]).state


@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize(
    ("needed", "points", "states"),
    [(3, *row) for row in THREE_OF_THREE] + [(2, *row) for row in TWO_OF_THREE],
)
def test_missing_data_is_treated_as_in_awss_tables(needed, points, states, column):
    missing = ("missing", "ignore", "breaching", "notBreaching")[column]
    assert judged(points, needed, missing) == STATES[states.split()[column]]


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", [6]),
        ("GreaterThanOrEqualToThreshold", [5, 6]),
        ("LessThanThreshold", [4]),
        ("LessThanOrEqualToThreshold", [4, 5]),
    ],
)
def test_the_comparisons(comparison, breaching):
    condition = Condition(comparison, 5.0, 1, 1)
    assert [value for value in (4, 5, 6) if condition.breaches(value)] == breaching


def said(condition, points, before="OK"):
    found = verdict(condition, points)
    return reason(condition, found, before, [f"{value} (then)" for _, value in found.evaluated])


def test_the_reasons_are_worded_as_aws_words_them():
    one = Condition("GreaterThanThreshold", 80.0, 1, 1)
    assert said(one, [(0, 99.5)]) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (then)] was greater than the "
        "threshold (80.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert said(one, [(0, 2.5)], "ALARM") == (
        "Threshold Crossed: 1 out of the last 1 datapoints [2.5 (then)] was not greater than the "
        "threshold (80.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )
    two = Condition("LessThanThreshold", 3.0, 3, 2)
    assert said(two, [(0, 1.0), (-1, 5.0), (-2, 2.0)]) == (
        "Threshold Crossed: 2 out of the last 3 datapoints [1.0 (then), 2.0 (then)] were less than "
        "the threshold (3.0) (minimum 2 datapoints for OK -> ALARM transition)."
    )
    assert said(one, [(0, None)]) == "Insufficient Data: 1 datapoint was unknown."
    breaching = Condition("LessThanThreshold", 3.0, 2, 2, "breaching")
    assert said(breaching, [(0, None), (-1, None)]) == (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints "
        "were treated as [Breaching]."
    )
