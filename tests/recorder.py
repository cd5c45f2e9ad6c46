"""Writes event histories as Step Functions would, for tests of runs that nobody captured."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

BEGIN = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


class Recorder:
    """Appends events; each one follows from the last unless `after` names another's id.

    `now` is the time of the next event; `passes(seconds)` moves it on.
    """

    def __init__(self, input: Any = None) -> None:
        self.events: list[dict[str, Any]] = []
        self.now = BEGIN
        self.add("ExecutionStarted", 0, input=json.dumps(input if input is not None else {}))
        self.events[-1]["id"] = 1
        self.last = 0  # what follows the start has no predecessor, as on AWS

    def add(self, type: str, after: int | None = None, **details: Any) -> int:
        event: dict[str, Any] = {
            "id": len(self.events) + 1,
            "previousEventId": self.last if after is None else after,
            "type": type,
            "timestamp": self.now,
        }
        if details:
            event[_field(type)] = details
        self.events.append(event)
        self.last = event["id"]
        return event["id"]

    def passes(self, seconds: float) -> Recorder:
        self.now += timedelta(seconds=seconds)
        return self

    def enter(self, type: str, name: str, input: Any = None, after: int | None = None) -> int:
        given = json.dumps({} if input is None else input)
        return self.add(f"{type}StateEntered", after, name=name, input=given)

    def leave(self, type: str, name: str, output: Any = None, **more: Any) -> int:
        told = json.dumps({} if output is None else output)
        return self.add(f"{type}StateExited", name=name, output=told, **more)

    def simple(self, type: str, name: str, input: Any = None, output: Any = None) -> Recorder:
        """A state that is entered and left: Pass, Choice, Succeed, Wait."""
        self.enter(type, name, input)
        self.leave(type, name, output if output is not None else input)
        return self

    def scheduled(self) -> Recorder:
        self.add("TaskScheduled", resourceType="lambda", resource="invoke", parameters="{}")
        self.add("TaskStarted", resourceType="lambda", resource="invoke")
        return self

    def succeeds(self, seconds: float = 0.1, output: Any = None) -> Recorder:
        self.scheduled().passes(seconds)
        self.add(
            "TaskSucceeded", output=json.dumps(output), resourceType="lambda", resource="invoke"
        )
        return self

    def fails(self, error: str = "Boom", seconds: float = 0.1, cause: str = "it broke") -> Recorder:
        self.scheduled().passes(seconds)
        self.add("TaskFailed", error=error, cause=cause, resourceType="lambda", resource="invoke")
        return self

    def task(
        self, name: str, input: Any = None, output: Any = None, seconds: float = 0.1
    ) -> Recorder:
        self.enter("Task", name, input)
        self.succeeds(seconds, output)
        self.leave("Task", name, output)
        return self

    def ends(self, how: str = "Succeeded", **details: Any) -> list[dict[str, Any]]:
        if how == "Succeeded":
            details.setdefault("output", "{}")
        self.add(f"Execution{how}", **details)
        return self.events


def _field(type: str) -> str:
    if type.endswith("StateEntered"):
        return "stateEnteredEventDetails"
    if type.endswith("StateExited"):
        return "stateExitedEventDetails"
    return type[0].lower() + type[1:] + "EventDetails"


def trade(price: int = 2, until: int | None = None) -> list[dict[str, Any]]:
    """The stock trader's execution: 19 events, as AWS writes them. `until` cuts it short."""
    run = Recorder()
    seen = {"stock_price": price}
    run.task("Check Stock Value", {}, seen, 0.21)
    run.simple("Choice", "Buy or Sell?", seen)
    bought = {"id": "t-1", "price": str(price), "type": "buy", "qty": "7"}
    run.task("Buy Stock" if price <= 50 else "Sell Stock", seen, bought, 0.14)
    run.task("Record Transaction", bought, {}, 0.05)
    return run.ends()[:until]
