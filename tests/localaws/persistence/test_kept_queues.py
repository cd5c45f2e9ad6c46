"""Queues and streams as event sources go on after a restart where they were."""

import json

from botocore.exceptions import ClientError
from kept_world import Restartable

from tests.workshop import make_function, until

TAKES = (
    "def handler(event, context):\n"
    "    keys = [r['dynamodb']['Keys']['Id']['S'] for r in event['Records']]\n"
    "    print('given', keys)\n"
)
FAILS = "def handler(event, context):\n    print('given', event['Records'][0]['body'])\n    1 / 0\n"


def told(endpoint, function):
    """What a function has said that it was given."""
    try:
        found = endpoint.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{function}", filterPattern="given"
        )
    except ClientError:
        return []
    return [one["message"].strip().removeprefix("given ") for one in found["events"]]


def test_a_message_goes_on_with_its_tries(module_endpoint):
    """The queue keeps when its message is tried again, and how often it was."""
    world, sqs = Restartable(module_endpoint), module_endpoint.client("sqs")
    role = module_endpoint.role("role-of-queues")
    name = make_function(module_endpoint.client("lambda"), role, FAILS)["FunctionName"]
    letters = sqs.create_queue(QueueName="letters")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:"
    policy = json.dumps({"deadLetterTargetArn": f"{arn}letters", "maxReceiveCount": 2})
    url = sqs.create_queue(QueueName="source", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    module_endpoint.client("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=f"{arn}source"
    )

    def given():
        return len(told(module_endpoint, name))

    sqs.send_message(QueueUrl=url, MessageBody="first")
    until(given)
    world.settle()
    world.restart("kill")
    module_endpoint.control("/_local/clock", {"advance": 40})
    assert given() == 2
    module_endpoint.control("/_local/clock", {"advance": 40})
    assert given() == 2
    (letter,) = sqs.receive_message(QueueUrl=letters)["Messages"]
    assert letter["Body"] == "first"


def test_a_move_of_dead_letters_goes_on(module_endpoint):
    world, sqs = Restartable(module_endpoint), module_endpoint.client("sqs")
    letters = sqs.create_queue(QueueName="to-move")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:"
    policy = json.dumps({"deadLetterTargetArn": f"{arn}to-move", "maxReceiveCount": 1})
    url = sqs.create_queue(QueueName="home", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    entries = [{"Id": str(number), "MessageBody": "letter"} for number in range(10)]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    for _ in range(2):
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    sqs.start_message_move_task(SourceArn=f"{arn}to-move", MaxNumberOfMessagesPerSecond=1)
    world.settle()
    world.restart("kill")
    module_endpoint.control("/_local/clock", {"advance": 12})
    (task,) = sqs.list_message_move_tasks(SourceArn=f"{arn}to-move")["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 10)
    assert "Messages" in sqs.receive_message(QueueUrl=url)
    assert "Messages" not in sqs.receive_message(QueueUrl=letters)


def test_a_stream_is_read_on_where_it_was(module_endpoint):
    world, dynamodb = Restartable(module_endpoint), module_endpoint.client("dynamodb")
    role = module_endpoint.role("role-of-streams")
    client = module_endpoint.client("lambda")
    name = make_function(client, role, TAKES)["FunctionName"]
    made = dynamodb.create_table(
        TableName="streamed", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )  # fmt: skip
    mapping = client.create_event_source_mapping(
        FunctionName=name, EventSourceArn=made["TableDescription"]["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
    )["UUID"]  # fmt: skip

    def put(key):
        dynamodb.put_item(TableName="streamed", Item={"Id": {"S": key}})

    put("first")
    until(lambda: told(module_endpoint, name))
    client.update_event_source_mapping(UUID=mapping, Enabled=False)
    put("second")
    client.update_event_source_mapping(UUID=mapping, BatchSize=7)
    world.settle()
    world.restart("kill")
    assert told(module_endpoint, name) == ["['first']"]
    client.update_event_source_mapping(UUID=mapping, Enabled=True)
    put("third")
    module_endpoint.control("/_local/clock", {"advance": 1})
    keys = "".join(told(module_endpoint, name)[1:])
    assert keys in ("['second', 'third']", "['second']['third']")
