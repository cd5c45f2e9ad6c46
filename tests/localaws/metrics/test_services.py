"""What Lambda, Step Functions, SQS, DynamoDB and EventBridge write to CloudWatch."""

import base64
import contextlib
import datetime as dt
import json
import time
from itertools import pairwise

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.localaws.item_sizes import size_of
from tests.workshop import until

FAILING = "def handler(event, context):\n    if event: raise ValueError('no')\n    return 1\n"


def names(sky, namespace, **dimensions):
    """The metrics of a namespace with just these dimensions."""
    asked = [{"Name": k, "Value": v} for k, v in dimensions.items()]
    found = sky.watch.list_metrics(Namespace=namespace, Dimensions=asked)["Metrics"]
    return {one["MetricName"] for one in found if len(one["Dimensions"]) == len(dimensions)}


# -- Lambda


def test_invocations_errors_and_durations(sky):
    name = sky.function(FAILING)
    for payload in ("null", "null", '{"a": 1}'):
        answer = sky.lambdas.invoke(FunctionName=name, Payload=payload, LogType="Tail")
    told = {s: sky.stat("AWS/Lambda", "Duration", s, FunctionName=name) for s in
            ("SampleCount", "Minimum", "Maximum", "Average", "Sum")}  # fmt: skip
    assert sky.stat("AWS/Lambda", "Invocations", FunctionName=name) == 3
    assert sky.stat("AWS/Lambda", "Errors", FunctionName=name) == 1
    assert sky.stat("AWS/Lambda", "Throttles", FunctionName=name) == 0
    assert sky.stat("AWS/Lambda", "ConcurrentExecutions", "Maximum", FunctionName=name) == 1
    assert told["SampleCount"] == 3
    assert 0 < told["Minimum"] <= told["Average"] <= told["Maximum"] < told["Sum"]
    log = base64.b64decode(answer["LogResult"]).decode()
    reported = float(log.partition("\tDuration: ")[2].partition(" ms")[0])
    ((_, p100),) = sky.points("AWS/Lambda", "Duration", "p100", period=86_400, FunctionName=name)
    assert told["Minimum"] <= reported <= p100, "the metric is not what REPORT says"
    assert names(sky, "AWS/Lambda", FunctionName=name) == {
        *("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"),
    }


def test_the_version_and_the_alias_that_were_asked_for_have_their_own(sky):
    name = sky.function(FAILING)
    version = sky.lambdas.publish_version(FunctionName=name)["Version"]
    sky.lambdas.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    for qualifier in ("live", "live", version):
        sky.lambdas.invoke(FunctionName=name, Qualifier=qualifier, Payload="null")
    count = lambda **named: sky.stat("AWS/Lambda", "Invocations", FunctionName=name, **named)  # noqa: E731
    assert count() == 3
    assert count(Resource=f"{name}:live") == 2
    assert count(Resource=f"{name}:live", ExecutedVersion=version) == 2
    assert count(Resource=f"{name}:{version}") == 1


def test_a_throttled_invocation_is_none(sky):
    name = sky.function(FAILING)
    sky.lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    once = sky.endpoint.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(ClientError, match="Rate Exceeded"):
        once.invoke(FunctionName=name, Payload="null")
    assert sky.stat("AWS/Lambda", "Throttles", FunctionName=name) == 1
    assert sky.stat("AWS/Lambda", "Invocations", FunctionName=name) is None


def test_a_timeout_counts_as_an_error_and_takes_its_time(sky):
    name = sky.function(
        "import time\ndef handler(event, context):\n    time.sleep(30)\n", Timeout=1
    )
    sky.lambdas.invoke(FunctionName=name, Payload="null")
    assert sky.stat("AWS/Lambda", "Errors", FunctionName=name) == 1
    assert sky.stat("AWS/Lambda", "Duration", FunctionName=name) == 1000


# -- Step Functions

FLAKY = {
    "StartAt": "Wait",
    "States": {
        "Wait": {"Type": "Wait", "Seconds": 90, "Next": "Which"},
        "Which": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Not",
        },
        "Done": {"Type": "Succeed"},
        "Not": {"Type": "Fail", "Error": "Not", "Cause": "ok"},
    },
}


