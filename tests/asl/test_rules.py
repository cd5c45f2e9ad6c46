"""A Choice rule means one thing: what `rule_holds` answers, the interpreter does."""

import itertools
import json

import pytest

from helpers.asl import Definition, diagnose, rule_holds
from helpers.asl.evaluation import DefinitionError, Scope
from helpers.asl.failures import RuntimeFailure
from helpers.asl.rules import COMPARISONS, OPERATORS, TYPE_TESTS
from helpers.asl.wildcards import matches
from helpers.asl.words import rule_fails
from helpers.draw.overlay import Overlay
from helpers.executions import from_history
from helpers.localaws.stepfunctions.choice import compile_rule

INPUT = {
    "text": "b",
    "number": 2,
    "true": True,
    "null": None,
    "time": "2030-01-01T00:00:00Z",
    "no_time": "2030-02-30T00:00:00Z",
    "list": [1],
}
VARIABLES = {"limit": 2}
CONSTANTS = {"String": "b", "Numeric": 2, "Boolean": True, "Timestamp": INPUT["time"]}
PATHS = [*(f"$.{name}" for name in INPUT), "$.gone", "$limit", "$gone", "$$.State.Name"]


def wanted(operator: str):
    """What an operator is given to compare with."""
    if operator in TYPE_TESTS:
        return True
    how = COMPARISONS[operator]
    if not how.is_path:
        return CONSTANTS[how.kind]
    return {"String": "$.text", "Numeric": "$.number", "Boolean": "$.true"}.get(how.kind, "$.time")


SIMPLE = [
    {"Variable": path, operator: wanted(operator)}
    for path in PATHS
    for operator in sorted(OPERATORS)
]
NO, YES, FAILS, NO_TIME = (
    {"Variable": "$.number", "NumericEquals": 3},
    {"Variable": "$.number", "NumericEquals": 2},
    {"Variable": "$.gone", "IsNull": True},
    {"Variable": "$.no_time", "TimestampLessThanPath": "$.no_time"},
)
COMBINED = [
    {name: list(parts)}
    for name in ("And", "Or")
    for parts in itertools.product((NO, YES, FAILS, NO_TIME), repeat=2)
]
RULES = [
    *SIMPLE,
    *COMBINED,
    *({"Not": rule} for rule in (NO, YES, FAILS, NO_TIME, *COMBINED)),
    {"Variable": "$.text", "IsString": False},
    {"Variable": "$.gone", "IsTimestamp": False},
    {"Variable": "$.gone", "IsPresent": False},
    {"Variable": "$.text", "StringEqualsPath": "$.gone"},
    {"Variable": "$.text", "StringEqualsPath": "$.number"},
    {"Variable": "$.time", "TimestampEquals": "2030-01-01T01:00:00+01:00"},
]
CONTEXT = {"State": {"Name": "b"}}


def interpreted(rule: dict) -> bool | None:
    """What the interpreter makes of a rule; None where the execution fails."""
    scope = Scope(INPUT, lambda: CONTEXT, None, VARIABLES)
    try:
        return compile_rule(rule, "Choices[0]")(scope)
    except RuntimeFailure:
        return None


def test_there_are_enough():
    assert len(RULES) > 190
    assert {rule_holds(rule, INPUT, CONTEXT, VARIABLES) for rule in RULES} == {True, False, None}


def test_words_and_the_interpreter_agree():
    for rule in RULES:
        assert rule_holds(rule, INPUT, CONTEXT, VARIABLES) is interpreted(rule), rule


def test_what_diagnosis_takes_the_interpreter_takes():
    for rule in RULES:
        if not diagnose(machine({**rule, "Next": "B"})):
            interpreted(rule)  # a DefinitionError would be raised here


@pytest.mark.parametrize(
    "rule",
    [{}, {"Variable": "$.a"}, {"IsNull": True}, {"And": [None]}, {"Not": 5}, "text",
     {"Variable": 5, "IsNull": True}, {"Variable": "$.a", "NumericEqualsPath": 5}],
)  # fmt: skip
def test_what_is_no_rule_is_told_by_all(rule):
    assert rule_holds(rule, INPUT) is None
    with pytest.raises(DefinitionError) as failure:
        compile_rule(rule, "Choices[0]")
    assert failure.value.location == "Choices[0]"
    if isinstance(rule, dict):
        assert diagnose(machine({**rule, "Next": "B"}))


