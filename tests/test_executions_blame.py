"""Whose error was it? A Parallel or Map fails by what is in it, or by itself after that."""

import json

import pytest

from helpers import draw, executions
from helpers.asl import Definition
from helpers.draw.overlay import Overlay

FAIL = {"Type": "Fail", "Error": "Boom", "Cause": "it broke"}
END = {"Type": "Pass", "End": True}
OWN = (
    "An error occurred while executing the state '{}' (entered at the event id #{}). "
    'Unable to apply ReferencePath $.a.b to input {{"a": 1}}'
)
MISMATCH = "States.ResultPathMatchFailure"
BOOM = {"Error": "Boom", "Cause": "it broke"}


def history(*lines: tuple, **ended) -> list[dict]:
    """Events from (id, id before, type, name or nothing, output or nothing)."""
    events = [{"id": 1, "previousEventId": 0, "type": "ExecutionStarted"}]
    for number, before, kind, *rest in lines:
        event = {"id": number, "previousEventId": before, "type": kind}
        if rest:
            key = "stateEnteredEventDetails" if "Entered" in kind else "stateExitedEventDetails"
            given = {"input": '{"a": 1}'} if "Entered" in kind else {"output": "{}"}
            event[key] = {"name": rest[0], **given}
            if rest[1:]:
                event[key]["output"] = json.dumps(rest[1])
        events.append(event)
    if ended:
        last = {"id": 90, "previousEventId": lines[-1][0], "type": "ExecutionFailed"}
        events.append(last | {"executionFailedEventDetails": ended})
    return events


def parallel(inner: dict, **fields) -> dict:
    """A machine of one Parallel of one state."""
    branches = [{"StartAt": "Inner", "States": {"Inner": inner}}]
    outer = {"Type": "Parallel", "Branches": branches, "End": True, **fields}
    return {"StartAt": "Outer", "States": {"Outer": outer, "Caught": END}}


def blamed(events: list[dict]) -> dict[str, tuple]:
    """Each state's status and error."""
    steps = executions.from_history(events).run.walk()
    return {step.name: (step.status, step.error) for step in steps}


OUTER = [
    (2, 0, "ParallelStateEntered", "Outer"),
    (3, 2, "ParallelStateStarted"),
]
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.a.b", "Next": "Caught"}]
FAILED_INSIDE = [(4, 3, "FailStateEntered", "Inner"), (5, 4, "ParallelStateFailed")]


def test_a_parallel_s_own_error_is_not_the_inner_fail_s():
    events = history(*OUTER, *FAILED_INSIDE, error=MISMATCH, cause=OWN.format("Outer", 2))
    assert blamed(events) == {"Outer": ("failed", MISMATCH), "Inner": ("failed", None)}
    definition = parallel(FAIL, Catch=CATCH)
    picture = draw.state_machine(definition, executions.from_history(events, None, definition))
    assert picture.text.startswith(f"Outer ✗ {MISMATCH} [Inner ✗]\n")


def test_a_parallel_s_own_error_when_its_branches_succeeded():
    events = history(
        *OUTER,
        (4, 3, "PassStateEntered", "Inner"),
        (5, 4, "PassStateExited", "Inner"),
        (6, 5, "ParallelStateSucceeded"),
        error=MISMATCH,
        cause=OWN.format("Outer", 2),
    )
    assert blamed(events) == {"Outer": ("failed", MISMATCH), "Inner": ("succeeded", None)}


def test_a_parallel_s_own_error_after_a_task_s_error_was_told():
    events = history(
        *OUTER,
        (4, 3, "TaskStateEntered", "Inner"),
        (5, 4, "LambdaFunctionFailed"),
        (6, 5, "ParallelStateFailed"),
        error="States.DataLimitExceeded",
        cause="The state/task 'Outer' returned a result with a size exceeding the maximum.",
    )
    events[4]["lambdaFunctionFailedEventDetails"] = {"error": "Bang"}
    assert blamed(events) == {
        "Outer": ("failed", "States.DataLimitExceeded"),
        "Inner": ("failed", "Bang"),
    }


def test_a_map_whose_items_cannot_be_evaluated_keeps_that_error_when_it_is_caught():
    events = history(
        (2, 0, "MapStateEntered", "Outer"),
        (3, 0, "EvaluationFailed"),
        (4, 3, "MapStateFailed"),
        (5, 4, "MapStateExited", "Outer"),
    )
    error = "States.QueryEvaluationError"
    events[2]["evaluationFailedEventDetails"] = {"state": "Outer", "error": error}
    assert blamed(events) == {"Outer": ("caught", error)}


