"""TestState: a state by itself, looked into, and with its work replaced by a mock."""

import json

import pytest

ADDS = """
def handler(event, context):
    if event["n"] < 0:
        raise ValueError("less than nothing")
    return {"sum": event["n"] + 1}
"""


@pytest.fixture
def task(workshop):
    return {
        "Type": "Task",
        "Resource": workshop.function(ADDS),
        "InputPath": "$.order",
        "Parameters": {"n.$": "$.n"},
        "ResultSelector": {"s.$": "$.sum"},
        "ResultPath": "$.added",
        "OutputPath": "$.added",
        "Retry": [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 2, "BackoffRate": 3}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Mend"}],
        "Next": "After",
    }


@pytest.fixture
def ask(workshop):
    """TestState with this state and input; the answer without what is about HTTP."""

    def ask(state, given, **options):
        answer = workshop.sync.test_state(
            definition=json.dumps(state),
            roleArn=workshop.role,
            input=json.dumps(given),
            **options,
        )
        del answer["ResponseMetadata"]
        return answer

    return ask


GIVEN = {"order": {"n": 1}}


@pytest.mark.parametrize("level", ["DEBUG", "TRACE"])
def test_inspection_tells_each_step(ask, task, level):
    told = ask(task, GIVEN, inspectionLevel=level)
    seen = {name: json.loads(text) for name, text in told.pop("inspectionData").items()}
    assert told == {"status": "SUCCEEDED", "output": '{"s":2}', "nextState": "After"}
    assert seen == {
        "input": GIVEN,
        "afterInputPath": {"n": 1},
        "afterParameters": {"n": 1},
        "result": {"sum": 2},
        "afterResultSelector": {"s": 2},
        "afterResultPath": {**GIVEN, "added": {"s": 2}},
    }


def test_without_inspection_only_the_outcome_is_told(ask, task):
    told = ask(task, GIVEN)
    assert told == {"status": "SUCCEEDED", "output": '{"s":2}', "nextState": "After"}


def test_an_error_that_would_be_retried(ask, task):
    told = ask(task, {"order": {"n": -1}}, inspectionLevel="DEBUG")
    assert (told["status"], told["error"]) == ("RETRIABLE", "ValueError")
    assert told["inspectionData"]["errorDetails"] == {
        "retryIndex": 0,
        "retryBackoffIntervalSeconds": 2,
    }
    again = ask(
        task, {"order": {"n": -1}}, inspectionLevel="DEBUG",
        stateConfiguration={"retrierRetryCount": 1},
    )  # fmt: skip
    assert again["inspectionData"]["errorDetails"]["retryBackoffIntervalSeconds"] == 6


def test_an_error_that_is_caught(ask, task):
    told = ask(task, {"order": {"n": -1}}, stateConfiguration={"retrierRetryCount": 3})
    assert (told["status"], told["nextState"]) == ("CAUGHT_ERROR", "Mend")
    assert json.loads(told["output"])["error"]["Error"] == "ValueError"


def test_a_mock_takes_the_place_of_the_work(ask, task):
    given = {"order": {"n": -1}}
    told = ask(task, given, mock={"result": '{"sum": 9}'})
    assert (told["status"], json.loads(told["output"])) == ("SUCCEEDED", {"s": 9})
    del task["Retry"], task["Catch"]
    told = ask(task, given, mock={"errorOutput": {"error": "Closed", "cause": "at night"}})
    assert told == {"status": "FAILED", "error": "Closed", "cause": "at night"}


def test_a_map_and_a_parallel_want_a_mock(ask, workshop):
    inner = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    state = {"Type": "Map", "ItemsPath": "$.n", "ItemProcessor": inner, "End": True}
    code, message = workshop.refused(workshop.sync.test_state, definition=json.dumps(state))
    assert code == "InvalidDefinition"
    assert "TestState API does not support Map or Parallel states" in message
    told = ask(state, {"n": [1, 2]}, mock={"result": "[3, 4]"}, inspectionLevel="DEBUG")
    assert told["output"] == "[3, 4]"
    assert told["inspectionData"]["afterItemsPath"] == "[1,2]"


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:us-east-1:123456789012:activity:by-hand",
    ],
)
def test_who_waits_for_others_wants_a_mock(ask, workshop, resource):
    state = {"Type": "Task", "Resource": resource, "Parameters": {}, "End": True}
    code, message = workshop.refused(
        workshop.sync.test_state, definition=json.dumps(state), roleArn=workshop.role
    )
    assert code == "InvalidDefinition"
    assert message.endswith("only when a mock is specified")
    assert ask(state, {}, mock={"result": "{}"})["status"] == "SUCCEEDED"


def test_a_context_wants_a_mock(ask, workshop, task):
    context = json.dumps({"Execution": {"Name": "mine"}})
    task["Parameters"] = {"n.$": "$$.Execution.Name"}
    code, _ = workshop.refused(ask, task, GIVEN, context=context)
    assert code == "ValidationException"
    told = ask(task, GIVEN, context=context, mock={"result": '{"sum": 1}'}, inspectionLevel="DEBUG")
    assert json.loads(told["inspectionData"]["afterParameters"]) == {"n": "mine"}


def test_the_role_of_a_trial_must_be_there(workshop, task):
    code, _ = workshop.refused(
        workshop.sync.test_state,
        definition=json.dumps(task),
        input=json.dumps(GIVEN),
        roleArn="arn:aws:iam::123456789012:role/nobody-made-this",
    )
    assert code == "AccessDeniedException"


def test_the_fields_of_a_mocked_answer_are_not_looked_at(ask):
    """AWS compares them with the service's API, unless fieldValidationMode is NONE."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "t", "Key": {}},
        "End": True,
    }
    told = ask(state, {}, mock={"result": '{"Itme": 1}', "fieldValidationMode": "STRICT"})
    assert (told["status"], told["output"]) == ("SUCCEEDED", '{"Itme": 1}')


def test_a_task_wants_a_role_or_a_mock(workshop, task):
    text, given = json.dumps(task), json.dumps(GIVEN)
    code, message = workshop.refused(workshop.sync.test_state, definition=text, input=given)
    assert code == "ValidationException"
    assert message == "A role ARN must be specified to test a Task state without a mock"
    told = workshop.sync.test_state(definition=text, input=given, mock={"result": '{"sum": 5}'})
    assert told["status"] == "SUCCEEDED"
