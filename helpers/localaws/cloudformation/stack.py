"""Stacks, their resources, events and change sets: plain data, so that it can be kept on disk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from helpers.localaws.turns.clock import clock

STACK = "AWS::CloudFormation::Stack"
MILLISECOND = timedelta(milliseconds=1)


def now() -> datetime:
    """The simulated time, to the millisecond (AWS's precision)."""
    moment = clock.now()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _uuid() -> str:
    return str(uuid.uuid4())


def _event_id(logical_id: str, status: str, at: datetime) -> str:
    """The id of a resource's event, in the shape that CloudFormation gives it."""
    return f"{logical_id}-{status}-{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


@dataclass
class Event:
    """One line of a stack's history."""

    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    properties: str | None
    at: datetime
    id: str
    token: str | None = None


@dataclass
class Resource:
    """A resource of a stack as it is deployed.

    `properties` are the resolved ones; `body` is the template's own entry. `model` is what a
    resource handler wants to keep (moto's object, for the types that moto's models create).
    """

    logical_id: str
    type: str
    physical_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    status: str = "CREATE_IN_PROGRESS"
    reason: str | None = None
    at: datetime = field(default_factory=now)
    drift: str = "NOT_CHECKED"
    drift_at: datetime | None = None
    model: Any = None

    def policy(self, name: str) -> str:
        """Its DeletionPolicy or UpdateReplacePolicy."""
        return str(self.body.get(name) or "Delete")


@dataclass
class Output:
    """An output of a stack; `export` is the name under which other stacks import it."""

    key: str
    value: str
    description: str | None
    export: str | None


@dataclass
class Recipe:
    """What a stack is made from: its template, parameter values and tags."""

    original: str = ""
    template: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    capabilities: list[str] = field(default_factory=list)
    role_arn: str | None = None
    notification_arns: list[str] = field(default_factory=list)

    @property
    def description(self) -> str | None:
        """The template's description."""
        return self.template.get("Description")


@dataclass
class StackRequest:
    """What a request asks a stack to be made from.

    tags: None for those that the stack has already. A stack keeps its role if none is given.
    """

    template: str
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] | None = None
    capabilities: list[str] = field(default_factory=list)
    role_arn: str | None = None
    notification_arns: list[str] = field(default_factory=list)


@dataclass
class Stack:
    """A stack: what it was made from, what is there, and what happened."""

    id: str
    name: str
    account: str
    region: str
    partition: str
    created: datetime = field(default_factory=now)
    updated: datetime | None = None
    deleted: datetime | None = None
    status: str = "REVIEW_IN_PROGRESS"
    reason: str | None = None
    recipe: Recipe = field(default_factory=Recipe)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    policy: str = ""
    termination_protection: bool = False
    disable_rollback: bool = False
    timeout_minutes: int | None = None
    parent_id: str | None = None
    root_id: str | None = None
    drift: str = "NOT_CHECKED"
    drift_at: datetime | None = None
    change_set_id: str | None = None
    # of an operation that is under way, so that it can be undone after a restart
    pending: Recipe | None = None
    undo: list[Undo] = field(default_factory=list)
    leftovers: list[Resource] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether an operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def move(self, status: str, reason: str | None = None) -> None:
        """Enter `status` and record the event."""
        self.status, self.reason = status, reason
        self._record(self.name, self.id, STACK, status, reason, None)

    def tell(
        self,
        resource: Resource,
        status: str,
        reason: str | None = None,
        properties: str | None = None,
    ) -> None:
        """Let a resource enter `status` and record the event."""
        resource.status, resource.reason = status, reason
        resource.at = self._record(
            resource.logical_id, resource.physical_id, resource.type, status, reason, properties
        )

    def _record(
        self,
        logical_id: str,
        physical_id: str,
        type_name: str,
        status: str,
        reason: str | None,
        properties: str | None,
    ) -> datetime:
        moment = now()
        if self.events and moment <= self.events[-1].at:
            # readers page by time: two events never share a millisecond
            moment = self.events[-1].at + MILLISECOND
        self.events.append(
            Event(
                stack_id=self.id,
                stack_name=self.name,
                logical_id=logical_id,
                physical_id=physical_id,
                type=type_name,
                status=status,
                reason=reason,
                properties=properties,
                at=moment,
                id=_uuid() if physical_id == self.id else _event_id(logical_id, status, moment),
            )
        )
        return moment


@dataclass
class Undo:
    """A step of an update, and the resource as it was before (None: it was not there)."""

    logical_id: str
    before: Resource | None
    replaced: bool = False


@dataclass
class ChangeSet:
    """Proposed changes of a stack."""

    id: str
    name: str
    stack_id: str
    stack_name: str
    kind: str
    recipe: Recipe
    description: str | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    created: datetime = field(default_factory=now)
    status: str = "CREATE_COMPLETE"
    execution: str = "AVAILABLE"
    reason: str | None = None
    on_failure: str | None = None
