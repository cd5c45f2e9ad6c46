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


def calling(resource):
    """A Task that calls an API."""
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": {},
            "End": True}  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "answer", "wrong"),
    [
        ("dynamodb:getItem", {"Item": []}, "Field 'Item' must be an object"),
        ("dynamodb:getItem", {"Item": {"a": {"S": 5}}}, "Field 'S' must be a string"),
        ("sns:publish", {"MessageId": 1}, "Field 'MessageId' must be a string"),
        ("aws-sdk:lambda:listFunctions", {"Functions": [{"Timeout": True}]},
         "Field 'Timeout' must be a number"),
        ("aws-sdk:lambda:listFunctions", {"Functions": [{"Timeout": 0}]},
         "Field 'Timeout' is less than the minimum value"),
        ("aws-sdk:lambda:listFunctions", {"Functions": [{"PackageType": "Tar"}]},
         "Field 'PackageType' is not an expected value"),
        ("aws-sdk:sfn:startExecution", {"StartDate": "now"},
         "Required field 'ExecutionArn' is missing"),
        ("aws-sdk:sqs:listQueues", {"QueueUrls": "u"}, "Field 'QueueUrls' must be an array"),
    ],
)  # fmt: skip
def test_a_mocked_answer_is_held_against_the_api(workshop, resource, answer, wrong):
    given = {"definition": json.dumps(calling(resource)), "input": "{}"}
    refused = workshop.refused(
        workshop.sync.test_state, **given, mock={"result": json.dumps(answer)}
    )
    assert refused == ("ValidationException", f"Mock result schema validation error: {wrong}")
    mock = {"result": json.dumps(answer), "fieldValidationMode": "NONE"}
    assert workshop.sync.test_state(**given, mock=mock)["status"] == "SUCCEEDED"


def test_what_the_api_requires_may_be_missing_where_only_what_is_present_counts(workshop):
    given = {"definition": json.dumps(calling("states:startExecution")), "input": "{}"}
    mock = {"result": '{"Other": 1}', "fieldValidationMode": "PRESENT"}
    assert workshop.sync.test_state(**given, mock=mock)["status"] == "SUCCEEDED"
    mock["result"] = '{"StartDate": 1}'
    _, message = workshop.refused(workshop.sync.test_state, **given, mock=mock)
    assert message.endswith("Field 'StartDate' must be a string")


@pytest.mark.parametrize("resource", ["sqs:sendMessage.waitForTaskToken", "http:invoke"])
def test_what_is_no_answer_of_an_api_may_be_any_json(workshop, resource):
    given = {"definition": json.dumps(calling(resource)), "input": "{}"}
    told = workshop.sync.test_state(**given, mock={"result": '{"MessageId": 1}'})
    assert told["status"] == "SUCCEEDED"


def test_a_task_wants_a_role_or_a_mock(workshop, task):
    text, given = json.dumps(task), json.dumps(GIVEN)
    code, message = workshop.refused(workshop.sync.test_state, definition=text, input=given)
    assert code == "ValidationException"
    assert message == "RoleArn must be specified when testing a Task state"
    told = workshop.sync.test_state(definition=text, input=given, mock={"result": '{"sum": 5}'})
    assert told["status"] == "SUCCEEDED"


INNER = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
OTHER = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def sees_context(resource="arn:aws:states:::sqs:sendMessage"):
    """A Task whose parameters are the whole context object."""
    return {"Type": "Task", "Resource": resource, "Parameters": {"c.$": "$$"}, "End": True}


def context_seen(ask, state, **options):
    told = ask(state, {}, mock={"result": "{}"}, inspectionLevel="DEBUG", **options)
    return json.loads(told["inspectionData"]["afterParameters"])["c"]


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"State": {}, "Execution": {}},
        {"State": {"Name": "Mine", "EnteredTime": "2026-01-01T00:00:00Z", "RetryCount": 3}},
        {"Task": {"Token": "by-hand"}},
    ],
)
def test_a_given_context_is_the_whole_context(ask, context):
    assert context_seen(ask, sees_context(TOKEN), context=json.dumps(context)) == context


