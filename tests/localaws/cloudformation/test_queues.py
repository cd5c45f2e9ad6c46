"""The address of a queue: one form, wherever it is told, and one that can be called itself."""

import urllib.request
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from cfn_templates import att, ref, resource, template


@pytest.fixture
def queue(stacks):
    """The outputs of a stack with a queue: what Ref and what GetAtt give."""
    name = stacks.name()
    outputs = {"Ref": {"Value": ref("Queue")}, "Url": {"Value": att("Queue", "QueueUrl")}}
    stacks.deploy(name, template(outputs=outputs, Queue=resource("AWS::SQS::Queue")))
    return stacks.outputs(name)


def test_the_template_and_the_api_give_one_address(queue, endpoint):
    sqs, name = endpoint.client("sqs"), queue["Ref"].rpartition("/")[2]
    assert queue["Ref"] == queue["Url"] == f"{endpoint.url}/123456789012/{name}"
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue["Ref"]
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == queue["Ref"]
    assert sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [queue["Ref"]]


def test_every_form_of_the_address_is_the_queue(queue, endpoint):
    sqs, path = endpoint.client("sqs"), queue["Ref"].removeprefix(endpoint.url)
    forms = (queue["Ref"], f"https://sqs.us-east-1.amazonaws.com{path}")
    forms += (f"https://queue.amazonaws.com{path}", f"https://us-east-1.queue.amazonaws.com{path}")
    for form in forms:
        sqs.send_message(QueueUrl=form, MessageBody=form)
    got = sqs.receive_message(QueueUrl=queue["Ref"], MaxNumberOfMessages=10)["Messages"]
    assert {one["Body"] for one in got} == set(forms)


@pytest.mark.parametrize("at", ["the host", "the whole address"])
def test_a_client_that_calls_what_the_address_names_is_answered(queue, endpoint, at):
    """As the SDK for JavaScript does, which takes the host for the endpoint."""
    url = queue["Ref"]
    called = url if at == "the whole address" else url.removesuffix(urlsplit(url).path)
    client = endpoint.session.client("sqs", endpoint_url=called)
    assert client.send_message(QueueUrl=url, MessageBody="a")["MessageId"]


def test_the_older_protocol_is_spoken_at_the_address_itself(queue, endpoint):
    body = "Action=SendMessage&MessageBody=old&Version=2012-11-05"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    keys = endpoint.session.get_credentials()
    request = AWSRequest("POST", queue["Ref"], data=body, headers=kind)
    SigV4Auth(keys, "sqs", "us-east-1").add_auth(request)
    sent = urllib.request.Request(queue["Ref"], body.encode(), dict(request.headers))
    with urllib.request.urlopen(sent, timeout=20) as answer:
        assert b"<SendMessageResult>" in answer.read()
