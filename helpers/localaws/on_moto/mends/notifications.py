"""What SNS tells with a message: moto signs otherwise, and does not number those of FIFO topics.

Each is one hook. Imports moto.
docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from moto.sns.models import Subscription, Topic
from moto.sns.responses import SNSResponse

_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_UNSIGNED = ("SignatureVersion", "Signature", "SigningCertURL")
_FIRST, _STEP = 10**19, 1000


def install() -> None:
    """Put the hooks in place."""
    Subscription.get_post_data = _get_post_data
    SNSResponse.publish = _publish
    SNSResponse.publish_batch = _publish_batch


_plain_get_post_data = Subscription.get_post_data


def _get_post_data(self: Subscription, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """For Subscription.get_post_data, which signs by version 2, and not the subject.

    Version 1 is what a topic has that says nothing else.
    """
    data = _plain_get_post_data(self, *args, **kwargs)
    region = self.topic.sns_backend.region_name
    data["UnsubscribeURL"] = (
        f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={self.arn}"
    )
    if self.topic.fifo_topic and self.protocol == "sqs":  # AWS does not sign these
        told = {name: value for name, value in data.items() if name not in _UNSIGNED}
        return {**told, "SequenceNumber": _number(len(self.topic.sent_notifications))}
    version = str(getattr(self.topic, "signature_version", "1"))
    return {**data, "SignatureVersion": version, "Signature": _signature(self, data, version)}


def _signature(subscription: Subscription, data: dict[str, Any], version: str) -> str:
    text = "".join(f"{name}\n{data[name]}\n" for name in _SIGNED if name in data)
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()
    signed = subscription.private_key().sign(text.encode(), padding.PKCS1v15(), digest)
    return base64.b64encode(signed).decode()


_plain_publish = SNSResponse.publish
_plain_publish_batch = SNSResponse.publish_batch


def _publish(self: SNSResponse) -> Any:
    """For SNSResponse.publish, which does not tell a FIFO topic's SequenceNumber."""
    answer = _plain_publish(self)
    _add_numbers(self, self._get_param("TargetArn") or self._get_param("TopicArn"), [answer.result])
    return answer


def _publish_batch(self: SNSResponse) -> Any:
    """For SNSResponse.publish_batch, likewise."""
    answer = _plain_publish_batch(self)
    _add_numbers(self, self._get_param("TopicArn"), answer.result["Successful"])
    return answer


def _add_numbers(response: SNSResponse, arn: str | None, told: list[dict[str, Any]]) -> None:
    topic: Topic | None = response.backend.topics.get(arn)
    if topic is None or not topic.fifo_topic:
        return
    last = len(topic.sent_notifications) - 1
    places = {sent[0]: last - n for n, sent in enumerate(reversed(topic.sent_notifications[-10:]))}
    for one in told:
        one["SequenceNumber"] = _number(places[one["MessageId"]])


def _number(place: int) -> str:
    """The number of a topic's message, by how many have gone before it."""
    return str(_FIRST + _STEP * place)
