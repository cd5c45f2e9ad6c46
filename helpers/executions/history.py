"""Reads an execution's event history: which states were entered, tried, left, and how each went.

AWS links every event to the one that caused it (`previousEventId`). Those links, not the order
of the list, tell which branch or iteration an event belongs to. Event types that are not known
here belong to where their predecessor belongs, and change nothing.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from json import dumps
from typing import Any

from helpers.executions.errors import NotAHistory
from helpers.executions.model import CONTAINERS, Attempt, Run, Step, payload, seconds_between

_OUTCOME = {
    "Succeeded": "succeeded",
    "Failed": "failed",
    "TimedOut": "failed",
    "Aborted": "cancelled",
}
ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}
_STOPS = {"ExecutionAborted": "aborted", "ExecutionTimedOut": "timed out"}
_WORK = ("Task", "LambdaFunction", "Activity")
_DEEPEST_RESULT = 8
"""So many names of a Catch's ResultPath are followed to where it put the error."""

_BY_ITSELF = frozenset(
    f"States.{name}"
    for name in (
        *("DataLimitExceeded", "IntrinsicFailure", "ParameterPathFailure"),
        *("QueryEvaluationError", "ResultPathMatchFailure"),
    )
)
"""Errors of a state itself, and of no work that it does."""

_CULPRIT = re.compile(
    r"An error occurred while executing the state '.*?' \(entered at the event id #(?P<event>\d+)\)"
    r"|The state/task '(?P<name>.*?)' returned a result "
)
"""Causes that name the state whose error it was, in AWS's words."""


@dataclass
class History:
    """What the events tell: the steps, and how the execution stands."""

    run: Run = field(default_factory=lambda: Run("execution"))
    status: str = "RUNNING"
    started: datetime | None = None
    stopped: datetime | None = None
    latest: datetime | None = None
    raw_input: Any = None
    raw_output: Any = None
    error: str | None = None
    cause: str | None = None
    redrives: int = 0
    count: int = 0
    places: dict[int, Step | Run] = field(default_factory=dict)
    """Where each event happened, by its id."""