def test_executions_by_how_they_ended(sky):
    machine = sky.machine(FLAKY)
    assert sky.run(machine, {"ok": True})["status"] == "SUCCEEDED"
    failed = sky.run(machine, {"ok": False})
    assert failed["status"] == "FAILED"
    count = lambda metric: sky.stat("AWS/States", metric, StateMachineArn=machine)  # noqa: E731
    assert count("ExecutionsStarted") == 2
    assert count("ExecutionsSucceeded") == 1
    assert count("ExecutionsFailed") == 1
    assert count("ExecutionsAborted") == count("ExecutionsTimedOut") == 0
    assert count("ExecutionThrottled") == 0
    assert count("ExecutionsRedriven") is None
    longest = sky.stat("AWS/States", "ExecutionTime", "Maximum", StateMachineArn=machine)
    assert 90_000 <= longest < 95_000, "the time is not the simulated one"
    sky.states.redrive_execution(executionArn=failed["executionArn"])
    sky.ended(failed["executionArn"])
    assert count("ExecutionsRedriven") == 1
    assert count("RedrivenExecutionsFailed") == 1
    assert count("ExecutionsStarted") == 2


def test_an_execution_that_times_out_and_one_that_is_stopped(sky):
    waits = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 900, "End": True}}}
    late = sky.machine(waits | {"TimeoutSeconds": 60})
    assert sky.run(late)["status"] == "TIMED_OUT"
    assert sky.stat("AWS/States", "ExecutionsTimedOut", StateMachineArn=late) == 1
    task = {
        "Type": "Task",
        "End": True,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    }
    _, url, _ = sky.queue()
    task["Parameters"] = {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"}
    stopped = sky.machine({"StartAt": "T", "States": {"T": task}})
    arn = sky.states.start_execution(stateMachineArn=stopped)["executionArn"]
    sky.states.stop_execution(executionArn=arn)
    assert sky.stat("AWS/States", "ExecutionsAborted", StateMachineArn=stopped) == 1


def test_the_version_and_the_alias_of_a_machine_have_their_own(sky):
    machine = sky.machine()
    version = sky.states.publish_state_machine_version(stateMachineArn=machine)
    version = version["stateMachineVersionArn"]
    alias = sky.states.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}]
    )["stateMachineAliasArn"]
    sky.run(alias)
    sky.run(machine)
    count = lambda **named: sky.stat(  # noqa: E731
        "AWS/States", "ExecutionsStarted", StateMachineArn=machine, **named
    )
    assert count() == 2
    assert count(Alias="live") == 1
    assert count(Version="1") == 1


def test_tasks_have_metrics_of_their_function_or_their_service(sky):
    name = sky.function(FAILING)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Call"}]
    machine = sky.machine(
        {
            "StartAt": "Direct",
            "States": {
                "Direct": {"Type": "Task", "Resource": arn, "Catch": catch, "Next": "Call"},
                "Call": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": name},
                    "End": True,
                },
            },
        }
    )
    sky.run(machine, {"a": 1})
    function = {"LambdaFunctionArn": arn}
    assert sky.stat("AWS/States", "LambdaFunctionsScheduled", **function) == 1
    assert sky.stat("AWS/States", "LambdaFunctionsStarted", **function) == 1
    assert sky.stat("AWS/States", "LambdaFunctionsFailed", **function) == 1
    assert sky.stat("AWS/States", "LambdaFunctionRunTime", **function) >= 0
    service = {"ServiceIntegrationResourceArn": "arn:aws:states:::lambda:invoke"}
    assert sky.stat("AWS/States", "ServiceIntegrationsSucceeded", **service) == 1
    assert sky.stat("AWS/States", "ServiceIntegrationTime", **service) >= 0


def test_an_express_execution_is_billed_by_tenths_of_a_second(sky):
    machine = sky.machine(type="EXPRESS")
    sky.states.start_execution(stateMachineArn=machine)
    billed = "ExpressExecutionBilledDuration"
    assert until(lambda: sky.stat("AWS/States", billed, StateMachineArn=machine)) == 100
    assert sky.stat("AWS/States", "ExecutionsSucceeded", StateMachineArn=machine) == 1


# -- SQS


def test_messages_sent_received_and_deleted(sky):
    name, url, _ = sky.queue()
    for number in range(3):
        sky.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(f"{number:08}"))
    assert len(sky.received(url, 2)) == 3
    count = lambda metric, stat="Sum": sky.stat("AWS/SQS", metric, stat, QueueName=name)  # noqa: E731
    assert count("NumberOfMessagesSent") == 3
    assert count("NumberOfMessagesReceived") == 3
    assert count("NumberOfMessagesDeleted") == 3
    assert count("NumberOfEmptyReceives") == 1
    assert count("SentMessageSize", "Average") == 10


