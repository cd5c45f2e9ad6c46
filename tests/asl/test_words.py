"""Choice rules in words, all 39 operators, with and without the values that decided."""

import pytest

from helpers.asl import rule_holds, rule_value, rule_words
from helpers.asl.rules import OPERATORS


def test_there_are_39_operators():
    assert len(OPERATORS) == 39


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_each_operator_says_variable_and_value(operator):
    value = {"I": True, "B": True}.get(operator[0], "$.limit" if "Path" in operator else 7)
    words = rule_words({"Variable": "$.price", operator: value, "Next": "X"})
    assert words.startswith("price ")
    assert "no comparison" not in words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"Variable": "$.p", "NumericLessThanEquals": 50}, "p ≤ 50"),
        ({"Variable": "$.p", "NumericGreaterThanPath": "$.limit"}, "p > limit"),
        ({"Variable": "$.t", "StringEquals": "buy"}, 't = "buy"'),
        ({"Variable": "$.t", "StringMatches": "log-*.txt"}, 't matches "log-*.txt"'),
        (
            {"Variable": "$.t", "TimestampLessThan": "2030-01-01T00:00:00Z"},
            "t < 2030-01-01T00:00:00Z",
        ),
        ({"Variable": "$.x", "IsPresent": True}, "x is present"),
        ({"Variable": "$.x", "IsPresent": False}, "x is not present"),
        ({"Not": {"Variable": "$.x", "IsPresent": True}}, "x is not present"),
        ({"Not": {"Variable": "$.x", "IsPresent": False}}, "x is present"),
        ({"Not": {"Variable": "$.x", "NumericLessThan": 5}}, "not (x < 5)"),
        ({"Variable": "$.ok", "BooleanEquals": False}, "ok = false"),
        ({"Variable": "$$.Execution.Name", "StringEquals": "a"}, '$$.Execution.Name = "a"'),
        ({"Variable": "$total", "NumericEquals": 1}, "$total = 1"),
        ({"Variable": "$", "IsNumeric": True}, "the input is a number"),
        (
            {
                "Or": [
                    {"Variable": "$.a", "NumericEquals": 1},
                    {
                        "And": [
                            {"Variable": "$.b", "NumericEquals": 2},
                            {"Variable": "$.c", "IsNull": True},
                        ]
                    },
                ]
            },
            "a = 1 or (b = 2 and c is null)",
        ),
        ({"Condition": "{% \n $a   >= 5 \n%}"}, "$a >= 5"),
        ({"Condition": True}, "true"),
        ({"Variable": "$.x"}, "x (no comparison)"),
        ({"NumericEquals": 3}, "(no variable) = 3"),
        ("nonsense", '"nonsense"'),
        ({"And": "nonsense"}, '"nonsense"'),
    ],
)
def test_rules_in_words(rule, words):
    assert rule_words(rule) == words


@pytest.mark.parametrize(
    ("rule", "seen", "words"),
    [
        ({"Variable": "$.price", "NumericLessThanEquals": 50}, {"price": 2}, "price 2 ≤ 50"),
        ({"Variable": "$.a", "NumericLessThanPath": "$.b"}, {"a": 1, "b": 3}, "a 1 < b 3"),
        ({"Variable": "$.a[1]", "StringEquals": "x"}, {"a": ["w", "x"]}, 'a[1] "x" = "x"'),
        ({"Variable": "$.gone", "IsPresent": False}, {}, "gone (absent) is not present"),
        (
            {"And": [{"Variable": "$.a", "NumericEquals": 1}, {"Variable": "$.b", "IsNull": True}]},
            {"a": 1, "b": None},
            "a 1 = 1 and b null is null",
        ),
        ({"Condition": "{% $states.input.a.b < 5 %}"}, {"a": {"b": 4}}, "$states.input.a.b 4 < 5"),
        ({"Condition": "{% $n = 'n $states.input.a' %}"}, {"a": 1}, "$n 9 = 'n $states.input.a'"),
        ({"Condition": "{% $sum($n) > 3 %}"}, {}, "$sum($n 9) > 3"),
        ({"Condition": "{% $states.input.a[x=1] %}"}, {"a": 1}, "$states.input.a[x=1]"),
    ],
)  # fmt: skip
def test_rules_with_the_values_that_decided(rule, seen, words):
    assert rule_value(rule, seen, variables={"n": 9}) == words


def test_a_long_value_is_cut():
    words = rule_value({"Variable": "$.x", "IsPresent": True}, {"x": "long " * 50})
    assert words.endswith("… is present")
    assert len(words) < 60


@pytest.mark.parametrize(
    ("rule", "seen", "holds"),
    [
        ({"Variable": "$.p", "NumericLessThanEquals": 50}, {"p": 50}, True),
        ({"Variable": "$.p", "NumericLessThanEquals": 50}, {"p": "50"}, False),
        ({"Variable": "$.p", "NumericEquals": 1}, {"p": True}, False),
        ({"Variable": "$.p", "StringMatches": "a*c"}, {"p": "abbc"}, True),
        ({"Variable": "$.p", "StringMatches": "a\\*c"}, {"p": "abbc"}, False),
        ({"Variable": "$.p", "StringMatches": "a\\*c"}, {"p": "a*c"}, True),
        ({"Variable": "$.p", "StringMatches": "*a*b*"}, {"p": "xxaxxb"}, True),
        ({"Variable": "$.p", "StringMatches": "ab*ba"}, {"p": "aba"}, False),
        (
            {"Variable": "$.p", "TimestampLessThan": "2030-01-01T00:00:00Z"},
            {"p": "2029-12-31T23:59:59+00:00"},
            True,
        ),
        ({"Variable": "$.p", "IsTimestamp": True}, {"p": "2030-01-01"}, False),
        ({"Variable": "$.p", "IsPresent": False}, {}, True),
        ({"Not": {"Variable": "$.p", "IsNull": True}}, {"p": None}, False),
        ({"And": [{"Variable": "$.p", "IsNull": False}, {"Condition": "{% x %}"}]}, {"p": None}, False),  # noqa: E501
        ({"And": [{"Variable": "$.p", "IsNull": False}, {"Condition": "{% x %}"}]}, {"p": 1}, None),
        ({"Condition": "{% $x %}"}, {}, None),
        ({"Condition": False}, {}, False),
        ({"Variable": "$$.Execution.Name", "StringEquals": "run"}, {}, True),
        ({"Variable": "$limit", "NumericEquals": 5}, {}, True),
        ({}, {}, None),
    ],
)  # fmt: skip
def test_does_a_rule_hold(rule, seen, holds):
    context = {"Execution": {"Name": "run"}}
    assert rule_holds(rule, seen, context, {"limit": 5}) is holds


def test_a_hostile_pattern_costs_no_time():
    rule = {"Variable": "$.p", "StringMatches": "*a" * 300 + "b"}
    assert rule_holds(rule, {"p": "a" * 20_000}) is False
