"""What SQS writes of queues: namespace AWS/SQS. Hooks into moto; `gauges` has the other half.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

import functools
from typing import Any

from helpers.localaws.metrics import gauges, watching
from helpers.localaws.metrics.noting import Subject, note

NAMESPACE = gauges.NAMESPACE
_plain: dict[str, Any] = {}


def hook() -> None:
    """Put the hooks in place, once moto's SQS is imported."""
    from moto.sqs.models import Queue, SQSBackend

    for kind, name, hooked in (
        (Queue, "add_message", _add_message),
        (Queue, "delete_message", _delete_message),
        (SQSBackend, "send_message", _send_message),
        (SQSBackend, "receive_message", _receive_message),
        (SQSBackend, "change_message_visibility", _change_message_visibility),
        (SQSBackend, "purge_queue", _purge_queue),
        (SQSBackend, "delete_queue", _delete_queue),
    ):
        _plain.setdefault(name, getattr(kind, name))
        setattr(kind, name, hooked)


def _note(queue: Any, **values: float) -> None:
    note(_subject(queue.region, queue.name, tuple(values)), tuple(map(float, values.values())))


@functools.lru_cache(512)
def _subject(region: str, queue: str, names: tuple[str, ...]) -> Subject:
    return Subject(region, NAMESPACE, ((("QueueName", queue),),), names)


def _add_message(self: Any, message: Any) -> None:
    """For Queue.add_message, by which messages come from senders and from other queues."""
    gauges.touch(self)
    _plain["add_message"](self, message)
    watching.queue_used(self.region, self.name)


def _delete_message(self: Any, receipt_handle: str) -> None:
    """For Queue.delete_message."""
    gauges.touch(self)
    before = len(self._messages)
    _plain["delete_message"](self, receipt_handle)
    if len(self._messages) < before:
        _note(self, NumberOfMessagesDeleted=1)
    watching.queue_used(self.region, self.name)


def _send_message(self: Any, queue_name: str, message_body: str, *args: Any, **named: Any) -> Any:
    """For SQSBackend.send_message; what is moved to a dead-letter queue is not sent."""
    sent = _plain["send_message"](self, queue_name, message_body, *args, **named)
    size = len(message_body.encode())
    _note(self.get_queue(queue_name), NumberOfMessagesSent=1, SentMessageSize=size)
    return sent


def _receive_message(self: Any, queue_name: str, *args: Any, **named: Any) -> Any:
    """For SQSBackend.receive_message."""
    queue = self.get_queue(queue_name)
    gauges.touch(queue)
    if queue.dead_letter_queue is not None:
        gauges.touch(queue.dead_letter_queue)
    messages = _plain["receive_message"](self, queue_name, *args, **named)
    if messages:
        _note(queue, NumberOfMessagesReceived=len(messages))
    else:
        _note(queue, NumberOfEmptyReceives=1)
    watching.queue_used(queue.region, queue.name)
    return messages


def _change_message_visibility(self: Any, queue_name: str, *args: Any, **named: Any) -> Any:
    """For SQSBackend.change_message_visibility."""
    queue = self.get_queue(queue_name)
    gauges.touch(queue)
    changed = _plain["change_message_visibility"](self, queue_name, *args, **named)
    watching.queue_used(queue.region, queue.name)
    return changed


def _purge_queue(self: Any, queue_name: str) -> None:
    """For SQSBackend.purge_queue."""
    queue = self.get_queue(queue_name)
    gauges.touch(queue)
    _plain["purge_queue"](self, queue_name)
    watching.queue_used(queue.region, queue.name)


def _delete_queue(self: Any, queue_name: str) -> None:
    """For SQSBackend.delete_queue."""
    queue = self.get_queue(queue_name)
    gauges.touch(queue)
    _plain["delete_queue"](self, queue_name)
    gauges.deleted(queue)
    watching.queue_used(queue.region, queue.name)