def test_a_catch_that_cannot_be_evaluated_is_not_the_error_that_it_caught():
    error = "States.QueryEvaluationError"
    events = history(
        *OUTER,
        (4, 3, "ParallelStateEntered", "Middle"),
        (5, 4, "ParallelStateStarted"),
        (6, 5, "FailStateEntered", "Inner"),
        (7, 6, "ParallelStateFailed"),
        (8, 7, "EvaluationFailed"),
        (9, 8, "ParallelStateExited", "Outer", {"Error": error, "Cause": "of Middle's Catch"}),
    )
    events[7]["evaluationFailedEventDetails"] = {"state": "Middle", "error": error}
    assert blamed(events) == {
        "Outer": ("caught", error),
        "Middle": ("failed", error),
        "Inner": ("failed", None),
    }


def test_what_a_cause_names_as_the_culprit_is_not_looked_for_deeper():
    events = history(
        *OUTER,
        (4, 3, "ParallelStateEntered", "Middle"),
        (5, 4, "ParallelStateStarted"),
        (6, 5, "ChoiceStateEntered", "Inner"),
        (7, 6, "ParallelStateFailed"),
        (8, 7, "ParallelStateAborted"),
        (9, 7, "ParallelStateFailed"),
        (10, 9, "ParallelStateExited", "Outer", {"Error": MISMATCH, "Cause": OWN.format("M", 4)}),
    )
    assert blamed(events) == {
        "Outer": ("caught", MISMATCH),
        "Middle": ("failed", MISMATCH),
        "Inner": ("failed", None),
    }


def test_a_branch_that_fails_without_an_event_calls_off_the_one_beside_it():
    events = history(
        *OUTER,
        (4, 3, "ParallelStateEntered", "Beside"),
        (5, 4, "ParallelStateStarted"),
        (6, 5, "TaskStateEntered", "Deeper"),
        (7, 3, "PassStateEntered", "Inner"),
        (8, 7, "ParallelStateAborted"),
        (9, 7, "TaskStateAborted"),
        (10, 7, "ParallelStateFailed"),
        error=MISMATCH,
        cause=OWN.format("Outer", 2),  # whose Catch had the same fault
    )
    told = {name: status for name, (status, _) in blamed(events).items()}
    assert told == {
        **{"Outer": "failed", "Inner": "failed"},
        **{"Beside": "cancelled", "Deeper": "cancelled"},
    }


def test_a_parallel_that_fails_after_its_branches_calls_off_the_one_beside_it():
    events = history(
        *OUTER,
        (4, 3, "ParallelStateEntered", "Beside"),
        (5, 4, "ParallelStateStarted"),
        (6, 3, "ParallelStateEntered", "Middle"),
        (7, 6, "ParallelStateStarted"),
        (8, 7, "PassStateEntered", "Inner"),
        (9, 8, "PassStateExited", "Inner"),
        (10, 9, "ParallelStateSucceeded"),
        (11, 9, "ParallelStateAborted"),
        (12, 9, "ParallelStateAborted"),
        (13, 9, "ParallelStateFailed"),
        error=MISMATCH,
        cause=OWN.format("Outer", 2),  # whose Catch had the same fault
    )
    told = {name: status for name, (status, _) in blamed(events).items()}
    assert told == {
        **{"Outer": "failed", "Middle": "failed"},
        **{"Beside": "cancelled", "Inner": "succeeded"},
    }


@pytest.mark.parametrize("kind", ["Wait", "Pass"])
def test_an_inner_state_whose_failure_has_no_event(kind):
    events = history(
        *OUTER,
        (4, 3, f"{kind}StateEntered", "Inner"),
        (5, 4, "ParallelStateFailed"),
        error="States.Runtime",
        cause=OWN.format("Inner", 4),
    )
    error = ("failed", "States.Runtime")
    assert blamed(events) == {"Outer": error, "Inner": error}


def test_a_fail_state_two_parallels_deep_fails_both():
    events = history(
        *OUTER,
        (4, 3, "ParallelStateEntered", "Middle"),
        (5, 4, "ParallelStateStarted"),
        (6, 5, "FailStateEntered", "Inner"),
        (7, 6, "ParallelStateFailed"),
        (8, 7, "ParallelStateAborted"),
        (9, 7, "ParallelStateFailed"),
        error="Boom",
        cause="it broke",
    )
    error = ("failed", "Boom")
    assert blamed(events) == {"Outer": error, "Middle": error, "Inner": error}


