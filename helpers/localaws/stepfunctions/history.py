"""The event history of one execution: numbered events, each naming the one before it."""

from __future__ import annotations

import threading
from typing import Any

from helpers.asl.failures import RuntimeFailure
from helpers.localaws.turns.clock import clock


class Ended(Exception):
    """The run is over, or this branch of it: the thread has no more to do."""


WHOLE = {"truncated": False}
"""What `inputDetails` and `outputDetails` of every event say: nothing was cut off."""

MOST_EVENTS = 25_000
"""Quota of a Standard execution; the last event is the one that ends it."""

FULL = "The execution reached the maximum number of history events ({})."
"""The cause with which an execution ends that has had as many events as it may."""

DATA_FIELDS = {
    "activityScheduledEventDetails": ("input", "inputDetails"),
    "activitySucceededEventDetails": ("output", "outputDetails"),
    "executionStartedEventDetails": ("input", "inputDetails"),
    "executionSucceededEventDetails": ("output", "outputDetails"),
    "lambdaFunctionScheduledEventDetails": ("input", "inputDetails"),
    "lambdaFunctionSucceededEventDetails": ("output", "outputDetails"),
    "stateEnteredEventDetails": ("input", "inputDetails"),
    "stateExitedEventDetails": (
        "output",
        "outputDetails",
        "assignedVariables",
        "assignedVariablesDetails",
    ),
    "taskScheduledEventDetails": ("parameters",),
    "taskSubmittedEventDetails": ("output", "outputDetails"),
    "taskSucceededEventDetails": ("output", "outputDetails"),
}
"""What GetExecutionHistory leaves out when it is asked for no execution data, by details key."""


class History:
    """Events in the shape that GetExecutionHistory returns; times are POSIX seconds."""

    __slots__ = ("closed", "events", "listener", "lock", "most")

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self.events: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self.closed = False
        self.most = most
        self.listener: Any = None

    def add(self, kind: str, key: str | None, details: dict[str, Any] | None, previous: int) -> int:
        """Append an event and return its id; raises Ended once the history is closed.

        key, details: the name of the details field and what it holds.
        """
        with self.lock:
            if self.closed:
                raise Ended
            number = len(self.events) + 1
            if number >= self.most:
                full = RuntimeFailure(FULL.format(self.most))
                full.is_located = True  # AWS names no state
                raise full
            return self._append(kind, key, details, previous)

    def close(
        self, kind: str, key: str | None, details: dict[str, Any] | None, previous: int
    ) -> bool:
        """Append the event that ends the execution; False if another one did so before."""
        with self.lock:
            if self.closed:
                return False
            self._append(kind, key, details, previous)
            self.closed = True
            return True

    def _append(
        self, kind: str, key: str | None, details: dict[str, Any] | None, previous: int
    ) -> int:
        number = len(self.events) + 1
        event: dict[str, Any] = {
            "timestamp": round(clock.time(), 3),
            "type": kind,
            "id": number,
            "previousEventId": previous,
        }
        if key is not None:
            event[key] = details
        self.events.append(event)
        if self.listener is not None:
            self.listener(event)
        return number


def without_data(event: dict[str, Any]) -> dict[str, Any]:
    """The event as GetExecutionHistory gives it with `includeExecutionData: false`."""
    for key, fields in DATA_FIELDS.items():
        if key in event:
            kept = {name: value for name, value in event[key].items() if name not in fields}
            return {**event, key: kept}
    return event