def moment(value: Any) -> datetime | None:
    """A timestamp as boto3 (datetime), the AWS CLI (text) or JSON (seconds) gives it, in UTC.

    None where it is none of them.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if isinstance(value, str):
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            return None
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    return None


def read(events: Iterable[dict[str, Any]]) -> History:
    """The events of one execution, in any order; raises NotAHistory if they are not events."""
    try:
        ordered = sorted(events, key=lambda event: event["id"])
        reader = _Reader()
        for event in ordered:
            reader.take(event)
    except (TypeError, KeyError, AttributeError) as error:
        raise NotAHistory(
            f"This is no event history ({type(error).__name__}: {error}). It needs a list of "
            "events, as `aws stepfunctions get-execution-history` prints it."
        ) from None
    return reader.done()


class _Reader:
    """Follows the events one by one."""

    def __init__(self) -> None:
        self.history = History()
        self.places = self.history.places
        self.places[0] = self.history.run
        self.steps: list[Step] = []

    def take(self, event: dict[str, Any]) -> None:
        history, kind, number = self.history, event["type"], event["id"]
        when = moment(event.get("timestamp"))
        before = self.places.get(event.get("previousEventId", 0), history.run)
        history.count += 1
        history.latest = when or history.latest
        details = _details(event)
        place = self._handle(kind, number, when, before, details)
        self.places[number] = place
        if isinstance(place, Step) and not kind.startswith("Execution"):
            place.last_event = number
            for attempt in place.attempts[-2:]:
                attempt.first_event = attempt.first_event or number
                if attempt.status != "running":
                    attempt.last_event = attempt.last_event or number

    def _handle(
        self,
        kind: str,
        number: int,
        when: datetime | None,
        before: Step | Run,
        details: dict[str, Any],
    ) -> Step | Run:
        if kind.startswith("Execution"):
            return self._execution(kind, when, before, details)
        if kind.endswith("StateEntered"):
            return self._entered(kind.removesuffix("StateEntered"), number, when, before, details)
        if kind.endswith("StateExited"):
            return self._exited(when, before, details)
        if kind.startswith("MapIteration"):
            return self._iteration(kind.removeprefix("MapIteration"), when, before, details)
        if kind.startswith("MapRun"):
            return self._map_run(kind.removeprefix("MapRun"), when, before, details)
        for container in CONTAINERS:
            if kind.startswith(f"{container}State"):
                return self._container(
                    container, kind.removeprefix(f"{container}State"), when, before, details
                )
        if kind.endswith("StateAborted"):
            step = _owner(before)  # or, by its link, another that failed and so aborted this one
            if step and step.type == kind.removesuffix("StateAborted") and _is_open(step):
                _finish(step, "cancelled", when)
            return step or before
        if kind == "EvaluationFailed":
            return self._evaluation_failed(when, before, details)
        for work in _WORK:
            if kind.startswith(work):
                return self._work(kind.removeprefix(work), when, before, details)
        return before

    def _execution(
        self, kind: str, when: datetime | None, before: Step | Run, details: dict[str, Any]
    ) -> Step | Run:
        history = self.history
        if kind == "ExecutionStarted":
            history.started = history.run.started = when
            history.raw_input = details.get("input")
        elif kind == "ExecutionRedriven":
            history.redrives = details.get("redriveCount") or history.redrives + 1
            history.status, history.stopped, history.error, history.cause = (
                "RUNNING",
                None,
                None,
                None,
            )
            return self._reopen(before)
        elif kind in ENDS:
            history.status, history.stopped = ENDS[kind], when
            history.run.ended = when
            history.raw_output = details.get("output")
            history.error, history.cause = details.get("error"), details.get("cause")
            self._close(kind, when, before)
        return before

    def _reopen(self, before: Step | Run) -> Step | Run:
        """After a redrive the steps that had stopped the execution go on."""
        step = _owner(before)
        if step is None or step.status not in ("failed", "cancelled"):
            step = next(
                (s for s in reversed(self.steps) if s.status in ("failed", "cancelled")), step
            )
        here = step
        while here is not None:
            if here.exited is None:
                here.status, here.ended, here.error, here.cause = "running", None, None, None
                here.stopped_by = ""
                here.run.outcome = None
                if here.type in CONTAINERS and here.attempts:
                    here.attempts[-1].status, here.attempts[-1].ended = "running", None
            here = here.run.parent
        return step or before

    def _close(self, kind: str, when: datetime | None, before: Step | Run) -> None:
        """The execution ended: what was under way failed with it or was cancelled by it."""
        named = self._named_by_cause() if kind == "ExecutionFailed" else None
        guilty: list[Step] = []
        if kind == "ExecutionFailed":
            step = named or _owner(before)
            while step is not None:
                guilty.append(step)
                step = step.run.parent
        for step in guilty:
            if named:  # whatever failed inside: this error is of the state itself
                step.error, step.cause = self.history.error, self.history.cause
            else:
                self._blame(step)
        for step in self.steps:
            if step in guilty and step.exited is None and step.status in ("running", "cancelled"):
                _finish(step, "failed", when)
            elif step.exited is None and step.status == "running":
                _finish(step, "cancelled", when)
                step.stopped_by = _STOPS.get(kind, "")

    def _named_by_cause(self) -> Step | None:
        """The visit in which the error arose, where the cause says it: a Parallel fails by itself
        as well, after its branches, and its own error is none of theirs."""
        match = _CULPRIT.match(self.history.cause or "")
        if match is None:
            return None
        return next(
            (
                step
                for step in reversed(self.steps)
                if step.exited is None and _is_named(step, match)
            ),
            None,
        )

    def _blame(self, step: Step | None) -> None:
        """A Fail state's own event names no error; the execution's last event does."""
        while step is not None and not step.error:
            step.error, step.cause = self.history.error, step.cause or self.history.cause
            step = _last_failure(step.runs)

    def _entered(
        self,
        type: str,
        number: int,
        when: datetime | None,
        before: Step | Run,
        details: dict[str, Any],
    ) -> Step:
        run = self._run_for(before, when)
        step = Step(
            name=str(details.get("name", "")),
            type=type,
            run=run,
            number=len(self.steps) + 1,
            first_event=number,
            entered=when,
            variables=run.variables,
            raw_input=details.get("input"),
        )
        run.steps.append(step)
        self.steps.append(step)
        if type == "Fail":
            _finish(step, "failed", when)
        return step

    def _run_for(self, before: Step | Run, when: datetime | None) -> Run:
        """Where the next step goes: after `before`, or as the first of a new branch."""
        if isinstance(before, Run):
            return before
        if before.type in CONTAINERS and _is_open(before):
            attempt = _attempt(before, when)
            kind = "branch" if before.type == "Parallel" else "iteration"
            run = Run(kind, len(attempt.runs), before, started=when, variables=before.variables)
            attempt.runs.append(run)
            return run
        return before.run

    def _exited(
        self, when: datetime | None, before: Step | Run, details: dict[str, Any]
    ) -> Step | Run:
        name = details.get("name")
        step = _climb(before, lambda s: s.name == name and s.exited is None)
        if step is None:  # the link is missing: the last visit that has not been left
            step = next((s for s in reversed(self.steps) if s.name == name and not s.exited), None)
        if step is None:
            return before
        step.exited = when or step.entered
        step.raw_output = details.get("output")
        assigned = details.get("assignedVariables")
        if isinstance(assigned, dict):
            step.assigned = {key: payload(value) for key, value in assigned.items()}
            step.run.variables = {**step.run.variables, **step.assigned}
        guilty = _gave_out(before, step, when)
        if guilty:  # that an expression failed inside is all that AWS says before a Catch
            _end_attempt(_attempt(step, when), "failed", when, guilty.error, guilty.cause)
        failed = (
            step.attempts[-1] if step.attempts and step.attempts[-1].status == "failed" else None
        )
        if failed or step.error or step.status == "failed":
            step.status = "caught"
            if failed:
                step.error, step.cause = step.error or failed.error, step.cause or failed.cause
            _told_by_catch(step)
        else:
            step.status = "succeeded"
            for run in step.runs:
                _end(run, "succeeded", when)
            if step.attempts:
                _end_attempt(step.attempts[-1], "succeeded", when)
        return step

    def _container(
        self,
        container: str,
        what: str,
        when: datetime | None,
        before: Step | Run,
        details: dict[str, Any],
    ) -> Step | Run:
        step = _climb(before, lambda s: s.type == container and _is_open(s))
        if step is None:
            return before
        if what == "Started":
            self._retry(step, when)
            step.length = details.get("length", step.length)
        elif what == "Aborted" and _inside(before, step):
            return before  # a failure aborts what is beside and around it: its link tells neither
        elif what in _OUTCOME:
            outcome = _OUTCOME[what]
            attempt = _attempt(step, when)
            error, cause = details.get("error"), details.get("cause")
            if outcome == "failed":
                guilty = _gave_out(before, step, when) or _last_failure(attempt.runs) or step
                error, cause = error or guilty.error, cause or guilty.cause
            _end_attempt(attempt, outcome, when, error, cause)
            for run in attempt.runs:
                _end(run, "succeeded" if outcome == "succeeded" else "cancelled", when)
            if outcome == "cancelled":
                _finish(step, "cancelled", when)
            elif outcome == "failed":
                step.status, step.ended = "failed", when
                step.error, step.cause = error, cause
        return step

    def _retry(self, step: Step, when: datetime | None) -> None:
        """A new attempt of a Parallel or Map; the one before has failed if there was one."""
        if step.attempts and step.attempts[-1].status == "running":
            last = step.attempts[-1]
            guilty = _last_failure(last.runs)
            ended = guilty.ended if guilty else None
            for run in last.runs:
                _end(run, "cancelled", ended)
            _end_attempt(last, "failed", ended, guilty and guilty.error, guilty and guilty.cause)
        _new_attempt(step, when)
        step.status, step.ended, step.error, step.cause = "running", None, None, None

    def _iteration(
        self, what: str, when: datetime | None, before: Step | Run, details: dict[str, Any]
    ) -> Step | Run:
        name, index = details.get("name"), details.get("index", 0)
        step = _climb(before, lambda s: s.type == "Map" and s.name == name and _is_open(s))
        step = step or _climb(before, lambda s: s.type == "Map")
        if step is None:
            return before
        attempt = _attempt(step, when)
        if what == "Started":
            run = Run("iteration", index, step, started=when, variables=step.variables)
            # after a redrive the same item runs anew: the later one counts
            attempt.runs[:] = [one for one in attempt.runs if one.index != index] + [run]
            return run
        run = next((one for one in reversed(attempt.runs) if one.index == index), None)
        if run and what in _OUTCOME:
            _end(run, _OUTCOME[what], when)
        return step

    def _map_run(
        self, what: str, when: datetime | None, before: Step | Run, details: dict[str, Any]
    ) -> Step | Run:
        step = _climb(before, lambda s: s.type == "Map" and _is_open(s))
        if step is None:
            return before
        step.map_run = details.get("mapRunArn", step.map_run)
        if what == "Failed":
            _end_attempt(
                _attempt(step, when), "failed", when, details.get("error"), details.get("cause")
            )
        return step

    def _evaluation_failed(
        self, when: datetime | None, before: Step | Run, details: dict[str, Any]
    ) -> Step | Run:
        name = details.get("state")
        step = _climb(before, lambda s: name is None or (s.name == name and s.exited is None))
        step = step or self._entered_beside(before, name) or _owner(before)
        if step is None:
            return before
        error, cause = details.get("error"), details.get("cause")
        if step.attempts and step.attempts[-1].status == "running":
            _end_attempt(step.attempts[-1], "failed", when, error, cause)
        else:
            step.error, step.cause = error, cause
        if step.type not in ("Task", *CONTAINERS):  # no Catch and no Retry can save it
            _finish(step, "failed", when)
        return step

    def _entered_beside(self, before: Step | Run, name: Any) -> Step | None:
        """The step of a name in the run of `before`, or in a branch that it began, that has not
        been left: AWS links a failed expression to the event before its state was entered."""
        run = before.run if isinstance(before, Step) else before
        for step in reversed(self.steps):
            beside = step.run is run or step.run.parent is before
            if beside and step.name == name and step.exited is None:
                return step
        return None

    def _work(
        self, what: str, when: datetime | None, before: Step | Run, details: dict[str, Any]
    ) -> Step | Run:
        step = _owner(before)
        if step is None:
            return before
        if what == "Scheduled":
            _new_attempt(step, when)
        elif what in ("Failed", "TimedOut") or what.endswith("Failed"):
            _end_attempt(
                _attempt(step, when),
                "failed",
                when,
                details.get("error"),
                _text(details.get("cause")),
            )
        elif what == "Succeeded":
            _end_attempt(_attempt(step, when), "succeeded", when)
        return step

    def done(self) -> History:
        history = self.history
        if not history.count:
            raise NotAHistory("The history has no events: not even ExecutionStarted.")
        return history


def _details(event: dict[str, Any]) -> dict[str, Any]:
    """The one field that is named for the event: stateEnteredEventDetails and its like."""
    for key, value in event.items():
        if key.endswith("EventDetails") and isinstance(value, dict):
            cause = value.get("cause")
            return value if cause is None else {**value, "cause": _text(cause)}
    return {}


def _owner(place: Step | Run) -> Step | None:
    return place if isinstance(place, Step) else place.parent


def _climb(place: Step | Run, fits: Any) -> Step | None:
    """The nearest step outwards from `place` that fits."""
    step = _owner(place)
    while step is not None and not fits(step):
        step = step.run.parent
    return step


def _is_open(step: Step) -> bool:
    return step.exited is None and step.status == "running"


def _attempt(step: Step, when: datetime | None) -> Attempt:
    """The attempt under way; begins one where the history has not said so."""
    return step.attempts[-1] if step.attempts else _new_attempt(step, when)


def _new_attempt(step: Step, when: datetime | None) -> Attempt:
    last = step.attempts[-1] if step.attempts else None
    waited = seconds_between(last.ended, when) if last else None
    attempt = Attempt(len(step.attempts) + 1, started=when, waited=waited)
    step.attempts.append(attempt)
    return attempt


def _end_attempt(
    attempt: Attempt,
    status: Any,
    when: datetime | None,
    error: str | None = None,
    cause: str | None = None,
) -> None:
    if attempt.status != "running":
        return
    attempt.status, attempt.ended = status, when
    attempt.error, attempt.cause = error, cause


def _end(run: Run, outcome: Any, when: datetime | None) -> None:
    """A branch or iteration is over; it failed if its last step did."""
    if run.outcome:
        return
    if outcome == "cancelled" and run.steps and run.steps[-1].status == "failed":
        outcome = "failed"
    elif outcome == "cancelled" and run.steps and _is_over(run.steps[-1]):
        outcome = "succeeded"
    run.outcome, run.ended = outcome, when
    for step in run.steps:
        if step.exited is None and step.status == "running":
            failed = step.attempts and step.attempts[-1].status == "failed"
            if failed and outcome in ("failed", "cancelled"):
                step.error, step.cause = step.attempts[-1].error, step.attempts[-1].cause
                run.outcome = "failed"
                _finish(step, "failed", when)
            else:
                _finish(step, "failed" if outcome == "failed" else "cancelled", when)


def _is_over(step: Step) -> bool:
    return step.exited is not None and step.status == "succeeded"


def _finish(step: Step, status: Any, when: datetime | None) -> None:
    step.status, step.ended = status, when
    for attempt in step.attempts:
        _end_attempt(attempt, status, when, step.error, step.cause)
    if step.attempts and status == "failed":
        step.error = step.error or step.attempts[-1].error
        step.cause = step.cause or step.attempts[-1].cause
    for run in step.runs:
        _end(run, "cancelled", when)


def _inside(place: Step | Run, around: Step) -> Step | None:
    """The step of a branch or iteration of `around` in which a place is."""
    return _climb(place, lambda step: step.run.parent is around)


def _gave_out(before: Step | Run, around: Step, when: datetime | None) -> Step | None:
    """The state inside with which a Parallel or Map failed: the event before is of it, and it was
    not left. It may have no event of its own that says so (a Wait, a Pass)."""
    culprit = _inside(before, around)
    if culprit is None or culprit.status in ("succeeded", "caught"):
        return None
    error = cause = None
    step = _owner(before)
    while step is not None and step is not around:  # from where it arose to where it came out
        if step.status not in ("succeeded", "caught"):
            step.error, step.cause = step.error or error, step.cause or cause
            if step.status != "failed":
                _finish(step, "failed", when)
            error, cause = step.error, step.cause
        step = step.run.parent
    return culprit


def _is_named(step: Step, match: re.Match[str]) -> bool:
    """Is it the visit that a cause names (`_CULPRIT`)?"""
    return str(step.first_event) == match["event"] or step.name == match["name"]


def _told_by_catch(step: Step) -> None:
    """A caught error stands in what Catch hands on, and may stand in no event: a Fail state's, and
    one that a state makes itself after its work, though the work failed with another."""
    told = _error_output(step.output, step.input)
    inner: Step | None = step if told else None
    named = _CULPRIT.match(str(told["Cause"])) if told else None
    while told and inner is not None and inner.error != told["Error"]:
        if inner.error and told["Error"] not in _BY_ITSELF:
            break
        inner.error, inner.cause = told["Error"] or None, told["Cause"] or None
        inner = None if named and _is_named(inner, named) else _last_failure(inner.runs)


def _error_output(output: Any, given: Any, depth: int = 0) -> dict[str, Any] | None:
    """The object of Error and Cause in a state's output that was not in its input."""
    if depth > _DEEPEST_RESULT or output == given:
        return None
    if isinstance(output, list):
        before = given if isinstance(given, list) else []
        pairs = zip_longest(output, before[: len(output)])
    elif isinstance(output, dict):
        if output.keys() == {"Error", "Cause"}:
            return output
        known = given if isinstance(given, dict) else {}
        pairs = ((value, known.get(key)) for key, value in output.items())
    else:
        return None
    told = (_error_output(value, was, depth + 1) for value, was in pairs)
    return next((one for one in told if one), None)


def _last_failure(runs: list[Run]) -> Step | None:
    """The step that made a Parallel or Map fail."""
    for run in reversed(runs):
        for step in reversed(run.steps):
            if step.status == "failed":
                return step
            attempt = step.attempts[-1] if step.attempts else None
            if step.exited is None and attempt and attempt.status == "failed":
                step.error, step.cause = attempt.error, attempt.cause
                _finish(step, "failed", attempt.ended)
                return step
    return None


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else dumps(value)
