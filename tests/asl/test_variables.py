"""Which variables each state reads."""

import pytest

from helpers.asl.variables import variable_references

INNER = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"p.$": "$p"}}}}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Type": "Pass", "Parameters": {"a.$": "$x.y", "b": "$no", "c.$": "$.no"}}, ["x"]),
        ({"Type": "Pass", "InputPath": "$x", "OutputPath": "$a", "ResultPath": "$.no"}, ["a", "x"]),
        ({"Type": "Pass", "Assign": {"set.$": "$read", "too": 1}}, ["read"]),
        ({"Type": "Pass", "Parameters": {"a.$": "States.Format($t, States.MathAdd($n, 1), $$.no)"}},
         ["n", "t"]),
        ({"Type": "Wait", "SecondsPath": "$s"}, ["s"]),
        ({"Type": "Fail", "CausePath": "$c", "ErrorPath": "States.Format('{}', $e)"}, ["c", "e"]),
        ({"Type": "Choice", "Choices": [{"And": [{"Variable": "$v", "StringEqualsPath": "$w"}]}]},
         ["v", "w"]),
        ({"Type": "Map", "ItemsPath": "$l", "ItemReader": {"ReaderConfig": {"MaxItemsPath": "$m"}},
          "ItemProcessor": INNER}, ["l", "m"]),
        ({"Type": "Pass", "QueryLanguage": "JSONata",
          "Output": {"a": "{% $x + $sum($y.z) + $states.input.n %}", "b": "$no"}}, ["x", "y"]),
        ({"Type": "Pass", "QueryLanguage": "JSONata",
          "Output": "{% ($own := $x; $map($own, function($i) { $string($i) }) ~> $count()) %}"},
         ["x"]),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $map($x, $string) %}"}, ["x"]),
    ],
)  # fmt: skip
def test_what_a_state_reads(state, expected):
    assert variable_references({"States": {"A": state}}).get("A") == expected


def test_inner_states_stand_beside_and_who_reads_none_does_not():
    map_ = {"Type": "Map", "ItemProcessor": INNER}
    parallel = {"Type": "Parallel", "Branches": [{"States": {"J": {"InputPath": "$q"}}}]}
    definition = {"States": {"M": map_, "P": parallel, "Z": {"Type": "Succeed"}}}
    assert variable_references(definition) == {"I": ["p"], "J": ["q"]}


def test_broken_texts_are_read_over():
    state = {"Type": "Pass", "InputPath": "$x[", "Parameters": {"a.$": "States.Nope($x"}}
    assert variable_references({"States": {"A": state}}) == {}
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $x + %}"}
    assert variable_references({"States": {"A": state}}) == {}
