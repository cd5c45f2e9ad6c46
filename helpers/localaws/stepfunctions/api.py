"""The Step Functions API: a request's JSON in, an answer's JSON out.

Stands where `moto.stepfunctions.urls` stands for moto's backend (`url_bases`, `url_paths`).
"""

# ruff: noqa: D103 - an operation does what AWS's API reference says of it
from __future__ import annotations

import base64
import binascii
import json
import math
import os
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from helpers.asl.json_text import dump, parse
from helpers.localaws import ids
from helpers.localaws.iam import access
from helpers.localaws.stepfunctions import checks, descriptions, errors, inputs, revisions, trial
from helpers.localaws.stepfunctions.callbacks import tokens
from helpers.localaws.stepfunctions.history import without_data
from helpers.localaws.stepfunctions.keeping import history_read
from helpers.localaws.stepfunctions.registry import backend_for
from helpers.localaws.turns.clock import clock

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.backend import LocalStepFunctionsBackend

_TARGET = re.compile(r"AWSStepFunctions\.(\w+)")
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")
_CONTENT = {"Content-Type": "application/x-amz-json-1.0"}

Body = dict[str, Any]
Operation = Callable[["LocalStepFunctionsBackend", Body], Body]
_OPERATIONS: dict[str, Operation] = {}


def operation(function: Operation) -> Operation:
    """Register the function for the operation whose name it has, in snake case."""
    name = "".join(part.capitalize() for part in function.__name__.split("_"))
    _OPERATIONS[name] = function
    return function


def call(name: str, body: Any, account: str, region: str) -> Body:
    """Carry out one operation; raises ApiError."""
    work = _OPERATIONS.get(name)
    if work is None:
        raise errors.ApiError(
            "UnknownOperationException", f"The local endpoint does not know the operation {name}"
        )
    checks.check(name, body)
    return work(backend_for(account, region), body)


