"""Which entry of Catch answers to an error: one rule, which the drawing goes by as well."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from helpers.asl import Definition
from helpers.asl.catching import covers
from helpers.draw.overlay import Overlay
from helpers.executions import from_history

CHOICES = {
    "a timeout is no failed task": (["States.TaskFailed"], ["States.ALL"], "States.Timeout", 1),
    "a failed task": (["States.TaskFailed"], ["States.ALL"], "Boom", 0),
    "the first that covers it, named or not": (["States.TaskFailed"], ["Boom"], "Boom", 0),
    "too much data has to be named": (
        ["States.TaskFailed"],
        ["Boom", "States.DataLimitExceeded"],
        "States.DataLimitExceeded",
        1,
    ),
    "another's name": (["Bang"], ["States.ALL"], "Boom", 1),
    "a timeout by its name": (["Boom", "States.Timeout"], ["States.ALL"], "States.Timeout", 0),
}


def drawn(catchers: list[list[str]], error: str, seconds: float = 1, **fields) -> int | None:
    """The number of the Catch entry by which the drawing says that an execution went on."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Work",
        "Catch": [{"ErrorEquals": names, "Next": "B"} for names in catchers],
        "End": True,
        **fields,
    }
    definition = Definition.from_dict(
        {"StartAt": "A", "States": {"A": task, "B": {"Type": "Succeed"}}}
    )
    began = datetime(2030, 1, 1, tzinfo=UTC)
    kinds = [
        ("ExecutionStarted", {}),
        ("TaskStateEntered", {"stateEnteredEventDetails": {"name": "A", "input": "{}"}}),
        ("LambdaFunctionScheduled", {}),
        ("LambdaFunctionFailed", {"lambdaFunctionFailedEventDetails": {"error": error}}),
        ("TaskStateExited", {"stateExitedEventDetails": {"name": "A", "output": "{}"}}),
        ("SucceedStateEntered", {"stateEnteredEventDetails": {"name": "B", "input": "{}"}}),
    ]
    events = [
        {"type": kind, "id": number + 1, "previousEventId": number, "timestamp": began, **details}
        for number, (kind, details) in enumerate(kinds)
    ]
    for event in events[3:]:
        event["timestamp"] += timedelta(seconds=seconds)
    edges = list(definition.edges())
    overlay = Overlay(definition, from_history(events), edges=edges)
    return next(
        (edge.index for edge in edges if edge.kind == "catch" and overlay.taken(edge)), None
    )


@pytest.mark.parametrize(("first", "second", "error", "number"), CHOICES.values(), ids=CHOICES)
def test_the_first_that_covers_it(first, second, error, number):
    catchers = [first, second]
    assert [covers(names, error) for names in catchers].index(True) == number
    assert drawn(catchers, error) == number


def test_the_drawing_goes_by_the_same_rule_in_any_order():
    lists = [["States.ALL"], ["States.TaskFailed"], ["Boom"], ["States.Timeout"]]
    errors = ["Boom", "Bang", "States.Timeout", "States.DataLimitExceeded"]
    for catchers, error in itertools.product(itertools.permutations(lists, 3), errors):
        answers = [covers(names, error) for names in catchers]
        if True in answers:
            assert drawn(list(catchers), error) == answers.index(True)


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({}, 1),
        ({"HeartbeatSeconds": 5}, 0),
        ({"HeartbeatSeconds": 5, "TimeoutSeconds": 60}, 0),
        ({"HeartbeatSeconds": 5, "TimeoutSeconds": 6}, 1),
    ],
)
def test_a_missed_heartbeat_has_a_timeout_s_name_in_the_history(fields, number):
    catchers = [["States.HeartbeatTimeout"], ["States.ALL"]]
    assert drawn(catchers, "States.Timeout", seconds=6, **fields) == number


def test_a_result_that_is_too_large_is_drawn_as_caught_by_all():
    catchers = [["Boom"], ["States.ALL"]]
    assert drawn(catchers, "States.DataLimitExceeded") == 1


def test_what_stops_an_execution_is_not_caught():
    assert not covers(["States.ALL", "States.Runtime"], "States.Runtime")
