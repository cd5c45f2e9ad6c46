"""What happens to a queue's messages: in their order, one thing at a time, until they are too old.

moto 5.2.5 loses a message that comes in while another is deleted; it gives the second message of a
group of a FIFO queue before the first when both come in sight again; it shows a message that is
older than the queue keeps them, and then gives none of those behind it.
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
    Queue.delete_message = _delete_message
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


def forget_old(queue: Queue) -> None:
    """Take out what is older than the queue keeps messages."""
    from moto.core.utils import unix_time_millis

    oldest = unix_time_millis() - int(queue.message_retention_period) * 1000
    with queue._messages_lock:
        for message in [one for one in queue._messages if one.sent_timestamp <= oldest]:
            queue._messages.remove(message)
            queue._pending_messages.discard(message)