def respond(
    target: str, authorization: str, data: bytes, token: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Answer an HTTP request: its X-Amz-Target, Authorization, body and X-Amz-Security-Token."""
    headers = {**_CONTENT, "x-amzn-RequestId": ids.uuid4()}
    named = _TARGET.fullmatch(target or "")
    scope = _SCOPE.search(authorization or "")
    region = scope.group(1) if scope else os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    try:
        if named is None:
            raise errors.ApiError("UnknownOperationException", "The request names no operation")
        try:
            body = parse(data.decode()) if data else {}
        except ValueError as error:
            raise errors.ApiError(
                "SerializationException", f"The body is no JSON: {error}"
            ) from None
        account = os.environ.get("MOTO_ACCOUNT_ID", "123456789012")
        _check_caller(authorization, token, named.group(1), body, region)
        answer = call(named.group(1), body, account, region)
    except errors.ApiError as error:
        headers["x-amzn-ErrorType"] = error.code
        text = json.dumps({"__type": error.code, "message": error.message, **error.fields})
        return 400, headers, text.encode()
    return 200, headers, dump(answer).encode("utf-8", "surrogatepass")


def _check_caller(authorization: str, token: str | None, name: str, body: Any, region: str) -> None:
    """Refuse what the policies of whoever calls do not allow."""
    who = access.caller(authorization, token)
    if who is None:
        return
    request = body if isinstance(body, dict) else {}
    if isinstance(request.get("taskToken"), str):  # whose task it is decides who may answer
        request = {**request, "resourceArn": tokens.about(request["taskToken"])}
    why = access.refusal(who, "stepfunctions", name, request, region)
    if why is not None:
        raise errors.ApiError("AccessDeniedException", why)


def _dispatch(request: Any, full_url: str, headers: Any) -> tuple[int, dict[str, str], bytes]:
    """What moto's server calls."""
    get = request.headers.get
    target, authorization = get("X-Amz-Target", ""), get("Authorization", "")
    return respond(target, authorization, request.get_data(), get("X-Amz-Security-Token"))


url_bases = [r"https?://(?:sync-)?states\.(.+)\.amazonaws.com"]
url_paths = {"{0}/$": _dispatch}


# -- times and pages


def seconds(when: datetime) -> float:
    """A time as the API gives it."""
    return round(when.timestamp(), 3)


def _token(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _of_token(token: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError):
        raise errors.ApiError("InvalidToken", f"Invalid Token: 'Invalid token: {token}'") from None


def page(items: list[Any], body: Body, default: int = 100) -> tuple[list[Any], str | None]:
    """The items that `maxResults` and `nextToken` ask for, and the next token."""
    count = body.get("maxResults") or default
    first = 0
    if body.get("nextToken"):
        first = _of_token(body["nextToken"])
        if not isinstance(first, int) or first < 0:
            raise errors.ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
    last = first + count
    return items[first:last], _token(last) if last < len(items) else None


def _with_token(answer: Body, token: str | None) -> Body:
    if token is not None:
        answer["nextToken"] = token
    return answer


# -- state machines


@operation
def create_state_machine(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    if body.get("versionDescription") and not body.get("publish"):
        raise errors.ApiError(
            "ValidationException", "Version description can only be set when publish is true"
        )
    machine = backend.create_state_machine(
        name=body["name"],
        definition=body["definition"],
        roleArn=body["roleArn"],
        tags=body.get("tags"),
        publish=body.get("publish"),
        loggingConfiguration=body.get("loggingConfiguration"),
        tracingConfiguration=body.get("tracingConfiguration"),
        encryptionConfiguration=body.get("encryptionConfiguration"),
        version_description=body.get("versionDescription"),
        sm_type=body.get("type"),
    )
    answer = {"stateMachineArn": machine.arn, "creationDate": seconds(machine.creation_date)}
    if body.get("publish") and machine.latest_version is not None:
        answer["stateMachineVersionArn"] = machine.latest_version.arn
    return answer


@operation
def update_state_machine(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    machine = backend.update_state_machine(
        body["stateMachineArn"],
        definition=body.get("definition"),
        role_arn=body.get("roleArn"),
        logging_configuration=body.get("loggingConfiguration"),
        tracing_configuration=body.get("tracingConfiguration"),
        encryption_configuration=body.get("encryptionConfiguration"),
        publish=body.get("publish"),
        version_description=body.get("versionDescription"),
    )
    answer: Body = {"updateDate": seconds(machine.update_date)}
    if machine.revision_id:
        answer["revisionId"] = machine.revision_id
    if body.get("publish") and machine.latest_version is not None:
        answer["stateMachineVersionArn"] = machine.latest_version.arn
    return answer


@operation
def delete_state_machine(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    backend.delete_state_machine(body["stateMachineArn"])
    return {}


@operation
def describe_state_machine(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    machine = backend.describe_state_machine(body["stateMachineArn"])
    answer: Body = {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "status": "ACTIVE",
        "roleArn": machine.roleArn,
        "type": machine.type,
        "creationDate": seconds(machine.creation_date),
        "loggingConfiguration": machine.loggingConfiguration,
        "tracingConfiguration": machine.tracingConfiguration,
        "encryptionConfiguration": machine.encryptionConfiguration,
    }
    if body.get("includedData") != "METADATA_ONLY":
        answer["definition"] = machine.definition
    if getattr(machine, "revision_id", None):
        answer["revisionId"] = machine.revision_id
    if getattr(machine, "description", None):
        answer["description"] = machine.description
    return answer


@operation
def list_state_machines(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    machines = sorted(backend.state_machines, key=lambda machine: machine.name)
    items, token = page(machines, body)
    told = [
        {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": seconds(machine.creation_date),
        }
        for machine in items
    ]
    return _with_token({"stateMachines": told}, token)


@operation
def validate_state_machine_definition(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return inputs.validation(
        body["definition"],
        body.get("type", "STANDARD"),
        body.get("severity", "ERROR"),
        body.get("maxResults") or 100,
    )


@operation
def tag_resource(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    backend.taggable(body["resourceArn"])
    backend.tagger.tag_resource(body["resourceArn"], body["tags"])
    return {}


@operation
def untag_resource(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    backend.taggable(body["resourceArn"])
    backend.tagger.untag_resource_using_names(body["resourceArn"], body["tagKeys"])
    return {}


@operation
def list_tags_for_resource(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    backend.taggable(body["resourceArn"])
    return {"tags": backend.get_tags_list_for_state_machine(body["resourceArn"])}


# -- executions


@operation
def start_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.start_execution(
        body["stateMachineArn"], body.get("name"), body.get("input"), body.get("traceHeader")
    )
    return {"executionArn": facts.arn, "startDate": facts.start}


@operation
def start_sync_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.start_sync_execution(
        body["stateMachineArn"], body.get("name"), body.get("input"), body.get("traceHeader")
    )
    stop = facts.stop if facts.stop is not None else facts.start
    answer: Body = {
        "executionArn": facts.arn,
        "stateMachineArn": facts.machine_arn,
        "name": facts.name,
        "startDate": facts.start,
        "stopDate": stop,
        "status": facts.status if facts.status in ("SUCCEEDED", "TIMED_OUT") else "FAILED",
        "input": facts.input,
        "inputDetails": {"included": True},
        "billingDetails": {
            "billedMemoryUsedInMB": 64,
            "billedDurationInMilliseconds": max(100, math.ceil((stop - facts.start) * 10) * 100),
        },
    }
    for name in ("output", "error", "cause"):
        if getattr(facts, name) is not None:
            answer[name] = getattr(facts, name)
    answer["outputDetails"] = {"included": True}
    if facts.trace_header is not None:
        answer["traceHeader"] = facts.trace_header
    return answer


@operation
def redrive_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return {"redriveDate": backend.redrive_execution(body["executionArn"]).redrive_date}


@operation
def stop_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.stop_execution(body["executionArn"], body.get("error"), body.get("cause"))
    return {"stopDate": facts.stop}


@operation
def describe_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.facts(body["executionArn"])
    return descriptions.described(facts, with_data=body.get("includedData") != "METADATA_ONLY")


@operation
def list_executions(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    before = None
    if body.get("nextToken"):
        before = _of_token(body["nextToken"])
        if not isinstance(before, list) or len(before) != 2:
            raise errors.ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
    executions, following = backend.list_page(
        body.get("stateMachineArn"),
        body.get("mapRunArn"),
        body.get("statusFilter"),
        body.get("redriveFilter"),
        body.get("maxResults") or 100,
        before,
    )
    return _with_token(
        {"executions": [descriptions.listed(facts) for facts in executions]},
        None if following is None else _token(following),
    )


@operation
def get_execution_history(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    events = backend.events(body["executionArn"])
    if body.get("reverseOrder"):
        events = events[::-1]
    items, token = page(events, body)
    if token is None:
        history_read()
    if body.get("includeExecutionData") is False:
        items = [without_data(event) for event in items]
    return _with_token({"events": items}, token)


@operation
def describe_state_machine_for_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return backend.describe_machine_of(body["executionArn"], body.get("includedData"))


# -- activities and task tokens


@operation
def create_activity(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    made = backend.make_activity(
        body["name"], body.get("tags"), body.get("encryptionConfiguration")
    )
    return {"activityArn": made.arn, "creationDate": seconds(made.creation_date)}


@operation
def describe_activity(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return _activity(backend.activity(body["activityArn"]))


def _activity(activity: Any) -> Body:
    return {
        "activityArn": activity.arn,
        "name": activity.name,
        "creationDate": seconds(activity.creation_date),
    }


@operation
def list_activities(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    items, token = page(list(backend.activities.values()), body)
    return _with_token({"activities": [_activity(item) for item in items]}, token)


@operation
def delete_activity(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    backend.remove_activity(body["activityArn"])
    return {}


@operation
def get_activity_task(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    arn = body["activityArn"]
    backend.activity(arn)
    queue = backend.queue(arn)
    task = None if queue is None else queue.take(body.get("workerName"))
    return {} if task is None else {"taskToken": task.token, "input": task.input}


@operation
def send_task_success(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    tokens.succeed(body["taskToken"], body["output"])
    return {}


@operation
def send_task_failure(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    tokens.fail(body["taskToken"], body.get("error"), body.get("cause"))
    return {}


@operation
def send_task_heartbeat(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    tokens.heartbeat(body["taskToken"])
    return {}


# -- Map Runs


@operation
def describe_map_run(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return backend.map_run(body["mapRunArn"]).describe()


@operation
def list_map_runs(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    arn = body["executionArn"]
    backend.facts(arn)
    runs = [run for run in backend.map_runs.values() if run.execution_arn == arn]
    items, token = page(sorted(runs, key=lambda run: run.start, reverse=True), body)
    told = [
        {
            "executionArn": run.execution_arn,
            "mapRunArn": run.arn,
            "stateMachineArn": run.machine_arn,
            "startDate": run.start,
            **({} if run.stop is None else {"stopDate": run.stop}),
        }
        for run in items
    ]
    return _with_token({"mapRuns": told}, token)


@operation
def update_map_run(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    run = backend.map_run(body["mapRunArn"])
    if run.stop is not None:
        raise errors.ApiError(
            "ValidationException",
            f"Map Run '{run.arn}' is not in a RUNNING state, so it cannot be updated",
            reason="CANNOT_UPDATE_COMPLETED_MAP_RUN",
        )
    if not {"maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"} & set(body):
        raise errors.ApiError(
            "ValidationException",
            "At least one of maxConcurrency, toleratedFailureCount and toleratedFailurePercentage "
            "must be given",
            reason="MISSING_REQUIRED_PARAMETER",
        )
    run.concurrency = body.get("maxConcurrency", run.concurrency)
    run.tolerated_count = body.get("toleratedFailureCount", run.tolerated_count)
    run.tolerated_percentage = float(
        body.get("toleratedFailurePercentage", run.tolerated_percentage)
    )
    return {}


# -- versions and aliases


@operation
def publish_state_machine_version(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    machine = backend.machine(body["stateMachineArn"])
    version = revisions.publish(machine, body.get("revisionId"), body.get("description"))
    return {
        "creationDate": seconds(version.creation_date),
        "stateMachineVersionArn": version.arn,
    }


@operation
def list_state_machine_versions(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    machine = backend.machine(body["stateMachineArn"])
    newest_first = [machine.versions[number] for number in sorted(machine.versions, reverse=True)]
    items, token = page(newest_first, body)
    told = [
        {"stateMachineVersionArn": item.arn, "creationDate": seconds(item.creation_date)}
        for item in items
    ]
    return _with_token({"stateMachineVersions": told}, token)


@operation
def delete_state_machine_version(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    arn = body["stateMachineVersionArn"]
    revisions.delete_version(backend.machine(arn.rpartition(":")[0]), arn)
    return {}


@operation
def create_state_machine_alias(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    name, routes = body["name"], body["routingConfiguration"]
    revisions.check_name(name)
    machine = backend.machine(revisions.check_routes(routes))
    backend.check_versions(routes)
    existing = machine.aliases.get(name)
    if existing is None:
        existing = backend.create_state_machine_alias(name, routes, body.get("description"))
        existing.creation_date = existing.update_date = clock.now()
    elif (existing.routing_configuration, existing.description) != (
        routes,
        body.get("description"),
    ):
        raise errors.ApiError(
            "ConflictException",
            "Failed to create alias because an alias with the same name and a different routing "
            "configuration already exists.",
        )
    return {
        "stateMachineAliasArn": existing.arn,
        "creationDate": seconds(existing.creation_date),
    }


@operation
def update_state_machine_alias(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    alias = backend.alias(body["stateMachineAliasArn"])
    routes = body.get("routingConfiguration")
    if routes is None and body.get("description") is None:
        raise errors.ApiError(
            "ValidationException",
            "Either the description or the routing configuration must be specified",
            reason="MISSING_REQUIRED_PARAMETER",
        )
    if routes is not None:
        revisions.check_routes(routes)
        backend.check_versions(routes)
    alias.update(routing_configuration=routes, description=body.get("description"))
    alias.update_date = clock.now()
    return {"updateDate": seconds(alias.update_date)}


@operation
def describe_state_machine_alias(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    alias = backend.alias(body["stateMachineAliasArn"])
    answer = {
        "stateMachineAliasArn": alias.arn,
        "name": alias.name,
        "routingConfiguration": alias.routing_configuration,
        "creationDate": seconds(alias.creation_date),
        "updateDate": seconds(alias.update_date),
    }
    if alias.description is not None:
        answer["description"] = alias.description
    return answer


@operation
def delete_state_machine_alias(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    alias = backend.alias(body["stateMachineAliasArn"])
    del backend.machine(alias.statemachine_arn).aliases[alias.name]
    return {}


@operation
def list_state_machine_aliases(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    given = body["stateMachineArn"]
    revision = backend.describe_state_machine(given)
    machine = backend.machine(getattr(revision, "source_arn", revision.arn))
    aliases = sorted(machine.aliases.values(), key=lambda alias: alias.name)
    if revision is not machine:
        aliases = [
            alias
            for alias in aliases
            if any(r["stateMachineVersionArn"] == given for r in alias.routing_configuration)
        ]
    items, token = page(aliases, body)
    told = [
        {"stateMachineAliasArn": item.arn, "creationDate": seconds(item.creation_date)}
        for item in items
    ]
    return _with_token({"stateMachineAliases": told}, token)


@operation
def test_state(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    if body.get("roleArn"):
        backend.check_role(body["roleArn"])
    return trial.test_state(body, backend.account_id, backend.region_name)
