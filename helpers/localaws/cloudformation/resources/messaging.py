"""AWS::SNS::Subscription, AWS::SNS::TopicPolicy and AWS::SQS::QueuePolicy."""

from __future__ import annotations

import json
from typing import Any

from .base import Made, Request, ResourceType

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
        """Return whether it is there."""
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
