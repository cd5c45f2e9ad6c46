"""The work of a Task state, with its events: a function's, an activity's, or a service's."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from helpers.asl.catching import RESULT_TOO_LARGE
from helpers.asl.failures import RuntimeFailure, StateError
from helpers.localaws.stepfunctions import task_fields
from helpers.localaws.stepfunctions.answers import ServiceError
from helpers.localaws.stepfunctions.callbacks import Task, tokens
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.history import WHOLE
from helpers.localaws.stepfunctions.registry import backend_of
from helpers.localaws.stepfunctions.retrying import timed_out
from helpers.localaws.stepfunctions.run import Flow, HeartbeatMissed, TimedOut
from helpers.localaws.stepfunctions.states import TOO_LARGE
from helpers.localaws.turns.clock import clock


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt of a Task state.

    sent: what goes to the service. timeout, heartbeat: simulated seconds. role: of Credentials.
    held: the task whose token the state may give away, once it is out.
    """

    flow: Flow
    sent: Data
    timeout: int | None
    heartbeat: int | None
    role: str | None
    held: Task | None = None

    @property
    def is_settled(self) -> bool:
        """Whether somebody has settled the state's task by its token."""
        return self.held is not None and self.held.settled

    def limits(self) -> dict[str, Any]:
        """Timeout, heartbeat and role as a …Scheduled event carries them."""
        limits: dict[str, Any] = {}
        if self.timeout is not None:
            limits["timeoutInSeconds"] = self.timeout
        if self.heartbeat is not None:
            limits["heartbeatInSeconds"] = self.heartbeat
        if self.role is not None:
            limits["taskCredentials"] = {"roleArn": self.role}
        return limits


class Integration:
    """Carries out the work of a Task state."""

    needs_token = False
    """Whether the context object has a task token."""
    takes_input = False
    """Whether the state's input is sent where a JSONata state has no Arguments."""

    def carry_out(self, call: Call) -> Data:
        """Do it, with its events; raises StateError whose `event` says how it failed."""
        raise NotImplementedError


class LambdaFunction(Integration):
    """`arn:aws:lambda:…:function:name`: the function gets the input and gives the result."""

    takes_input = True

    def __init__(self, arn: str) -> None:
        self.arn = arn

    def carry_out(self, call: Call) -> Data:
        flow = call.flow
        flow.event(
            "LambdaFunctionScheduled",
            "lambdaFunctionScheduledEventDetails",
            {"resource": self.arn, "input": call.sent.text, "inputDetails": WHOLE, **call.limits()},
        )
        flow.give_way()
        flow.event("LambdaFunctionStarted")
        services, role = flow.run.services, call.role or flow.run.role_arn
        payload = call.sent.text.encode()
        try:
            result = flow.call(lambda: services.invoke(self.arn, payload, role=role), call.timeout)
        except TimedOut as why:
            raise timed_out(
                why, "LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails"
            ) from None
        except ServiceError as error:
            raise self._failed(error.name("Lambda"), error.cause("AWSLambda")) from None
        text = result.payload.decode("utf-8", "replace")
        if result.error is not None:
            raise self._failed(error_type(text), text)
        output = Data(text=text)
        if output.too_large:
            raise _result_too_large(self.arn, self._failed)
        try:
            output.value  # noqa: B018 - parses it
        except ValueError as error:
            raise self._failed(
                "States.Runtime", f"The function returned no JSON: {error}"
            ) from None
        flow.event(
            "LambdaFunctionSucceeded",
            "lambdaFunctionSucceededEventDetails",
            {"output": text, "outputDetails": WHOLE},
        )
        return output

    def _failed(self, error: str, cause: str) -> StateError:
        details = {"error": error, "cause": cause}
        event = ("LambdaFunctionFailed", "lambdaFunctionFailedEventDetails", details)
        return StateError(error, cause, event)


def _result_too_large(who: str, failed: Callable[[str, str], StateError]) -> StateError:
    """The failure of a task whose work gave too much; failed: makes one, of error and cause."""
    error = failed(
        TOO_LARGE,
        f"The state/task '{who}' returned a result with a size exceeding the maximum number of "
        "bytes service limit.",
    )
    error.also = RESULT_TOO_LARGE
    return error


def error_type(payload: str) -> str:
    """The `errorType` in what a failed function returned."""
    try:
        value = json.loads(payload)
    except ValueError:
        return "Exception"
    kind = value.get("errorType") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) and kind else "Exception"


class Activity(Integration):
    """`arn:aws:states:…:activity:name`: a worker outside takes the task and settles it."""

    takes_input = True

    def __init__(self, arn: str) -> None:
        self.arn = arn

    def carry_out(self, call: Call) -> Data:
        flow = call.flow
        queue = backend_of(self.arn).queue(self.arn)
        if queue is None:
            raise RuntimeFailure(f"The activity {self.arn} does not exist.")
        details = {"resource": self.arn, "input": call.sent.text, "inputDetails": WHOLE}
        flow.event(
            "ActivityScheduled", "activityScheduledEventDetails", {**details, **call.limits()}
        )
        task = Task(flow.new_token(), self.arn, call.sent.text)
        tokens.add(task)
        queue.put(task)
        try:
            flow.await_event(lambda: task.taken, None)  # the time it may take begins with a worker
            started = {} if task.worker is None else {"workerName": task.worker}
            flow.event("ActivityStarted", "activityStartedEventDetails", started)
            _await_outcome(task, flow, call.timeout, call.heartbeat)
        except TimedOut as why:
            raise timed_out(why, "ActivityTimedOut", "activityTimedOutEventDetails") from None
        finally:
            tokens.done(task)
        if task.failed:
            error = StateError(task.error, task.cause)
            error.event = ("ActivityFailed", "activityFailedEventDetails", error.details())
            raise error
        output = Data(text=task.output)
        flow.event(
            "ActivitySucceeded",
            "activitySucceededEventDetails",
            {"output": output.text, "outputDetails": WHOLE},
        )
        return output


