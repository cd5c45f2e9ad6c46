"""What a Task's Resource can be: a Lambda function, an activity, a service's API."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from helpers.asl.catching import TOO_LARGE
from helpers.asl.evaluation import DefinitionError
from helpers.asl.failures import RUNTIME, RuntimeFailure, StateError
from helpers.asl.json_text import dump, parse
from helpers.asl.resources import OPTIMIZED
from helpers.localaws.stepfunctions import aws_sdk, task_fields
from helpers.localaws.stepfunctions.callbacks import Task, tokens
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.history import WHOLE, Ended
from helpers.localaws.stepfunctions.retrying import timed_out
from helpers.localaws.stepfunctions.run import Flow, TimedOut
from helpers.localaws.stepfunctions.services import ServiceError
from helpers.localaws.turns.clock import clock

_LAMBDA = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:.+")
_ACTIVITY = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:.+")
_SERVICE = re.compile(r"arn:aws[\w-]*:states:([\w-]*):(\d*):([\w-]+):(.+)")


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt of a Task state.

    sent: what goes to the service. timeout, heartbeat: simulated seconds. role: of Credentials.
    """

    flow: Flow
    sent: Data
    timeout: int | None
    heartbeat: int | None
    role: str | None

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
            raise self._failed(
                TOO_LARGE,
                f"The state/task '{self.arn}' returned a result with a size exceeding the "
                "maximum number of bytes service limit.",
            )
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
        queue = flow.run.services.activity(self.arn)
        if queue is None:
            raise RuntimeFailure(f"The activity {self.arn} does not exist.")
        details = {"resource": self.arn, "input": call.sent.text, "inputDetails": WHOLE}
        flow.event(
            "ActivityScheduled", "activityScheduledEventDetails", {**details, **call.limits()}
        )
        task = Task(flow.new_token(), self.arn, call.sent.text)
        tokens.add(task)
        queue.put(task)
        end = None if call.timeout is None else clock.time() + call.timeout
        try:
            flow.await_event(lambda: task.taken, call.timeout)
            started = {} if task.worker is None else {"workerName": task.worker}
            flow.event("ActivityStarted", "activityStartedEventDetails", started)
            left = None if end is None else max(end - clock.time(), 0)
            task.outcome(flow, left, call.heartbeat)
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
        self.needs_token = pattern == "waitForTaskToken"

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
                if task is not None:
                    task.outcome(flow, left, call.heartbeat)
                    if task.failed:
                        raise self.failure(task.error, task.cause)
                    output = Data(text=task.output)
                else:
                    output = Data(self._wait(call, region, answer, left))
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
            raise self.failure(
                TOO_LARGE,
                f"The state/task '{self.resource_type}' returned a result with a size exceeding "
                "the maximum number of bytes service limit.",
            )

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


def _invoke_lambda(task: ServiceTask, call: Call, region: str) -> Any:
    """`lambda:invoke`: the answer of Lambda's Invoke, its payload parsed."""
    parameters = call.sent.value
    if not isinstance(parameters, dict) or not isinstance(parameters.get("FunctionName"), str):
        raise task.failure("Lambda.InvalidParameterValueException", "FunctionName is missing")
    flow = call.flow
    name = parameters["FunctionName"]
    arn = name if name.startswith("arn:") else function_arn(name, region, flow.run.account)
    payload = parameters.get("Payload")
    text = (
        payload
        if isinstance(payload, str) and _is_json(payload)
        else dump({} if payload is None else payload)
    )
    context, kind = parameters.get("ClientContext"), parameters.get("InvocationType")
    role, services = call.role or flow.run.role_arn, flow.run.services
    qualifier = parameters.get("Qualifier")
    try:
        if kind in ("Event", "DryRun"):
            services.send(arn, text.encode(), qualifier, role, dry=kind == "DryRun")
            return {
                "Payload": "",
                **services.lambda_metadata("", None),
                "StatusCode": 202 if kind == "Event" else 204,
            }
        result = services.invoke(
            arn,
            text.encode(),
            qualifier=qualifier,
            client_context=context if isinstance(context, str) else None,
            role=role,
        )
    except ServiceError as error:
        raise task.failure(error.name("Lambda"), error.cause("AWSLambda")) from None
    returned = result.payload.decode("utf-8", "replace")
    try:
        value = parse(returned) if returned else {}
    except ValueError:
        value = returned
    if result.error is not None:
        raise task.failure(error_type(returned), dump(value))
    answer = {"ExecutedVersion": result.version, "Payload": value}
    if parameters.get("LogType") == "Tail":
        import base64

        answer["LogResult"] = base64.b64encode(result.log.encode()).decode()
    answer |= flow.run.services.lambda_metadata(returned, result.version)
    answer["StatusCode"] = 200
    return answer


