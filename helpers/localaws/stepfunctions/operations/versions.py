"""Operations on the versions of state machines, and on their aliases."""

# ruff: noqa: D103 - an operation does what AWS's API reference says of it
from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.localaws.stepfunctions import errors, machines, revisions
from helpers.localaws.stepfunctions.operations.table import (
    Body,
    operation,
    page,
    seconds,
    with_token,
)
from helpers.localaws.turns.clock import clock

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.backend import LocalStepFunctionsBackend


@operation
def publish_state_machine_version(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    version = backend.publish_version(
        body["stateMachineArn"], body.get("revisionId"), body.get("description")
    )
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
    return with_token({"stateMachineVersions": told}, token)


@operation
def delete_state_machine_version(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    backend.remove_version(body["stateMachineVersionArn"])
    return {}


@operation
def create_state_machine_alias(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    name, routes = body["name"], body["routingConfiguration"]
    revisions.check_name(name)
    machine = machines.check_alive(backend.machine(revisions.check_routes(routes)))
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
    machines.check_alive(backend.machine(alias.statemachine_arn))
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
    backend.remove_alias(body["stateMachineAliasArn"])
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
    return with_token({"stateMachineAliases": told}, token)
