"""Events of the kinds of which the shared data have no capture, field by field.

Expected is what AWS gave in captures that others published (LocalStack's validated snapshots of
activities, callbacks, heartbeats) and what the Step Functions API Reference says of HistoryEvent.
"""

import json

import pytest

WHOLE = {"truncated": False}
ONE = {"StartAt": "X", "States": {"X": {"Type": "Pass", "Result": 1, "End": True}}}
TWO = {"StartAt": "Y", "States": {"Y": {"Type": "Pass", "Result": 2, "End": True}}}
FAILS = "def handler(event, context):\n    raise ValueError(event)\n"


def entered(kind, name, text, previous):
    details = {"name": name, "input": text, "inputDetails": WHOLE}
    return f"{kind}StateEntered", previous, {"stateEnteredEventDetails": details}


def left(kind, name, text, previous):
    details = {"name": name, "output": text, "outputDetails": WHOLE}
    return f"{kind}StateExited", previous, {"stateExitedEventDetails": details}


def succeeded(text, previous):
    details = {"output": text, "outputDetails": WHOLE}
    return "ExecutionSucceeded", previous, {"executionSucceededEventDetails": details}


def failed(error, cause, previous):
    details = {"error": error} | ({} if cause is None else {"cause": cause})
    return "ExecutionFailed", previous, {"executionFailedEventDetails": details}


def event(kind, previous, **details):
    """An event whose details have the name of its type; none if there are no details."""
    key = f"{kind[0].lower()}{kind[1:]}EventDetails"
    return kind, previous, {key: details} if details else {}


def bare(events):
    """Events as (type, previous, the rest), after the first, which is checked here."""
    assert [one["id"] for one in events] == list(range(1, len(events) + 1))
    first, *rest = events
    assert (first["type"], first["previousEventId"]) == ("ExecutionStarted", 0)
    assert set(first["executionStartedEventDetails"]) == {"input", "inputDetails", "roleArn"}
    skipped = ("id", "type", "previousEventId", "timestamp")
    return [
        (
            one["type"],
            one["previousEventId"],
            {name: value for name, value in one.items() if name not in skipped},
        )
        for one in rest
    ]


