"""What a Task's Resource can be, and what is asked of which service for it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError
from helpers.asl.failures import RUNTIME, StateError
from helpers.asl.json_text import dump, parse
from helpers.asl.task_calls import OPTIMIZED
from helpers.localaws import ids, made_up
from helpers.localaws.stepfunctions import aws_sdk, nested
from helpers.localaws.stepfunctions.answers import ServiceError
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.history import Ended
from helpers.localaws.stepfunctions.run import TimedOut
from helpers.localaws.stepfunctions.work import (
    Activity,
    Call,
    Integration,
    LambdaFunction,
    ServiceTask,
    Work,
    error_type,
)

_LAMBDA = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:.+")
_ACTIVITY = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:.+")
_SERVICE = re.compile(r"arn:aws[\w-]*:states:([\w-]*):(\d*):([\w-]+):(.+)")


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
            sent = services.send(arn, text.encode(), qualifier, role, dry=kind == "DryRun")
            return {
                "Payload": "",
                **services.lambda_metadata(sent),
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
    answer, log = {"ExecutedVersion": result.version}, None
    if parameters.get("LogType") == "Tail":
        log = answer["LogResult"] = base64.b64encode(result.log.encode()).decode()
    answer["Payload"] = value
    answer |= services.lambda_metadata(result.request_id, returned, result.version, log)
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
            except aws_sdk.NotHere:
                raise _refusal(task) from None
            except ServiceError as error:
                if error.code == "SdkClientException":
                    raise task.failure(f"{name}.{error.code}", error.message) from None
                plain = f"{name}.{signed}Exception"
                called = f"{name}.{_with_exception(error.shape)}" if error.modelled else plain
                raise task.failure(called, error.cause(signed)) from None

        return work

    return of


def _put_events(task: ServiceTask, call: Call, region: str) -> Any:
    """`events:putEvents`: each event names its machine and execution; one refused fails the task.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
    """
    run, given = call.flow.run, call.sent.value
    if isinstance(given, dict) and isinstance(given.get("Entries"), list):
        about = [run.context["StateMachine"]["Id"], run.context["Execution"]["Id"]]
        given = {**given, "Entries": [_with_resources(entry, about) for entry in given["Entries"]]}
    answer = _put_all_events(task, replace(call, sent=Data(given)), region)
    told = {name: answer[name] for name in ("Entries", "FailedEntryCount") if name in answer}
    if told.get("FailedEntryCount"):
        raise task.failure("EventBridge.FailedEntry", dump(told))
    return told


def _with_resources(entry: Any, about: list[str]) -> Any:
    """An entry of putEvents, with the ARNs `about` behind those that it has."""
    given = entry.get("Resources", []) if isinstance(entry, dict) else None
    return {**entry, "Resources": [*given, *about]} if isinstance(given, list) else entry


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
        except aws_sdk.NotHere:
            raise _refusal(task) from None
        except ServiceError as error:
            called = _with_exception(error.shape) if error.modelled else f"{name}Exception"
            raise task.failure(f"{name}.{called}", _sdk_cause(name, error)) from None

    return work


def _sdk_cause(name: str, error: ServiceError) -> str:
    """The words in which an `aws-sdk` integration passes on a refusal of the service `name`."""
    ids_told = f"Request ID: {error.request_id}"
    if name == "S3":
        ids_told += f", Extended Request ID: {_extended_request_id()}"
    cause = f"{error.message} (Service: {name}, Status Code: {error.status}, {ids_told})"
    return f"{cause} (SDK Attempt Count: 1)" if name == "Sfn" else cause


def _extended_request_id() -> str:
    """What S3 calls a request besides its id: 76 letters of base 64."""
    return base64.b64encode(bytes.fromhex(ids.digits(112))).decode()


def _start_execution(task: ServiceTask, call: Call, region: str) -> Any:
    """`states:startExecution`."""
    parameters = call.sent.value if isinstance(call.sent.value, dict) else {}
    given = parameters.get("Input")
    text = given if isinstance(given, str) else dump({} if given is None else given)
    role = call.role or call.flow.run.role_arn
    try:
        return nested.start(parameters.get("StateMachineArn"), parameters.get("Name"), text, role)
    except ServiceError as error:
        name = _with_exception(error.code) if error.modelled else "AWSStepFunctionsException"
        raise task.failure(f"StepFunctions.{name}", error.cause("AWSStepFunctions")) from None


def _await_execution(task: ServiceTask, call: Call, region: str, answer: Any) -> Any:
    """`states:startExecution.sync` and `.sync:2`: how the execution that was started ended.

    None, and that execution goes on, if the task's own token ended the wait.
    """
    arn = answer["ExecutionArn"]
    try:
        call.flow.await_event(lambda: call.is_settled or nested.ended(arn), call.timeout)
    except (TimedOut, Ended):
        nested.stop(arn)
        raise
    if call.is_settled:
        return None
    told = nested.result(arn, parsed=False)
    if told["Status"] != "SUCCEEDED":  # of which `.sync:2` tells in text, too
        raise task.failure("States.TaskFailed", dump(told))
    return nested.result(arn, parsed=True) if task.pattern == "sync:2" else told


_put_all_events = _optimized("events", "EventBridge", "AmazonEventBridge")("putEvents")

_OPTIMIZED: dict[str, tuple[tuple[str, ...], Callable[[str], Work]]] = {
    "sqs": (("sendMessage",), _optimized("sqs", "SQS", "AmazonSQS")),
    "sns": (("publish",), _optimized("sns", "SNS", "AmazonSNS")),
    "events": (("putEvents",), lambda _action: _put_events),
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
    named = _SERVICE.fullmatch(resource)
    if named is not None:
        region, _, service, rest = named.groups()
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
        if made_up.is_made_up(name, action):
            return ServiceTask(f"aws-sdk:{name}", action, region, _not_here, pattern)
        return ServiceTask(f"aws-sdk:{name}", action, region, _sdk(name, action), pattern)
    actions, of = _OPTIMIZED.get(service, ((), None))
    if of is not None and action in actions:
        return ServiceTask(service, action, region, of(action), pattern)
    if action in OPTIMIZED.get(service, ()):
        return ServiceTask(service, action, region, _not_here, pattern)
    return None


def _not_here(task: ServiceTask, call: Call, region: str) -> Any:
    """The work of an integration that AWS has and this endpoint has not."""
    raise _refusal(task)


def _refusal(task: ServiceTask) -> StateError:
    """The failure of a task that nothing here can carry out; it says how to do without."""
    return task.failure(
        RUNTIME,
        f"The local endpoint cannot carry out {task.resource_type}:{task.resource}. Deploy to an "
        "AWS account to run it, or try the state with TestState and a mock.",
    )
