"""Tasks that somebody outside carries out: tokens, heartbeats, activities and their workers."""

import json
import threading
import time

import pytest

AFTER = {"Type": "Pass", "End": True}


@pytest.fixture(scope="module")
def workshop(own_workshop):
    """These tests move the clock."""
    return own_workshop


@pytest.fixture(scope="module")
def url(workshop):
    return workshop.endpoint.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]


def waits(url, **fields):
    return {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
            "End": True,
            **fields,
        }
    }


def begun(workshop, url, **fields):
    """An execution that waits, and its token."""
    states = waits(url, **fields) | ({"B": AFTER} if "Catch" in fields else {})
    arn = workshop.start({"StartAt": "A", "States": states})
    workshop.reached(arn, "TaskSubmitted")
    sqs = workshop.endpoint.client("sqs")
    message = sqs.receive_message(QueueUrl=url)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return arn, message["Body"]


def last_details(workshop, arn, kind):
    event = workshop.reached(arn, kind)
    return next(value for key, value in event.items() if key.endswith("EventDetails"))


def test_success(workshop, url):
    arn, token = begun(workshop, url)
    workshop.states.send_task_success(taskToken=token, output='{"done": true}')
    done = workshop.ended(arn)
    assert (done["status"], done["output"]) == ("SUCCEEDED", '{"done": true}')
    assert workshop.types(arn)[2:] == [
        "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited",
        "ExecutionSucceeded",
    ]  # fmt: skip
    succeeded = last_details(workshop, arn, "TaskSucceeded")
    assert succeeded == {
        "resourceType": "sqs",
        "resource": "sendMessage.waitForTaskToken",
        "output": '{"done": true}',
        "outputDetails": {"truncated": False},
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"error": "E", "cause": "C"}, {"error": "E", "cause": "C"}),
        ({"error": "E"}, {"error": "E"}),
        ({}, {}),
    ],
)
def test_failure(workshop, url, given, expected):
    arn, token = begun(workshop, url)
    workshop.states.send_task_failure(taskToken=token, **given)
    done = workshop.ended(arn)
    assert done["status"] == "FAILED"
    assert {key: done[key] for key in ("error", "cause") if key in done} == expected
    failed = last_details(workshop, arn, "TaskFailed")
    assert {key: failed[key] for key in ("error", "cause") if key in failed} == expected


def test_a_catch_hands_on_that_nobody_named_the_error(workshop, url):
    """AWS has null for both."""
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}]
    arn, token = begun(workshop, url, Catch=catch)
    workshop.states.send_task_failure(taskToken=token)
    done = workshop.ended(arn)
    assert json.loads(done["output"])["error"] == {"Error": None, "Cause": None}


@pytest.mark.parametrize("pattern", ["sync", "sync:2"])
@pytest.mark.parametrize("fails", [False, True])
def test_whoever_has_the_token_ends_the_wait_for_an_execution(workshop, url, pattern, fails):
    """AWS: also a task that waits for an execution has a token, and is over when that is used."""
    sends = waits(url, Parameters={"QueueUrl": url, "MessageBody.$": "$"})  # and waits for ever
    inner = workshop.machine({"StartAt": "A", "States": sends})
    given = {"StateMachineArn": inner, "Input": {"token.$": "$$.Task.Token"}}
    arn = workshop.start({
        "StartAt": "A",
        "States": {"A": {"Type": "Task", "Parameters": given, "End": True,
                         "Resource": f"arn:aws:states:::states:startExecution.{pattern}"}},
    })  # fmt: skip
    sqs = workshop.endpoint.client("sqs")
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    token = json.loads(message["Body"])["token"]
    if fails:
        workshop.states.send_task_failure(taskToken=token, error="E", cause="C")
    else:
        workshop.states.send_task_success(taskToken=token, output='"by hand"')
    done = workshop.ended(arn)
    if fails:
        assert (done["status"], done["error"], done["cause"]) == ("FAILED", "E", "C")
    else:
        assert (done["status"], done["output"]) == ("SUCCEEDED", '"by hand"')