def test_how_many_messages_a_queue_has_is_told_each_minute(sky):
    name, url, _ = sky.queue(VisibilityTimeout="120")
    first = sky.next_minute()
    for body in ("1", "2"):
        sky.sqs.send_message(QueueUrl=url, MessageBody=body)
    second = sky.next_minute()
    sky.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    for _ in range(4):
        last = sky.next_minute()

    def told(metric):
        points = sky.points("AWS/SQS", metric, "Maximum", first, last, QueueName=name)
        assert [when for when, _ in points][:2] == [first, second]
        return [value for _, value in points]

    # received in the second minute, visible again two minutes later
    assert told("ApproximateNumberOfMessagesVisible") == [2, 1, 1, 2, 2]
    assert told("ApproximateNumberOfMessagesNotVisible") == [0, 1, 1, 0, 0]
    ages = told("ApproximateAgeOfOldestMessage")
    assert [b - a for a, b in pairwise(ages)] == [60, 60, 60, 60]
    assert 50 <= ages[0] <= 60
    assert {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"} <= names(
        sky, "AWS/SQS", QueueName=name
    )


def test_an_empty_queue_tells_nothing_after_six_hours(sky):
    name, url, _ = sky.queue()
    began = sky.next_minute()
    sky.sqs.send_message(QueueUrl=url, MessageBody="1")
    sky.received(url)
    sky.advance(8 * 3600)
    found = sky.points(
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Average", began, QueueName=name
    )
    assert len(found) == 361
    assert {value for _, value in found} == {0}


def test_a_message_that_moves_to_a_dead_letter_queue_was_not_sent_to_it(sky):
    dead, _, dead_arn = sky.queue()
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
    _, url, _ = sky.queue(VisibilityTimeout="1", RedrivePolicy=policy)
    sky.sqs.send_message(QueueUrl=url, MessageBody="1")
    sky.sqs.receive_message(QueueUrl=url)
    began = sky.next_minute()
    sky.sqs.receive_message(QueueUrl=url)
    sky.next_minute()
    visible = sky.points(
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", began, QueueName=dead
    )
    assert visible[0] == (began, 1)
    assert sky.stat("AWS/SQS", "NumberOfMessagesSent", QueueName=dead) is None


# -- DynamoDB


@pytest.fixture
def table(sky):
    """A client and the name of a new table."""
    client, name = sky.endpoint.client("dynamodb"), f"table-{time.monotonic_ns()}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client, name


def test_capacity_by_the_size_of_the_items(sky, table):
    client, name = table
    large = {"Id": {"S": "1"}, "Text": {"S": "x" * 5000}}
    client.put_item(TableName=name, Item=large)
    client.put_item(TableName=name, Item={"Id": {"S": "2"}})
    written = lambda: sky.stat("AWS/DynamoDB", "ConsumedWriteCapacityUnits", TableName=name)  # noqa: E731
    read = lambda: sky.stat("AWS/DynamoDB", "ConsumedReadCapacityUnits", TableName=name)  # noqa: E731
    assert written() == 5 + 1
    client.get_item(TableName=name, Key={"Id": {"S": "1"}})
    assert read() == 1
    client.get_item(TableName=name, Key={"Id": {"S": "1"}}, ConsistentRead=True)
    assert read() == 1 + 2
    client.scan(TableName=name)
    assert read() == 3 + 1
    client.delete_item(TableName=name, Key={"Id": {"S": "1"}})
    assert written() == 6 + 5
    latency = {"TableName": name, "Operation": "PutItem"}
    assert sky.stat("AWS/DynamoDB", "SuccessfulRequestLatency", "SampleCount", **latency) == 2
    assert sky.stat("AWS/DynamoDB", "SuccessfulRequestLatency", "Maximum", **latency) > 0


def test_a_condition_that_fails_is_no_error_of_the_user(sky, table):
    client, name = table
    before = sky.stat("AWS/DynamoDB", "UserErrors") or 0
    for _ in range(3):
        with contextlib.suppress(client.exceptions.ConditionalCheckFailedException):
            client.put_item(
                TableName=name,
                Item={"Id": {"S": "1"}},
                ConditionExpression="attribute_not_exists(Id)",
            )
    failed = sky.stat("AWS/DynamoDB", "ConditionalCheckFailedRequests", TableName=name)
    assert failed == 2
    assert (sky.stat("AWS/DynamoDB", "UserErrors") or 0) == before
    with pytest.raises(ClientError):
        client.put_item(TableName=name, Item={"Wrong": {"S": "1"}})
    assert sky.stat("AWS/DynamoDB", "UserErrors") == before + 1


def test_what_a_state_machine_puts_is_counted(sky, table):
    _, name = table
    sky.run(
        sky.machine(
            {
                "StartAt": "Put",
                "States": {
                    "Put": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::dynamodb:putItem",
                        "Parameters": {"TableName": name, "Item": {"Id": {"S": "1"}}},
                        "End": True,
                    }
                },
            }
        )
    )
    assert sky.stat("AWS/DynamoDB", "ConsumedWriteCapacityUnits", TableName=name) == 1


