"""Operations on state machines and their tags; and TestState, on a state by itself."""

# ruff: noqa: D103 - an operation does what AWS's API reference says of it
from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.localaws.stepfunctions import descriptions, errors, inputs, machines, revisions, trial
from helpers.localaws.stepfunctions.operations.table import (
    Body,
    operation,
    page,
    seconds,
    with_token,
)

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.backend import LocalStepFunctionsBackend


@operation
def create_state_machine(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    _check_description(body)
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


def _check_description(body: Body) -> None:
    if body.get("versionDescription") and not body.get("publish"):
        raise errors.ApiError(
            "ValidationException", "Version description can only be set when publish is true"
        )


@operation
def update_state_machine(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    _check_description(body)
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
        "status": backend.status(body["stateMachineArn"]),
        "roleArn": machine.roleArn,
        "type": machine.type,
        "creationDate": seconds(machine.creation_date),
        "loggingConfiguration": machine.loggingConfiguration,
        "tracingConfiguration": machine.tracingConfiguration,
        "encryptionConfiguration": machine.encryptionConfiguration,
    }
    if body.get("includedData") != "METADATA_ONLY":
        answer["definition"] = machine.definition
        answer |= descriptions.variables_of(machine.definition)
    if revisions.revision_of(machine) != revisions.INITIAL:
        answer["revisionId"] = machine.revision_id
    if getattr(machine, "description", None):
        answer["description"] = machine.description
    return answer


@operation
def list_state_machines(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    in_order = sorted(backend.state_machines, key=lambda machine: machine.name)
    items, token = page(in_order, body)
    told = [
        {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": seconds(machine.creation_date),
        }
        for machine in items
    ]
    return with_token({"stateMachines": told}, token)


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


@operation
def test_state(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    if body.get("roleArn"):
        machines.check_role(body["roleArn"], backend.region_name)
    return trial.test_state(body, backend.account_id, backend.region_name)
