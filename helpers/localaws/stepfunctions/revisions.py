"""Versions and aliases of a state machine: publishing, routing, listing, deleting."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

from helpers.localaws.stepfunctions import errors
from helpers.localaws.turns.clock import clock

if TYPE_CHECKING:
    from moto.stepfunctions.models import StateMachine, StateMachineAlias, StateMachineVersion

_ALIAS = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"
_random = random.Random()

INITIAL = "INITIAL"
"""The revision of a machine that was never changed; no description tells it."""


def revision_of(one: StateMachine | StateMachineVersion) -> str:
    """The revision that a machine or a version is; INITIAL where it was never changed."""
    return getattr(one, "revision_id", None) or INITIAL


def publish(
    machine: StateMachine, revision_id: str | None, description: str | None
) -> StateMachineVersion:
    """A version of the machine as it is; the last one, if nothing has changed since."""
    current = revision_of(machine)
    if revision_id is not None and revision_id != current:
        raise errors.ApiError(
            "ConflictException",
            f"Failed to publish the State Machine version for revision {revision_id}. "
            f"The current State Machine revision is {current}.",
        )
    last = machine.latest_version
    if last is not None and revision_of(last) == current:
        if description is not None and description != last.description:
            raise errors.ApiError(
                "ConflictException",
                "Publish version failed because a version of this revision has another "
                "description.",
            )
        return last
    return _published(machine, current, description)


def publish_update(machine: StateMachine, description: str | None) -> StateMachineVersion:
    """A version of the machine as UpdateStateMachine leaves it.

    Unlike PublishStateMachineVersion, an update that changed nothing may describe it anew.
    """
    last, current = machine.latest_version, revision_of(machine)
    if last is None or revision_of(last) != current or description not in (None, last.description):
        return _published(machine, current, description)
    return last


def _published(machine: StateMachine, current: str, description: str | None) -> StateMachineVersion:
    machine.publish(description)
    version = machine.latest_version
    version.revision_id = current
    version.creation_date = version.update_date = clock.now()
    return version


def delete_version(machine: StateMachine, arn: str) -> None:
    """Delete a version that no alias leads to; one that does not exist is no error."""
    number = arn.rpartition(":")[2]
    if not number.isdigit() or int(number) not in machine.versions:
        return
    users = [
        alias.name
        for alias in machine.aliases.values()
        if any(route["stateMachineVersionArn"] == arn for route in alias.routing_configuration)
    ]
    if users:
        raise errors.ApiError(
            "ConflictException",
            "Version to be deleted must not be referenced by an alias. Current list of aliases "
            f"referencing this version: [{', '.join(sorted(users))}]",
        )
    version = machine.versions.pop(int(number))
    if machine.latest_version is version:
        numbers = sorted(machine.versions)
        machine.latest_version = machine.versions[numbers[-1]] if numbers else None


def check_name(name: str) -> None:
    """An alias may not look like the number of a version."""
    if not re.fullmatch(_ALIAS, name):
        raise errors.validation(name, "name", f"satisfy regular expression pattern: {_ALIAS}")


def check_routes(routes: list[dict[str, Any]]) -> str:
    """Check an alias's routes; gives the ARN of the machine that they lead to."""
    arns = [route["stateMachineVersionArn"] for route in routes]
    if not all(arn.rpartition(":")[2].isdigit() for arn in arns):
        raise _wrong(f"must contain state machine version ARNs. Received: [{', '.join(arns)}]")
    if len(set(arns)) != len(arns):
        raise _wrong("must contain distinct state machine version ARNs. Received: "
                     f"[{', '.join(arns)}]")  # fmt: skip
    machines = {arn.rpartition(":")[0] for arn in arns}
    if len(machines) > 1:
        raise _wrong("all versions have to be of one state machine")
    if sum(route["weight"] for route in routes) != 100:
        raise _wrong("Sum of routing configuration weights must equal 100. Received: "
                     f"{[route['weight'] for route in routes]}")  # fmt: skip
    return machines.pop()


def _wrong(why: str) -> errors.ApiError:
    return errors.ApiError(
        "ValidationException",
        f"Routing configuration {why}" if why[0].islower() else why,
        reason="INVALID_ROUTING_CONFIGURATION",
    )


def route(alias: StateMachineAlias) -> str:
    """The ARN of the version that an alias leads to this time, by the weights of its routes."""
    routes = alias.routing_configuration
    return _random.choices(
        [one["stateMachineVersionArn"] for one in routes], [one["weight"] for one in routes]
    )[0]
