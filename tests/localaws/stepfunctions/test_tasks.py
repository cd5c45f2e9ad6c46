"""Tasks: functions and services called, failures retried and caught, timeouts."""

import base64
import json
import re
import time

import pytest

from tests.workshop import until

ECHO = "def handler(event, context):\n    return event\n"
FAIL = """
class Custom(Exception):
    pass

def handler(event, context):
    raise {"custom": Custom, "value": ValueError}[event.get("kind", "custom")]("no")
"""
SLOW = "import time\n\ndef handler(event, context):\n    time.sleep(5)\n"
INVOKE = "arn:aws:states:::lambda:invoke"
AFTER = {"Type": "Pass", "End": True}


def task(resource, **fields):
    return {"A": {"Type": "Task", "Resource": resource, "End": True, **fields}}


def details(workshop, done, kind):
    """The details of each event of a type."""
    return [
        next((value for key, value in event.items() if key.endswith("EventDetails")), None)
        for event in workshop.events(done)
        if event["type"] == kind
    ]


# -- data


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a": 1, "b": {"c": 2}}),
        ({"InputPath": "$.b"}, {"c": 2}),
        ({"Parameters": {"x.$": "$.b.c", "y": [1]}}, {"x": 2, "y": [1]}),
        ({"InputPath": "$.b", "Parameters": {"x.$": "$.c"}}, {"x": 2}),
        ({"ResultSelector": {"only.$": "$.b"}}, {"only": {"c": 2}}),
        ({"ResultSelector": {"n.$": "$$.State.Name"}}, {"n": "A"}),
        ({"ResultPath": "$.r", "Parameters": {}}, {"a": 1, "b": {"c": 2}, "r": {}}),
        ({"ResultPath": None}, {"a": 1, "b": {"c": 2}}),
        ({"OutputPath": "$.b.c"}, 2),
        ({"Parameters": {"n.$": "$$.State.RetryCount"}}, {"n": 0}),
    ],
)
def test_data_of_a_function(workshop, fields, expected):
    states = task(workshop.function(ECHO), **fields)
    assert workshop.output(states, {"a": 1, "b": {"c": 2}}) == expected


