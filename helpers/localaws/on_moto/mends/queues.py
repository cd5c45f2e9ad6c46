"""What happens to a queue's messages: in their order, one thing at a time, until they are too old.

moto 5.2.5 loses a message that comes in while another is deleted; it gives the second message of a
group of a FIFO queue before the first when both come in sight again; it shows a message that is
older than the queue keeps them, and then gives none of those behind it; and to count messages it
asks for the time twice for each: a tenth of a second for a thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.localaws.on_moto.after_import import after_import

if TYPE_CHECKING:
    from moto.sqs.models import Message, Queue, SQSBackend

_plain: dict[str, Any] = {}


def install() -> None:
    """Put the hooks in place, as soon as somebody imports what they are in."""
    after_import("moto.sqs.models", _hook)


def _hook() -> None:
    from moto.sqs.models import Queue, SQSBackend

    _plain.setdefault("delete_message", Queue.delete_message)
    _plain.setdefault("receive_message", SQSBackend.receive_message)
    _plain.setdefault("messages", Queue.messages)
    Queue.delete_message = _delete_message
    Queue.messages = property(_in_sight)
    Queue.approximate_number_of_messages_delayed = property(_count_delayed)
    Queue.approximate_number_of_messages_not_visible = property(_count_out_of_sight)
    SQSBackend.receive_message = _receive_message


def _delete_message(self: Queue, receipt_handle: str) -> None:
    """For Queue.delete_message, which puts another list in place of that of the messages."""
    with self._messages_lock:
        _plain["delete_message"](self, receipt_handle)


def _receive_message(self: SQSBackend, queue_name: str, *args: Any, **named: Any) -> list[Message]:
    """For SQSBackend.receive_message; who waits for a message there gives the lock away."""
    queue = self.get_queue(queue_name)
    with queue._messages_lock:
        forget_old(queue)
        for message in [one for one in queue._pending_messages if one.visible]:
            queue._pending_messages.discard(message)
        return _plain["receive_message"](self, queue_name, *args, **named)


def _in_sight(self: Queue) -> list[Message]:
    """For Queue.messages."""
    now = _now()
    return [one for one in self._messages if one.visible_at < now and one.delayed_until <= now]


def _count_delayed(self: Queue) -> int:
    """For Queue.approximate_number_of_messages_delayed."""
    now = _now()
    return sum(now < one.delayed_until for one in self._messages)


def _count_out_of_sight(self: Queue) -> int:
    """For Queue.approximate_number_of_messages_not_visible."""
    now = _now()
    return sum(now <= one.visible_at for one in self._messages)


def _now() -> float:
    from moto.core.utils import unix_time_millis

    now: float = unix_time_millis()
    return now


def forget_old(queue: Queue) -> None:
    """Take out what is older than the queue keeps messages."""
    oldest = _now() - int(queue.message_retention_period) * 1000
    with queue._messages_lock:
        for message in [one for one in queue._messages if one.sent_timestamp <= oldest]:
            queue._messages.remove(message)
            queue._pending_messages.discard(message)
