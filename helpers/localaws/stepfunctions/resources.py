"""What a request asks of IAM: the action, and the ARN of the resource, for services' APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PREFIXES = {
    "logs": "logs",
    "stepfunctions": "states",
    "bedrock-runtime": "bedrock",
    "cognito-idp": "cognito-idp",
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "iot-data": "iot",
    "resourcegroupstaggingapi": "tag",
}
"""What IAM calls a service where boto3's name is another."""

_S3_ACTIONS = {
    "CopyObject": "s3:PutObject",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListBuckets": "s3:ListAllMyBuckets",
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
}
_S3_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")


def action_of(service: str, operation: str) -> str:
    """The IAM action of an operation, e.g. `sqs:SendMessage`; `service` is boto3's name."""
    if service == "s3":
        return _S3_ACTIONS.get(operation, f"s3:{operation}")
    if service == "lambda" and operation == "Invoke":
        return "lambda:InvokeFunction"
    if service == "bedrock-runtime" and operation == "Converse":
        return "bedrock:InvokeModel"
    return f"{_PREFIXES.get(service, service)}:{operation}"


def resource_of(
    service: str, action: str, request: dict[str, Any], region: str, account: str
) -> str:
    """The ARN that a request is about; "" where this table does not know."""
    find = _RESOURCES.get(service)
    if find is None:
        return ""
    try:
        return find(action, request, f"{region}:{account}")
    except (KeyError, TypeError, AttributeError, IndexError):
        return ""


def _arn_or(value: str, base: str) -> str:
    return value if value.startswith("arn:") else base + value


def _s3(action: str, request: dict[str, Any], where: str) -> str:
    if "Bucket" not in request:
        return ""
    bucket = _arn_or(request["Bucket"], "arn:aws:s3:::")
    return f"{bucket}/{request['Key']}" if action in _S3_OBJECTS else bucket


def _sqs(action: str, request: dict[str, Any], where: str) -> str:
    return f"arn:aws:sqs:{where}:{request['QueueUrl'].rpartition('/')[2]}"


def _sns(action: str, request: dict[str, Any], where: str) -> str:
    return request.get("TopicArn") or request["TargetArn"]


def _states(action: str, request: dict[str, Any], where: str) -> str:
    for name in ("stateMachineArn", "executionArn", "activityArn"):
        if name in request:
            return request[name]
    return ""


def _named(prefix: str, *fields: str) -> Callable[[str, dict[str, Any], str], str]:
    """Resources that are a name behind `arn:aws:<service>:region:account:`."""
    service, _, rest = prefix.partition(":")

    def find(action: str, request: dict[str, Any], where: str) -> str:
        value = next(request[field] for field in fields if field in request)
        return _arn_or(value, f"arn:aws:{service}:{where}:{rest}")

    def guarded(action: str, request: dict[str, Any], where: str) -> str:
        return find(action, request, where) if any(f in request for f in fields) else ""

    return guarded


_RESOURCES: dict[str, Callable[[str, dict[str, Any], str], str]] = {
    "s3": _s3,
    "sqs": _sqs,
    "sns": _sns,
    "stepfunctions": _states,
    "dynamodb": _named("dynamodb:table/", "TableName"),
    "lambda": _named("lambda:function:", "FunctionName"),
    "logs": _named("logs:log-group:", "logGroupName"),
    "ssm": _named("ssm:parameter/", "Name"),
}