def test_the_size_of_an_item():
    item = {
        "Id": {"S": "aä"},  # 2 + 3
        "N": {"N": "-123.45"},  # 1 + 4
        "L": {"L": [{"BOOL": True}, {"NULL": True}]},  # 1 + 3 + 2 + 2
        "M": {"M": {"k": {"S": "v"}}},  # 1 + 3 + 1 + 1 + 1
        "B": {"B": "AAAA"},  # 1 + 3
        "Set": {"SS": ["a", "bc"]},  # 3 + 3
    }
    assert size_of(item) == 5 + 5 + 8 + 7 + 4 + 6


# -- EventBridge


def test_rules_that_fire_and_targets_that_take_nothing(sky):
    _, url, queue = sky.queue()
    sky.events.put_rule(Name="every-hour", ScheduleExpression="rate(1 hour)")
    gone = "arn:aws:sqs:us-east-1:123456789012:nobody-made-this"
    sky.events.put_targets(
        Rule="every-hour", Targets=[{"Id": "1", "Arn": queue}, {"Id": "2", "Arn": gone}]
    )
    sky.advance(3 * 3600)
    sky.events.remove_targets(Rule="every-hour", Ids=["1", "2"])
    sky.events.delete_rule(Name="every-hour")
    count = lambda metric: sky.stat("AWS/Events", metric, RuleName="every-hour")  # noqa: E731
    assert count("TriggeredRules") == 3
    assert count("Invocations") == 6
    assert count("FailedInvocations") == 3
    assert count("MatchedEvents") is None
    assert len(sky.received(url)) == 3
    hours = sky.points("AWS/Events", "TriggeredRules", "Sum", period=60, RuleName="every-hour")
    assert len(hours) == 3
    assert hours[1][0] - hours[0][0] == dt.timedelta(hours=1)


def test_a_rule_that_an_event_matches(sky):
    _, url, queue = sky.queue()
    name = sky.rule({"source": ["tests"]}, queue)
    for source in ("tests", "others"):
        sky.events.put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}"}])
    assert sky.stat("AWS/Events", "MatchedEvents", RuleName=name) == 1
    assert sky.stat("AWS/Events", "Invocations", RuleName=name) == 1
    assert sky.stat("AWS/Events", "FailedInvocations", RuleName=name) is None
    sky.events.disable_rule(Name=name)
    sky.events.put_events(Entries=[{"Source": "tests", "DetailType": "t", "Detail": "{}"}])
    assert len(sky.received(url)) == 1, "a rule that is disabled fires"


# -- what is not here


def names_of(sky, namespace):
    pages = sky.watch.get_paginator("list_metrics").paginate(Namespace=namespace)
    return {one["MetricName"] for page in pages for one in page["Metrics"]}


def test_activities_and_the_memory_of_express_executions_have_no_metrics(sky):
    activity = sky.states.create_activity(name="unmeasured")["activityArn"]
    task = {"Type": "Task", "Resource": activity, "End": True}
    machine = sky.machine({"StartAt": "Wait", "States": {"Wait": task}})
    started = sky.states.start_execution(stateMachineArn=machine)["executionArn"]
    token = sky.states.get_activity_task(activityArn=activity)["taskToken"]
    sky.states.send_task_success(taskToken=token, output="{}")
    assert sky.ended(started)["status"] == "SUCCEEDED"
    sky.states.start_execution(stateMachineArn=sky.machine(type="EXPRESS"))
    until(lambda: "ExpressExecutionBilledDuration" in names_of(sky, "AWS/States"))
    found = names_of(sky, "AWS/States")
    assert "ExecutionsSucceeded" in found
    assert not {name for name in found if name.startswith(("Activit", "ExpressExecutionMemory"))}
    assert not {name for name in found if name.startswith("ExpressExecutionBilledMemory")}
    assert not found & {"ThrottledEvents", "ProvisionedBucketSize", "OpenExecutionCount"}


def test_asynchronous_invocations_and_concurrency_that_is_reserved_have_no_metrics(sky):
    name = sky.function("def handler(event, context):\n    return 1\n")
    sky.lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    sky.lambdas.invoke(FunctionName=name, InvocationType="Event")
    until(lambda: sky.stat("AWS/Lambda", "Invocations", FunctionName=name) == 1)
    assert names_of(sky, "AWS/Lambda") <= {
        "Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"
    }  # fmt: skip
