"""What happens to a queue's messages: in their order, one thing at a time, until they are too old.

moto 5.2.5 loses a message that comes in while another is deleted; it gives the second message of a
group of a FIFO queue before the first when both come in sight again; it shows a message that is
older than the queue keeps them, and then gives none of those behind it; and nobody can delete a
message of a group while somebody waits for the next. It counts all messages of a queue three times
for each that is sent or received: here they are counted when somebody asks how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import copy
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

    _plain.setdefault("attributes", Queue.attributes)
    Queue.attributes = property(Attributes)
    Queue.messages = property(_in_sight)
    Queue.approximate_number_of_messages_delayed = property(_delayed)
    Queue.approximate_number_of_messages_not_visible = property(_hidden)
    Queue.delete_message = _delete_message
    SQSBackend.get_queue_attributes = _get_queue_attributes
    SQSBackend.receive_message = _receive_message
    _plain.setdefault("change_message_visibility", SQSBackend.change_message_visibility)
    SQSBackend.change_message_visibility = _change_message_visibility


# -- what is told of a queue


class Attributes(Mapping[str, Any]):
    """For Queue.attributes, of which each is found out when it is asked for.

    moto finds out all, and with them counts the messages, to see whether a queue is deduplicated.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def __getitem__(self, name: str) -> Any:
        from moto.core.utils import camelcase_to_underscores

        if name not in self._names():
            raise KeyError(name)
        value = getattr(self._queue, camelcase_to_underscores(name))
        if name == "RedrivePolicy" and value:
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> list[str]:
        queue = self._queue
        fifo = queue.FIFO_ATTRIBUTES if queue.fifo_queue else []
        kms = queue.KMS_ATTRIBUTES if queue.kms_master_key_id else []
        return [*queue.BASE_ATTRIBUTES, *fifo, *kms]


def _get_queue_attributes(
    self: SQSBackend, queue_name: str, attribute_names: list[str]
) -> dict[str, Any]:
    """For SQSBackend.get_queue_attributes, which counts all anew for each name."""
    from moto.sqs.exceptions import InvalidAttributeName

    queue = self.get_queue(queue_name)
    if not attribute_names:
        return {}
    known = {"All", *queue.BASE_ATTRIBUTES, *queue.FIFO_ATTRIBUTES, *queue.KMS_ATTRIBUTES}
    for name in attribute_names:
        if name not in known:
            raise InvalidAttributeName(name)
    if "All" in attribute_names:
        return dict(queue.attributes)
    told = {name: queue.attributes.get(name) for name in attribute_names}
    return {name: value for name, value in told.items() if value is not None}


def _in_sight(queue: Queue) -> list[Message]:
    """For Queue.messages, which looks at the clock for each."""
    now = _now()
    return [one for one in queue._messages if one.visible_at < now and one.delayed_until <= now]


def _delayed(queue: Queue) -> int:
    now = _now()
    return sum(one.delayed_until > now for one in queue._messages)


def _hidden(queue: Queue) -> int:
    now = _now()
    return sum(one.visible_at >= now for one in queue._messages)


def _now() -> float:
    from moto.core.utils import unix_time_millis

    return unix_time_millis()


# -- what becomes of its messages; a list of messages is never changed, but replaced by another


def _delete_message(self: Queue, receipt_handle: str) -> None:
    """For Queue.delete_message, which loses what comes in meanwhile."""
    from moto.sqs.exceptions import ReceiptHandleIsInvalid

    with self._messages_lock:
        if receipt_handle in self.deleted_messages:
            return
        found = next(
            (one for one in self._messages if one.had_receipt_handle(receipt_handle)), None
        )
        if found is None:
            raise ReceiptHandleIsInvalid
        self.deleted_messages.update(filter(None, found.all_receipt_handles))
        _take_out(self, {found})
        self._messages_lock.notify_all()  # the next of its group is in sight


def _change_message_visibility(self: SQSBackend, queue_name: str, *args: Any, **named: Any) -> None:
    """For SQSBackend.change_message_visibility, which tells nobody who waits."""
    queue = self.get_queue(queue_name)
    with queue._messages_lock:
        _plain["change_message_visibility"](self, queue_name, *args, **named)
        queue._messages_lock.notify_all()


def _receive_message(
    self: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    """For SQSBackend.receive_message; who waits for a message there gives the lock away."""
    from moto.core.utils import unix_time
    from moto.sqs.models import _filter_message_attributes

    queue = self.get_queue(queue_name)
    ends = unix_time() + wait_seconds_timeout
    with queue._messages_lock:
        taken = _taken(queue, count, visibility_timeout)
        while not taken and unix_time() < ends:
            queue._messages_lock.wait(1)
            taken = _taken(queue, count, visibility_timeout)
        given = [copy(one) for one in taken]
    for message in given:
        _filter_message_attributes(message, message_attribute_names or [])
    return given


def _taken(queue: Queue, count: int, visibility_timeout: int) -> list[Message]:
    """Take what is in sight, as many as wanted; what was received too often goes its way."""
    forget_old(queue)
    waiting = _in_sight(queue)
    queue._pending_messages.difference_update(waiting)
    busy = queue.pending_message_groups if queue.fifo_queue else set()
    most = (queue.redrive_policy or {}).get("maxReceiveCount") if queue.dead_letter_queue else None
    taken: list[Message] = []
    dead: list[Message] = []
    for message in waiting:
        if len(taken) >= count:
            break
        if message.group_id and message.group_id in busy:
            continue
        too_often = most is not None and message.approximate_receive_count >= most
        (dead if too_often else taken).append(message)
    for message in taken:
        queue._pending_messages.add(message)
        message.mark_received(visibility_timeout=visibility_timeout)
    if dead:
        _take_out(queue, set(dead))
    for message in dead:
        vars(message)["came_from"] = queue.queue_arn  # `message_moves` brings it back
        queue.dead_letter_queue.add_message(message)
    return taken


def forget_old(queue: Queue) -> None:
    """Take out what is older than the queue keeps messages."""
    oldest = _now() - int(queue.message_retention_period) * 1000
    with queue._messages_lock:
        old = {one for one in queue._messages if one.sent_timestamp <= oldest}
        if old:
            _take_out(queue, old)


def _take_out(queue: Queue, gone: set[Message]) -> None:
    queue._messages = [one for one in queue._messages if one not in gone]
    queue._pending_messages -= gone
