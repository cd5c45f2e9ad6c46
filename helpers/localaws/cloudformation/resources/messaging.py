"""AWS::SNS and AWS::SQS: topics, subscriptions, queues, and their policies."""

from __future__ import annotations

import json
from typing import Any

from helpers.localaws.cloudformation.mailbox import endpoint_url
from helpers.localaws.cloudformation.resources.base import (
    EXISTS,
    Made,
    Request,
    ResourceType,
    handler_failure,
)

ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)


def _sns(request: Request) -> Any:
    from moto.sns.models import sns_backends

    return sns_backends[request.account][request.region]


def _sqs(request: Request) -> Any:
    from moto.sqs.models import sqs_backends

    return sqs_backends[request.account][request.region]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


TOPIC_ATTRIBUTES = {  # property: (attribute of moto's topic, its default)
    "ContentBasedDeduplication": ("content_based_deduplication", False),
    "DisplayName": ("display_name", ""),
    "FifoTopic": ("fifo_topic", False),
    "KmsMasterKeyId": ("kms_master_key_id", ""),
    "SignatureVersion": ("signature_version", "1"),
    "TracingConfig": ("tracing_config", "PassThrough"),
}


class Topic(ResourceType):
    """A topic with the subscriptions that it names itself."""

    service = "Sns"
    longest_name = 256

    def create(self, request: Request) -> Made:
        """Create the topic."""
        wanted, name, sns = request.properties, self.name(request), _sns(request)
        if wanted.get("FifoTopic") and not wanted.get("TopicName"):
            name = f"{name[:251]}.fifo"
        if request.arn("sns", name) in sns.topics:
            raise handler_failure(f"{name} already exists", EXISTS)
        attributes = {"FifoTopic": "true"} if wanted.get("FifoTopic") else {}
        topic = sns.create_topic(name, attributes, request.tag_map())
        self._configure(request, topic)
        return Made(topic.arn, {"TopicArn": topic.arn, "TopicName": name})

    def update(self, request: Request) -> Made | None:
        """Change attributes, subscriptions and tags."""
        topic = _sns(request).get_topic(request.physical_id)
        topic._tags = request.tag_map()
        self._configure(request, topic)
        return None

    def delete(self, request: Request) -> None:
        """Delete the topic with its subscriptions."""
        _sns(request).delete_topic(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the topic is there."""
        return request.physical_id in _sns(request).topics

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The topic's attributes as they are now."""
        return {"DisplayName": _sns(request).get_topic(request.physical_id).display_name}

    def _configure(self, request: Request, topic: Any) -> None:
        wanted, sns = request.properties, _sns(request)
        for name, (attribute, default) in TOPIC_ATTRIBUTES.items():
            setattr(topic, attribute, wanted.get(name, default))
        before = _pairs(request.old.get("Subscription"))
        after = _pairs(wanted.get("Subscription"))
        for arn, subscription in list(sns.subscriptions.items()):
            pair = (subscription.protocol, subscription.endpoint)
            if subscription.topic is topic and pair in before and pair not in after:
                sns.unsubscribe(arn)
        for protocol, endpoint in after:
            if (protocol, endpoint) not in before:
                sns.subscribe(topic.arn, endpoint, protocol)


def _pairs(subscriptions: Any) -> list[tuple[str, str]]:
    return [(entry["Protocol"], entry["Endpoint"]) for entry in subscriptions or []]


class Subscription(ResourceType):
    """A subscription to a topic."""

    service = "Sns"

    def create(self, request: Request) -> Made:
        """Subscribe."""
        wanted = request.properties
        made = _sns(request).subscribe(
            wanted["TopicArn"], wanted.get("Endpoint", ""), wanted["Protocol"]
        )
        self._set(request, made.arn)
        return Made(made.arn, {"Arn": made.arn})

    def update(self, request: Request) -> Made | None:
        """Change its attributes."""
        self._set(request, request.physical_id)
        return None

    def delete(self, request: Request) -> None:
        """Unsubscribe."""
        _sns(request).unsubscribe(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether it is there."""
        return request.physical_id in _sns(request).subscriptions

    def _set(self, request: Request, arn: str) -> None:
        for name in ATTRIBUTES:
            if name in request.properties:
                _sns(request).set_subscription_attributes(
                    arn, name, _text(request.properties[name])
                )


class TopicPolicy(ResourceType):
    """Who may publish to topics."""

    service = "Sns"

    def create(self, request: Request) -> Made:
        """Set the policy."""
        self._set(request)
        return Made(self.generated_name(request))

    def update(self, request: Request) -> Made | None:
        """Set it anew."""
        self._set(request)
        return None

    def delete(self, request: Request) -> None:
        """Back to the topics' own policy."""
        for arn in request.properties.get("Topics") or []:
            topic = _sns(request).topics.get(arn)
            if topic is not None:
                own = topic._create_default_topic_policy(
                    request.region, request.account, topic.name
                )
                topic.policy = json.dumps(own)

    def _set(self, request: Request) -> None:
        for arn in request.properties.get("Topics") or []:
            _sns(request).set_topic_attribute(
                arn, "policy", _text(request.properties["PolicyDocument"])
            )


class QueuePolicy(ResourceType):
    """Who may send to queues."""

    service = "Sqs"

    def create(self, request: Request) -> Made:
        """Set the policy."""
        self._set(request, _text(request.properties["PolicyDocument"]))
        return Made(self.generated_name(request))

    def update(self, request: Request) -> Made | None:
        """Set it anew."""
        self._set(request, _text(request.properties["PolicyDocument"]))
        return None

    def delete(self, request: Request) -> None:
        """Take the policy off."""
        self._set(request, "")

    def _set(self, request: Request, policy: str) -> None:
        for url in request.properties.get("Queues") or []:
            name = str(url).rsplit("/", 1)[-1]
            if name in _sqs(request).queues:
                _sqs(request).set_queue_attributes(name, {"Policy": policy})


QUEUE_DEFAULTS: dict[str, Any] = {  # SQS API Reference, CreateQueue
    "DelaySeconds": 0,
    "MaximumMessageSize": 262_144,
    "MessageRetentionPeriod": 345_600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "VisibilityTimeout": 30,
}
QUEUE_OTHERS = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "FifoQueue",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "RedrivePolicy",
)


class Queue(ResourceType):
    """A queue."""

    service = "Sqs"
    longest_name = 80

    def create(self, request: Request) -> Made:
        """Create the queue."""
        wanted, name, sqs = request.properties, self.name(request), _sqs(request)
        if wanted.get("FifoQueue") and not wanted.get("QueueName"):
            name = f"{name[:75]}.fifo"
        if name in sqs.queues:
            raise handler_failure(f"{name} already exists", EXISTS)
        queue = sqs.create_queue(name, request.tag_map(), **_queue_attributes(wanted))
        url = _queue_url(request, name)
        return Made(url, {"Arn": queue.queue_arn, "QueueName": name, "QueueUrl": url})

    def update(self, request: Request) -> Made | None:
        """Change attributes and tags; messages stay."""
        name, sqs = _queue_name(request), _sqs(request)
        queue = sqs.get_queue(name)
        policy = queue.policy
        changed = _queue_attributes(request.properties)
        changed.pop("FifoQueue", None)
        if "RedrivePolicy" in request.old and "RedrivePolicy" not in changed:
            queue.redrive_policy = None
        sqs.set_queue_attributes(name, {**changed, "Policy": policy})
        queue.tags = request.tag_map()
        return None

    def delete(self, request: Request) -> None:
        """Delete the queue with its messages."""
        if self.exists(request):
            _sqs(request).delete_queue(_queue_name(request))

    def exists(self, request: Request) -> bool:
        """Whether the queue is there."""
        return _queue_name(request) in _sqs(request).queues

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The queue's attributes as they are now."""
        queue = _sqs(request).get_queue(_queue_name(request))
        return {
            "DelaySeconds": queue.delay_seconds,
            "MessageRetentionPeriod": queue.message_retention_period,
            "ReceiveMessageWaitTimeSeconds": queue.receive_message_wait_time_seconds,
            "VisibilityTimeout": queue.visibility_timeout,
        }


def _queue_attributes(wanted: dict[str, Any]) -> dict[str, Any]:
    given = {key: wanted[key] for key in QUEUE_OTHERS if key in wanted}
    if isinstance(given.get("RedrivePolicy"), dict):
        given["RedrivePolicy"] = json.dumps(given["RedrivePolicy"])
    return {key: wanted.get(key, value) for key, value in QUEUE_DEFAULTS.items()} | given


def _queue_url(request: Request, name: str) -> str:
    """As CreateQueue gives it: some clients, the JavaScript SDK's too, call the host in it."""
    return f"{endpoint_url()}/{request.account}/{name}"


def _queue_name(request: Request) -> str:
    return request.physical_id.rsplit("/", 1)[-1]