@pytest.mark.parametrize(
    ("resource", "parameters", "words"),
    [
        (INVOKE, {"Payload": {}}, 'The field "FunctionName" is required but was missing'),
        (
            f"{INVOKE}.waitForTaskToken",
            {"FunctionName": "f", "TaskToken": "t"},
            'The field "TaskToken" is not supported by Step Functions',
        ),
        (
            "arn:aws:states:::dynamodb:putItem",
            {"TableName": "t", "item": {}},
            'The field "Item" is required but was missing, '
            'The field "item" is not supported by Step Functions',
        ),
        (
            "arn:aws:states:::states:startExecution",
            {"Arn": "a"},
            'The field "StateMachineArn" is required but was missing, '
            'The field "Arn" is not supported by Step Functions',
        ),
        (
            INVOKE,
            {"FunctionName": "f", "Payload": 1},
            "The value for the field 'Payload' must be a STRING",
        ),
        (
            "arn:aws:states:::sqs:sendMessage",
            {"QueueUrl": "q", "MessageBody": True},
            "The value for the field 'MessageBody' must be a STRING",
        ),
        (
            "arn:aws:states:::events:putEvents",
            {"Entries": [{"Source": "s", "DetailType": "t", "Detail": 1.5}]},
            "The value for the field 'Detail' must be a STRING",
        ),
        (
            "arn:aws:states:::dynamodb:putItem",
            {"TableName": "t", "Item": {"Id": {"S": {"a": 1}}, "l": {"L": [{"N": 5}]}}},
            "The value for the field 'S' must be a STRING, "
            "The value for the field 'N' must be a STRING",
        ),
    ],
)
def test_a_task_is_not_started_with_other_fields_than_it_takes(
    workshop, resource, parameters, words
):
    states = task(resource, Parameters=parameters)
    states["A"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    done = workshop.run({"StartAt": "A", "States": {**states, "B": AFTER}})
    assert (done["status"], done["error"]) == ("FAILED", "States.Runtime")
    sent = json.dumps(parameters, separators=(",", ":"))
    assert done["cause"] == (
        "An error occurred while executing the state 'A' (entered at the event id #2). The "
        f"Parameters '{sent}' could not be used to start the Task: [{words}]"
    )
    assert workshop.types(done) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


@pytest.mark.parametrize("resource", ["states:startExecution", "aws-sdk:sfn:startExecution"])
def test_a_task_starts_an_express_execution(workshop, resource):
    express = {"type": "EXPRESS"}
    child = workshop.machine({"StartAt": "A", "States": {"A": AFTER}}, **express)
    states = task(f"arn:aws:states:::{resource}", Parameters={"StateMachineArn": child})
    started = workshop.output(states)
    assert ":express:" in started["ExecutionArn"]
    assert started["StartDate"]


@pytest.mark.parametrize(
    ("resource", "called"),
    [
        ("arn:aws:states:::dynamodb:updateItem", "DynamoDB.AmazonDynamoDBException"),
        ("arn:aws:states:::aws-sdk:dynamodb:updateItem", "DynamoDb.DynamoDbException"),
    ],
)
def test_an_expression_with_a_name_that_nobody_gives_can_be_caught(workshop, resource, called):
    parameters = {
        "TableName": workshop.table(),
        "Key": {"Id": {"S": "1"}},
        "UpdateExpression": "SET #price = :price",
        "ExpressionAttributeValues": {":price": {"N": "1"}},
    }
    states = task(resource, Parameters=parameters)
    states["A"]["Catch"] = [{"ErrorEquals": [called], "Next": "B"}]
    found = workshop.output({**states, "B": AFTER})
    assert found["Cause"].startswith(
        "1 validation error detected: Invalid UpdateExpression: An expression attribute name used "
        "in the document path is not defined; attribute name: #price (Service: "
    )


def test_what_a_function_gives_is_kept_to_the_letter(workshop):
    done = workshop.run({"StartAt": "A", "States": task(workshop.function(ECHO))}, '{"é": 1.50}')
    scheduled = details(workshop, done, "LambdaFunctionScheduled")[0]
    assert scheduled["input"] == '{"é": 1.50}'
    assert json.loads(done["output"]) == {"é": 1.5}


def test_lambda_invoke(workshop):
    arn = workshop.function(ECHO)
    states = task(INVOKE, Parameters={"FunctionName": arn, "Payload.$": "$", "LogType": "Tail"})
    answer = workshop.output(states, {"n": 5})
    assert list(answer) == [
        "ExecutedVersion", "LogResult", "Payload", "SdkHttpMetadata", "SdkResponseMetadata",
        "StatusCode",
    ]  # fmt: skip
    assert answer["Payload"] == {"n": 5}
    assert answer["ExecutedVersion"] == "$LATEST"
    assert answer["StatusCode"] == 200
    assert b"REPORT RequestId:" in base64.b64decode(answer["LogResult"])
    http = answer["SdkHttpMetadata"]
    assert http["HttpStatusCode"] == 200
    assert http["AllHttpHeaders"]["Content-Type"] == ["application/json"]
    assert http["HttpHeaders"]["Content-Length"] == str(len('{"n": 5}'))
    assert next(iter(http["AllHttpHeaders"].items())) == ("X-Amz-Log-Result", [answer["LogResult"]])
    request = answer["SdkResponseMetadata"]["RequestId"]
    assert http["HttpHeaders"]["x-amzn-RequestId"] == request
    assert f"START RequestId: {request} ".encode() in base64.b64decode(answer["LogResult"])


@pytest.mark.parametrize("name", ["{name}", "{arn}", "{account}:function:{name}", "{name}:$LATEST"])
def test_names_by_which_lambda_invoke_knows_a_function(workshop, name):
    arn = workshop.function(ECHO)
    given = name.format(arn=arn, name=arn.split(":")[6], account="123456789012")
    states = task(INVOKE, Parameters={"FunctionName": given, "Payload": {"n": 1}})
    assert workshop.output(states)["Payload"] == {"n": 1}


def log_of(workshop, arn):
    """The log of a function, one text; "" before it has any."""
    logs, group = workshop.endpoint.client("logs"), f"/aws/lambda/{arn.split(':')[6]}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return ""
    return "".join(one["message"] for one in logs.filter_log_events(logGroupName=group)["events"])


def test_an_event_is_sent_and_not_waited_for(workshop):
    arn = workshop.function(FAIL)
    parameters = {"FunctionName": arn, "InvocationType": "Event", "Payload": {}}
    answer = workshop.output(task(INVOKE, Parameters=parameters))
    assert answer["StatusCode"] == 202
    request = answer["SdkResponseMetadata"]["RequestId"]
    until(lambda: f"START RequestId: {request} " in log_of(workshop, arn))
    parameters["InvocationType"] = "DryRun"
    assert workshop.output(task(INVOKE, Parameters=parameters))["StatusCode"] == 204


# -- failures


@pytest.mark.parametrize("invoke", [False, True])
@pytest.mark.parametrize(("kind", "name"), [("custom", "Custom"), ("value", "ValueError")])
def test_a_function_that_raises(workshop, invoke, kind, name):
    arn = workshop.function(FAIL)
    states = task(arn)
    if invoke:
        states = task(INVOKE, Parameters={"FunctionName": arn, "Payload.$": "$"})
    done = workshop.run({"StartAt": "A", "States": states}, {"kind": kind})
    assert (done["status"], done["error"]) == ("FAILED", name)
    cause = json.loads(done["cause"])
    assert cause["errorMessage"] == "no"
    assert cause["errorType"] == name
    assert cause["stackTrace"]
    failed = details(workshop, done, "TaskFailed" if invoke else "LambdaFunctionFailed")[0]
    assert (failed["error"], failed["cause"]) == (name, done["cause"])


def test_a_function_that_is_not_there(workshop):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
    error, cause = workshop.failure(task(arn))
    assert error == "Lambda.ResourceNotFoundException"
    assert cause.startswith(
        f"Function not found: {arn}:$LATEST (Service: AWSLambda; Status Code: 404; "
        "Error Code: ResourceNotFoundException; Request ID: "
    )
    error, cause = workshop.failure(task(INVOKE, Parameters={"FunctionName": "nobody"}))
    assert error == "Lambda.ResourceNotFoundException"
    assert cause.startswith(f"Function not found: {arn}:$LATEST (")
    named = {"FunctionName": "nobody", "Qualifier": "live"}
    _, cause = workshop.failure(task(INVOKE, Parameters=named))
    assert cause.startswith(f"Function not found: {arn}:live (")


@pytest.mark.parametrize(
    ("names", "caught"),
    [
        (["Custom"], True),
        (["States.ALL"], True),
        (["States.TaskFailed"], True),
        (["Other"], False),
        (["Other", "Custom"], True),
        (["States.Timeout"], False),
    ],
)
def test_catch(workshop, names, caught):
    catch = [{"ErrorEquals": names, "Next": "B", "ResultPath": "$.error"}]
    states = task(workshop.function(FAIL), Catch=catch) | {"B": AFTER}
    done = workshop.run({"StartAt": "A", "States": states}, {"n": 1})
    assert done["status"] == ("SUCCEEDED" if caught else "FAILED")
    if caught:
        output = json.loads(done["output"])
        assert output["n"] == 1
        assert output["error"]["Error"] == "Custom"
        assert json.loads(output["error"]["Cause"])["errorMessage"] == "no"


def test_the_first_catcher_that_fits_catches_and_may_assign(workshop):
    states = task(
        workshop.function(FAIL),
        Catch=[
            {"ErrorEquals": ["Other"], "Next": "C"},
            {"ErrorEquals": ["Custom"], "Next": "B", "Assign": {"e.$": "$.Error"}},
            {"ErrorEquals": ["States.ALL"], "Next": "C"},
        ],
    )
    states |= {"B": {"Type": "Pass", "Parameters": {"e.$": "$e"}, "End": True}, "C": AFTER}
    assert workshop.output(states) == {"e": "Custom"}


def test_each_retrier_counts_for_itself(workshop, tmp_path):
    code = """
import pathlib

def handler(event, context):
    count = pathlib.Path(event["file"])
    tries = int(count.read_text()) if count.exists() else 0
    count.write_text(str(tries + 1))
    raise [ValueError, KeyError][tries % 2]("again")
"""
    retry = [
        {"ErrorEquals": ["ValueError"], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 3},
        {"ErrorEquals": ["KeyError"], "IntervalSeconds": 100, "MaxAttempts": 2, "BackoffRate": 1},
    ]
    states = task(workshop.function(code), Retry=retry)
    done = workshop.run({"StartAt": "A", "States": states}, {"file": str(tmp_path / "tries")})
    assert done["status"] == "FAILED"
    events = workshop.events(done)
    failed = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionFailed"]
    again = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionScheduled"][1:]
    waits = [(b - a).total_seconds() for a, b in zip(failed, again, strict=False)]
    assert waits == pytest.approx([10, 100, 30, 100], abs=0.3)
    assert len(failed) == 5
    assert done["error"] == "ValueError"


@pytest.mark.parametrize(
    ("retry", "expected"),
    [
        ({"IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}, [2, 4, 8]),
        ({"IntervalSeconds": 10, "MaxAttempts": 4, "BackoffRate": 4, "MaxDelaySeconds": 50},
         [10, 40, 50, 50]),
        ({}, [1, 2, 4]),
        ({"MaxAttempts": 0}, []),
    ],
)  # fmt: skip
def test_backoff(workshop, retry, expected):
    states = task(workshop.function(FAIL), Retry=[{"ErrorEquals": ["States.ALL"], **retry}])
    events = workshop.events(workshop.run({"StartAt": "A", "States": states}, {}))
    failed = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionFailed"]
    again = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionScheduled"][1:]
    waits = [(b - a).total_seconds() for a, b in zip(failed, again, strict=False)]
    assert waits == pytest.approx(expected, abs=0.3)


def test_full_jitter_waits_no_longer_than_without(workshop):
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "MaxAttempts": 8,
             "BackoffRate": 1, "JitterStrategy": "FULL"}  # fmt: skip
    states = task(workshop.function(FAIL), Retry=[retry])
    events = workshop.events(workshop.run({"StartAt": "A", "States": states}, {}))
    failed = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionFailed"]
    again = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionScheduled"][1:]
    waits = [(b - a).total_seconds() for a, b in zip(failed, again, strict=False)]
    assert len(waits) == 8
    assert all(0 <= wait < 100.3 for wait in waits)
    assert len({round(wait) for wait in waits}) > 2


def test_a_retry_that_helps_shows_its_count(workshop, tmp_path):
    code = """
def handler(event, context):
    if event["n"] < 2:
        raise ValueError("too few")
    return event
"""
    states = task(
        workshop.function(code),
        Parameters={"n.$": "$$.State.RetryCount"},
        Retry=[{"ErrorEquals": ["ValueError"]}],
    )
    assert workshop.output(states) == {"n": 2}


# -- timeouts


@pytest.mark.parametrize("invoke", [False, True])
def test_a_task_takes_too_long(workshop, invoke):
    arn = workshop.function(SLOW, Timeout=30)
    states = task(arn, TimeoutSeconds=1)
    if invoke:
        states = task(INVOKE, Parameters={"FunctionName": arn}, TimeoutSeconds=1)
    begin = time.monotonic()
    done = workshop.run({"StartAt": "A", "States": states})
    assert time.monotonic() - begin < 4
    assert (done["status"], done["error"]) == ("FAILED", "States.Timeout")
    assert "cause" not in done
    kind = "TaskTimedOut" if invoke else "LambdaFunctionTimedOut"
    timed_out = details(workshop, done, kind)[0]
    assert timed_out["error"] == "States.Timeout"
    scheduled = "TaskScheduled" if invoke else "LambdaFunctionScheduled"
    assert details(workshop, done, scheduled)[0]["timeoutInSeconds"] == 1


@pytest.mark.parametrize("seconds", [60, "60"])
def test_a_timeout_from_the_input(workshop, seconds):
    states = task(workshop.function(ECHO), TimeoutSecondsPath="$.t")
    done = workshop.run({"StartAt": "A", "States": states}, {"t": seconds})
    assert details(workshop, done, "LambdaFunctionScheduled")[0]["timeoutInSeconds"] == 60


# -- services


def test_any_service_of_the_sdk(workshop):
    states = task("arn:aws:states:::aws-sdk:sqs:createQueue", Parameters={"QueueName": "made-here"})
    made = workshop.output(states)
    assert made == {"QueueUrl": made["QueueUrl"]}
    urls = workshop.endpoint.client("sqs").list_queues(QueueNamePrefix="made-here")["QueueUrls"]
    assert made["QueueUrl"].rpartition("/")[2] == urls[0].rpartition("/")[2]


def test_an_object_of_s3_gets_and_gives_text(workshop):
    workshop.endpoint.client("s3").create_bucket(Bucket="of-states")
    put = {"Bucket": "of-states", "Key": "k", "Body.$": "$"}
    states = {
        "P": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
              "Parameters": put, "ResultPath": None, "Next": "G"},
        "G": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
              "Parameters": {"Bucket": "of-states", "Key": "k"}, "End": True},
    }  # fmt: skip
    answer = workshop.output(states, {"n": 1})
    assert json.loads(answer["Body"]) == {"n": 1}
    assert "T" in answer["LastModified"]