def _is_json(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def function_arn(name: str, region: str, account: str) -> str:
    """The ARN of a function that is given by name, `name:qualifier` or a partial ARN."""
    parts = name.split(":")
    if len(parts) >= 3 and parts[1] == "function":  # account:function:name
        return f"arn:aws:lambda:{region}:{name}"
    if parts[0] == "function":
        return f"arn:aws:lambda:{region}:{account}:{name}"
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def _dynamodb(action: str) -> Callable[[ServiceTask, Call, str], Any]:
    def work(task: ServiceTask, call: Call, region: str) -> Any:
        flow = call.flow
        try:
            return flow.run.services.dynamodb(
                action, call.sent.value, region, role=call.role or flow.run.role_arn
            )
        except ServiceError as error:
            raise task.failure(error.name("DynamoDB"), error.cause("AmazonDynamoDBv2")) from None

    return work


def _optimized(service: str, name: str, signed: str) -> Callable[[str], Work]:
    """The work of an optimized integration whose errors are called `name.…`.

    signed: what AWS's SDK calls the service in the text of an error.
    """

    def of(action: str) -> Work:
        def work(task: ServiceTask, call: Call, region: str) -> Any:
            run = call.flow.run
            try:
                return run.services.request(
                    service, action, call.sent.value, region, call.role or run.role_arn, sdk=False
                )
            except ServiceError as error:
                if error.code == "SdkClientException":
                    raise task.failure(f"{name}.{error.code}", error.message) from None
                plain = f"{name}.{signed}Exception"
                called = f"{name}.{_with_exception(error.shape)}" if error.modelled else plain
                raise task.failure(called, error.cause(signed)) from None

        return work

    return of


def _with_exception(code: str) -> str:
    return code if code.endswith("Exception") else f"{code}Exception"


def _sdk(service: str, action: str) -> Work:
    """The work of an `aws-sdk` integration."""

    def work(task: ServiceTask, call: Call, region: str) -> Any:
        run = call.flow.run
        name = aws_sdk.ERROR_NAMES.get(service, service[:1].upper() + service[1:])
        try:
            return run.services.request(
                service, action, call.sent.value, region, call.role or run.role_arn, sdk=True
            )
        except ServiceError as error:
            called = _with_exception(error.shape) if error.modelled else f"{name}Exception"
            cause = (
                f"{error.message} (Service: {name}, Status Code: {error.status}, "
                f"Request ID: {error.request_id})"
            )
            raise task.failure(f"{name}.{called}", cause) from None

    return work


def _start_execution(task: ServiceTask, call: Call, region: str) -> Any:
    """`states:startExecution`."""
    parameters = call.sent.value if isinstance(call.sent.value, dict) else {}
    given = parameters.get("Input")
    text = given if isinstance(given, str) else dump({} if given is None else given)
    services = call.flow.run.services
    try:
        return services.start_execution(
            parameters.get("StateMachineArn"),
            parameters.get("Name"),
            text,
            role=call.role or call.flow.run.role_arn,
        )
    except ServiceError as error:
        name = _with_exception(error.code) if error.modelled else "AWSStepFunctionsException"
        raise task.failure(f"StepFunctions.{name}", error.cause("AWSStepFunctions")) from None


def _await_execution(task: ServiceTask, call: Call, region: str, answer: Any) -> Any:
    """`states:startExecution.sync` and `.sync:2`: how the execution that was started ended."""
    services = call.flow.run.services
    arn = answer["ExecutionArn"]
    try:
        call.flow.await_event(lambda: services.execution_ended(arn), call.timeout)
    except (TimedOut, Ended):
        services.stop_execution(arn)
        raise
    told = services.describe_execution(arn, parsed=task.pattern == "sync:2")
    if told["Status"] != "SUCCEEDED":
        raise task.failure("States.TaskFailed", dump(told))
    return told


_OPTIMIZED: dict[str, tuple[tuple[str, ...], Callable[[str], Work]]] = {
    "sqs": (("sendMessage",), _optimized("sqs", "SQS", "AmazonSQS")),
    "sns": (("publish",), _optimized("sns", "SNS", "AmazonSNS")),
    "events": (("putEvents",), _optimized("events", "EventBridge", "AmazonEventBridge")),
    "batch": (("submitJob",), _optimized("batch", "Batch", "AWSBatch")),
    "bedrock": (("invokeModel",), _optimized("bedrock-runtime", "Bedrock", "BedrockRuntime")),
    "codebuild": (
        ("startBuild", "stopBuild", "batchDeleteBuilds", "batchGetReports", "startBuildBatch"),
        _optimized("codebuild", "CodeBuild", "AWSCodeBuild"),
    ),
    "ecs": (("runTask",), _optimized("ecs", "ECS", "AmazonECS")),
    "glue": (("startJobRun",), _optimized("glue", "Glue", "AWSGlue")),
    "athena": (
        ("startQueryExecution", "stopQueryExecution", "getQueryExecution", "getQueryResults"),
        _optimized("athena", "Athena", "AmazonAthena"),
    ),
}
"""Services with an optimized integration: their actions, and how those are carried out."""

_PATTERNS = ("waitForTaskToken", "sync", "sync:2")


@lru_cache(maxsize=1024)
def find(resource: str) -> Integration:
    """The integration of a Resource ARN; raises DefinitionError for one that nothing supports."""
    if not isinstance(resource, str):
        raise DefinitionError("Resource must be a string")
    if _LAMBDA.fullmatch(resource):
        return LambdaFunction(resource)
    if _ACTIVITY.fullmatch(resource):
        return Activity(resource)
    found = _SERVICE.fullmatch(resource)
    if found is not None:
        region, _, service, rest = found.groups()
        action, _, pattern = rest.partition(".")
        if not pattern or pattern in _PATTERNS:
            made = _service_task(region, service, action, pattern)
            if made is not None:
                return made
    raise DefinitionError(
        f"The resource provided {resource} is not recognized. The value is not a valid resource "
        "ARN, or the resource is not available in this region."
    )


def _service_task(region: str, service: str, action: str, pattern: str) -> ServiceTask | None:
    synchronous = pattern.startswith("sync")
    if service == "lambda" and action == "invoke" and not synchronous:
        return ServiceTask("lambda", action, region, _invoke_lambda, pattern)
    if service == "dynamodb" and not pattern:
        if action in ("getItem", "putItem", "updateItem", "deleteItem"):
            operation = action[0].upper() + action[1:]
            return ServiceTask("dynamodb", action, region, _dynamodb(operation))
        return None
    if service == "states" and action == "startExecution":
        job = _await_execution if synchronous else None
        return ServiceTask("states", action, region, _start_execution, pattern, job)
    if service == "aws-sdk":
        name, _, action = action.partition(":")
        if not name or not action or synchronous:
            return None
        return ServiceTask(f"aws-sdk:{name}", action, region, _sdk(name, action), pattern)
    actions, of = _OPTIMIZED.get(service, ((), None))
    if of is not None and action in actions:
        return ServiceTask(service, action, region, of(action), pattern)
    if action in OPTIMIZED.get(service, ()):
        return ServiceTask(service, action, region, _not_here, pattern)
    return None


def _not_here(task: ServiceTask, call: Call, region: str) -> Any:
    """The work of an optimized integration that AWS has and this endpoint has not."""
    raise task.failure(
        RUNTIME,
        f"The local endpoint cannot carry out {task.resource_type}:{task.resource}. Deploy to an "
        "AWS account to run it, or try the state with TestState and a mock.",
    )