def _await_outcome(task: Task, flow: Flow, timeout: float | None, heartbeat: float | None) -> None:
    """Wait until a task is settled; raises TimedOut, also when a heartbeat is late."""
    end = None if timeout is None else clock.time() + timeout
    task.beat = clock.time()
    while not task.settled:
        now, seen = clock.time(), task.beat
        left = None if end is None else end - now
        silent = None if heartbeat is None else seen + heartbeat - now
        if left is not None and left <= 0:
            raise TimedOut
        if silent is not None and silent <= 0:
            raise HeartbeatMissed
        limit = min((x for x in (left, silent) if x is not None), default=None)
        try:
            flow.await_event(lambda seen=seen: task.settled or task.beat != seen, limit)
        except TimedOut:
            continue  # to see which it was


Work = Callable[["ServiceTask", Call, str], Any]


class ServiceTask(Integration):
    """`arn:aws:states:::service:action`: the answer of a service's API is the result.

    work: makes the request and gives its answer. pattern: what follows the action in the ARN:
    "", "waitForTaskToken", "sync" or "sync:2". job: for the latter two, waits for what the
    request began and gives its result.
    """

    def __init__(
        self,
        resource_type: str,
        action: str,
        region: str,
        work: Work,
        pattern: str = "",
        job: Callable[[ServiceTask, Call, str, Any], Any] | None = None,
    ) -> None:
        self.resource_type = resource_type
        self.resource = f"{action}.{pattern}" if pattern else action
        self.action = action
        self.region = region
        self.work = work
        self.pattern = pattern
        self.job = job
        self.needs_token = bool(pattern)  # who has the token of a .sync may end it, too

    def carry_out(self, call: Call) -> Data:
        flow = call.flow
        region = self.region or flow.run.region
        task_fields.check(f"{self.resource_type}:{self.action}", call.sent)
        flow.event(
            "TaskScheduled",
            "taskScheduledEventDetails",
            {
                **self.who(),
                "region": region,
                "parameters": call.sent.text,
                **call.limits(),
            },
        )
        flow.give_way()
        flow.event("TaskStarted", "taskStartedEventDetails", self.who())
        task = None
        if self.needs_token:
            machine = flow.run.context["StateMachine"]["Id"].partition("/")[0]  # of a Map's child
            task = Task(flow.token or "", machine)
            tokens.add(task)
        end = None if call.timeout is None else clock.time() + call.timeout
        try:
            answer = flow.call(lambda: self.work(self, call, region), call.timeout)
            output = Data(answer)
            if self.pattern:
                self._submitted(flow, output)
                left = None if end is None else max(end - clock.time(), 0)
                if task is not None and self.pattern == "waitForTaskToken":
                    _await_outcome(task, flow, left, call.heartbeat)
                else:
                    output = Data(self._wait(replace(call, held=task), region, answer, left))
                if task is not None and task.settled:
                    if task.failed:
                        raise self.failure(task.error, task.cause)
                    output = Data(text=task.output)
        except TimedOut as why:
            raise timed_out(why, "TaskTimedOut", "taskTimedOutEventDetails", self.who()) from None
        finally:
            if task is not None:
                tokens.done(task)
        self._check_size(output)
        flow.event(
            "TaskSucceeded",
            "taskSucceededEventDetails",
            {**self.who(), "output": output.text, "outputDetails": WHOLE},
        )
        return output

    def _submitted(self, flow: Flow, output: Data) -> None:
        self._check_size(output)
        flow.event(
            "TaskSubmitted",
            "taskSubmittedEventDetails",
            {**self.who(), "output": output.text, "outputDetails": WHOLE},
        )

    def _wait(self, call: Call, region: str, answer: Any, left: float | None) -> Any:
        if self.job is None:
            raise self.failure(
                "States.Runtime",
                f"The local endpoint cannot wait for a job of {self.resource_type} "
                f"({self.resource}): use {self.action} without .{self.pattern} here.",
            )
        return self.job(self, replace(call, timeout=left), region, answer)

    def _check_size(self, output: Data) -> None:
        if output.too_large:
            raise _result_too_large(self.resource_type, self.failure)

    def who(self) -> dict[str, Any]:
        """The resource as every event of the task names it."""
        return {"resourceType": self.resource_type, "resource": self.resource}

    def failure(
        self,
        error: str | None,
        cause: str | None,
    ) -> StateError:
        """The failure of this task, with the event that reports it."""
        failure = StateError(error, cause)
        details = {**self.who(), **failure.details()}
        failure.event = ("TaskFailed", "taskFailedEventDetails", details)
        return failure
