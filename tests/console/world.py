"""One of everything that the console shows, under the course's names, with hostile text in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.conftest import LocalEndpoint
from tests.workshop import ended, make_function, stack_at_rest, until

HOSTILE = (
    "价格 السعر </textarea></pre></title></script><script data-planted>planted()</script>"
    "<img data-planted src=/planted onerror=planted()> \"onfocus='planted()'{{planted}}&amp;%2e%2e/"
)
"""What is to be shown as it stands, wherever AWS takes text of anybody's."""

STACK = "demo-sam"
FUNCTION = f"{STACK}-StockCheckerFunction-1"
MACHINE = "StockTradingStateMachine-1"
GROUP = f"/{STACK}-desk"
ELSES = "somebody-elses"
KEYS = (
    "a/../../b.txt",
    "/slash",
    "..%2f..%2fpasswd",
    "back\\slash.html",
    "a\ttab\x07.txt",
    f"{HOSTILE}.html",
)
"""Keys of objects, of which some look like a way out."""

SOURCE = f"""
def handler(event, context):
    print({HOSTILE!r})
    if event.get("fail"):
        raise ValueError({HOSTILE!r})
    return {{"id": "1", "price": {HOSTILE!r}}}
"""


@dataclass(frozen=True)
class Arns:
    """What parts of it name of other parts."""

    role: str
    function: str
    machine: str
    queue: str


def build(
    endpoint: LocalEndpoint, refused: Callable[[str, ClientError], object] | None = None
) -> None:
    """Make it all, and let some of it run.

    refused: told what another endpoint does not make, and why; none: it has to be made.
    """
    role = endpoint.role(f"{STACK}-StockTradingStateMachineRole", allow="*")
    here = f"us-east-1:{role.split(':')[4]}"
    arns = Arns(
        role,
        f"arn:aws:lambda:{here}:function:{FUNCTION}",
        f"arn:aws:states:{here}:stateMachine:{MACHINE}",
        f"arn:aws:sqs:{here}:{STACK}-dead",
    )
    for part in (
        *(_stack, _function, _machines, _rules, _schedule, _tables, _bucket),
        *(_queues, _topic, _alarm, _log, _elses),
    ):
        try:
            part(endpoint, arns)
        except ClientError as error:
            if refused is None:
                raise
            refused(part.__name__.strip("_"), error)


def _function(endpoint: LocalEndpoint, arns: Arns) -> None:
    make_function(
        endpoint.client("lambda"),
        arns.role,
        SOURCE,
        FunctionName=FUNCTION,
        Description=HOSTILE[:256],
        Environment={"Variables": {"PLANTED": HOSTILE}},
        Tags={HOSTILE[:120]: HOSTILE[:250]},
    )


def _elses(endpoint: LocalEndpoint, arns: Arns) -> None:
    """What is on the account besides, and not the course's."""
    states = endpoint.client("stepfunctions")
    made = states.create_state_machine(
        name=ELSES, roleArn=arns.role, definition=json.dumps(_chain(_passes()))
    )
    states.start_execution(stateMachineArn=made["stateMachineArn"])
    endpoint.client("dynamodb").create_table(
        TableName=ELSES,
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    endpoint.client("sqs").create_queue(QueueName=ELSES)
    endpoint.client("sns").create_topic(Name=ELSES)
    endpoint.client("s3").create_bucket(Bucket=ELSES)
    endpoint.client("events").put_rule(Name=ELSES, ScheduleExpression="rate(1 day)")
    endpoint.client("logs").create_log_group(logGroupName=ELSES)
    make_function(endpoint.client("lambda"), arns.role, SOURCE, FunctionName=ELSES)


def _passes() -> dict[str, Any]:
    return {"Type": "Pass", "Comment": HOSTILE}


def _chain(*states: dict[str, Any], named: str = "") -> dict[str, Any]:
    """A definition of states one after the other, each with the hostile text in its name."""
    names = [f"{named}{place} {HOSTILE}"[:80] for place in range(len(states))]
    made = {
        name: state if state["Type"] == "Fail" else {**state, "Next": after}
        for name, after, state in zip(names, [*names[1:], ""], states, strict=True)
    }
    if states[-1]["Type"] != "Fail":
        del made[names[-1]]["Next"]
        made[names[-1]]["End"] = True
    return {"StartAt": names[0], "Comment": HOSTILE, "States": made}


def _stack(endpoint: LocalEndpoint, arns: Arns) -> None:
    """A stack whose every text is hostile."""
    template = {
        "Description": HOSTILE[:900],
        "Parameters": {"Text": {"Type": "String", "Default": HOSTILE, "Description": HOSTILE}},
        "Resources": {
            "TransactionTable": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
                    "BillingMode": "PAY_PER_REQUEST",
                    "Tags": [{"Key": HOSTILE[:120], "Value": HOSTILE[:250]}],
                },
            }
        },
        "Outputs": {
            "Text": {
                "Value": {"Ref": "Text"},
                "Description": HOSTILE,
                "Export": {"Name": f"{STACK}-text"},
            }
        },
    }
    client = endpoint.client("cloudformation")
    client.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(template),
        Tags=[{"Key": "course", "Value": HOSTILE[:250]}],
    )
    stack_at_rest(client, STACK)
    template["Resources"]["Next"] = template["Resources"]["TransactionTable"]
    client.create_change_set(
        StackName=STACK,
        ChangeSetName="next",
        TemplateBody=json.dumps(template),
        Description=HOSTILE,
    )


