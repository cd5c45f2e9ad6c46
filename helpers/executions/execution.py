"""An Execution: how it stands, the path it took, and what it was given and gave back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers import units
from helpers.asl import paths
from helpers.asl.rules import read_rule
from helpers.executions import history
from helpers.executions.errors import ExecutionsError, StillRunning
from helpers.executions.model import Run, Step, payload, seconds_between
from helpers.executions.source import Source

ENDED = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")


class Execution:
    """One execution of a state machine.

    Times are aware UTC, on the clock of the endpoint that ran it. Its history is fetched when
    something first needs it; `refresh` and `wait` fetch it anew.
    """

    def __init__(
        self,
        events: list[dict[str, Any]] | None = None,
        describe: dict[str, Any] | None = None,
        *,
        definition: dict[str, Any] | None = None,
        source: Source | None = None,
    ) -> None:
        """`events` as get_execution_history gives them (None: ask `source`), `describe` as
        describe_execution does, `definition` the state machine's as parsed JSON."""
        self._describe = dict(describe or {})
        self._definition = definition
        self._source = source
        if events is not None:
            self.events = list(events)
            self._history = history.read(self.events)

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The history's events, as boto3 gives them, in order."""
        return self._source.events() if self._source else []

    @cached_property
    def _history(self) -> history.History:
        told = history.read(self.events) if self.events else history.History()
        if self._source:
            for step in told.run.walk():
                if step.map_run:  # its items ran as executions of their own
                    step.item_counts = self._source.item_counts(step.map_run)
        return told

    # ---- how it stands

    @property
    def arn(self) -> str | None:
        """Its ARN, where known."""
        return self._describe.get("executionArn")

    @property
    def name(self) -> str | None:
        """Its name, where known."""
        return self._describe.get("name") or (self.arn and self.arn.rpartition(":")[2])

    @property
    def state_machine(self) -> str | None:
        """The ARN of its state machine, where known."""
        return self._describe.get("stateMachineArn")

    @property
    def status(self) -> str:
        """RUNNING, SUCCEEDED, FAILED, ABORTED, TIMED_OUT or PENDING_REDRIVE, as AWS has it."""
        described = self._describe.get("status")
        if described in ENDED or (described and "_history" not in self.__dict__):
            return described
        told = self._history.status
        return described if described and told == "RUNNING" else told

    @property
    def is_running(self) -> bool:
        """Has it not ended yet?"""
        return self.status not in ENDED

    @property
    def started(self) -> datetime | None:
        """When it began."""
        return history.moment(self._describe.get("startDate")) or self._history.started

    @property
    def stopped(self) -> datetime | None:
        """When it ended; None while it runs."""
        if self.is_running:
            return None
        return history.moment(self._describe.get("stopDate")) or self._history.stopped

    @property
    def latest(self) -> datetime | None:
        """When the latest event of its history happened."""
        return self._history.latest

    @property
    def duration(self) -> float | None:
        """Seconds from start to end (to the latest event while it runs); None if unknown."""
        return seconds_between(self.started, self.stopped or self._history.latest)

    def seconds_at(self, event: dict[str, Any]) -> float | None:
        """Seconds from the start to an event of its history; None if unknown."""
        return seconds_between(self.started, history.moment(event.get("timestamp")))

    @property
    def input(self) -> Any:
        """What it was started with, parsed."""
        return payload(self._described("input", lambda: self._history.raw_input))

    @property
    def output(self) -> Any:
        """What it gave back, parsed; None while it runs and where it failed."""
        return payload(self._described("output", lambda: self._history.raw_output))

    @property
    def error(self) -> str | None:
        """The name of the error that ended it."""
        return self._described("error", lambda: self._history.error)

    @property
    def cause(self) -> str | None:
        """What was said about that error."""
        return self._described("cause", lambda: self._history.cause)

    @property
    def redrives(self) -> int:
        """How many times it was redriven."""
        return self._described("redriveCount", lambda: self._history.redrives) or 0

    # ---- what it did

    @property
    def run(self) -> Run:
        """Its steps as a tree: what `steps` and `walk` go through."""
        return self._history.run

    @property
    def steps(self) -> list[Step]:
        """Its steps in order; those inside a Parallel or Map are in that step's `runs`."""
        return self._history.run.steps

    def walk(self) -> Iterator[Step]:
        """Every step at any depth, in order."""
        return self._history.run.walk()

    @property
    def path(self) -> list[str]:
        """The names of the states it went through, in order (without those inside others)."""
        return [step.name for step in self.steps]

    @property
    def choice_values(self) -> dict[str, Any]:
        """Choice state → what it looked at on its last visit: `{"Buy or Sell?": {"price": 2}}`.

        The variables that its rules name, where the definition is known; else its whole input.
        """
        return {step.name: self._looked_at(step) for step in self.walk() if step.type == "Choice"}

    @property
    def definition(self) -> dict[str, Any] | None:
        """The definition that it ran, parsed; None where neither file nor endpoint tell."""
        if self._definition is None and self._source:
            self._definition = self._source.definition()
        return self._definition

    def step_of(self, event: dict[str, Any]) -> Step | None:
        """The step in which an event of its history happened; None for those of the whole."""
        if event["type"].startswith("Execution"):
            return None
        place = self._history.places.get(event["id"])
        return place if isinstance(place, Step) else place and place.parent

    # ---- while it runs

    def refresh(self) -> Execution:
        """Reads it anew; returns itself. A history from a file stays as it is."""
        if self._source:
            self._describe = self._source.describe()
            self._forget()
        return self

    def wait(self, timeout: float = 300) -> Execution:
        """Waits until it has ended; returns itself.

        `timeout` in seconds of your own clock; raises StillRunning when they are over. Asks
        often at first, then every two seconds, so that AWS does not throttle.
        """
        if self._source is None:
            if self.is_running:
                raise ExecutionsError("This history comes from a file: it will not go on.")
            return self
        give_up = time.monotonic() + timeout
        pause = 0.05
        while True:
            self._describe = self._source.describe()
            if self._describe["status"] in ENDED:
                return self._forget()
            left = give_up - time.monotonic()
            if left <= 0:
                raise StillRunning(
                    f"The execution has not ended after {units.duration(timeout)}; it goes on "
                    "without you. Call `.wait()` again, or stop it with "
                    "`aws stepfunctions stop-execution --execution-arn "
                    f"{self.arn}`."
                )
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, 2)

    def _forget(self) -> Execution:
        """Drops the history as it was: what needs it next fetches it anew."""
        for name in ("events", "_history"):
            self.__dict__.pop(name, None)
        return self

    # ---- keeping it

    def save(self, path: str | Path) -> Path:
        """Writes events, description and definition as one JSON file for `from_json`."""
        path = Path(path)
        content = {
            "describe": {k: v for k, v in self._describe.items() if k != "ResponseMetadata"},
            "definition": self.definition,
            "events": self.events,
        }
        path.write_text(json.dumps(content, indent=1, default=_plain), encoding="utf-8")
        return path

    def __repr__(self) -> str:
        took = self.duration
        said = self.status
        if took is not None:
            said += f" {'for' if self.is_running else 'after'} {units.duration(took)}"
        if self.redrives:
            said += f", redriven {'once' if self.redrives == 1 else f'{self.redrives}×'}"
        if self.error:
            said += f": {self.error}"
            if self.cause:
                said += f" ({units.shorten(_message(self.cause), 160)})"
        return said

    def _described(self, key: str, otherwise: Any) -> Any:
        """From the description where it has it, so that a list needs no histories."""
        if key in self._describe:
            return self._describe[key]
        if self._describe and "_history" not in self.__dict__ and key != "input":
            return None  # described, and AWS leaves out what there is not
        return otherwise()

    def _looked_at(self, step: Step) -> Any:
        raw = _state(self.definition, step.name) if self.definition else None
        if raw is None:
            return step.input
        given = step.input
        if isinstance(raw.get("InputPath"), str):
            given = paths.look_up(raw["InputPath"], given)
        looked: dict[str, Any] = {}
        for variable in _variables(raw.get("Choices")):
            value = paths.look_up(variable, given, paths.MISSING, step.variables)
            if value is not paths.MISSING:
                looked[variable.removeprefix("$.")] = value
        return looked or given


def _state(definition: Any, name: str) -> dict[str, Any] | None:
    """The fields of the state with this name at any depth."""
    todo = [definition]
    while todo:
        here = todo.pop()
        if isinstance(here, dict):
            states = here.get("States")
            if isinstance(states, dict) and isinstance(states.get(name), dict):
                return states[name]
            todo.extend(here.values())
        elif isinstance(here, list):
            todo.extend(here)
    return None


def _variables(rules: Any) -> Iterator[str]:
    """The paths that Choice rules name, in order."""
    for rule in rules if isinstance(rules, list) else ():
        for comparison in read_rule(rule).comparisons():
            if isinstance(comparison.variable, str):
                yield comparison.variable


def _message(cause: str) -> str:
    """Lambda's cause is JSON: its errorMessage says what a reader wants."""
    told = payload(cause)
    if isinstance(told, dict) and told.get("errorMessage"):
        return str(told["errorMessage"])
    return cause


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
