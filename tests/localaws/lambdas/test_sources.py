"""What SNS, SQS and S3 give a function over HTTP: the real message, as AWS's documents show it."""

import json
import time
import uuid
from datetime import datetime

import pytest
from botocore.exceptions import ClientError

from tests.workshop import until

TELLS = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"


@pytest.fixture
def seen(endpoint):
    """Waits for the events that a function has printed; gives the one record of each."""
    logs = endpoint.client("logs")

    def wait(function, count=1):
        def given():
            try:
                events = logs.filter_log_events(
                    logGroupName=f"/aws/lambda/{function}", filterPattern="Records"
                )["events"]
            except ClientError:
                return None
            return events if len(events) >= count else None

        return [json.loads(one["message"])["Records"] for one in until(given)]

    return wait


def arn_of(endpoint, name):
    return endpoint.client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]


def a_queue(endpoint):
    sqs = endpoint.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return sqs, url, answer["Attributes"]["QueueArn"]


def test_sns_tells_of_its_topic_and_of_the_message(endpoint, make, seen):
    name = make(TELLS)
    sns = endpoint.client("sns")
    topic = sns.create_topic(Name=f"topic-{name}")["TopicArn"]
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=arn_of(endpoint, name),
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    sent = sns.publish(
        TopicArn=topic,
        Message="hello",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "greeting"}},
    )["MessageId"]
    (record,) = seen(name)[0]
    assert (record["EventSource"], record["EventSubscriptionArn"]) == ("aws:sns", subscription)
    found = record["Sns"]
    assert (found["TopicArn"], found["MessageId"], found["Message"]) == (topic, sent, "hello")
    assert found["Subject"] is None
    assert found["MessageAttributes"] == {"kind": {"Type": "String", "Value": "greeting"}}
    assert {"Timestamp", "Signature", "SigningCertUrl", "UnsubscribeUrl"} < found.keys()
    assert subscription in found["UnsubscribeUrl"]


def test_sqs_tells_of_each_message(endpoint, make, seen):
    name = make(TELLS)
    sqs, url, arn = a_queue(endpoint)
    endpoint.client("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn)
    sent = sqs.send_message(
        QueueUrl=url,
        MessageBody="hello",
        MessageAttributes={"n": {"DataType": "Number", "StringValue": "7"}},
    )
    (record,) = seen(name)[0]
    assert (record["body"], record["messageId"]) == ("hello", sent["MessageId"])
    assert record["md5OfBody"] == sent["MD5OfMessageBody"]
    assert record["md5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert record["eventSourceARN"] == arn
    assert record["messageAttributes"]["n"] == {
        "stringValue": "7", "dataType": "Number", "stringListValues": [], "binaryListValues": [],
    }  # fmt: skip
    now = datetime.fromisoformat(endpoint.control("/_local/clock")["now"])
    assert abs(int(record["attributes"]["SentTimestamp"]) / 1000 - now.timestamp()) < 60
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def test_s3_tells_who_what_and_in_which_order_and_waits_for_nobody(endpoint, make, seen):
    name = make("import json, time\ndef handler(event, context):\n    time.sleep(1)\n" + TELLS[12:])
    s3 = endpoint.client("s3")
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    configuration = {"LambdaFunctionArn": arn_of(endpoint, name), "Events": events}
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]},
    )
    began = time.monotonic()
    s3.put_object(Bucket=bucket, Key="in/a b+c.csv", Body=b"four")
    s3.delete_object(Bucket=bucket, Key="in/a b+c.csv")
    assert time.monotonic() - began < 1.9  # the two runs sleep longer
    made, gone = sorted((one for (one,) in seen(name, 2)), key=lambda one: one["eventName"])
    assert (made["eventName"], gone["eventName"]) == ("ObjectCreated:Put", "ObjectRemoved:Delete")
    assert made["s3"]["object"]["key"] == "in/a+b%2Bc.csv"
    assert made["s3"]["object"]["size"] == 4
    assert "size" not in gone["s3"]["object"]
    assert made["s3"]["object"]["sequencer"] < gone["s3"]["object"]["sequencer"]
    assert {"userIdentity", "requestParameters", "responseElements"} < made.keys()
    assert made["s3"]["bucket"]["ownerIdentity"]
