"""What an execution did, as plain data: steps, their attempts, branches and iterations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

StepStatus = Literal["succeeded", "failed", "caught", "running", "cancelled"]
"""`caught` failed, but a Catch took it further; `cancelled` was under way when its execution was
stopped, ran out of time, or failed elsewhere."""

CONTAINERS = ("Parallel", "Map")


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from one moment to another, None where either is unknown."""
    return (end - start).total_seconds() if start and end else None


def payload(raw: Any) -> Any:
    """An input or output: parsed where it is JSON text, else as it is."""
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw


@dataclass(eq=False)
class Attempt:
    """One try of a Task, Parallel or Map.

    `waited` is the time in seconds between the failure before it and its start (None for the
    first). Times are aware UTC, on the clock of the endpoint that ran it; None where the
    history does not tell. `first_event` and `last_event` are ids in the history. `runs` are the
    branches or iterations of this try.
    """

    number: int
    started: datetime | None = None
    ended: datetime | None = None
    status: StepStatus = "running"
    error: str | None = None
    cause: str | None = None
    waited: float | None = None
    first_event: int = 0
    last_event: int = 0
    runs: list[Run] = field(default_factory=list)

    @property
    def duration(self) -> float | None:
        """Seconds it took."""
        return seconds_between(self.started, self.ended)


@dataclass(eq=False)
class Step:
    """One visit to a state.

    A state that is entered twice (a loop) gives two steps. `number` counts the steps of the
    whole execution from 1, in the order in which they were entered. `first_event` and
    `last_event` are ids in the history. `stopped_by` is "aborted" or "timed out" where the whole
    execution was while this went on, else "".
    """

    name: str
    type: str
    run: Run
    number: int
    first_event: int
    entered: datetime | None = None
    exited: datetime | None = None
    status: StepStatus = "running"
    error: str | None = None
    cause: str | None = None
    attempts: list[Attempt] = field(default_factory=list)
    last_event: int = 0
    ended: datetime | None = None
    stopped_by: str = ""
    length: int | None = None
    map_run: str | None = None
    item_counts: dict[str, int] | None = None
    assigned: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    raw_input: Any = None
    raw_output: Any = None

    @cached_property
    def input(self) -> Any:
        """What the state was given, parsed."""
        return payload(self.raw_input)

    @property
    def output(self) -> Any:
        """What the state handed on, parsed; None if it handed nothing on."""
        return payload(self.raw_output)

    @property
    def duration(self) -> float | None:
        """Seconds from entering to leaving (or to the end of the execution); None if unknown."""
        return seconds_between(self.entered, self.exited or self.ended)

    @property
    def runs(self) -> list[Run]:
        """Branches of a Parallel, iterations of a Map: those of the last attempt."""
        return self.attempts[-1].runs if self.attempts else []

    @property
    def iterations(self) -> dict[str, int]:
        """How many items of a Map have which status, e.g. `{"succeeded": 3, "failed": 1}`.

        For a distributed Map the counts are those of its Map Run, if they were read.
        """
        if self.type != "Map":
            return {}
        if self.item_counts is not None:
            return dict(self.item_counts)
        counts = dict(Counter(run.status for run in self.runs))
        waiting = (self.length or 0) - len(self.runs)
        if self.map_run is None and waiting > 0:
            counts["not started"] = waiting
        return counts

    @property
    def retries(self) -> int:
        """How many attempts came after the first."""
        return max(0, len(self.attempts) - 1)

    @property
    def waits(self) -> list[float]:
        """The seconds waited before each retry."""
        return [attempt.waited for attempt in self.attempts if attempt.waited is not None]

    def walk(self) -> Iterator[Step]:
        """This step and all inside it, in order."""
        yield self
        for run in self.runs:
            yield from run.walk()

    def __repr__(self) -> str:
        tries = f", {len(self.attempts)} attempts" if len(self.attempts) > 1 else ""
        why = f": {self.error}" if self.error else ""
        return f"<{self.name}: {self.status}{why}{tries}>"


@dataclass(eq=False)
class Run:
    """Steps that follow each other: the execution itself, a branch, or an iteration (from 0)."""

    kind: Literal["execution", "branch", "iteration"]
    index: int = 0
    parent: Step | None = None
    steps: list[Step] = field(default_factory=list)
    started: datetime | None = None
    ended: datetime | None = None
    outcome: StepStatus | None = None
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> StepStatus:
        """How it went, or how far it is."""
        if self.outcome:
            return self.outcome
        if not self.steps:
            return "running"
        last = self.steps[-1].status
        if last == "caught":
            return "running"
        return last

    @property
    def duration(self) -> float | None:
        """Seconds it took."""
        return seconds_between(self.started, self.ended)

    def walk(self) -> Iterator[Step]:
        """Every step in it at any depth, in order."""
        for step in self.steps:
            yield from step.walk()

    def __repr__(self) -> str:
        return f"<{self.kind} {self.index}: {self.status}, {[step.name for step in self.steps]}>"
