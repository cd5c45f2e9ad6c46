"""Walks through a definition as an execution might, and writes the history that it would leave.

Not what these states would do, but what the drawings may be asked to show: errors with long names,
retries, items that end differently, choices decided by values that are there or absent.
"""

from __future__ import annotations

import random
from typing import Any

from recorder import Recorder

from helpers import executions
from helpers.asl import Definition, Scope, State

ERRORS = (
    "DynamoDB.AmazonDynamoDBException",
    "States.TaskFailed",
    "DynamoDb.ProvisionedThroughputExceededException",
    "Lambda.ResourceNotFoundException",
    "SqsException",
    "InsufficientFundsInTheAccountOfTheCustomerError",
    "States.Timeout",
)
INPUT = {"stock_price": 2, "type": "Private", "value": 1234567.5, "count": 3, "status": "SUCCEEDED"}
MOST_STEPS = 30


class Failed(Exception):
    """The walk ends here with this error."""


class Walker:
    """One walk. The same `seed` takes the same way; `odds` says how often a Task fails."""

    def __init__(self, definition: Definition, seed: int, odds: float = 0.3) -> None:
        self._definition = definition
        self._random = random.Random(f"{seed}")
        self._odds = odds
        self._record = Recorder(INPUT)
        self._left = MOST_STEPS

    def execution(self) -> executions.Execution:
        """The execution that this walk leaves."""
        try:
            self._walk(self._definition.root)
            events = self._record.ends()
        except Failed as error:
            events = self._record.ends("Failed", error=str(error), cause="it broke")
        return executions.from_history(events, None, self._definition.data)

    def _walk(self, scope: Scope, after: int | None = None) -> None:
        state = scope.states.get(scope.start_at or "")
        while state is not None and self._left:
            self._left -= 1
            state = self._step(state, after)
            after = None

    def _step(self, state: State, after: int | None) -> State | None:
        record = self._record
        kind = state.type or "Pass"
        record.enter(kind, state.name, INPUT, after)
        edges = [e for e in self._definition.edges() if e.source is state and e.target]
        try:
            self._inside(state)
        except Failed as error:
            caught = [edge for edge in edges if edge.kind == "catch"]
            if not caught:
                raise
            record.leave(kind, state.name, {"Error": str(error)})
            return self._random.choice(caught).target
        record.leave(kind, state.name, INPUT)
        onward = [edge for edge in edges if edge.kind in ("next", "choice", "default")]
        return self._random.choice(onward).target if onward else None

    def _inside(self, state: State) -> None:
        if state.type == "Fail":
            raise Failed(state.raw.get("Error") or self._random.choice(ERRORS))
        if state.type == "Task":
            self._task(state)
        elif state.type == "Wait":
            self._record.passes(self._random.choice((3, 1234)))
        elif state.type == "Parallel":
            self._several(state, [(scope, {}) for scope in state.children])
        elif state.type == "Map" and state.children:
            items = [{"name": state.name, "index": index} for index in range(3)]
            self._several(state, [(state.children[0], item) for item in items])

    def _task(self, state: State) -> None:
        for attempt in range(3):
            if self._random.random() >= self._odds:
                self._record.succeeds(self._random.choice((0.004, 0.25, 83.0)))
                return
            error = self._random.choice(ERRORS)
            self._record.fails(error, self._random.choice((0.1, 900.0)))
            if attempt == 2 or not state.retriers:
                raise Failed(error)
            self._record.passes(15)

    def _several(self, state: State, runs: list[tuple[Scope, dict[str, Any]]]) -> None:
        record, kind = self._record, state.type
        length = {"length": len(runs)} if kind == "Map" else {}
        began = record.add(f"{kind}StateStarted", **length)
        failed: Failed | None = None
        for scope, item in runs:
            after = began
            if item:
                after = record.add("MapIterationStarted", began, **item)
            try:
                self._walk(scope, after)
            except Failed as error:
                failed = failed or error
                if item:
                    record.add("MapIterationFailed", **item)
                continue
            if item:
                record.add("MapIterationSucceeded", **item)
        if failed:
            record.add(f"{kind}StateFailed", error=str(failed), cause="it broke")
            raise failed
        record.add(f"{kind}StateSucceeded", began)
