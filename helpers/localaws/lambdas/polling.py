"""Queues as event sources: Lambda takes their messages in batches, on the simulated clock.

A message that a function fails at stays hidden until the queue's visibility timeout is over; then
it is taken again, or SQS has put it into the dead-letter queue. AWS polls all the time. Here a
queue is looked at when something happens to it, and when the next of its messages comes in sight.
What is under way is in the queue itself, so that a restart has nothing to bring back.
Source: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html. Imports moto.
"""

from __future__ import annotations

import functools
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import EventSourceMapping
from moto.core.utils import unix_time_millis
from moto.sqs.exceptions import QueueDoesNotExist, ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from helpers.localaws.lambdas import batches, event_filters, mappings
from helpers.localaws.lambdas.attending import Attendant, begin
from helpers.localaws.lambdas.results import Result
from helpers.localaws.lambdas.sources import sqs_event
from helpers.localaws.on_moto.mends import queues
from helpers.localaws.turns.clock import clock

LOG = logging.getLogger(__name__)
AT_ONCE = 5
"""Batches of one mapping that are handed over at once, unless its ScalingConfig says more."""
LARGEST = 6_000_000
"""Bytes of text in one batch; Lambda takes events of 6 MB."""


class Poller:
    """Takes messages out of the queues that have mappings; one for the endpoint."""

    def __init__(self, invoke: Callable[[str, bytes], Result]) -> None:
        self._invoke = invoke
        self._attendant = Attendant(self._serve)
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()  # by the mapping's UUID
        self._since: dict[str, float] = {}  # when a batch began to gather, by the mapping's UUID

    def look(self, queue: Queue) -> None:
        """Something has happened to a queue: see soon, in another thread, what there is to take."""
        if mappings.enabled(queue.queue_arn):
            self._attendant.want(queue.queue_arn, queue)

    def resume(self) -> None:
        """Take up what was in the queues when an earlier process ended."""
        for _, _, backend in sqs_backends.iter_backends():
            for queue in list(backend.queues.values()):
                queue.lambda_event_source_mappings.clear()  # an older endpoint went by these
                self.look(queue)

    def clear(self) -> None:
        """Look at nothing any more; the queues are gone."""
        self._attendant.clear()
        self._since.clear()

    # -- one queue after the other, in one thread

    def _serve(self, queue: Queue) -> None:
        if not _is_there(queue):
            return
        queues.forget_old(queue)
        ends = [self._feed(queue, mapping) for mapping in mappings.enabled(queue.queue_arn)]
        self._remind(queue, [end for end in ends if end is not None])

    def _feed(self, queue: Queue, mapping: EventSourceMapping) -> float | None:
        """Hand over what is there; gives when the batch is complete that still gathers."""
        most = (mapping.scaling_config or {}).get("MaximumConcurrency") or AT_ONCE
        while self._under_way[mapping.uuid] < int(most) and mappings.has_function(mapping):
            waiting = queue.messages
            if not waiting:
                self._since.pop(mapping.uuid, None)
                return None
            end = self._gathers_until(mapping, len(waiting))
            if end is not None:
                return end
            self._since.pop(mapping.uuid, None)
            messages = _take(queue, mapping, waiting)
            if not messages:
                return None
            self._begin(queue, mapping, messages)
        return None

    def _gathers_until(self, mapping: EventSourceMapping, waiting: int) -> float | None:
        """When the batching window ends; None if it has ended or the batch is full."""
        window = int(mapping.max_batch_window or 0)
        if not window or waiting >= mapping.batch_size:
            return None
        end = self._since.setdefault(mapping.uuid, clock.time()) + window
        return end if clock.time() < end else None

    def _begin(self, queue: Queue, mapping: EventSourceMapping, messages: list[Message]) -> None:
        wanted, unwanted = _sorted_out(mapping, messages, queue.queue_arn)
        _delete(queue, unwanted)
        if not wanted:
            return
        with self._lock:
            self._under_way[mapping.uuid] += 1
        begin(lambda: self._hand_over(queue, mapping, wanted))

    def _remind(self, queue: Queue, times: list[float]) -> None:
        """Look again when a batching window ends or the next message comes in sight."""
        now = unix_time_millis()
        hidden = [max(one.visible_at, one.delayed_until) for one in list(queue._messages)]
        # A message is in sight after that time, not at it.
        times = times + [when / 1000 + 0.001 for when in hidden if when >= now]
        self._attendant.want_at(min(times, default=None), queue.queue_arn, queue)

    # -- one batch, in a thread of its own

    def _hand_over(
        self, queue: Queue, mapping: EventSourceMapping, messages: list[Message]
    ) -> None:
        try:
            failed = self._failed(queue, mapping, messages)
            _delete(queue, [one for one in messages if one.id not in failed])
        finally:
            with self._lock:
                self._under_way[mapping.uuid] -= 1
            self.look(queue)

    def _failed(
        self, queue: Queue, mapping: EventSourceMapping, messages: list[Message]
    ) -> set[str]:
        """Run the function; the ids of the messages that it is not done with."""
        ids = {one.id for one in messages}
        event = json.dumps(sqs_event(messages, queue.queue_arn)).encode()
        try:
            result = self._invoke(mapping.function_arn, event)
        except LambdaClientError as error:
            words = "%s cannot be given messages of %s: %s"
            LOG.warning(words, mapping.function_arn, queue.queue_arn, error)
            return ids
        if result.error:
            return ids
        if batches.REPORTS in (mapping.function_response_types or []):
            return batches.failed(result.payload, ids)
        return set()


