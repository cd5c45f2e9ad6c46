"""SQS moves dead letters back to where they came from, or to another queue; moto has nothing of it.

What may go as fast as it can is moved before the request is answered; where a caller says how many
a second, that many go each second of the simulated clock. A task stands with its source queue, so
that a restart finds it. AWS's words are those of its answers that LocalStack has recorded.
docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.localaws import ids
from helpers.localaws.on_moto.after_import import after_import
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.gate import gate

if TYPE_CHECKING:
    from moto.core.responses import ActionResult
    from moto.sqs.exceptions import SQSException
    from moto.sqs.models import Message, Queue, SQSBackend
    from moto.sqs.responses import SQSResponse

KEPT = 10  # tasks of a queue, the latest
FASTEST = 500  # messages a second


@dataclass
class Move:
    """A task. destination: an ARN, None for where each message came from. rate: a second."""

    id: str
    source: str
    destination: str | None
    rate: int | None
    started: int
    to_move: int
    moved: int = 0
    status: str = "RUNNING"
    failure: str | None = None

    @property
    def handle(self) -> str:
        """By which it can be cancelled."""
        told = json.dumps({"taskId": self.id, "sourceArn": self.source})
        return base64.b64encode(told.encode()).decode()

    def told(self) -> dict[str, Any]:
        """As ListMessageMoveTasks tells it."""
        told = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source,
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started,
        }
        return {key: value for key, value in told.items() if value is not None}


def install() -> None:
    """Put the hooks in place, as soon as somebody imports what they are in."""
    after_import("moto.sqs.responses", _hook)


def _hook() -> None:
    from moto.sqs.responses import SQSResponse

    SQSResponse.start_message_move_task = _start
    SQSResponse.list_message_move_tasks = _list
    SQSResponse.cancel_message_move_task = _cancel


def resume() -> None:
    """Go on with the tasks of an earlier process."""
    models = sys.modules.get("moto.sqs.models")
    for _, _, backend in models.sqs_backends.iter_backends() if models else ():
        for queue in backend.queues.values():
            for move in moves_of(queue):
                if move.status == "RUNNING":
                    _soon(backend, queue, move)


def moves_of(queue: Queue) -> list[Move]:
    """The tasks whose source a queue is, the latest first."""
    moves: list[Move] = vars(queue).setdefault("_moves", [])
    return moves


def source_of(handle: str) -> str:
    """The ARN of the source of a task that its handle tells; "" if it tells none."""
    return _read(handle)[1]


def _read(handle: str) -> tuple[str, str]:
    try:
        told = json.loads(base64.b64decode(handle, validate=True))
        return str(told["taskId"]), str(told["sourceArn"])
    except (ValueError, KeyError, TypeError):
        return "", ""


# -- the requests


def _start(self: SQSResponse) -> ActionResult:
    """For SQSResponse.start_message_move_task, which moto does not have."""
    from moto.core.responses import ActionResult
    from moto.core.utils import unix_time_millis

    backend = self.sqs_backend
    source, destination = self._get_param("SourceArn"), self._get_param("DestinationArn")
    rate = self._get_param("MaxNumberOfMessagesPerSecond")
    queue = _queue(backend, source, "SourceArn")
    if not backend.list_dead_letter_source_queues(queue.name):
        raise _wrong("Source queue must be configured as a Dead Letter Queue.")
    if destination:
        target = _queue(backend, destination, "DestinationArn")
        if target is queue:
            raise _wrong("Source queue arn and destination queue arn cannot be the same.")
        if target.fifo_queue != queue.fifo_queue:
            raise _wrong("The source queue and destination queue must be of the same queue type.")
    _check_number("MaxNumberOfMessagesPerSecond", rate, FASTEST)
    moves = moves_of(queue)
    if any(one.status == "RUNNING" for one in moves):
        raise _wrong(
            "There is already a task running. Only one active task is allowed for a source queue "
            "arn at a given time."
        )
    count = queue.approximate_number_of_messages
    move = Move(ids.uuid4(), source, destination, rate, int(unix_time_millis()), count)
    moves.insert(0, move)
    del moves[KEPT:]
    if rate is None:
        _carry(backend, queue, move, count)
    else:
        _soon(backend, queue, move)
    return ActionResult({"TaskHandle": move.handle})


def _list(self: SQSResponse) -> ActionResult:
    """For SQSResponse.list_message_move_tasks, which moto does not have."""
    from moto.core.responses import ActionResult

    queue = _queue(self.sqs_backend, self._get_param("SourceArn"), "SourceArn")
    most = self._get_param("MaxResults")
    _check_number("MaxResults", most, KEPT)
    return ActionResult({"Results": [one.told() for one in moves_of(queue)[: most or 1]]})


def _cancel(self: SQSResponse) -> ActionResult:
    """For SQSResponse.cancel_message_move_task, which moto does not have."""
    from moto.core.responses import ActionResult

    task, source = _read(self._get_param("TaskHandle") or "")
    if not task:
        raise _wrong("Value for parameter TaskHandle is invalid.")
    queue = _queue(self.sqs_backend, source, "SourceArn")
    move = next((one for one in moves_of(queue) if one.id == task), None)
    if move is None:
        raise _missing("Task does not exist.")
    if move.status != "RUNNING":
        raise _wrong("Only active tasks can be cancelled.")
    move.status = "CANCELLED"
    return ActionResult({"ApproximateNumberOfMessagesMoved": move.moved})


def _queue(backend: SQSBackend, arn: str | None, parameter: str) -> Queue:
    queue = _found(backend, arn)
    if queue is None:
        words = f"The resource that you specified for the {parameter} parameter doesn't exist."
        raise _missing(words)
    return queue


def _found(backend: SQSBackend, arn: str | None) -> Queue | None:
    queue: Queue | None = backend.queues.get((arn or "").rpartition(":")[2])
    return queue if queue is not None and queue.queue_arn == arn else None


def _check_number(parameter: str, number: int | None, most: int) -> None:
    if number is not None and not 1 <= number <= most:
        raise _wrong(
            f"Value for parameter {parameter} is invalid. Reason: You must enter a number that's "
            f"between 1 and {most}."
        )


def _wrong(words: str) -> SQSException:
    from moto.sqs.exceptions import SQSException

    return SQSException("InvalidParameterValue", words)


def _missing(words: str) -> SQSException:
    from moto.sqs.exceptions import SQSException

    return SQSException("ResourceNotFoundException", words)


# -- the work


def _soon(backend: SQSBackend, queue: Queue, move: Move) -> None:
    """Move, after a second, as many as may go in one."""

    def go_on() -> None:
        with gate:
            if move.status != "RUNNING" or backend.queues.get(queue.name) is not queue:
                return
            _carry(backend, queue, move, move.rate or FASTEST)
            if move.status == "RUNNING":
                _soon(backend, queue, move)

    clock.at(clock.time() + 1, go_on, f"messages of {queue.name} that move", silent=True)


def _carry(backend: SQSBackend, queue: Queue, move: Move, most: int) -> None:
    """Move so many messages, if there are; notes when that was all, or why it could not be."""
    left = min(most, move.to_move - move.moved)
    while left > 0 and move.status == "RUNNING":
        taken = backend.receive_message(queue.name, min(left, 10), 0, 30, ["All"])
        if not taken:
            move.status = "COMPLETED"
        for message in taken:
            if move.status == "RUNNING":
                move.failure = _hand_over(backend, move, message)
                move.status = "FAILED" if move.failure else "RUNNING"
            if move.failure:
                backend.change_message_visibility(queue.name, message.receipt_handle, 0)
                continue
            queue.delete_message(message.receipt_handle)
            move.moved += 1
            left -= 1
    if move.status == "RUNNING" and move.moved >= move.to_move:
        move.status = "COMPLETED"


def _hand_over(backend: SQSBackend, move: Move, message: Message) -> str | None:
    """Put a message into its queue, as a new one; gives why that cannot be, None if it can."""
    from moto.sqs.models import Message

    arn = move.destination or vars(message).get("came_from")
    if arn is None:
        return "CouldNotDetermineMessageSource"
    target = _found(backend, arn)
    if target is None:
        return "AWS.SimpleQueueService.NonExistentQueue"
    new = Message(ids.uuid4(), message.body, message.system_attributes)
    for name in ("message_attributes", "sender_id", "deduplication_id", "group_id",
                 "sequence_number"):  # fmt: skip
        setattr(new, name, getattr(message, name))
    new.mark_sent()
    target.add_message(new)
    return None
