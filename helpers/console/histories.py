"""Executions as they were read last: events are only ever added, so that none is read twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from helpers.console import express
from helpers.console.aws import Aws, Problem
from helpers.errors import CourseError
from helpers.executions import Execution
from helpers.executions.source import Source

MOST_EVENTS = 30_000  # that are kept, of all executions together; AWS has 25,000 in one at most
NEW = 100  # events in an answer, of an execution that was read before

T = TypeVar("T")


@dataclass
class Known:
    """An execution, what describe_execution said of it, and what was made of them so far.

    refused: why its events cannot be read; it has none then.
    """

    run: Execution
    told: dict[str, Any]
    refused: Problem | None = None
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def definition(self) -> dict[str, Any] | None:
        """The definition that it ran. Raises CourseError where it may not be read."""
        return self.once("definition", lambda: self.run.definition)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made when it is first asked for."""
        if name not in self.made:
            self.made[name] = make()
        made: T = self.made[name]
        return made


class Histories:
    """The executions that were looked at last, at most `most` events of them all."""

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._most = most
        self._kept: OrderedDict[str, Known] = OrderedDict()
        self._changing = threading.Lock()

    def read(self, aws: Aws, arn: str) -> Known:
        """How the execution stands now. Raises CourseError as `executions.read` does."""
        source = _source(aws, arn)
        told = source.describe()
        before = self._kept.get(arn)
        if before and before.told == told and not before.run.is_running:
            return self._keep(arn, before)
        known = before.run.events if before and _is_same(before.told, told) else []
        refused, events = None, []
        try:
            events = source.since(known)
        except CourseError as error:
            refused = Problem(error.what, error.why, error.then)
        if told["status"] == "RUNNING" and events and events[-1]["type"].startswith("Execution"):
            told = source.describe()  # it ended in between, or has only begun
        definition = before.made.get("definition") if before and known else None
        run = Execution(None, told, definition=definition, source=source)
        run.events = events
        now = Known(run, told, refused)
        return now if refused else self._keep(arn, now)

    def _keep(self, arn: str, known: Known) -> Known:
        with self._changing:
            self._kept[arn] = known
            self._kept.move_to_end(arn)
            while len(self._kept) > 1 and self._count() > self._most:
                self._kept.popitem(last=False)
        return known

    def _count(self) -> int:
        return sum(len(one.run.events) for one in self._kept.values())


class _AtAws(Source):
    """A source whose events are asked for from where they are known."""

    def since(self, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """All events; `known` are the first ones of them."""
        if not known:
            return self.events()
        latest, new = known[-1]["id"], []
        pages = self.client.get_paginator("get_execution_history").paginate(
            executionArn=self.arn, reverseOrder=True, PaginationConfig={"PageSize": NEW}
        )
        for page in pages:
            new += [one for one in page["events"] if one["id"] > latest]
            if not page["events"] or page["events"][-1]["id"] <= latest + 1:
                break
        return [*known, *reversed(new)]


class _InLog(Source):
    """The source of an Express execution: its log."""

    def __init__(self, aws: Aws, arn: str) -> None:
        super().__init__(aws.client("stepfunctions"), arn)
        self._log = express.read(aws, arn)

    def describe(self) -> dict[str, Any]:
        """As describe_execution would say it."""
        return self._log.told

    def since(self, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """All events that were logged."""
        return self._log.events

    def definition(self) -> dict[str, Any] | None:
        """The machine's definition, as it is now."""
        return self._log.definition


def _source(aws: Aws, arn: str) -> _AtAws | _InLog:
    if express.is_express(arn):
        return _InLog(aws, arn)
    return _AtAws(aws.client("stepfunctions"), arn)


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Is it the same execution? An endpoint that begins anew may have another of that name."""
    return one.get("startDate") == other.get("startDate")


KEPT = Histories()
"""Those of this process, which looks at one account."""
