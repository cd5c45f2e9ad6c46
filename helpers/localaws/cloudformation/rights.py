"""Whose rights a deployment uses, and what each resource asks of them.

CloudFormation works with the rights of whoever asked for the operation, or of the stack's service
role (User Guide, "CloudFormation service role"). What a resource's handler may call stands in its
schema; of that list are asked what makes, changes or deletes the resource itself, and what the
properties that are given need. Handlers look at much more, of which the list does not say when.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from helpers.localaws.cloudformation import schema
from helpers.localaws.cloudformation.errors import ResourceFailure, ValidationError
from helpers.localaws.cloudformation.resources.base import Request, ResourceType, handler_failure
from helpers.localaws.iam import access, principals
from helpers.localaws.iam.principals import Principal

acting: ContextVar[Principal | None] = ContextVar("acting", default=None)
"""Who asked for what is being done; None for one who may do everything."""

_MAKES = {
    "create": ("Create", "Put", "Add", "Publish", "Subscribe"),
    "update": ("Update", "Put", "Set", "Modify"),
    "delete": ("Delete", "Remove", "Unsubscribe"),
}
_BY_PROPERTY = {
    "AssumeRolePolicyDocument": ("iam:UpdateAssumeRolePolicy", ""),
    "BucketEncryption": ("s3:PutEncryptionConfiguration", ""),
    "LifecycleConfiguration": ("s3:PutLifecycleConfiguration", ""),
    "LoggingConfiguration": ("s3:PutBucketLogging", ""),
    "ManagedPolicyArns": ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
    "NotificationConfiguration": ("s3:PutBucketNotification", ""),
    "Policies": ("iam:PutRolePolicy", "iam:DeleteRolePolicy"),
    "PublicAccessBlockConfiguration": ("s3:PutBucketPublicAccessBlock", ""),
    "ReservedConcurrentExecutions": ("lambda:PutFunctionConcurrency", ""),
    "RetentionInDays": ("logs:PutRetentionPolicy", ""),
    "Targets": ("events:PutTargets", "events:RemoveTargets"),
    "TimeToLiveSpecification": ("dynamodb:UpdateTimeToLive", ""),
    "VersioningConfiguration": ("s3:PutBucketVersioning", ""),
}
"""What a property needs besides to be made or changed, and to be deleted with its resource."""

_ARNS = {
    "AWS::ApplicationInsights::Application": (
        "applicationinsights:{where}:application/resource-group/{name}"
    ),
    "AWS::CloudWatch::Alarm": "cloudwatch:{where}:alarm:{name}",
    "AWS::CloudWatch::CompositeAlarm": "cloudwatch:{where}:alarm:{name}",
    "AWS::DynamoDB::Table": "dynamodb:{where}:table/{name}",
    "AWS::Events::Rule": "events:{where}:rule/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::Lambda::Function": "lambda:{where}:function:{name}",
    "AWS::Lambda::Permission": "lambda:{where}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{where}:log-group:{name}:log-stream:",
    "AWS::Logs::MetricFilter": "logs:{where}:log-group:{name}:log-stream:",
    "AWS::ResourceGroups::Group": "resource-groups:{where}:group/{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::S3::BucketPolicy": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{where}:{name}",
    "AWS::SQS::Queue": "sqs:{where}:{name}",
    "AWS::StepFunctions::StateMachine": "states:{where}:stateMachine:{name}",
}
_OF_ANOTHER = {
    "AWS::ApplicationInsights::Application": "ResourceGroupName",
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Logs::MetricFilter": "LogGroupName",
    "AWS::S3::BucketPolicy": "Bucket",
}
"""Types that IAM knows by the name of another resource, which this property gives."""


def check(verb: str, request: Request, handler: ResourceType, service_role: str | None) -> None:
    """Raise ResourceFailure, in AWS's words, if a resource's step is not allowed.

    verb: "create", "update" or "delete". service_role: the stack's, if it has one.
    """
    who = acting.get()
    if service_role and access.enforced():
        who = principals.of_role(service_role, "AWSCloudFormation")
    if who is None:
        return
    for action, about in _asked(verb, request, handler):
        why = access.first_refusal(who, action, about, request.region)
        if why is not None:
            raise _denied(why, handler)


def check_transforms(names: list[str], region: str) -> None:
    """Raise ValidationError if whoever asks may not use a template's transforms."""
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


def _asked(verb: str, request: Request, handler: ResourceType) -> Iterator[tuple[str, str]]:
    """The actions that a step needs, each with the ARN that it is about ("" if not known)."""
    listed = schema.handler_actions(request.type, verb)
    about = _arn(request, handler)
    for action in dict.fromkeys([*_own(verb, request, listed), *_besides(verb, request, listed)]):
        yield action, about
    if verb == "delete":
        return
    properties = request.properties
    if "iam:PassRole" in listed:
        targets = [one for one in properties.get("Targets") or [] if isinstance(one, dict)]
        for one in (properties, *targets):
            for role in (one.get("Role"), one.get("RoleArn")):
                if isinstance(role, str) and ":role/" in role:
                    yield "iam:PassRole", role
    for holder in (properties.get("Code"), properties.get("DefinitionS3Location")):
        if isinstance(holder, dict) and "s3:GetObject" in listed:
            bucket = holder.get("S3Bucket") or holder.get("Bucket")
            key = holder.get("S3Key") or holder.get("Key")
            if bucket:
                yield "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"


def _own(verb: str, request: Request, listed: list[str]) -> list[str]:
    """What makes, changes or deletes the resource itself."""
    prefixes = [action.partition(":")[0] for action in listed]
    own = max(prefixes, key=prefixes.count, default="")
    noun = request.type.rsplit("::", 1)[-1]
    names = [one.partition(":")[2] for one in listed if one.startswith(f"{own}:")]
    making = [name for name in names if name.startswith(_MAKES[verb])]
    if verb == "update":
        changed = _changed(request) - _BY_PROPERTY.keys()
        making = [name for name in making if name.startswith("Update") and noun in name]
        parts = {name: {"Code"} if name.endswith("Code") else changed - {"Code"} for name in making}
        return [f"{own}:{name}" for name in making if parts[name] & changed]
    found = [name for name in making if name.endswith(noun)] or making[:1]
    return [f"{own}:{name}" for name in found]


def _besides(verb: str, request: Request, listed: list[str]) -> Iterator[str]:
    """What properties and tags need."""
    given = _changed(request) if verb == "update" else request.properties
    for name, (making, deleting) in _BY_PROPERTY.items():
        action = deleting if verb == "delete" else making
        if name in given and action in listed:
            yield action
    if verb != "delete" and request.tag_list():
        tagging = [one for one in listed if one.partition(":")[2].startswith(("Tag", "PutBucketT"))]
        yield from tagging[:1]


def _changed(request: Request) -> set[str]:
    """The properties that an update changes, tags apart."""
    names = request.properties.keys() | request.old.keys()
    before, now = request.old, request.properties
    return {name for name in names if before.get(name) != now.get(name)} - {"Tags"}


def _arn(request: Request, handler: ResourceType) -> str:
    form = _ARNS.get(request.type)
    if form is None:
        return ""
    other = _OF_ANOTHER.get(request.type)
    given: Any = request.properties.get(other) if other else request.physical_id
    name = str(given) if given else handler.name(request)
    if name.startswith("arn:"):
        return name
    name = name.rpartition("/" if "://" in name else "|")[2]  # a queue's URL, a rule of a bus
    where = f"{request.region}:{request.account}"
    return "arn:aws:" + form.format(where=where, account=request.account, name=name)