@pytest.mark.parametrize(
    ("body", "text"), [("text", '"text"'), ({"a": [1]}, '{"a":[1]}'), (False, "false"), (0, "0")]
)
def test_the_body_of_an_object_is_written_as_json(workshop, body, text):
    """AWS encodes also a string, says that it is text, and tells of the checksum when it puts."""
    s3 = workshop.endpoint.client("s3")
    s3.create_bucket(Bucket="written-by-states")
    where = {"Bucket": "written-by-states", "Key": "k"}
    put = workshop.output(task("arn:aws:states:::aws-sdk:s3:putObject",
                               Parameters={**where, "Body": body}))  # fmt: skip
    assert put["ServerSideEncryption"] == "AES256"
    assert put["ChecksumType"] == "FULL_OBJECT"
    assert put.keys() == {"ChecksumCRC32", "ChecksumType", "ETag", "ServerSideEncryption"}
    there = s3.get_object(**where)
    assert there["Body"].read().decode() == text
    assert there["ContentType"] == "text/plain; charset=UTF-8"
    assert (there["ChecksumType"], there["ServerSideEncryption"]) == ("FULL_OBJECT", "AES256")
    got = workshop.output(task("arn:aws:states:::aws-sdk:s3:getObject", Parameters=where))
    assert got["Body"] == text
    assert got["ServerSideEncryption"] == "AES256"
    assert not any(name.startswith("Checksum") for name in got)
    given = {**where, "Body": body, "ContentType": "application/json"}
    workshop.output(task("arn:aws:states:::aws-sdk:s3:putObject", Parameters=given))
    assert s3.head_object(**where)["ContentType"] == "application/json"


