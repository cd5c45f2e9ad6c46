"""What SNS tells with a message, as a subscribed queue gets it."""

import base64
import json
import uuid

import pytest
from botocore.exceptions import ClientError


def topic_with_queue(endpoint, suffix="", **attributes):
    """A topic, and a queue that is subscribed to it: ARN, subscription's ARN, URL."""
    sns, sqs = endpoint.client("sns"), endpoint.client("sqs")
    name, fifo = f"t-{uuid.uuid4().hex[:8]}{suffix}", {"FifoTopic": "true"} if suffix else {}
    topic = sns.create_topic(Name=name, Attributes={**fifo, **attributes})["TopicArn"]
    queue = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if suffix else {})[
        "QueueUrl"
    ]
    arn = topic.replace(":sns:", ":sqs:")
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    return topic, subscription, queue


def received(endpoint, queue):
    """The notifications in a queue."""
    messages = endpoint.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in messages["Messages"]]


@pytest.mark.parametrize(("attributes", "version"), [({}, "1"), ({"SignatureVersion": "2"}, "2")])
def test_a_notification_is_signed_by_the_topics_version(endpoint, attributes, version):
    topic, subscription, queue = topic_with_queue(endpoint, **attributes)
    endpoint.client("sns").publish(TopicArn=topic, Message="hello", Subject="s")
    (told,) = received(endpoint, queue)
    assert told["SignatureVersion"] == version
    assert told["UnsubscribeURL"].endswith(f"Action=Unsubscribe&SubscriptionArn={subscription}")
    assert len(base64.b64decode(told["Signature"])) == 256


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "TopicArn or TargetArn Reason: no value for required parameter"),
        ({"TopicArn": "news"}, "TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ({"TopicArn": "{topic}", "Message": ""}, "Empty message"),
        ({"TopicArn": "{topic}", "Message": "é" * 131_073}, "Message too long"),
        ({"TopicArn": "{topic}", "MessageGroupId": "g"},
         "The topic should either have ContentBasedDeduplication enabled or "
         "MessageDeduplicationId provided explicitly"),
    ],
)  # fmt: skip
def test_what_cannot_be_published(endpoint, fields, words):
    topic, _, _ = topic_with_queue(endpoint, ".fifo" if "MessageGroupId" in fields else "")
    filled = {name: value.format(topic=topic) for name, value in fields.items()}
    with pytest.raises(ClientError) as caught:
        endpoint.client("sns").publish(**{"Message": "m", **filled})
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidParameter", f"Invalid parameter: {words}")


def test_the_messages_of_a_fifo_topic_are_numbered(endpoint):
    topic, _, queue = topic_with_queue(endpoint, ".fifo")
    sns = endpoint.client("sns")
    fields = {"MessageGroupId": "g", "MessageDeduplicationId": "1"}
    first = sns.publish(TopicArn=topic, Message="a", **fields)["SequenceNumber"]
    entry = {"Id": "b", "Message": "b", "MessageGroupId": "g", "MessageDeduplicationId": "2"}
    batch = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])
    second = batch["Successful"][0]["SequenceNumber"]
    assert len(first) == len(second) == 20 and int(first) < int(second)
    told = received(endpoint, queue)
    assert [one["SequenceNumber"] for one in told] == [first, second]
    assert "Signature" not in told[0]


def test_other_topics_number_nothing(endpoint):
    topic, _, queue = topic_with_queue(endpoint)
    assert "SequenceNumber" not in endpoint.client("sns").publish(TopicArn=topic, Message="a")
    assert "SequenceNumber" not in received(endpoint, queue)[0]
