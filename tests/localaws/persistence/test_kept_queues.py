"""Queues as event sources go on after a restart where they were."""

import json

from botocore.exceptions import ClientError
from kept_world import Restartable

from tests.workshop import make_function, until

FAILS = "def handler(event, context):\n    print('given', event['Records'][0]['body'])\n    1 / 0\n"


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
        try:
            found = module_endpoint.client("logs").filter_log_events(
                logGroupName=f"/aws/lambda/{name}", filterPattern="given"
            )
        except ClientError:
            return 0
        return len(found["events"])

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