def _machines(endpoint: LocalEndpoint, arns: Arns) -> None:
    """With the course's names: one trades, fails, maps, waits, calls, is new, is Express."""
    states = endpoint.client("stepfunctions")

    def make(name: str, *chain: dict[str, Any], **options: Any) -> str:
        return states.create_state_machine(
            name=name,
            definition=json.dumps(_chain(*chain)),
            roleArn=arns.role,
            tags=[{"key": HOSTILE[:120], "value": HOSTILE[:250]}],
            **options,
        )["stateMachineArn"]

    waits = {"Type": "Wait", "Seconds": 3600}
    calls = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": arns.function, "Payload.$": "$"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 1}],
    }
    each = {
        "Type": "Map",
        "Label": "Each",
        "ItemsPath": "$.items",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **_chain(_passes(), waits, named="in "),
        },
    }
    trader = make(MACHINE, _passes(), calls)
    desk = make("Desk-1", each)
    child = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": desk, "Input.$": "$"},
    }
    make("Tables-1", _passes())
    make(f"{STACK}-express", _passes(), type="EXPRESS")
    given = json.dumps({HOSTILE: HOSTILE, "items": [HOSTILE, 1], "long": "长" * 20_000})
    for arn, text in (
        (make("patient-trader", {"Type": "Fail", "Error": HOSTILE[:250], "Cause": HOSTILE}), given),
        (trader, '{"fail": true}'),
        (trader, given),
        (make(f"{STACK}-steps", _passes()), given),
    ):
        ended(states, states.start_execution(stateMachineArn=arn, input=text)["executionArn"])
    endpoint.control("/_local/clock", {"mode": "realtime"})
    states.start_execution(stateMachineArn=make("Asks-1", waits), input=given)
    states.start_execution(stateMachineArn=make("Caller-1", child), input=given)
    (called,) = until(lambda: states.list_executions(stateMachineArn=desk)["executions"])
    until(lambda: states.list_map_runs(executionArn=called["executionArn"])["mapRuns"])


def _rules(endpoint: LocalEndpoint, arns: Arns) -> None:
    events = endpoint.client("events")
    given = {"Description": HOSTILE[:500], "State": "DISABLED"}
    rule = f"{STACK}-hourly"
    events.put_rule(Name=rule, ScheduleExpression="rate(1 hour)", **given)
    target = {"Id": "1", "Arn": arns.machine, "RoleArn": arns.role, "Input": json.dumps(HOSTILE)}
    events.put_targets(Rule=rule, Targets=[target])
    pattern = json.dumps({"source": [HOSTILE]})
    events.put_rule(Name=f"{STACK}-on-events", EventPattern=pattern, **given)


def _schedule(endpoint: LocalEndpoint, arns: Arns) -> None:
    endpoint.client("scheduler").create_schedule(
        Name=f"{STACK}-daily",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arns.machine, "RoleArn": arns.role, "Input": json.dumps(HOSTILE)},
        Description=HOSTILE[:500],
        State="DISABLED",
    )


