"""What SQS tells of a queue each minute: how many messages there are, and how old the oldest is.

Nothing is written down each minute. When a queue is used its state is kept for the minutes that
have passed since, as far as it changed in them (a message becomes visible again, is no longer
delayed, or is too old); in between it stays as it is. A queue without messages tells nothing once
it has not been used for six hours:
docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
"""

from __future__ import annotations

from typing import Any

from helpers.localaws.account import ACCOUNT
from helpers.localaws.metrics import noting
from helpers.localaws.metrics.cells import Cell
from helpers.localaws.metrics.ledger import Dimensions, Key, Ledger
from helpers.localaws.turns.clock import clock

NAMESPACE = "AWS/SQS"
VISIBLE = "ApproximateNumberOfMessagesVisible"
NOT_VISIBLE = "ApproximateNumberOfMessagesNotVisible"
DELAYED = "ApproximateNumberOfMessagesDelayed"
AGE = "ApproximateAgeOfOldestMessage"
_SENT = "_oldest was sent"
UNITS = {VISIBLE: "Count", NOT_VISIBLE: "Count", DELAYED: "Count", AGE: "Seconds"}
ACTIVE = 360
"""Minutes for which a queue without messages is active after its last use."""
GONE = -1.0
"""For the numbers of a queue that was deleted."""

State = dict[str, float]
"""By the names above; `_SENT`: simulated POSIX seconds, 0 if there is no message."""


def is_one(namespace: str, name: str) -> bool:
    """Is a metric one of those?"""
    return namespace == NAMESPACE and name in UNITS


def hidden(key: Key) -> bool:
    """Is a series of the ledger no metric, but what others are made of?"""
    return key[0] == NAMESPACE and (key[1] == _SENT or key[1] in UNITS)


