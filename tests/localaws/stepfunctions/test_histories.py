"""Histories equal those that AWS gave, field by field.

Each test writes a definition and functions that do what the capture in the shared data shows, runs
them here, and compares the events. Only ids, ARNs, names and times are made the same on both sides;
`differences` names, per capture, what is known to differ and why.
"""

import json
import re

import pytest

RAISE = 'def handler(event, context):\n    raise Exception("Some exception was raised.")\n'
ECHO = "def handler(event, context):\n    return event\n"
DYNAMODB = "arn:aws:states:::dynamodb:"
INVOKE = "arn:aws:states:::lambda:invoke"
PASS = {"Type": "Pass", "End": True}


def machine(states, **fields):
    return {"StartAt": next(iter(states)), "States": states, **fields}


# -- making two histories comparable


PLACES = [
    (re.compile(r"<uuid:\d+>|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"Request ID: [^;,)]+"), "Request ID: ID"),
    (re.compile(r"arn:(aws|<partition>):iam::\d+:role/[\w-]+|snf_role_arn"), "ROLE"),
    (re.compile(r"arn:(aws|<partition>):states:[^\"]*"), "STATES-ARN"),
    (re.compile(r"arn:(aws|<partition>):lambda:[^\"']*"), "FUNCTION-ARN"),
    (re.compile(r"<region>|us-east-1"), "REGION"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|<(start|entered)-time>"), "TIME"),
]
HEADERS = ("x-amzn-RequestId", "x-amzn-requestid", "x-amz-crc32", "Date", "X-Amzn-Trace-Id")


def same(value, replace):
    """`value` with JSON text parsed, and with ids, ARNs, names and times made the same."""
    if isinstance(value, dict):
        found = {}
        for name, inner in value.items():
            if name == "timestamp":
                continue
            found[name] = "HEADER" if name in HEADERS else same(inner, replace)
            if name == "RequestId":
                found[name] = "ID"
        return found
    if isinstance(value, list):
        return [same(inner, replace) for inner in value]
    if isinstance(value, str):
        if value.startswith("{"):
            try:
                return same(json.loads(value), replace)
            except ValueError:
                pass
        for old, new in replace.items():
            value = value.replace(old, new)
        for pattern, new in PLACES:
            value = pattern.sub(new, value)
    return value


@pytest.fixture
def compare(workshop, shared):
    """Run a definition and compare its history with a capture."""

    def check(name, definition, given="{}", replace=None, ours=None, since=None):
        captured = json.loads((shared / "histories" / f"{name}.json").read_text())["events"]
        for number, fields in (since or {}).items():  # what AWS has changed
            captured[number - 1] |= fields
        done = workshop.run(definition, given)
        events = workshop.events(done)
        replace = replace or {}
        expected = [same(event, replace) for event in captured]
        actual = [same(event, {**replace, **(ours or {})}) for event in events]
        assert [e["type"] for e in actual] == [e["type"] for e in expected]
        for one, other in zip(actual, expected, strict=True):
            assert one == other
        return done

    return check


def caught(name="HandleError", errors=("Exception",), **fields):
    return {"ErrorEquals": list(errors), "Next": name, **fields}


# -- the captures


def test_assign_of_constants(compare, shared):
    """Variables are told as JSON text, in the event that leaves the state."""
    name = "test-assign-base-test-base-cases-BASE-CONSTANT-LITERALS"
    captured = json.loads((shared / "histories" / f"{name}.json").read_text())["events"]
    told = captured[2]["stateExitedEventDetails"]["assignedVariables"]
    assign = {key: json.loads(v) if isinstance(v, str) else v for key, v in told.items()}
    compare(
        name,
        machine({"State0": {**PASS, "Assign": assign}}),
        {"input_value": "input_value_literal"},
    )


def test_a_wrong_path_fails_the_execution_uncaught(compare, workshop):
    task = {
        "Type": "Task",
        "Resource": workshop.function("def handler(event, context):\n    return {}\n"),
        "ResultSelector": {},
        "ResultPath": "$",
        "OutputPath": "$.no.such.result.path",
        "Catch": [caught("Handled", ["States.Runtime"])],
        "End": True,
    }
    compare(
        "test-base-scenarios-test-catch-states-runtime",
        machine({"RaiseRuntime": task, "Handled": PASS}),
    )


def test_choice(compare):
    states = {
        "ChoiceStateX": {
            "Type": "Choice",
            "Choices": [
                {"Not": {"Variable": "$.type", "StringEquals": "Private"}, "Next": "Public"},
                {
                    "And": [
                        {"Variable": "$.value", "NumericGreaterThanEquals": 20},
                        {"Variable": "$.value", "NumericLessThan": 30},
                    ],
                    "Next": "ValueInTwenties",
                },
            ],
            "Default": "DefaultState",
        },
        "Public": PASS,
        "ValueInTwenties": PASS,
        "DefaultState": {"Type": "Fail", "Cause": "No Matches!"},
    }
    compare(
        "test-base-scenarios-test-choice-aws-docs-scenario-CHOICE-STATE-AWS-SCENARIO",
        machine(states),
        {"type": "Private", "value": 22},
    )


def test_a_function_that_fails_again_and_again_is_caught(compare, workshop):
    task = {
        "Type": "Task",
        "Resource": workshop.function(RAISE),
        "Retry": [{"ErrorEquals": ["Exception"], "MaxAttempts": 3, "IntervalSeconds": 1}],
        "Catch": [caught()],
        "End": True,
    }
    compare(
        "test-base-scenarios-test-lambda-invoke-with-retry-base",
        machine({"InvokeLambdaWithRetry": task, "HandleError": PASS}),
        {"Value1": "HelloWorld!", "Value2": None},
    )


def test_the_context_object_counts_retries(compare, workshop, shared):
    """AWS's capture of October 2023 lacks RedriveCount, which a capture of November 2024 has."""
    function = workshop.function(RAISE)
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {
            "FunctionName.$": "$.FunctionName",
            "Payload": {"ThisContextObject.$": "$$", "ThisState.$": "$"},
        },
        "Retry": [{"ErrorEquals": ["Exception"], "MaxAttempts": 3, "IntervalSeconds": 1}],
        "Catch": [caught()],
        "End": True,
    }
    given = {"FunctionName": function.split(":")[-1], "Value1": "HelloWorld!", "Value2": None}
    name = "test-base-scenarios-test-lambda-service-invoke-with-retry-extended-input"
    captured = json.loads((shared / "histories" / f"{name}.json").read_text())["events"]
    done = workshop.run(machine({"InvokeLambdaWithRetry": task, "HandleError": PASS}), given)
    replace = {"<lambda_function_1_name>": "FUNCTION", given["FunctionName"]: "FUNCTION"}
    replace |= {"<ExecArnPart_0idx>": "ID", "<ArnPart_0idx>": "MACHINE"}
    machine_name = done["stateMachineArn"].rpartition(":")[2]
    actual = [same(e, {**replace, machine_name: "MACHINE"}) for e in workshop.events(done)]
    for event in actual:
        payload = event.get("taskScheduledEventDetails", {}).get("parameters", {}).get("Payload")
        if payload:
            assert payload["ThisContextObject"]["Execution"].pop("RedriveCount") == 0
    assert actual == [same(e, replace) for e in captured]


def test_distributed_map(compare):
    inner = {
        "StartAt": "PassState",
        "States": {"PassState": PASS},
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    states = {
        "MapState": {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": inner,
            "ItemSelector": {
                "constantValue": "constant",
                "mapValue.$": "$$.Map.Item.Value",
                "fromInput.$": "$",
            },
            "Next": "Finish",
        },
        "Finish": {"Type": "Succeed"},
    }
    compare(
        "test-base-scenarios-test-map-state-config-distributed-item-selector",
        machine(states),
        ["Hello", "World"],
        since={7: {"previousEventId": 4}},  # 5 until 11/2024: MapRunSucceeded
    )


def test_map_that_retries(compare):
    fail = {"Type": "Fail", "Error": "HandleItemFailError", "Cause": "HandleItemFailCause"}
    states = {
        "StartState": {"Type": "Pass", "Result": {"arr": [1]}, "Next": "MapState"},
        "MapState": {
            "Type": "Map",
            "ItemsPath": "$.arr",
            "MaxConcurrency": 1,
            "Iterator": {"StartAt": "HandleItemFail", "States": {"HandleItemFail": fail}},
            "Retry": [{"ErrorEquals": ["HandleItemFailError"], "MaxAttempts": 2}],
            "End": True,
        },
    }
    compare("test-base-scenarios-test-map-state-retry", machine(states))


def test_parallel_with_a_branch_that_fails(compare):
    branch = machine({"Branch1": {"Type": "Fail", "Error": "FailureType"}})
    states = {"ParallelState": {"Type": "Parallel", "Branches": [branch], "End": True}}
    compare("test-base-scenarios-test-parallel-state-fail", machine(states))


def test_retry_with_jitter_and_a_longest_delay(compare, workshop):
    task = {
        "Type": "Task",
        "Resource": workshop.function(RAISE),
        "Retry": [
            {
                "ErrorEquals": ["Exception"],
                "IntervalSeconds": 3,
                "MaxAttempts": 2,
                "BackoffRate": 2,
                "MaxDelaySeconds": 4,
                "JitterStrategy": "FULL",
            }
        ],
        "End": True,
    }
    compare("test-base-scenarios-test-retry-interval-features", machine({"LambdaTask": task}))


ITEM = {"data": {"S": "HelloWorld"}, "id": {"S": "id1"}}
DYNAMODB_STATES = {
    "PutItem": {
        "Parameters": {"TableName.$": "$.TableName", "Item.$": "$.Item"},
        "ResultPath": "$.putItemOutput",
    },
    "UpdateItem": {
        "Parameters": {
            "TableName.$": "$.TableName",
            "Key.$": "$.Key",
            "UpdateExpression.$": "$.UpdateExpression",
            "ExpressionAttributeValues.$": "$.ExpressionAttributeValues",
            "ReturnValues": "UPDATED_NEW",
        },
        "ResultPath": "$.updateItemOutput",
    },
    "GetItem": {
        "Parameters": {"TableName.$": "$.TableName", "Key.$": "$.Key"},
        "ResultPath": "$.getItemOutput",
    },
}


@pytest.mark.parametrize(
    ("capture", "names"),
    [("PUT-GET", ["PutItem", "GetItem"]), ("PUT-UPDATE-GET", ["PutItem", "UpdateItem", "GetItem"])],
)
def test_dynamodb(compare, endpoint, capture, names):
    endpoint.client("dynamodb").create_table(
        TableName=f"table-{capture}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    states = {}
    for name, following in zip(names, [*names[1:], None], strict=True):
        action = name[0].lower() + name[1:]
        states[name] = {"Type": "Task", "Resource": DYNAMODB + action, **DYNAMODB_STATES[name]}
        states[name] |= {"Next": following} if following else {"End": True}
    compare(
        f"test-dynamodb-task-service-test-base-integrations-DYNAMODB-{capture}-ITEM",
        machine(states),
        {
            "TableName": f"table-{capture}",
            "Item": ITEM,
            "Key": {"id": {"S": "id1"}},
            "UpdateExpression": "set S=:r",
            "ExpressionAttributeValues": {":r": {"S": "HelloWorldUpdated"}},
        },
        {f"table-{capture}": "TABLE", "table-name": "TABLE"},
    )


@pytest.mark.parametrize(
    ("capture", "given"),
    [("0-0", "0.0"), ("HelloWorld", '"HelloWorld"'), ("True", "true"), ("json-value6", "[]")],
)
def test_a_function_gets_and_gives_any_json(compare, workshop, capture, given):
    task = {"Type": "Task", "Resource": workshop.function(ECHO), "End": True}
    compare(f"test-lambda-task-test-invoke-json-values-{capture}", machine({"step1": task}), given)


def test_functions_one_after_another(compare, workshop):
    first = "def handler(event, context):\n    return {'Return': 'HelloWorld'}\n"
    states = {
        "step1": {"Type": "Task", "Resource": workshop.function(first), "Next": "step2"},
        "step2": {
            "Type": "Task",
            "Resource": workshop.function(ECHO),
            "ResultPath": "$.Return",
            "End": True,
        },
    }
    compare("test-lambda-task-test-invoke-pipe", machine(states))


def test_input_and_result_are_filtered(compare, workshop):
    states = {
        "StartCheckLoop": {
            "Type": "Pass",
            "Result": {"loop": {"count": 0}},
            "Next": "CheckComplete",
        },
        "CheckComplete": {
            "Type": "Task",
            "Resource": workshop.function(ECHO),
            "ResultPath": "$.result",
            "End": True,
        },
    }
    compare("test-lambda-task-test-lambda-task-filter-parameters-input", machine(states))


def test_a_result_over_256_kb(compare, workshop):
    function = workshop.function("def handler(event, context):\n    return '\\u00e9' * 140_000\n")
    name = function.split(":")[-1]
    states = {
        "InvokeLambda": {
            "Type": "Task",
            "Resource": INVOKE,
            "Parameters": {"FunctionName.$": "$.FunctionName", "Payload.$": "$.Payload"},
            "Catch": [caught("HandleDataLimitExceeded", ["States.DataLimitExceeded"])],
            "End": True,
        },
        "HandleDataLimitExceeded": PASS,
    }
    compare(
        "test-states-errors-test-service-task-lambada-data-limit-exceeded-on-large-utf8-response",
        machine(states),
        {"FunctionName": name, "Payload": None},
        {"<lambda_function_name>": "FUNCTION", name: "FUNCTION"},
    )


def test_an_error_put_beside_the_input_of_a_handler(compare, workshop):
    states = {
        "Start": {
            "Type": "Task",
            "Resource": workshop.function(RAISE),
            "Catch": [caught("EndWithStateTaskFailedHandler", ["States.TaskFailed"])],
            "End": True,
        },
        "EndWithStateTaskFailedHandler": {**PASS, "ResultPath": "$.task_failed_error"},
    }
    compare(
        "test-task-lambda-test-no-such-function-catch",
        machine(states),
        {"FunctionName": "no_such_<lambda_function_name>", "Payload": None},
    )


def test_an_error_class_of_ones_own(compare, workshop):
    code = """class CustomException(Exception):
    pass




def handler(event, context):
    # the ninth line raises, as in the capture
    raise CustomException()
"""
    code = code.replace("\n\n\n\n\n", "\n\n\n\n\n", 1)
    states = {
        "InvokeLambda": {
            "Type": "Task",
            "Resource": workshop.function(code),
            "Catch": [caught("ErrorMatched", ["CustomException"])],
            "End": True,
        },
        "ErrorMatched": PASS,
    }
    compare(
        "test-task-lambda-test-raise-custom-exception",
        machine(states),
        {"FunctionName": "<lambda_function_name>", "Payload": None},
    )


def test_an_uncaught_error(compare, workshop):
    task = {"Type": "Task", "Resource": workshop.function(RAISE), "End": True}
    compare(
        "test-task-lambda-test-raise-exception",
        machine({"Start": task}),
        {"FunctionName": "<lambda_function_name>", "Payload": None},
    )


def test_a_table_whose_name_cannot_be(compare):
    task = {
        "Type": "Task",
        "Resource": f"{DYNAMODB}putItem",
        "Parameters": {"TableName.$": "$.TableName", "Item.$": "$.Item"},
        "End": True,
    }
    compare(
        "test-task-service-dynamodb-test-put-item-invalid-table-name",
        machine({"PutItem": task}),
        {"TableName": "/<test-table>", "Item": ITEM},
    )


def test_a_task_that_takes_too_long(compare, workshop):
    code = "import time\n\ndef handler(event, context):\n    time.sleep(8)\n"
    task = {
        "Type": "Task",
        "Resource": workshop.function(code, Timeout=30),
        "TimeoutSeconds": 5,
        "End": True,
    }
    compare("test-timeouts-test-fixed-timeout-lambda", machine({"Start": task}), {"Payload": None})


def test_every_capture_is_replayed(shared):
    """A capture that is added to the shared data wants a test here."""
    source = __import__("pathlib").Path(__file__).read_text()
    families = ("test-dynamodb-task-service-", "test-lambda-task-test-invoke-json-values-")
    for file in (shared / "histories").glob("*.json"):
        assert file.stem in source or file.stem.startswith(families), file.stem