def machine(*rules: dict) -> dict:
    """A Choice of these rules, each of which leads to B as Default does."""
    choice = {"Type": "Choice", "Choices": list(rules), "Default": "B"}
    return {"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}


def drawn(rules: list[dict]) -> int | None:
    """The number of the rule by which a drawing says an execution went; None for Default."""
    text = json.dumps(INPUT)
    events = [
        {"type": "ExecutionStarted", "executionStartedEventDetails": {"input": text}},
        *(
            {"type": f"{name}StateEntered", "stateEnteredEventDetails": {"name": at, "input": text}}
            if what == "entered"
            else {"type": f"{name}StateExited", "stateExitedEventDetails": {"name": at}}
            for name, at, what in (("Choice", "A", "entered"), ("Choice", "A", "exited"),
                                   ("Succeed", "B", "entered"), ("Succeed", "B", "exited"))
        ),
        {"type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": text}},
    ]  # fmt: skip
    for number, event in enumerate(events):
        event |= {"id": number + 1, "previousEventId": number}
    definition = Definition.from_dict(machine(*({**rule, "Next": "B"} for rule in rules)))
    edges = list(definition.edges())
    overlay = Overlay(definition, from_history(events), edges=edges)
    [edge] = [one for one in edges if overlay.taken(one) and one.target_name == "B"]
    return edge.index if edge.kind == "choice" else None


DRAWN = [
    YES,
    NO,
    NO_TIME,
    {"Variable": "$.time", "TimestampLessThan": "2031-01-01T00:00:00Z"},
    {"Variable": "$.no_time", "IsTimestamp": True},
    {"Variable": "$.no_time", "IsTimestamp": False},
    {"Variable": "$.text", "StringMatches": "*\\*"},
    {"Or": [YES, FAILS]},
    {"And": [NO, FAILS]},
]


@pytest.mark.parametrize("rules", list(itertools.permutations(DRAWN, 2)))
def test_the_drawing_goes_by_the_rule_that_the_interpreter_goes_by(rules):
    held = [interpreted(rule) for rule in rules]
    assert drawn(list(rules)) == (held.index(True) if True in held else None)


@pytest.mark.parametrize(
    ("rule", "given", "words"),
    [
        ({"Variable": "$.p", "NumericLessThan": 5}, {"p": 7}, "p 7 ≥ 5"),
        ({"Variable": "$.p", "StringEquals": "a = b"}, {"p": "c"}, 'p "c" ≠ "a = b"'),
        ({"Variable": "$.p", "NumericLessThan": 5}, {"p": "x"}, 'not p "x" < 5'),
        ({"Variable": "$.p", "NumericLessThanPath": "$.q"}, {"p": 7, "q": 5}, "p 7 ≥ q 5"),
        ({"Variable": "$.p", "NumericLessThanPath": "$.q"}, {"p": 7, "q": ""}, 'not p 7 < q ""'),
        ({"Variable": "$.p", "StringMatches": "a*"}, {"p": "b"}, 'not p "b" matches "a*"'),
        ({"Variable": "$.p", "TimestampLessThan": INPUT["time"]}, {"p": INPUT["no_time"]},
         'not p "2030-02-30T00:00:00Z" < 2030-01-01T00:00:00Z'),
        ({"Condition": "{% $states.input.p < 5 %}"}, {"p": 7}, "not: $states.input.p 7 < 5"),
    ],
)  # fmt: skip
def test_why_a_rule_does_not_hold(rule, given, words):
    assert rule_fails(rule, given) == words


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("log-7.txt", "log-*.txt", True),
        ("aba", "ab*ba", False),
        ("a*c", "a\\*c", True),
        ("abc", "a\\*c", False),
        ("a\\c", "a\\\\c", True),
        ("a\\bc", "a\\b*", True),
        ("", "*", True),
        ("", "", True),
    ],
)
def test_wildcards(text, pattern, fits):
    assert matches(text, pattern) is fits
    assert rule_holds({"Variable": "$", "StringMatches": pattern}, text) is fits
    rule = compile_rule({"Variable": "$", "StringMatches": pattern}, "")
    assert rule(Scope(text, dict, None)) is fits