def test_what_s3_refuses_is_told_with_both_of_its_ids(workshop):
    error, cause = workshop.failure(task("arn:aws:states:::aws-sdk:s3:listObjects",
                                         Parameters={"Bucket": "no-such-bucket-here"}))  # fmt: skip
    assert error == "S3.NoSuchBucketException"
    assert re.fullmatch(
        r"The specified bucket does not exist \(Service: S3, Status Code: 404, "
        r"Request ID: [^,]+, Extended Request ID: [A-Za-z0-9+/=]{76}\)",
        cause,
    )


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "words"),
    [
        (
            "aws-sdk:dynamodb:putItem",
            {"TableName": "t"},
            "DynamoDb.DynamoDbException",
            "1 validation error detected: Value null at 'item' failed to satisfy constraint: "
            "Member must not be null (Service: DynamoDb, Status Code: 400, Request ID: ",
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "q", "MessageBody": None},
            "SQS.AmazonSQSException",
            "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status "
            "Code: 400; Error Code: MissingParameter; Request ID: ",
        ),
        (
            "sns:publish",
            {"TopicArn": "arn:aws:sns:us-east-1:123456789012:nothing", "Message": "m"},
            "SNS.NotFoundException",
            "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; ",
        ),
        (
            "aws-sdk:sfn:sendTaskSuccess",
            {"TaskToken": "nobody's", "Output": "no JSON"},
            "Sfn.InvalidTokenException",
            "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: ",
        ),
    ],
)
def test_what_a_service_refuses_is_told_in_its_own_words(
    workshop, resource, parameters, error, words
):
    told = workshop.failure(task(f"arn:aws:states:::{resource}", Parameters=parameters))
    assert told[0] == error
    assert told[1].startswith(words)
    assert told[1].endswith(" (SDK Attempt Count: 1)") == (":sfn:" in resource)