# -- what is in a queue


def _is_there(queue: Queue) -> bool:
    return mappings.queue_of(queue.queue_arn) is queue


def _take(queue: Queue, mapping: EventSourceMapping, waiting: list[Message]) -> list[Message]:
    """Receive a batch, which hides its messages; those that came too often go their way."""
    backend: SQSBackend = sqs_backends[queue.account_id][queue.region]
    hidden = max(1, int(queue.visibility_timeout))
    return backend.receive_message(queue.name, _room(waiting, mapping), 0, hidden, ["All"])


def _room(waiting: list[Message], mapping: EventSourceMapping) -> int:
    """How many of the messages that wait fit into one batch."""
    size, count = 0, 0
    for message in waiting[: mapping.batch_size]:
        size += len(message.body)
        if count and size > LARGEST:
            break
        count += 1
    return count


def _sorted_out(
    mapping: EventSourceMapping, messages: list[Message], queue_arn: str
) -> tuple[list[Message], list[Message]]:
    """Those that fit the mapping's filters, and the others, which Lambda deletes."""
    kept: tuple[list[Message], list[Message]] = ([], [])
    for message in messages:
        (record,) = sqs_event([message], queue_arn)["Records"]
        kept[not event_filters.fits(mapping.filter_criteria, record, "body")].append(message)
    return kept


def _delete(queue: Queue, messages: list[Message]) -> None:
    backend = sqs_backends[queue.account_id][queue.region]
    for message in messages:
        with suppress(QueueDoesNotExist, ReceiptHandleIsInvalid):  # somebody was quicker
            backend.delete_message(queue.name, message.receipt_handle)


# -- the hooks into moto's SQS

_plain: dict[str, Any] = {}


def install(poller: Poller) -> None:
    """Have `poller` look at a queue whenever something happens to it."""
    for kind, name in (
        (Queue, "add_message"),
        (SQSBackend, "receive_message"),
        (SQSBackend, "change_message_visibility"),
    ):
        plain = _plain.setdefault(name, getattr(kind, name))
        setattr(kind, name, _then_look(plain, poller))


def _then_look(plain: Callable[..., Any], poller: Poller) -> Callable[..., Any]:
    """For what happens to a queue; `self` is the queue, or a backend that is given its name."""

    @functools.wraps(plain)
    def hooked(self: Queue | SQSBackend, *given: Any, **named: Any) -> Any:
        done = plain(self, *given, **named)
        queue = self
        if isinstance(self, SQSBackend):
            queue = self.queues.get(named.get("queue_name") or given[0])
        if queue is not None:
            poller.look(queue)
        return done

    return hooked
