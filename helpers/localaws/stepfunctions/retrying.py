"""Retry and Catch: which errors a state tries again after, and where it goes when it gives up."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

import random
from typing import Any

from helpers.asl.catching import HEARTBEAT_TIMEOUT, TIMEOUT, covers
from helpers.asl.evaluation import Expression
from helpers.asl.expressions import compile_template
from helpers.asl.failures import StateError
from helpers.asl.jsonata.evaluation import QueryError
from helpers.asl.jsonata.templates import compile_jsonata
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.probe import Retriable
from helpers.localaws.stepfunctions.run import Flow, HeartbeatMissed, TimedOut
from helpers.localaws.stepfunctions.states import (
    State,
    Step,
    jsonata_assign,
    jsonpath_assign,
    put_result,
    result_path,
)

_random = random.Random()
_LONGEST = 99_999_999.0


def timed_out(why: TimedOut, kind: str, key: str, who: dict[str, Any] | None = None) -> StateError:
    """A Task's timeout with its event; AWS gives a missed heartbeat the same name."""
    failure = StateError(TIMEOUT, None, (kind, key, {**(who or {}), "error": TIMEOUT}))
    if isinstance(why, HeartbeatMissed):
        failure.also = HEARTBEAT_TIMEOUT
    return failure


class Retrier:
    """One entry of Retry."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self.names: list[str] = definition["ErrorEquals"]
        self.interval = float(definition.get("IntervalSeconds", 1))
        self.attempts = int(definition.get("MaxAttempts", 3))
        self.rate = float(definition.get("BackoffRate", 2.0))
        self.longest = float(definition.get("MaxDelaySeconds", _LONGEST))
        self.jitter = definition.get("JitterStrategy") == "FULL"

    def delay(self, number: int) -> float:
        """Seconds before retry `number`, the first being 0."""
        try:
            seconds = min(self.interval * self.rate**number, self.longest)
        except OverflowError:
            seconds = self.longest
        return _random.uniform(0, seconds) if self.jitter else seconds


class Catcher:
    """One entry of Catch."""

    def __init__(self, definition: dict[str, Any], number: int, *, jsonata: bool) -> None:
        self.names: list[str] = definition["ErrorEquals"]
        self.next: str = definition["Next"]
        self.assign: Expression | None
        where = f"Catch[{number}]"
        if jsonata:
            self.has_output = "Output" in definition
            self.plain_output = definition.get("Output")
            self.output = compile_jsonata(self.plain_output, f"{where}/Output")
            assign = definition.get("Assign")
            self.assign = None if assign is None else jsonata_assign(assign, f"{where}/Assign")
        else:
            self.result_path = result_path(definition)
            self.assign = jsonpath_assign(definition.get("Assign"))


class RetryingState(State):
    """A state that does work which may fail: Task, Parallel and Map."""

    aborts = True
    catches = True

    def __init__(self, name: str, definition: dict[str, Any], *, jsonata: bool) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.retriers = [Retrier(entry) for entry in definition.get("Retry", [])]
        self.catchers = [
            Catcher(entry, number, jsonata=jsonata)
            for number, entry in enumerate(definition.get("Catch", []))
        ]
        if not jsonata:
            self.selector = definition.get("ResultSelector")
            self.selector_template = compile_template(self.selector)
            self.result_path = result_path(definition)

    def attempt(self, flow: Flow, given: Data) -> Data:
        """Do the work once; raises StateError."""
        raise NotImplementedError

    def complete(self, flow: Flow, given: Data, result: Data, assigned: dict[str, Any]) -> Data:
        """Make the state's output of the result of its work."""
        raise NotImplementedError

    def complete_jsonpath(
        self, flow: Flow, given: Data, result: Data, assigned: dict[str, Any]
    ) -> Data:
        """Assign, ResultSelector, ResultPath and OutputPath of a JSONPath state."""
        if self.assign is not None:
            assigned.update(self.assign(flow.scope(result.value)))
        if self.selector_template is not None:
            result = Data(self.selector_template(flow.scope(result.value)))
        elif self.selector is not None:
            result = Data(self.selector)
        flow.note("afterResultSelector", result)
        output = put_result(self.result_path, given, result)
        flow.note("afterResultPath", output)
        return self.effective_output(flow, output)

    def failed(self, flow: Flow, error: StateError) -> None:
        """Record that an attempt failed, before anything is retried or caught."""

    def gave_up(self, flow: Flow, error: StateError) -> None:
        """Record that the state failed and will not be tried again."""

    def act(self, flow: Flow, given: Data, assigned: dict[str, Any]) -> Step:
        probe = flow.run.probe
        counts = [0 if probe is None else probe.retries] * len(self.retriers)
        flow.state["RetryCount"] = 0
        flow.inside.append(self.kind)
        while True:
            assigned.clear()
            try:
                result = self.attempt(flow, given)
                flow.note("result", result)
                output = self.complete(flow, given, result, assigned)
            except StateError as error:
                if isinstance(error, QueryError) and error.event is None:
                    self.report(flow, error)
                else:
                    self.failed(flow, error)
                if self._retried(flow, error, counts):
                    continue
                before = flow.last
                self.gave_up(flow, error)
                caught = self._caught_or_failed_anew(flow, given, error, assigned, before)
                flow.inside.pop()
                flow.token = None
                flow.children = None
                return caught
            flow.inside.pop()
            flow.token = None
            return output, self.next

    def _retried(self, flow: Flow, error: StateError, counts: list[int]) -> bool:
        """Wait for the next attempt; False if there is none. In TestState it raises Retriable."""
        for number, retrier in enumerate(self.retriers):
            if covers(retrier.names, error.error, error.also):
                if counts[number] >= retrier.attempts:
                    if flow.run.probe is not None:
                        flow.run.probe.details["retryIndex"] = number
                    return False
                seconds = retrier.delay(counts[number])
                if flow.run.probe is not None:
                    raise Retriable(error, number, seconds)
                counts[number] += 1
                flow.state["RetryCount"] += 1
                flow.pause(seconds)
                return True
        return False

    def _caught_or_failed_anew(
        self,
        flow: Flow,
        given: Data,
        error: StateError,
        assigned: dict[str, Any],
        before: int,
    ) -> Step:
        """Where a Catch leads. An expression in it that fails makes the state fail once more.

        before: the event after which the first failure was recorded, which the second follows too.
        """
        try:
            return self._caught(flow, given, error, assigned)
        except QueryError as anew:
            if anew is not error:
                flow.last = before
                self.report(flow, anew)
                self.gave_up(flow, anew)
            raise

    def _caught(self, flow: Flow, given: Data, error: StateError, assigned: dict[str, Any]) -> Step:
        """Where a Catch leads; raises the error if nothing catches it."""
        assigned.clear()
        for number, catcher in enumerate(self.catchers):
            if not covers(catcher.names, error.error, error.also):
                continue
            if flow.run.probe is not None:
                flow.run.probe.caught = error
                flow.run.probe.details["catchIndex"] = number
            output = error.output()
            if not self.jsonata:
                if catcher.assign is not None:
                    assigned.update(catcher.assign(flow.scope(output)))
                return put_result(catcher.result_path, given, Data(output)), catcher.next
            scope = flow.scope(given.value, {"errorOutput": output})
            if catcher.assign is not None:
                assigned.update(catcher.assign(scope))
            if catcher.has_output:
                constant = catcher.plain_output
                return Data(catcher.output(scope) if catcher.output else constant), catcher.next
            return Data(output), catcher.next
        raise error
