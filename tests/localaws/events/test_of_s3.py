"""What S3 tells EventBridge of an object."""

import inspect
import json
import uuid

import pytest

from tests.workshop import until


@pytest.fixture
def told(endpoint):
    """A bucket that tells EventBridge, and what a rule has passed on of it so far."""
    s3, sqs, events = map(endpoint.client, ("s3", "sqs", "events"))
    name = f"told-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.create_event_bus(Name=name)
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [name]}}}
    for bus in ("default", name):
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), EventBusName=bus)
        target = {"Id": "queue", "Arn": attributes["QueueArn"]}
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    seen = []

    def so_far(count):
        def enough():
            found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            seen.extend(json.loads(one["Body"]) for one in found.get("Messages", ()))
            return len(seen) >= count

        until(enough)
        return seen

    yield s3, name, so_far
    for bus in ("default", name):
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=bus)


def test_the_key_is_as_it_is_and_the_members_are_those_of_aws(told):
    s3, bucket, so_far = told
    s3.put_object(Bucket=bucket, Key="in/a b+c.csv", Body=b"four")
    s3.delete_object(Bucket=bucket, Key="in/a b+c.csv")
    made, gone = so_far(2)
    assert (made["detail-type"], gone["detail-type"]) == ("Object Created", "Object Deleted")
    assert made["resources"] == [f"arn:aws:s3:::{bucket}"]
    detail = made["detail"]
    assert detail.keys() == {
        "version", "bucket", "object", "request-id", "requester", "source-ip-address", "reason",
    }  # fmt: skip
    assert detail["reason"] == "PutObject"
    assert detail["object"].keys() == {"key", "size", "etag", "sequencer"}
    assert (detail["object"]["key"], detail["object"]["size"]) == ("in/a b+c.csv", 4)
    assert gone["detail"]["object"].keys() == {"key", "sequencer"}
    assert (gone["detail"]["reason"], gone["detail"]["deletion-type"]) == (
        "DeleteObject",
        "Permanently Deleted",
    )


def test_versions_and_delete_markers(told):
    s3, bucket, so_far = told
    status = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=status)
    version = s3.put_object(Bucket=bucket, Key="key", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="key")["VersionId"]
    made, gone = so_far(2)
    assert made["detail"]["object"]["version-id"] == version
    assert gone["detail"]["object"]["version-id"] == marker
    assert gone["detail"]["deletion-type"] == "Delete Marker Created"


def test_hook():
    """Hook: helpers.localaws.events.of_s3, on notifications._send_event_bridge_message."""
    from moto.s3 import notifications

    from helpers.localaws.events import of_s3

    of_s3.install()
    assert notifications._send_event_bridge_message is of_s3._send
    source = inspect.getsource(notifications)
    assert "_send_event_bridge_message(account_id, bucket, event_name, key)" in source
    assert notifications._detail_type("s3:ObjectCreated:Put") == "Object Created"