def test_a_token_settles_once(workshop, url):
    arn, token = begun(workshop, url)
    workshop.states.send_task_success(taskToken=token, output="1")
    workshop.ended(arn)
    again = workshop.refused(workshop.states.send_task_success, taskToken=token, output="2")
    assert again[0] == "TaskTimedOut"
    assert workshop.refused(workshop.states.send_task_failure, taskToken=token)[0] == "TaskTimedOut"
    beat = workshop.refused(workshop.states.send_task_heartbeat, taskToken=token)
    assert beat[0] == "TaskTimedOut"


def test_a_token_of_nobody(workshop):
    assert workshop.refused(workshop.states.send_task_heartbeat, taskToken="x" * 100) == (
        "InvalidToken",
        "Invalid Token: 'Invalid token'",
    )


def test_output_that_is_no_json(workshop, url):
    arn, token = begun(workshop, url)
    refused = workshop.refused(workshop.states.send_task_success, taskToken=token, output="{")
    assert refused[0] == "InvalidOutput"
    workshop.states.send_task_success(taskToken=token, output="{}")
    assert workshop.ended(arn)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("names", "caught"),
    [(["States.Timeout"], True), (["States.ALL"], True), (["States.TaskFailed"], False)],
)
def test_nobody_settles_it_in_time(workshop, url, names, caught):
    catch = [{"ErrorEquals": names, "Next": "B"}]
    arn, _ = begun(workshop, url, TimeoutSeconds=3600, Catch=catch)
    workshop.advance(3590)
    assert workshop.states.describe_execution(executionArn=arn)["status"] == "RUNNING"
    workshop.advance(11)
    done = workshop.ended(arn)
    assert done["status"] == ("SUCCEEDED" if caught else "FAILED")
    assert last_details(workshop, arn, "TaskTimedOut")["error"] == "States.Timeout"


def test_heartbeats_keep_it_alive(workshop, url):
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "B"}]
    arn, token = begun(workshop, url, TimeoutSeconds=3600, HeartbeatSeconds=60, Catch=catch)
    for _ in range(3):
        workshop.advance(50)
        workshop.states.send_task_heartbeat(taskToken=token)
    assert workshop.states.describe_execution(executionArn=arn)["status"] == "RUNNING"
    workshop.advance(61)
    done = workshop.ended(arn)
    assert json.loads(done["output"])["Error"] == "States.Timeout"
    scheduled = last_details(workshop, arn, "TaskScheduled")
    assert (scheduled["timeoutInSeconds"], scheduled["heartbeatInSeconds"]) == (3600, 60)


def test_waiting_does_not_pull_the_clock(workshop, url):
    before = workshop.endpoint.control("/_local/clock")["offset"]
    arn, _ = begun(workshop, url, TimeoutSeconds=60)
    time.sleep(0.3)
    assert workshop.endpoint.control("/_local/clock")["offset"] == before
    workshop.states.stop_execution(executionArn=arn)
    assert workshop.ended(arn)["status"] == "ABORTED"


def test_a_retry_gets_a_new_token(workshop, url):
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 30}]
    arn, token = begun(workshop, url, Retry=retry)
    workshop.states.send_task_failure(taskToken=token, error="Again")
    sqs = workshop.endpoint.client("sqs")
    messages = []
    while not messages:
        messages = sqs.receive_message(QueueUrl=url).get("Messages", [])
    second = messages[0]["Body"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    assert second != token
    workshop.states.send_task_success(taskToken=second, output="2")
    assert workshop.ended(arn)["output"] == "2"


def test_a_function_may_settle_its_own_task(workshop):
    code = """
import boto3

def handler(event, context):
    boto3.client("stepfunctions").send_task_success(taskToken=event["token"], output='"me"')
"""
    arn = workshop.function(code)
    states = {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": arn, "Payload": {"token.$": "$$.Task.Token"}},
            "End": True,
        }
    }
    assert workshop.output(states) == "me"


# -- activities


@pytest.fixture
def activity(workshop, request):
    name = f"activity-{abs(hash(request.node.name))}"
    arn = workshop.states.create_activity(name=name)["activityArn"]
    yield arn
    workshop.states.delete_activity(activityArn=arn)


