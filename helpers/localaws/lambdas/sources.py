"""What SNS, SQS and S3 give a function: their real messages, in AWS's shape and as AWS sends them.

moto 5.2.5 hands over samples that say nothing of the message but its text, and waits for the
function. Sources: docs.aws.amazon.com/lambda/latest/dg/with-sns.html and .../with-sqs.html;
docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from moto.awslambda.exceptions import LambdaClientError

from helpers.localaws.account import ACCOUNT
from helpers.localaws.on_moto.after_import import after_import
from helpers.localaws.turns.clock import clock

if TYPE_CHECKING:
    from moto.s3.models import FakeBucket, FakeKey
    from moto.sns.models import Subscription
    from moto.sqs.models import Message

LOG = logging.getLogger(__name__)

_plain: dict[str, Any] = {}
_queue: Callable[[str, bytes], Any]
"""Set by `install`."""


def install(send: Callable[[str, bytes], Any]) -> None:
    """Put the hooks in place, as soon as somebody imports what they are in.

    send: queues an event, JSON, for the function of an ARN.
    """
    global _queue
    _queue = send
    after_import("moto.sns.models", _hook_sns)
    after_import("moto.s3.notifications", _hook_s3)


def _hook_sns() -> None:
    from moto.sns.models import Subscription

    _plain.setdefault("publish", Subscription.publish)
    Subscription.publish = _publish


def _hook_s3() -> None:
    from moto.s3 import notifications

    _plain.setdefault("event", notifications._get_s3_event)
    notifications._get_s3_event = s3_event
    notifications._invoke_awslambda = _invoke


def _send(arn: str, event: dict[str, Any]) -> None:
    """Queue an event; AWS, too, tells the sender nothing of a function that is not there."""
    try:
        _queue(arn, json.dumps(event).encode())
    except LambdaClientError as error:
        LOG.warning("an event for %s is lost: %s", arn, error.message)


# -- SNS


def _publish(
    self: Subscription,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    """For Subscription.publish, which gives functions a sample and waits for them."""
    if self.protocol != "lambda":
        _plain["publish"](
            self, message, message_id, subject, message_attributes, group_id,
            deduplication_id, message_structure,
        )  # fmt: skip
        return
    matcher = self._filter_policy_matcher
    if matcher is not None and not matcher.matches(message_attributes, message):
        return
    if message_structure == "json":
        message = self._parse_message_structure(message, self.protocol)
    data = self.get_post_data(message, message_id, subject, message_attributes=message_attributes)
    sns = {
        "Subject": None,
        "MessageAttributes": {},
        **data,
        "SigningCertUrl": data["SigningCertURL"],
        "UnsubscribeUrl": f"https://sns.{self.topic.sns_backend.region_name}.amazonaws.com/"
        f"?Action=Unsubscribe&SubscriptionArn={self.arn}",
    }
    del sns["SigningCertURL"], sns["UnsubscribeURL"]
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": self.arn,
        "EventSource": "aws:sns",
        "Sns": sns,
    }
    _send(self.endpoint, {"Records": [record]})


# -- SQS


def sqs_event(messages: list[Message], queue_arn: str) -> dict[str, Any]:
    """The event with which Lambda hands a batch of a queue's messages over."""
    region = queue_arn.split(":")[3]
    return {"Records": [_sqs_record(one, queue_arn, region) for one in messages]}


def _sqs_record(message: Message, queue_arn: str, region: str) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    for name, value in (
        ("MessageGroupId", message.group_id),
        ("MessageDeduplicationId", message.deduplication_id),
        ("SequenceNumber", message.sequence_number),
    ):
        if value is not None:
            attributes[name] = value
    record = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {
            name: _sqs_attribute(value) for name, value in message.message_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }
    if message.message_attributes:
        record["md5OfMessageAttributes"] = message.attribute_md5
    return record


def _sqs_attribute(value: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"],
    }  # fmt: skip
    binary = value.get("BinaryValue")
    if binary is not None:
        told["binaryValue"] = (
            base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
        )
    else:
        told["stringValue"] = value.get("StringValue")
    return told


# -- S3


def s3_event(name: str, bucket: FakeBucket, key: FakeKey, notification: str) -> dict[str, Any]:
    """For notifications._get_s3_event, which leaves out who did it and the order of events.

    A key is encoded as in a form, but for its slashes.
    """
    event = _plain["event"](name, bucket, key, notification)
    (record,) = event["Records"]
    who = {"principalId": f"AWS:{ACCOUNT}"}
    record["userIdentity"] = who
    record["requestParameters"] = {"sourceIPAddress": "127.0.0.1"}
    changed = record["s3"]["object"]
    stamp = f"{int(clock.time() * 1_000_000):018X}"
    record["responseElements"] = {"x-amz-request-id": stamp[-16:], "x-amz-id-2": stamp}
    record["s3"]["bucket"]["ownerIdentity"] = {"principalId": ACCOUNT}
    changed["key"] = quote_plus(key.name, safe="/*")
    if key.version_id not in (None, "null"):
        changed["versionId"] = key.version_id
    if record["eventName"].startswith("ObjectRemoved:"):
        changed.pop("size", None)
    if record["eventName"] == "ObjectRemoved:Delete":
        changed.pop("eTag", None)
    changed["sequencer"] = stamp
    return event


def _invoke(account_id: str, event_body: Any, fn_arn: str, region_name: str) -> None:
    """For notifications._invoke_awslambda, which waits for the function; AWS tries again, too."""
    _send(fn_arn, event_body)