MAP = {
    "Type": "Map",
    "MaxConcurrency": 1,
    "ItemsPath": "$.i",
    "ItemProcessor": ONE,
    "End": True,
}
TEXT = '{"a": 1}'
CASES = {
    "Wait and Succeed": (
        {"A": {"Type": "Wait", "Seconds": 5, "Next": "B"}, "B": {"Type": "Succeed"}},
        TEXT,
        [
            entered("Wait", "A", TEXT, 0),
            left("Wait", "A", TEXT, 2),
            entered("Succeed", "B", TEXT, 3),
            left("Succeed", "B", TEXT, 4),
            succeeded(TEXT, 5),
        ],
    ),
    "Pass and Fail": (
        {"A": {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": "E", "Cause": "C"}},
        TEXT,
        [
            entered("Pass", "A", TEXT, 0),
            left("Pass", "A", TEXT, 2),
            entered("Fail", "F", TEXT, 3),
            failed("E", "C", 4),
        ],
    ),
    "Parallel": (
        {"A": {"Type": "Parallel", "Branches": [ONE, TWO], "End": True}},
        "{}",
        [
            entered("Parallel", "A", "{}", 0),
            event("ParallelStateStarted", 2),
            entered("Pass", "X", "{}", 3),
            left("Pass", "X", "1", 4),
            entered("Pass", "Y", "{}", 3),
            left("Pass", "Y", "2", 6),
            event("ParallelStateSucceeded", 7),
            left("Parallel", "A", "[1,2]", 7),
            succeeded("[1,2]", 9),
        ],
    ),
    "Map": (
        {"A": MAP},
        '{"i": [7]}',
        [
            entered("Map", "A", '{"i": [7]}', 0),
            event("MapStateStarted", 2, length=1),
            event("MapIterationStarted", 3, name="A", index=0),
            entered("Pass", "X", "7", 4),
            left("Pass", "X", "1", 5),
            event("MapIterationSucceeded", 6, name="A", index=0),
            event("MapStateSucceeded", 7),
            left("Map", "A", "[1]", 7),
            succeeded("[1]", 9),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_events_are_those_of_aws(workshop, name):
    states, given, expected = CASES[name]
    done = workshop.run({"StartAt": "A", "States": states}, given)
    assert bare(workshop.events(done)) == expected


def test_an_execution_that_takes_too_long(workshop):
    wait = {"A": {"Type": "Wait", "Seconds": 50, "End": True}}
    done = workshop.run({"StartAt": "A", "TimeoutSeconds": 5, "States": wait})
    assert (done["status"], done.get("error")) == ("TIMED_OUT", None)
    assert bare(workshop.events(done))[1] == event("ExecutionTimedOut", 0, error="States.Timeout")


def deleted(workshop):
    parameters = {"TableName": workshop.table(), "Key": {"Id": {"S": "1"}}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:deleteItem", "End": True}
    done = workshop.run({"StartAt": "A", "States": {"A": {**task, "Parameters": parameters}}})
    return bare(workshop.events(done)), json.dumps(parameters, separators=(",", ":"))


def test_an_item_is_deleted(workshop):
    events, parameters = deleted(workshop)
    who = {"resourceType": "dynamodb", "resource": "deleteItem"}
    assert events[1] == event("TaskScheduled", 2, **who, region="us-east-1", parameters=parameters)
    assert events[2] == event("TaskStarted", 3, **who)
    details = events[3][2]["taskSucceededEventDetails"]
    output = details.pop("output")
    assert events[3] == event("TaskSucceeded", 4, **who, outputDetails=WHOLE)
    told = json.loads(output)
    assert set(told) == {"SdkHttpMetadata", "SdkResponseMetadata"}
    http = told["SdkHttpMetadata"]
    assert set(http) == {"AllHttpHeaders", "HttpHeaders", "HttpStatusCode"}
    assert http["HttpStatusCode"] == 200
    headers = {name: [value] for name, value in http["HttpHeaders"].items()}
    assert headers == http["AllHttpHeaders"]
    assert {"Server", "Connection", "x-amzn-RequestId", "x-amz-crc32", "Content-Length", "Date",
            "Content-Type"} == set(headers)  # fmt: skip
    assert events[4:] == [left("Task", "A", output, 5), succeeded(output, 6)]


@pytest.mark.parametrize("worker", [{"workerName": "w"}, {}])
def test_an_activity(workshop, worker):
    name = f"events-{len(worker)}"
    arn = workshop.states.create_activity(name=name)["activityArn"]
    task = {"Type": "Task", "Resource": arn, "HeartbeatSeconds": 10, "TimeoutSeconds": 60,
            "End": True}  # fmt: skip
    execution = workshop.start({"StartAt": "A", "States": {"A": task}}, TEXT)
    token = workshop.states.get_activity_task(activityArn=arn, **worker)["taskToken"]
    workshop.states.send_task_success(taskToken=token, output="[1]")
    workshop.ended(execution)
    began = "ActivityStarted", 3, {"activityStartedEventDetails": worker}
    assert bare(workshop.events(execution)) == [
        entered("Task", "A", TEXT, 0),
        event(
            "ActivityScheduled", 2, resource=arn, input=TEXT, inputDetails=WHOLE,
            timeoutInSeconds=60, heartbeatInSeconds=10,
        ),
        began,
        event("ActivitySucceeded", 4, output="[1]", outputDetails=WHOLE),
        left("Task", "A", "[1]", 5),
        succeeded("[1]", 6),
    ]  # fmt: skip


def test_an_activity_that_is_not_there(workshop):
    arn = "arn:aws:states:us-east-1:123456789012:activity:nobody"
    task = {"Type": "Task", "Resource": arn, "End": True}
    done = workshop.run({"StartAt": "A", "States": {"A": task}}, TEXT)
    cause = (
        "An error occurred while executing the state 'A' (entered at the event id #2). "
        f"The activity {arn} does not exist."
    )
    assert bare(workshop.events(done)) == [
        entered("Task", "A", TEXT, 0),
        failed("States.Runtime", cause, 2),
    ]


@pytest.mark.parametrize("outcome", ["success", "failure"])
def test_a_callback(workshop, outcome):
    queues = workshop.endpoint.client("sqs")
    url = queues.create_queue(QueueName=f"events-{outcome}")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody": {"TaskToken.$": "$$.Task.Token"}},
        "HeartbeatSeconds": 60,
        "TimeoutSeconds": 600,
        "End": True,
    }
    execution = workshop.start({"StartAt": "A", "States": {"A": task}}, TEXT)
    workshop.reached(execution, "TaskSubmitted")
    (message,) = queues.receive_message(QueueUrl=url)["Messages"]
    token = json.loads(message["Body"])["TaskToken"]
    if outcome == "success":
        workshop.states.send_task_success(taskToken=token, output='"x"')
    else:
        workshop.states.send_task_failure(taskToken=token, error="E", cause="C")
    workshop.ended(execution)
    events = bare(workshop.events(execution))
    who = {"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"}
    sent = json.dumps({"QueueUrl": url, "MessageBody": {"TaskToken": token}}, separators=(",", ":"))
    assert events[1] == event(
        "TaskScheduled", 2, **who, region="us-east-1", parameters=sent,
        timeoutInSeconds=600, heartbeatInSeconds=60,
    )  # fmt: skip
    assert events[2] == event("TaskStarted", 3, **who)
    output = json.loads(events[3][2]["taskSubmittedEventDetails"].pop("output"))
    assert events[3] == event("TaskSubmitted", 4, **who, outputDetails=WHOLE)
    assert set(output) == {"MD5OfMessageBody", "MessageId", "SdkHttpMetadata",
                           "SdkResponseMetadata"}  # fmt: skip
    if outcome == "success":
        assert events[4:] == [
            event("TaskSucceeded", 5, **who, output='"x"', outputDetails=WHOLE),
            left("Task", "A", '"x"', 6),
            succeeded('"x"', 7),
        ]
    else:
        assert events[4:] == [
            event("TaskFailed", 5, **who, error="E", cause="C"),
            failed("E", "C", 6),
        ]


def test_stopped(workshop):
    code = "import time\n\ndef handler(event, context):\n    time.sleep(1)\n"
    arn = workshop.function(code)
    task = {"Type": "Task", "Resource": arn, "End": True}
    execution = workshop.start({"StartAt": "A", "States": {"A": task}}, TEXT)
    workshop.reached(execution, "LambdaFunctionStarted")
    workshop.states.stop_execution(executionArn=execution, error="E", cause="C")
    assert bare(workshop.events(execution)) == [
        entered("Task", "A", TEXT, 0),
        event("LambdaFunctionScheduled", 2, resource=arn, input=TEXT, inputDetails=WHOLE),
        event("LambdaFunctionStarted", 3),
        event("ExecutionAborted", 0, error="E", cause="C"),
    ]


def test_redriven(workshop):
    """A redrive schedules the Task anew and does not enter its state again."""
    arn = workshop.function(FAILS)
    task = {"Type": "Task", "Resource": arn, "End": True}
    done = workshop.run({"StartAt": "A", "States": {"A": task}}, TEXT)
    before = bare(workshop.events(done))
    workshop.states.redrive_execution(executionArn=done["executionArn"])
    workshop.ended(done["executionArn"])
    after = bare(workshop.events(done))
    assert after[: len(before)] == before
    cause = before[-1][2]["executionFailedEventDetails"]["cause"]
    again = after[-1][2]["executionFailedEventDetails"]["cause"]
    assert json.loads(again)["requestId"] != json.loads(cause)["requestId"]
    assert after[len(before) :] == [
        event("ExecutionRedriven", 6, redriveCount=1),
        event("LambdaFunctionScheduled", 7, resource=arn, input=TEXT, inputDetails=WHOLE),
        event("LambdaFunctionStarted", 8),
        event("LambdaFunctionFailed", 9, error="ValueError", cause=again),
        failed("ValueError", again, 10),
    ]