def test_a_worker_takes_a_task_and_settles_it(workshop, activity):
    states = {"A": {"Type": "Task", "Resource": activity, "End": True}}
    arn = workshop.start({"StartAt": "A", "States": states}, {"n": 1})
    task = workshop.states.get_activity_task(activityArn=activity, workerName="me")
    assert json.loads(task["input"]) == {"n": 1}
    workshop.states.send_task_success(taskToken=task["taskToken"], output="2")
    done = workshop.ended(arn)
    assert done["output"] == "2"
    assert workshop.types(arn)[2:] == [
        "ActivityScheduled", "ActivityStarted", "ActivitySucceeded", "TaskStateExited",
        "ExecutionSucceeded",
    ]  # fmt: skip
    assert last_details(workshop, arn, "ActivityStarted") == {"workerName": "me"}
    assert last_details(workshop, arn, "ActivityScheduled")["resource"] == activity


def test_a_worker_that_came_first_waits(workshop, activity):
    taken = []
    worker = threading.Thread(
        target=lambda: taken.append(workshop.states.get_activity_task(activityArn=activity))
    )
    worker.start()
    time.sleep(0.1)
    states = {"A": {"Type": "Task", "Resource": activity, "End": True}}
    arn = workshop.start({"StartAt": "A", "States": states}, "{}")
    worker.join(5)
    workshop.states.send_task_failure(taskToken=taken[0]["taskToken"], error="E", cause="C")
    done = workshop.ended(arn)
    assert (done["status"], done["error"], done["cause"]) == ("FAILED", "E", "C")
    assert last_details(workshop, arn, "ActivityFailed") == {"error": "E", "cause": "C"}


def test_the_time_of_a_worker_begins_when_it_takes_the_task(workshop, activity):
    states = {"A": {"Type": "Task", "Resource": activity, "TimeoutSeconds": 100, "End": True}}
    arn = workshop.start({"StartAt": "A", "States": states}, "{}")
    workshop.reached(arn, "ActivityScheduled")
    workshop.advance(1000)
    assert workshop.types(arn)[-1] == "ActivityScheduled"
    workshop.states.get_activity_task(activityArn=activity)
    workshop.advance(99)
    assert workshop.types(arn)[-1] == "ActivityStarted"
    workshop.advance(2)
    done = workshop.ended(arn)
    assert (done["status"], done["error"]) == ("FAILED", "States.Timeout")
    assert workshop.types(arn)[-2:] == ["ActivityTimedOut", "ExecutionFailed"]


def test_a_worker_goes_silent(workshop, activity):
    states = {"A": {"Type": "Task", "Resource": activity, "HeartbeatSeconds": 10,
                    "TimeoutSeconds": 100, "End": True}}  # fmt: skip
    arn = workshop.start({"StartAt": "A", "States": states}, "{}")
    task = workshop.states.get_activity_task(activityArn=activity)
    workshop.advance(11)
    assert workshop.ended(arn)["error"] == "States.Timeout"
    late = workshop.refused(
        workshop.states.send_task_success, taskToken=task["taskToken"], output="1"
    )
    assert late[0] == "TaskTimedOut"


def test_activities_are_listed_described_and_deleted(workshop):
    arn = workshop.states.create_activity(name="listed")["activityArn"]
    assert workshop.states.create_activity(name="listed")["activityArn"] == arn
    assert arn in [a["activityArn"] for a in workshop.states.list_activities()["activities"]]
    told = workshop.states.describe_activity(activityArn=arn)
    assert (told["name"], told["encryptionConfiguration"]) == ("listed", {"type": "AWS_OWNED_KEY"})
    key = {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "a-key"}}
    taken = workshop.refused(workshop.states.create_activity, name="listed", **key)
    assert taken == ("ActivityAlreadyExists", f"Activity Already Exists: '{arn}'")
    workshop.states.delete_activity(activityArn=arn)
    gone = workshop.refused(workshop.states.describe_activity, activityArn=arn)
    assert gone[0] == "ActivityDoesNotExist"
    gone = workshop.refused(workshop.states.get_activity_task, activityArn=arn)
    assert gone[0] == "ActivityDoesNotExist"