def test_a_message_for_a_fifo_topic_names_its_group(workshop):
    topic = workshop.endpoint.client("sns").create_topic(
        Name="in-order.fifo", Attributes={"FifoTopic": "true"}
    )["TopicArn"]
    sent = {"TopicArn": topic, "Message": "m"}
    error, cause = workshop.failure(task("arn:aws:states:::sns:publish", Parameters=sent))
    assert error == "SNS.InvalidParameterException"
    assert cause.startswith(
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics (Service: "
    )


def test_an_event_that_a_task_puts_names_its_machine_and_its_execution(workshop):
    url = workshop.endpoint.client("sqs").create_queue(QueueName="put-by-states")["QueueUrl"]
    events = workshop.endpoint.client("events")
    events.put_rule(Name="put-by-states", EventPattern='{"source": ["by-states"]}')
    queue = "arn:aws:sqs:us-east-1:123456789012:put-by-states"
    events.put_targets(Rule="put-by-states", Targets=[{"Id": "q", "Arn": queue}])
    entry = {"Source": "by-states", "DetailType": "t", "Detail": {"n": 1}, "Resources": ["mine"]}
    machine = {"StartAt": "A", "States": task("arn:aws:states:::events:putEvents",
                                              Parameters={"Entries": [entry]})}  # fmt: skip
    done = workshop.run(machine)
    answer = json.loads(done["output"])
    assert list(answer) == ["Entries", "FailedEntryCount"]
    sqs = workshop.endpoint.client("sqs")
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]
    about = [done["stateMachineArn"], done["executionArn"]]
    assert json.loads(message["Body"])["resources"] == ["mine", *about]


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        (
            {"Detail": "words"},
            {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."},
        ),
        (
            {"Detail": '"JSON"'},
            {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."},
        ),
        (
            {"Source": ""},
            {
                "ErrorCode": "InvalidArgument",
                "ErrorMessage": "Parameter Source is not valid. Reason: Source is a required "
                "argument.",
            },
        ),
        (
            {"Source": "aws.s3"},
            {
                "ErrorCode": "NotAuthorizedForSourceException",
                "ErrorMessage": "Not authorized for the source.",
            },
        ),
    ],
)
def test_an_event_that_is_refused_fails_its_task(workshop, wrong, refused):
    entry = {"Source": "s", "DetailType": "t", "Detail": {}}
    put = {"Entries": [entry, entry | wrong]}
    error, cause = workshop.failure(task("arn:aws:states:::events:putEvents", Parameters=put))
    assert error == "EventBridge.FailedEntry"
    told = json.loads(cause)
    assert told["FailedEntryCount"] == 1
    assert list(told["Entries"][0]) == ["EventId"]
    assert told["Entries"][1] == refused