def test_without_one_the_state_is_called_state_name(ask, workshop):
    assert context_seen(ask, sees_context())["State"]["Name"] == "StateName"
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "End": True}
    state["Output"] = {"by": "{% $states.context %}"}
    told = workshop.sync.test_state(
        definition=json.dumps({"StartAt": "Named", "States": {"Named": state}}), stateName="Named"
    )
    by = json.loads(told["output"])["by"]
    assert (by["State"]["Name"], by["Execution"]["RoleArn"]) == ("StateName", None)


@pytest.mark.parametrize(
    ("context", "why"),
    [
        ({"Execution": {"Name": 7}}, "Execution.Name must be a string"),
        ({"StateMachine": {"Colour": "red"}}, "Field 'Colour' is not allowed"),
        ({"Weather": {}}, "Field 'Weather' is not allowed"),
        ({"Map": {"Item": {}}}, "'Map' field is not supported when mocking a Context object"),
        (
            {"Task": {"Token": "t"}},
            "Context object contains 'Task' when state is not a Task state with a '.sync' or "
            "'.waitForTaskToken' service integration pattern",
        ),
    ],
)
def test_a_context_that_cannot_be_is_refused(ask, workshop, context, why):
    code, message = workshop.refused(
        ask, sees_context(), {}, context=json.dumps(context), mock={"result": "{}"}
    )
    assert (code, message) == ("ValidationException", f"Invalid Context object provided: {why}")


def inspected(told):
    """The inspection data that are JSON, parsed, and the numbers as they are."""
    seen = told["inspectionData"]
    return {name: json.loads(x) if isinstance(x, str) else x for name, x in seen.items()}


@pytest.mark.parametrize("level", ["DEBUG", "TRACE"])
def test_what_is_told_of_a_mocked_parallel(ask, level):
    mock = {"result": "[1, 2]"}
    state = {"Type": "Parallel", "Branches": [INNER, OTHER], "InputPath": "$.p", "End": True}
    state |= {"Parameters": {"q": 1}, "ResultSelector": {"r.$": "$"}, "ResultPath": "$.out"}
    given = {"p": {"x": 1}}
    assert inspected(ask(state, given, mock=mock, inspectionLevel=level)) == {
        "input": given,
        "afterResultSelector": {"r": [1, 2]},
        "afterResultPath": {**given, "out": {"r": [1, 2]}},
    }
    state = {"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": [INNER, OTHER]}
    state |= {"Arguments": {"q": 1}, "End": True}
    told = ask(state, given, mock=mock, inspectionLevel=level)
    assert inspected(told) == {"input": given}


@pytest.mark.parametrize("level", ["DEBUG", "TRACE"])
def test_what_is_told_of_a_mocked_map(ask, level):
    state = {"Type": "Map", "ItemsPath": "$.n", "ItemProcessor": INNER, "End": True}
    told = ask(state, {"n": [1, 2]}, mock={"result": "[3, 4]"}, inspectionLevel=level)
    assert inspected(told) == {
        "input": {"n": [1, 2]},
        "afterInputPath": {"n": [1, 2]},
        "afterItemsPath": [1, 2],
        "afterResultSelector": [3, 4],
        "afterResultPath": [3, 4],
        "maxConcurrency": 0,
    }


@pytest.mark.parametrize("path", ["$$", "$$.Execution.Input"])
def test_a_path_into_the_context_that_is_no_array_is_told_with_one_dollar(ask, path):
    state = {"Type": "Map", "ItemsPath": path, "ItemProcessor": INNER, "End": True}
    told = ask(state, {}, mock={"result": "[]"})
    assert told["cause"] == f'Reference path "{path[1:]}" must point to array.'


