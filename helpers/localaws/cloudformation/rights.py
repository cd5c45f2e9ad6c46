"""Whose rights a deployment uses, and that it stops at a resource for which they do not do.

CloudFormation works with the rights of whoever asked for the operation, or of the stack's service
role (User Guide, "CloudFormation service role").
"""

from __future__ import annotations

import uuid
from contextvars import ContextVar

from helpers.localaws.cloudformation import schema
from helpers.localaws.cloudformation.errors import ResourceFailure, ValidationError
from helpers.localaws.cloudformation.resources.base import Request, ResourceType, handler_failure
from helpers.localaws.iam import access, principals, resource_needs
from helpers.localaws.iam.principals import Principal

acting: ContextVar[Principal | None] = ContextVar("acting", default=None)
"""Who asked for what is being done; None for one who may do everything."""


def check(verb: str, request: Request, handler: ResourceType, service_role: str | None) -> None:
    """Raises ResourceFailure, in AWS's words, if a resource's step is not allowed.

    verb: "create", "update" or "delete". service_role: the stack's, if it has one.
    """
    who = acting.get()
    if service_role and access.enforced():
        who = principals.of_role(service_role, "AWSCloudFormation")
    if who is None:
        return
    for action, about in resource_needs.needs(
        _step(verb, request, handler), request.region, request.account
    ):
        why = access.first_refusal(who, action, about, request.region)
        if why is not None:
            raise _denied(why, handler)


def check_transforms(names: list[str], region: str) -> None:
    """Raises ValidationError if whoever asks may not use a template's transforms."""
    who = acting.get()
    if who is None:
        return
    for name in names:
        transform = f"transform/{name.removeprefix('AWS::')}"
        arn = f"arn:aws:cloudformation:{region}:aws:{transform}"
        why = access.first_refusal(who, "cloudformation:CreateChangeSet", arn, region)
        if why is not None:
            raise ValidationError(why)


def _denied(why: str, handler: ResourceType) -> ResourceFailure:
    about = f"(Service: {handler.service}, Status Code: 403, Request ID: {uuid.uuid4()})"
    return handler_failure(f"{why} {about}" if handler.service else why, "AccessDenied")


def _step(verb: str, request: Request, handler: ResourceType) -> resource_needs.Step:
    return resource_needs.Step(
        verb,
        request.type,
        schema.handler_actions(request.type, verb),
        request.properties,
        request.old,
        tagged=bool(request.tag_list()),
        name=request.physical_id or handler.name(request),
    )