@pytest.mark.parametrize(
    "called",
    [
        "aws-sdk:translate:translateText",
        "aws-sdk:bedrockagentruntime:invokeAgent",
        "aws-sdk:cloudtrail:lookupEvents",
        "bedrock:invokeModel",
        "aws-sdk:bedrockruntime:converse",
        "aws-sdk:comprehend:detectSentiment",
        "aws-sdk:rekognition:detectLabels",
        "aws-sdk:textract:detectDocumentText",
        "aws-sdk:polly:synthesizeSpeech",
        "aws-sdk:sagemakerruntime:invokeEndpoint.waitForTaskToken",
        "aws-sdk:rdsdata:executeStatement",
        "aws-sdk:redshiftdata:executeStatement",
        "aws-sdk:ssm:sendCommand",
        "aws-sdk:glue:startCrawler",
        "aws-sdk:nobodyknows:thisService",
        "athena:startQueryExecution",
        "batch:submitJob",
        "codebuild:startBuild",
        "ecs:runTask.waitForTaskToken",
        "glue:startJobRun",
    ],
)
def test_an_answer_is_never_made_up(workshop, called):
    """What sees, reads or writes as a model does is not here, nor a machine that jobs run on: the
    task says how to mock it.
    """
    parameters = {"ModelId": "m", "Text": "t", "LanguageCode": "en"}
    if ":translate:" in called:
        parameters = {"Text": "t", "SourceLanguageCode": "en", "TargetLanguageCode": "de"}
    if ":cloudtrail:" in called:
        parameters = {}
    if "TaskToken" in called:
        parameters["Token.$"] = "$$.Task.Token"
    states = task(f"arn:aws:states:::{called}", Parameters=parameters)
    error, cause = workshop.failure(states)
    assert error == "States.Runtime"
    assert cause == (
        f"The local endpoint cannot carry out {called}. Deploy to an AWS account to run it, or "
        "try the state with TestState and a mock."
    )


