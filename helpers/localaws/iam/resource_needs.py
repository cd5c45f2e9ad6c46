"""What a step of a deployment asks of IAM: the actions, and the ARN of the resource, for each type.

What a resource's handler may call stands in its schema; of that list are asked what makes, changes
or deletes the resource itself, and what the properties that are given need. Handlers look at much
more, of which the list does not say when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.localaws.iam.needs import Need, passed_roles

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


@dataclass(frozen=True)
class Step:
    """A resource that is to be made, changed or deleted.

    verb: "create", "update" or "delete". listed: the actions that its type's schema has for that.
    old: its properties before an update. tagged: does it get tags? name: its name, ARN or URL.
    """

    verb: str
    type: str
    listed: list[str]
    properties: dict[str, Any]
    old: dict[str, Any]
    tagged: bool
    name: str


def needs(step: Step, region: str, account: str) -> Iterator[Need]:
    """The actions that a step needs, each with the ARN that it is about ("" if not known)."""
    about = _arn(step, region, account)
    for action in dict.fromkeys([*_own(step), *_besides(step)]):
        yield action, about
    if step.verb == "delete":
        return
    if "iam:PassRole" in step.listed:
        yield from passed_roles(step.properties)
    if "s3:GetObject" in step.listed:
        yield from _read(step.properties)


def _read(properties: dict[str, Any]) -> Iterator[Need]:
    """The object of S3 that code or a definition is taken from."""
    for holder in (properties.get("Code"), properties.get("DefinitionS3Location")):
        if isinstance(holder, dict):
            bucket = holder.get("S3Bucket") or holder.get("Bucket")
            key = holder.get("S3Key") or holder.get("Key")
            if bucket:
                yield "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"


def _own(step: Step) -> list[str]:
    """What makes, changes or deletes the resource itself."""
    prefixes = [action.partition(":")[0] for action in step.listed]
    own = max(prefixes, key=prefixes.count, default="")
    noun = step.type.rsplit("::", 1)[-1]
    names = [one.partition(":")[2] for one in step.listed if one.startswith(f"{own}:")]
    making = [name for name in names if name.startswith(_MAKES[step.verb])]
    if step.verb == "update":
        changed = _changed(step) - _BY_PROPERTY.keys()
        making = [name for name in making if name.startswith("Update") and noun in name]
        parts = {name: {"Code"} if name.endswith("Code") else changed - {"Code"} for name in making}
        return [f"{own}:{name}" for name in making if parts[name] & changed]
    of_the_noun = [name for name in making if name.endswith(noun)] or making[:1]
    return [f"{own}:{name}" for name in of_the_noun]


def _besides(step: Step) -> Iterator[str]:
    """What properties and tags need."""
    given = _changed(step) if step.verb == "update" else step.properties
    for name, (making, deleting) in _BY_PROPERTY.items():
        action = deleting if step.verb == "delete" else making
        if name in given and action in step.listed:
            yield action
    if step.verb != "delete" and step.tagged:
        tags = ("Tag", "PutBucketT")
        yield from [one for one in step.listed if one.partition(":")[2].startswith(tags)][:1]


def _changed(step: Step) -> set[str]:
    """The properties that an update changes, tags apart."""
    names = step.properties.keys() | step.old.keys()
    return {name for name in names if step.old.get(name) != step.properties.get(name)} - {"Tags"}


def _arn(step: Step, region: str, account: str) -> str:
    form = _ARNS.get(step.type)
    if form is None:
        return ""
    other = step.properties.get(_OF_ANOTHER.get(step.type, ""))
    name = str(other or step.name)
    if name.startswith("arn:"):
        return name
    name = name.rpartition("/" if "://" in name else "|")[2]  # a queue's URL, a rule of a bus
    return "arn:aws:" + form.format(where=f"{region}:{account}", account=account, name=name)
