"""What a Task's Resource can be: a Lambda function, an activity, a service's API."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .data import Data, dump, parse
from .expressions import DefinitionError
from .failures import StateError
from .history import WHOLE
from .retrying import TIMEOUT
from .run import Flow, TimedOut
from .services import ServiceError
from .states import TOO_LARGE

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
        except TimedOut:
            details = {"error": TIMEOUT}
            raise StateError(
                TIMEOUT,
                None,
                ("LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails", details),
            ) from None
        except ServiceError as error:
            raise self._failed(error.name("Lambda"), error.cause("Lambda")) from None
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


class ServiceTask(Integration):
    """`arn:aws:states:::service:action`, the base of all service integrations.

    work: makes the request and gives its result. See `find` for the ones there are.
    """

    def __init__(
        self,
        resource_type: str,
        resource: str,
        region: str,
        work: Callable[[ServiceTask, Call, str], Any],
    ) -> None:
        self.resource_type = resource_type
        self.resource = resource
        self.region = region
        self.work = work

    def carry_out(self, call: Call) -> Data:
        flow = call.flow
        region = self.region or flow.run.region
        flow.event(
            "TaskScheduled",
            "taskScheduledEventDetails",
            {
                "resourceType": self.resource_type,
                "resource": self.resource,
                "region": region,
                "parameters": call.sent.text,
                **call.limits(),
            },
        )
        flow.give_way()
        flow.event("TaskStarted", "taskStartedEventDetails", self.who())
        try:
            output = Data(self.request(call, region))
        except TimedOut:
            raise self.failure(TIMEOUT, None, "TaskTimedOut", "taskTimedOutEventDetails") from None
        if output.too_large:
            raise self.failure(
                TOO_LARGE,
                f"The state/task '{self.resource_type}' returned a result with a size exceeding "
                "the maximum number of bytes service limit.",
            )
        flow.event(
            "TaskSucceeded",
            "taskSucceededEventDetails",
            {**self.who(), "output": output.text, "outputDetails": WHOLE},
        )
        return output

    def request(self, call: Call, region: str) -> Any:
        """Make the request and wait for its answer; raises TimedOut and StateError."""
        return call.flow.call(lambda: self.work(self, call, region), call.timeout)

    def who(self) -> dict[str, Any]:
        """The resource as every event of the task names it."""
        return {"resourceType": self.resource_type, "resource": self.resource}

    def failure(
        self,
        error: str,
        cause: str | None,
        kind: str = "TaskFailed",
        key: str = "taskFailedEventDetails",
    ) -> StateError:
        """The failure of this task, with the event that reports it."""
        details = {**self.who(), "error": error}
        if cause is not None:
            details["cause"] = cause
        return StateError(error, cause, (kind, key, details))


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
    context = parameters.get("ClientContext")
    try:
        result = flow.run.services.invoke(
            arn,
            text.encode(),
            qualifier=parameters.get("Qualifier"),
            client_context=context if isinstance(context, str) else None,
            role=call.role or flow.run.role_arn,
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


@lru_cache(maxsize=1024)
def find(resource: str) -> Integration:
    """The integration of a Resource ARN; raises DefinitionError for one that nothing supports."""
    if not isinstance(resource, str):
        raise DefinitionError("Resource must be a string")
    if _LAMBDA.fullmatch(resource):
        return LambdaFunction(resource)
    found = _SERVICE.fullmatch(resource)
    if found is not None:
        region, _, service, action = found.groups()
        if service == "lambda" and action == "invoke":
            return ServiceTask("lambda", "invoke", region, _invoke_lambda)
        if service == "dynamodb" and action in ("getItem", "putItem", "updateItem", "deleteItem"):
            operation = action[0].upper() + action[1:]
            return ServiceTask("dynamodb", action, region, _dynamodb(operation))
    raise DefinitionError(
        f"The resource provided {resource} is not recognized. The value is not a valid resource "
        "ARN, or the resource is not available in this region."
    )