def test_an_error_of_the_sdk(workshop):
    states = task(
        "arn:aws:states:::aws-sdk:dynamodb:describeTable", Parameters={"TableName": "nothing"}
    )
    error, cause = workshop.failure(states)
    assert error == "DynamoDb.ResourceNotFoundException"
    assert "(Service: DynamoDb, Status Code: 400, Request ID: " in cause


def test_a_missing_table(workshop):
    states = task(
        "arn:aws:states:::dynamodb:getItem",
        Parameters={"TableName": "nothing", "Key": {"Id": {"S": "1"}}},
    )
    error, cause = workshop.failure(states)
    assert error == "DynamoDB.ResourceNotFoundException"
    assert cause.startswith(
        "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; "
        "Error Code: ResourceNotFoundException; Request ID: "
    )


def test_values_of_dynamodb_as_the_sdk_reads_them(workshop):
    """Text without a type is a string, and text may stand for a boolean."""
    dynamodb, name = workshop.endpoint.client("dynamodb"), "read-as-java-does"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"id.$": "$.id", "no": {"BOOL": "false"}, "nil": {"NULL": "TRUE"},
            "in": {"M": {"l": {"L": ["x", {"BOOL": "true"}]}}}}  # fmt: skip
    put = task("arn:aws:states:::dynamodb:putItem", Parameters={"TableName": name, "Item": item})
    workshop.output(put, {"id": "1"})
    got = dynamodb.get_item(TableName=name, Key={"id": {"S": "1"}})["Item"]
    assert got == {
        "id": {"S": "1"},
        "no": {"BOOL": False},
        "nil": {"NULL": True},
        "in": {"M": {"l": {"L": [{"S": "x"}, {"BOOL": True}]}}},
    }
    get = {"TableName": name, "Key": {"id.$": "$.id"}}
    answer = workshop.output(task("arn:aws:states:::dynamodb:getItem", Parameters=get), {"id": "1"})
    assert answer["Item"]["no"] == {"BOOL": False}


def test_sqs_and_sns_and_events(workshop):
    url = workshop.endpoint.client("sqs").create_queue(QueueName="tasks")["QueueUrl"]
    topic = workshop.endpoint.client("sns").create_topic(Name="news")["TopicArn"]
    states = {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
              "Parameters": {"QueueUrl": url, "MessageBody": {"n.$": "$.n"}},
              "ResultPath": "$.sqs", "Next": "B"},
        "B": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish",
              "Parameters": {"TopicArn": topic, "Message.$": "States.JsonToString($.n)"},
              "ResultPath": "$.sns", "Next": "C"},
        "C": {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents",
              "Parameters": {"Entries": [{"Detail": {"n.$": "$.n"}, "DetailType": "t",
                                          "EventBusName": "default", "Source": "s"}]},
              "ResultPath": "$.events", "End": True},
    }  # fmt: skip
    answer = workshop.output(states, {"n": 1})
    assert answer["sqs"]["MessageId"]
    assert answer["sns"]["MessageId"]
    assert answer["events"]["FailedEntryCount"] == 0
    messages = workshop.endpoint.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=0)
    assert json.loads(messages["Messages"][0]["Body"]) == {"n": 1}