def test_the_retrier_that_has_no_retry_left_is_told(ask, task):
    for catch in (True, False):
        told = ask(
            task, {"order": {"n": -1}}, inspectionLevel="DEBUG",
            stateConfiguration={"retrierRetryCount": 3},
        )  # fmt: skip
        details = told["inspectionData"]["errorDetails"]
        assert details == {"retryIndex": 0} | ({"catchIndex": 0} if catch else {})
        task.pop("Catch", None)


def distributed(**fields):
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return {"Type": "Map", "ItemProcessor": {**config, **INNER}, "End": True, **fields}


def test_iterations_that_fail_count_where_a_threshold_is_named(ask):
    options = {
        "stateConfiguration": {"mapIterationFailureCount": 2},
        "mock": {"result": "[0, 0, 1]"},
    }
    assert ask(distributed(), [1, 2, 3], **options)["status"] == "SUCCEEDED"
    assert ask(distributed(ToleratedFailureCount=2), [1, 2, 3], **options)["status"] == "SUCCEEDED"
    told = ask(distributed(ToleratedFailureCount=1), [1, 2, 3], **options)
    assert told["error"] == "States.ExceedToleratedFailureThreshold"


def test_no_more_iterations_fail_than_there_are(ask, workshop):
    options = {"stateConfiguration": {"mapIterationFailureCount": 4}}
    code, message = workshop.refused(ask, distributed(), [1, 2, 3], **options)
    assert code == "ValidationException"
    assert message == (
        "TestState does not support MapIterationFailureCount when a mock is not specified."
    )
    options["mock"] = {"result": "[1, 2, 3]"}
    code, message = workshop.refused(ask, distributed(), [1, 2, 3], **options)
    assert code == "ValidationException"
    assert message == (
        "Map iteration failure count must be less than or equal to the number of Map iterations"
    )


def test_what_a_mocked_state_would_call_need_not_be_there(ask):
    call = "arn:aws:lambda:your-region:your-account-id:function:yours"
    inner = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": call, "End": True}}}
    assert ask(inner["States"]["A"], {}, mock={"result": "[2]"})["output"] == "[2]"
    mapping = {"Type": "Map", "ItemProcessor": inner, "End": True}
    assert ask(mapping, [1], mock={"result": "[2]"})["output"] == "[2]"
    parallel = {"Type": "Parallel", "Branches": [inner], "End": True}
    assert ask(parallel, {}, mock={"result": "[2]"})["output"] == "[2]"


TYPES = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"


def test_a_definition_that_cannot_be_tried_is_refused_at_its_place(ask, workshop):
    def why(state):
        code, message = workshop.refused(ask, state, {}, mock={"result": "[]"})
        assert code == "InvalidDefinition"
        return message.removeprefix("Invalid State Machine Definition: ")

    assert why({"Type": "Parallel", "Branches": [], "End": True}) == (
        "'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'"
    )
    machine = {"StartAt": "A", "States": {"A": {"Type": "Passed", "End": True}}}
    code, message = workshop.refused(
        workshop.sync.test_state, definition=json.dumps(machine), stateName="A"
    )
    assert code == "InvalidDefinition"
    assert f"The field 'Type' should have one of these values: {TYPES} at /States/A/Type" in message
    machine["States"]["A"]["Type"] = "Pass"
    code, message = workshop.refused(
        workshop.sync.test_state, definition=json.dumps(machine), stateName="B"
    )
    assert (code, message) == ("ValidationException", "State not found in definition")


def test_a_mocked_result_must_be_json(ask, workshop, task):
    code, message = workshop.refused(ask, task, GIVEN, mock={"result": "no JSON"})
    assert (code, message) == ("ValidationException", "Mocked result must be valid JSON")


def test_what_is_inside_a_map_is_in_the_language_of_the_machine(ask):
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "InputPath": "$.n", "End": True}}}
    state = {"Type": "Map", "QueryLanguage": "JSONata", "ItemProcessor": inner, "End": True}
    machine = {"StartAt": "M", "States": {"M": state}}
    answer = ask(machine, {"n": 1}, stateName="B")
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "1")