def touch(queue: Any) -> None:
    """Call it before a queue is used: keeps what its state was in the minutes since the last use.

    queue: moto's, as are all here.
    """
    minute = int(clock.time() // 60)
    touched = queue.__dict__.get("_used_in")
    if touched == minute:
        return
    if touched is not None:
        ledger, dimensions = noting.ledger_of(queue.region), _dimensions(queue.name)
        for step, state in _steps(queue, touched, minute - 1):
            _keep(ledger, dimensions, step, state)
    queue._used_in = minute


def deleted(queue: Any) -> None:
    """Call it when a queue has been deleted."""
    touch(queue)
    minute, ledger = int(clock.time() // 60), noting.ledger_of(queue.region)
    dimensions = _dimensions(queue.name)
    _keep(ledger, dimensions, minute, dict.fromkeys((VISIBLE, NOT_VISIBLE, DELAYED), GONE))


def cells(region: str, name: str, dimensions: Dimensions, first: int, last: int) -> dict[int, Cell]:
    """The metric of a queue from one minute to another, both included; a sample each minute."""
    per_minute: dict[int, Cell] = {}
    steps = _all_steps(region, dimensions, first, last)
    for number, (begins, state) in enumerate(steps):
        if state[VISIBLE] == GONE:
            continue
        ends = steps[number + 1][0] - 1 if number + 1 < len(steps) else last
        if not _messages(state):
            ends = min(ends, begins + ACTIVE)
        for minute in range(max(begins, first), min(ends, last) + 1):
            per_minute[minute] = cell = Cell()
            cell.add(_value(state, name, minute))
    return per_minute


def next_change(
    region: str, name: str, dimensions: Dimensions, minute: int, threshold: float | None
) -> int | None:
    """The minute after another in which a metric changes if nobody uses the queue; None: never.

    threshold: for the age, which always grows: what it does not exceed in that minute, if at all.
    """
    steps = _all_steps(region, dimensions, minute, minute + 20 * 1440)
    steps = [(begins, state) for begins, state in steps if state[VISIBLE] != GONE]
    now = [(begins, state) for begins, state in steps if begins <= minute]
    if not now:
        return min((begins for begins, _ in steps), default=None)
    begins, state = now[-1]
    changes = [at for at, _ in steps if at > minute]
    if not _messages(state):
        changes += [begins + ACTIVE + 1] if begins + ACTIVE >= minute else []
    elif name == AGE and threshold is not None:
        age, crossing = _value(state, AGE, minute), int((state[_SENT] + threshold) // 60)
        changes += [max(crossing, minute + 1)] if age <= threshold else []
    return min(changes, default=None)


def queues(region: str) -> set[Dimensions]:
    """The dimensions of the queues that have these metrics."""
    return {key[2] for key in noting.ledger_of(region).keys() if key[0] == NAMESPACE}  # noqa: SIM118


def _dimensions(name: str) -> Dimensions:
    return (("QueueName", name),)


def _messages(state: State) -> float:
    return state[VISIBLE] + state[NOT_VISIBLE] + state[DELAYED]


def _value(state: State, name: str, minute: int) -> float:
    if name != AGE:
        return state[name]
    return float(max(int((minute + 1) * 60 - state[_SENT]), 0)) if state[_SENT] else 0.0


def _all_steps(
    region: str, dimensions: Dimensions, first: int, last: int
) -> list[tuple[int, State]]:
    """The minutes in which a queue's state changed, and those in which it may be going to.

    The first of them may lie before `first`: it says what the state was then.
    """
    ledger, keys = noting.ledger_of(region), _keys(dimensions)
    kept: dict[int, State] = {}
    before = ledger.latest(keys[VISIBLE], first)
    begin = first if before is None else before[0]
    for name, key in keys.items():
        for minute, cell in ledger.read(key, begin, last).items():
            kept.setdefault(minute, dict.fromkeys(keys, 0.0))[name] = cell.highest
    queue = _queue(region, dimensions)
    touched = queue.__dict__.get("_used_in") if queue is not None else None
    if touched is not None:
        kept |= _steps(queue, touched, last)
    return sorted(kept.items())


def _keys(dimensions: Dimensions) -> dict[str, Key]:
    names = (VISIBLE, NOT_VISIBLE, DELAYED, _SENT)
    return {name: (NAMESPACE, name, dimensions, UNITS.get(name, "")) for name in names}


def _keep(ledger: Ledger, dimensions: Dimensions, minute: int, state: State) -> None:
    for name, key in _keys(dimensions).items():
        if name in state:
            ledger.add(key, minute, state[name])


def _queue(region: str, dimensions: Dimensions) -> Any:
    from moto.sqs.models import sqs_backends

    if len(dimensions) != 1 or dimensions[0][0] != "QueueName":
        return None
    return sqs_backends[ACCOUNT][region].queues.get(dimensions[0][1])


def _steps(queue: Any, first: int, last: int) -> list[tuple[int, State]]:
    """What the state of a queue is after a minute, and after those in which it changes by itself.

    Nobody uses the queue meanwhile.
    """
    if last < first:
        return []
    kept = (queue.message_retention_period or 345_600) * 1000
    moments = {first}
    messages = list(queue._messages)
    for message in messages:
        for when in (message.visible_at, message.delayed_until, message.sent_timestamp + kept):
            minute = int(when // 60_000)
            if first < minute <= last:
                moments.add(minute)
    return [(minute, _state(messages, (minute + 1) * 60_000, kept)) for minute in sorted(moments)]


def _state(messages: list[Any], when: float, kept: int) -> State:
    """The state of a queue at a time, in ms."""
    state = {VISIBLE: 0.0, NOT_VISIBLE: 0.0, DELAYED: 0.0, _SENT: 0.0}
    for message in messages:
        if message.sent_timestamp + kept <= when:
            continue
        sent = message.sent_timestamp / 1000
        state[_SENT] = min(state[_SENT] or sent, sent)
        if message.delayed_until > when:
            state[DELAYED] += 1
        elif message.visible_at > when:
            state[NOT_VISIBLE] += 1
        else:
            state[VISIBLE] += 1
    return state