def test_waiting_for_a_job_of_another_service_says_what_is_missing(workshop):
    states = task("arn:aws:states:::glue:startJobRun.sync", Parameters={"JobName": "j"})
    glue = workshop.endpoint.client("glue")
    glue.create_job(Name="j", Role="r", Command={"Name": "glueetl"})
    error, cause = workshop.failure(states)
    assert error == "States.Runtime"
    assert cause.startswith("The local endpoint cannot carry out glue:startJobRun.sync. ")
    assert glue.get_job_runs(JobName="j")["JobRuns"] == []


# -- hostile


def test_a_function_that_gives_no_json(workshop):
    """The runtime refuses it, so the machine sees a failed function."""
    code = "def handler(event, context):\n    return {1, 2}\n"
    error, cause = workshop.failure(task(workshop.function(code)))
    assert error == "Runtime.MarshalError"
    assert "not JSON serializable" in cause


def test_a_function_that_dies(workshop):
    code = "import os\n\ndef handler(event, context):\n    os._exit(3)\n"
    error, _ = workshop.failure(task(workshop.function(code)))
    assert error == "Runtime.ExitError"


def test_stopping_while_a_function_runs(workshop):
    arn = workshop.start({"StartAt": "A", "States": task(workshop.function(SLOW, Timeout=30))})
    workshop.reached(arn, "LambdaFunctionStarted")
    begin = time.monotonic()
    workshop.states.stop_execution(executionArn=arn, error="E", cause="C")
    done = workshop.states.describe_execution(executionArn=arn)
    assert time.monotonic() - begin < 5  # the function sleeps for much longer
    assert (done["status"], done["error"], done["cause"]) == ("ABORTED", "E", "C")
    assert workshop.types(arn)[-2:] == ["LambdaFunctionStarted", "ExecutionAborted"]


def test_a_function_that_lambda_cannot_run_fails_its_task_with_lambdas_error(workshop):
    name = workshop.function("def handler(event, context):\n    return 1\n").rpartition(":")[2]
    workshop.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        error, cause = workshop.failure({
            "A": {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": name},
                  "End": True}
        })  # fmt: skip
    finally:
        workshop.functions.delete_function_concurrency(FunctionName=name)
    assert error == "Lambda.TooManyRequestsException"
    assert "Status Code: 429; Error Code: TooManyRequestsException" in cause


def test_what_only_aws_can_carry_out_fails_when_it_is_reached_and_can_be_mocked(workshop):
    connection = "arn:aws:events:us-east-1:123456789012:connection/c/1"
    parameters = {"ApiEndpoint": "https://example.com", "Method": "GET",
                  "Authentication": {"ConnectionArn": connection}}  # fmt: skip
    state = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": True,
             "Parameters": parameters}  # fmt: skip
    error, cause = workshop.failure({"A": state})
    assert error == "States.Runtime"
    assert cause.startswith("The local endpoint cannot carry out http:invoke.")
    told = workshop.sync.test_state(
        definition=json.dumps(state), roleArn=workshop.role, mock={"result": '{"StatusCode": 200}'}
    )
    assert (told["status"], told["output"]) == ("SUCCEEDED", '{"StatusCode": 200}')


def test_an_answer_of_sqs_has_the_headers_that_aws_tells(workshop):
    """AWS: 106 bytes, the length of the answer; the request id is a UUID."""
    queue = workshop.endpoint.client("sqs").create_queue(QueueName="headers")["QueueUrl"]
    states = task("arn:aws:states:::sqs:sendMessage",
                  Parameters={"QueueUrl": queue, "MessageBody": "x"})  # fmt: skip
    told = workshop.output(states)["SdkHttpMetadata"]
    assert told["HttpHeaders"]["Content-Length"] == "106"
    assert told["AllHttpHeaders"]["Content-Length"] == ["106"]
    assert len(told["HttpHeaders"]["x-amzn-RequestId"]) == 36