def _tables(endpoint: LocalEndpoint, arns: Arns) -> None:
    """One with an item of every type and hostile names and texts, and one of trades."""
    client = endpoint.client("dynamodb")
    client.create_table(
        TableName=f"{STACK}-things",
        AttributeDefinitions=[
            {"AttributeName": "Id", "AttributeType": "S"},
            {"AttributeName": "At", "AttributeType": "N"},
            {"AttributeName": "Kind", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "Id", "KeyType": "HASH"},
            {"AttributeName": "At", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-kind",
                "KeySchema": [{"AttributeName": "Kind", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {
        "Id": {"S": HOSTILE},
        "At": {"N": "-12345678901234567890.5"},
        "Kind": {"S": HOSTILE},
        HOSTILE: {"M": {HOSTILE: {"L": [{"S": HOSTILE}, {"NULL": True}, {"BOOL": False}]}}},
        "Bytes": {"B": b"\x00\xff<script data-planted>"},
        "Words": {"SS": [HOSTILE, "b"]},
        "Numbers": {"NS": ["1", "2.5"]},
        "Pieces": {"BS": [b"\x00", b"<b>"]},
    }
    client.put_item(TableName=f"{STACK}-things", Item=item)
    long = {"Id": {"S": "long"}, "At": {"N": "1"}, "Text": {"S": "长" * 130_000}}
    client.put_item(TableName=f"{STACK}-things", Item=long)
    client.create_table(
        TableName=f"{STACK}-trades",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    trade = {"Id": {"S": HOSTILE}, "Price": {"N": "7"}, "Quantity": {"N": "3"},
             "Type": {"S": "buy"}, "Timestamp": {"S": "2026-03-01T09:00:00Z"}}  # fmt: skip
    client.put_item(TableName=f"{STACK}-trades", Item=trade)


def _bucket(endpoint: LocalEndpoint, arns: Arns) -> None:
    """A bucket with versions, keys that look like a way out, and an object that is a page."""
    client = endpoint.client("s3")
    bucket = f"{STACK}-carry-1"
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=f"<html><script data-planted>planted()</script>{HOSTILE}".encode(),
            ContentType="text/html",
            Metadata={"planted": "<script>planted()</script>"},
        )
    client.put_object(Bucket=bucket, Key=KEYS[0], Body=b"\x00\xff binary")
    client.delete_object(Bucket=bucket, Key=KEYS[1])


def _queues(endpoint: LocalEndpoint, arns: Arns) -> None:
    queues = endpoint.client("sqs")
    dead = queues.create_queue(QueueName=f"{STACK}-dead")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    arn = arn["Attributes"]["QueueArn"]
    live = queues.create_queue(
        QueueName=f"{STACK}-queue",
        Attributes={
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        },
        tags={HOSTILE[:120]: HOSTILE[:250]},
    )["QueueUrl"]
    queues.create_queue(QueueName=f"{STACK}-first.fifo", Attributes={"FifoQueue": "true"})
    for url in (dead, live):
        attributes = {"Planted": {"DataType": "String", "StringValue": HOSTILE}}
        queues.send_message(QueueUrl=url, MessageBody=HOSTILE, MessageAttributes=attributes)


def _topic(endpoint: LocalEndpoint, arns: Arns) -> None:
    topics = endpoint.client("sns")
    topic = topics.create_topic(Name=f"{STACK}-topic", Attributes={"DisplayName": HOSTILE[:100]})[
        "TopicArn"
    ]
    topics.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arns.queue,
        Attributes={"FilterPolicy": json.dumps({"kind": [HOSTILE]})},
    )
    topics.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arns.function)


def _alarm(endpoint: LocalEndpoint, arns: Arns) -> None:
    client = endpoint.client("cloudwatch")
    name = f"{STACK}-alarm {HOSTILE}"[:255]
    client.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=HOSTILE,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": FUNCTION}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=HOSTILE)


def _log(endpoint: LocalEndpoint, arns: Arns) -> None:
    client = endpoint.client("logs")
    client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(logGroupName=GROUP, logStreamName="planted<b>")
    lines = [HOSTILE, json.dumps({HOSTILE: HOSTILE}), "x" * 200_000]
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in lines]
    client.put_log_events(logGroupName=GROUP, logStreamName="planted<b>", logEvents=events)