@pytest.mark.parametrize("output", [BOOM, {"a": 1, "error": BOOM}, {"a": {"b": BOOM}}])
def test_a_caught_fail_state_s_error_is_in_what_catch_hands_on(output):
    events = history(*OUTER, *FAILED_INSIDE, (6, 5, "ParallelStateExited", "Outer", output))
    assert blamed(events) == {"Outer": ("caught", "Boom"), "Inner": ("failed", "Boom")}


@pytest.mark.parametrize(("handed_on", "error"), [(MISMATCH, MISMATCH), ("Mine", "States.Timeout")])
def test_a_catch_that_fails_inside_is_told_by_the_one_outside(handed_on, error):
    """What a Catch hands on may also be of the author's own making, where an event tells more."""
    events = history(
        *OUTER,
        (4, 3, "TaskStateEntered", "Inner"),
        (5, 4, "LambdaFunctionScheduled"),
        (6, 5, "LambdaFunctionTimedOut"),
        (7, 6, "TaskStateAborted"),
        (8, 6, "ParallelStateFailed"),
        (9, 8, "ParallelStateExited", "Outer", {"Error": handed_on, "Cause": "the path"}),
        (10, 9, "PassStateEntered", "Caught"),
    )
    events[5]["lambdaFunctionTimedOutEventDetails"] = {"error": "States.Timeout"}
    told = blamed(events)
    assert told["Inner"] == ("failed", error) and told["Outer"] == ("caught", error)


def test_an_error_that_was_in_the_input_is_not_taken_for_it():
    events = history(*OUTER, *FAILED_INSIDE, (6, 5, "ParallelStateExited", "Outer", {"e": BOOM}))
    events[1]["stateEnteredEventDetails"]["input"] = json.dumps({"e": BOOM})
    assert blamed(events) == {"Outer": ("caught", None), "Inner": ("failed", None)}


def evaluated(events: list[dict]) -> list[dict]:
    """The same events, with the details that EvaluationFailed has; behind it AWS tells nothing of
    the Parallel round the state."""
    for event in events:
        if event["type"] == "EvaluationFailed":
            details = event.pop("stateExitedEventDetails")
            event["evaluationFailedEventDetails"] = {
                "state": details["name"],
                "error": "States.QueryEvaluationError",
            }
    return events


QUERY = ("failed", "States.QueryEvaluationError")


def test_an_expression_that_fails_inside_is_caught_without_a_failed_event():
    events = history(
        *OUTER,
        (4, 3, "WaitStateEntered", "Inner"),
        (5, 4, "EvaluationFailed", "Inner"),
        (6, 5, "ParallelStateExited", "Outer"),
    )
    assert blamed(evaluated(events)) == {"Outer": ("caught", QUERY[1]), "Inner": QUERY}


def test_an_expression_that_fails_two_parallels_deep_fails_both():
    events = history(
        *OUTER,
        (4, 3, "ParallelStateEntered", "Middle"),
        (5, 4, "ParallelStateStarted"),
        (6, 5, "PassStateEntered", "Inner"),
        (7, 6, "EvaluationFailed", "Inner"),
        (8, 7, "ParallelStateAborted"),
        error=QUERY[1],
        cause=OWN.format("Inner", 6),
    )
    events[-1]["previousEventId"] = 7
    assert blamed(evaluated(events)) == {"Outer": QUERY, "Middle": QUERY, "Inner": QUERY}


def test_what_aborts_another_branch_is_not_aborted_itself():
    events = history(
        *OUTER,
        (4, 3, "TaskStateEntered", "Beside"),
        (5, 4, "LambdaFunctionScheduled"),
        (6, 3, "FailStateEntered", "Inner"),
        (7, 6, "TaskStateAborted"),
        (8, 6, "ParallelStateFailed"),
        error="Boom",
    )
    error = ("failed", "Boom")
    assert blamed(events) == {"Outer": error, "Beside": ("cancelled", None), "Inner": error}


def test_what_did_not_go_on_as_next_says_was_caught():
    catch = [
        {"ErrorEquals": ["Boom"], "Next": "Caught"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Caught"},
    ]
    definition = parallel(END, Catch=catch, ResultPath="$.a.b")
    events = history(
        *OUTER,
        (4, 3, "PassStateEntered", "Inner"),
        (5, 4, "PassStateExited", "Inner"),
        (6, 5, "ParallelStateSucceeded"),
        (7, 5, "ParallelStateExited", "Outer"),
        (8, 7, "PassStateEntered", "Caught"),
    )
    definition = Definition.from_dict(definition)
    edges = list(definition.edges())
    overlay = Overlay(definition, executions.from_history(events), edges=edges)
    [edge] = [one for one in edges if one.target_name == "Caught" and overlay.taken(one)]
    assert (edge.kind, edge.index) == ("catch", 1)
