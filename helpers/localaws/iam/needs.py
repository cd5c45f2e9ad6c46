"""What a request asks of IAM: the action, and the ARN of the resource, for services' APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.localaws.on_moto.mends import message_moves

_PREFIXES = {
    "application-insights": "applicationinsights",
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

_OTHER_ACTIONS = {
    ("bedrock-runtime", "Converse"): "bedrock:InvokeModel",
    ("lambda", "Invoke"): "lambda:InvokeFunction",
    ("lambda", "InvokeAsync"): "lambda:InvokeFunction",
    ("sns", "PublishBatch"): "sns:Publish",
    ("sqs", "ChangeMessageVisibilityBatch"): "sqs:ChangeMessageVisibility",
    ("sqs", "DeleteMessageBatch"): "sqs:DeleteMessage",
    ("sqs", "SendMessageBatch"): "sqs:SendMessage",
}
"""Operations that IAM knows by another name; those of S3 are above."""

_UNKNOWN = {"BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction", "DescribeEndpoints"}
"""Operations of DynamoDB whose tables stand in a text: nothing is asked of IAM."""

Need = tuple[str, str]
"""An IAM action, and the ARN of the resource that it is for; "" where that is not known."""


def needs(
    service: str, operation: str, request: dict[str, Any], region: str, account: str
) -> list[Need]:
    """What a request asks of IAM; `service` is boto3's name, e.g. `sqs`.

    Source: the Service Authorization Reference.
    """
    if (service == "dynamodb" and operation in _UNKNOWN) or (service, operation) in _FREE:
        return []
    action = _action(service, operation)
    try:
        asked = _several(service, operation, action, request, f"{region}:{account}")
    except (KeyError, TypeError, AttributeError):
        asked = None  # the service itself will say what is wrong with the request
    if asked is None:
        about = _resource(service, action, request, f"{region}:{account}")
        asked = [(action, "*" if not about and _of_all(operation, action) else about)]
    passed = () if service == "sts" else passed_roles(request)
    return list(dict.fromkeys([*asked, *passed]))


def of_s3(operation: str, arn: str) -> str:
    """What an action of S3's is about, from the ARN that moto has for it."""
    if operation == "ListAllMyBuckets":
        return "*"
    if arn.endswith(":::*"):
        return ""
    whole = f"s3:{operation}" in _S3_OBJECTS and "/" not in arn
    return f"{arn}/*" if whole else arn  # moto asks once for all the objects of one request


def _of_all(operation: str, action: str) -> bool:
    """Is that asked of a whole account, so that only a policy for `*` allows it?"""
    return operation.startswith("List") or action in _WHOLE


_FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}
"""What everybody may do."""

_WHOLE = {
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudformation:DescribeStacks",
    "cloudformation:ValidateTemplate",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "logs:GetQueryResults",
    "logs:TestMetricFilter",
    "resource-groups:SearchResources",
    "sns:GetSubscriptionAttributes",
    "states:TestState",
    "states:ValidateStateMachineDefinition",
    "tag:GetResources",
    "tag:GetTagKeys",
    "tag:GetTagValues",
}
"""Actions that are about no resource, besides those that list; source as above."""


def passed_roles(request: dict[str, Any]) -> list[Need]:
    """iam:PassRole, for each role that a request, or a resource's properties, hand to a service."""
    targets = request.get("Targets") or [request.get("Target")]
    holders = [request, *(one for one in targets if isinstance(one, dict))]
    arns = [one.get(name) for one in holders for name in ("Role", "roleArn", "RoleArn", "RoleARN")]
    return [("iam:PassRole", arn) for arn in arns if isinstance(arn, str) and ":role/" in arn]


def _action(service: str, operation: str) -> str:
    if service == "s3":
        return _S3_ACTIONS.get(operation, f"s3:{operation}")
    other = _OTHER_ACTIONS.get((service, operation))
    return other or f"{_PREFIXES.get(service, service)}:{operation}"


_MOVING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What moving dead letters back asks for of their queue.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

_WRITES = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def _several(
    service: str, operation: str, action: str, request: dict[str, Any], where: str
) -> list[Need] | None:
    """The needs of a request that may be about several resources; None if it is not such a one."""
    if service == "dynamodb":
        table = f"arn:aws:dynamodb:{where}:table/"
        if operation in ("BatchGetItem", "BatchWriteItem"):
            return [(action, _arn_or(name, table)) for name in request["RequestItems"]]
        if operation in ("TransactGetItems", "TransactWriteItems"):
            return [
                (f"dynamodb:{_WRITES.get(kind, 'GetItem')}", _arn_or(one["TableName"], table))
                for item in request["TransactItems"]
                for kind, one in item.items()
            ]
    if service == "events" and operation == "PutEvents":
        bus = f"arn:aws:events:{where}:event-bus/"
        names = [entry.get("EventBusName") or "default" for entry in request["Entries"]]
        return [(action, _arn_or(name, bus)) for name in names]
    if service == "cloudwatch" and "AlarmNames" in request and operation != "DescribeAlarms":
        return [
            (action, f"arn:aws:cloudwatch:{where}:alarm:{one}") for one in request["AlarmNames"]
        ]
    if service == "ssm" and operation in ("GetParameters", "DeleteParameters"):
        return [(action, _parameter(name, where)) for name in request["Names"]]
    if (service, operation) == ("sqs", "StartMessageMoveTask"):
        to = request.get("DestinationArn")  # else where each message came from: not known here
        moved = [(one, request["SourceArn"]) for one in (action, *_MOVING)]
        return [*moved, *([("sqs:SendMessage", to)] if to else [])]
    return None


def _resource(service: str, action: str, request: dict[str, Any], where: str) -> str:
    find = _RESOURCES.get(service)
    if find is None:
        return ""
    try:
        return find(action, request, where)
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
    if source := request.get("SourceArn"):  # of a move of messages
        return source
    if handle := request.get("TaskHandle"):
        return message_moves.source_of(handle)
    name = request.get("QueueName") or request["QueueUrl"].rpartition("/")[2]
    return f"arn:aws:sqs:{where}:{name}"


def _sns(action: str, request: dict[str, Any], where: str) -> str:
    return request.get("TopicArn") or request["TargetArn"]


def _states(action: str, request: dict[str, Any], where: str) -> str:
    if action in ("states:CreateStateMachine", "states:CreateActivity"):
        kind = action.removeprefix("states:Create")
        return f"arn:aws:states:{where}:{kind[0].lower()}{kind[1:]}:{request['name']}"
    if action == "states:CreateStateMachineAlias":
        request = request["routingConfiguration"][0]
    names = (
        *("stateMachineArn", "executionArn", "activityArn", "resourceArn", "mapRunArn"),
        *("stateMachineAliasArn", "stateMachineVersionArn"),
    )
    arn = next((request[name] for name in names if request.get(name)), "")
    # a version or an alias is allowed with its state machine, as the reference has it
    return ":".join(arn.split(":")[:7]) if ":stateMachine:" in arn else arn


def _dynamodb(action: str, request: dict[str, Any], where: str) -> str:
    if action == "dynamodb:ListTables":
        return f"arn:aws:dynamodb:{where}:table/*"
    table = _arn_or(request["TableName"], f"arn:aws:dynamodb:{where}:table/")
    return f"{table}/index/{request['IndexName']}" if request.get("IndexName") else table


def _lambda(action: str, request: dict[str, Any], where: str) -> str:
    function = _arn_or(request["FunctionName"], f"arn:aws:lambda:{where}:function:")
    qualifier = request.get("Qualifier")
    return f"{function}:{qualifier}" if qualifier and function.count(":") == 6 else function


def _logs(action: str, request: dict[str, Any], where: str) -> str:
    if "logGroupName" not in request and action != "logs:DescribeLogGroups":
        return ""
    group, stream = request.get("logGroupName", ""), request.get("logStreamName", "")
    return f"arn:aws:logs:{where}:log-group:{group}:log-stream:{stream}"


def _parameter(name: str, where: str) -> str:
    return _arn_or(name.removeprefix("/"), f"arn:aws:ssm:{where}:parameter/")


def _ssm(action: str, request: dict[str, Any], where: str) -> str:
    return _parameter(request.get("Name") or request["Path"], where)


def _events(action: str, request: dict[str, Any], where: str) -> str:
    name = request.get("Rule") or request["Name"]
    return _arn_or(name, f"arn:aws:events:{where}:rule/")


def _kinesis(action: str, request: dict[str, Any], where: str) -> str:
    arn = request.get("StreamARN")
    return arn or f"arn:aws:kinesis:{where}:stream/{request['StreamName']}"


def _secret(action: str, request: dict[str, Any], where: str) -> str:
    from moto.secretsmanager.models import secretsmanager_backends

    name = request.get("SecretId") or request["Name"]
    if name.startswith("arn:"):
        return name
    region, account = where.split(":")
    secrets = secretsmanager_backends[account][region].secrets
    known = secrets.get(name)
    return f"arn:aws:secretsmanager:{where}:secret:{name}" if known is None else known.arn


def _cloudformation(action: str, request: dict[str, Any], where: str) -> str:
    name = request.get("StackName") or request["StackId"]
    return name if name.startswith("arn:") else f"arn:aws:cloudformation:{where}:stack/{name}/*"


def _iam(action: str, request: dict[str, Any], where: str) -> str:
    account = where.rpartition(":")[2]
    for parameter, kind in (("RoleName", "role"), ("UserName", "user"), ("GroupName", "group")):
        if request.get(parameter):
            path = str(request.get("Path") or "/").strip("/")
            return f"arn:aws:iam::{account}:{kind}/{f'{path}/' if path else ''}{request[parameter]}"
    if action == "iam:ListRoles":
        return f"arn:aws:iam::{account}:role{request.get('PathPrefix') or '/'}"
    return request.get("PolicyArn") or ""


def _sts(action: str, request: dict[str, Any], where: str) -> str:
    return request["RoleArn"]


def _group(action: str, request: dict[str, Any], where: str) -> str:
    name = request.get("Group") or request.get("GroupName") or request.get("Arn") or request["Name"]
    return _arn_or(name, f"arn:aws:resource-groups:{where}:group/")


def _application(action: str, request: dict[str, Any], where: str) -> str:
    group = request["ResourceGroupName"]
    return f"arn:aws:applicationinsights:{where}:application/resource-group/{group}"


def _schedule(action: str, request: dict[str, Any], where: str) -> str:
    group = request.get("GroupName") or "default"
    return f"arn:aws:scheduler:{where}:schedule/{group}/{request['Name']}"


def _alarm(action: str, request: dict[str, Any], where: str) -> str:
    return f"arn:aws:cloudwatch:{where}:alarm:{request['AlarmName']}"


_RESOURCES: dict[str, Callable[[str, dict[str, Any], str], str]] = {
    "application-insights": _application,
    "cloudformation": _cloudformation,
    "cloudwatch": _alarm,
    "dynamodb": _dynamodb,
    "events": _events,
    "iam": _iam,
    "kinesis": _kinesis,
    "lambda": _lambda,
    "logs": _logs,
    "resource-groups": _group,
    "s3": _s3,
    "scheduler": _schedule,
    "secretsmanager": _secret,
    "sns": _sns,
    "sqs": _sqs,
    "ssm": _ssm,
    "stepfunctions": _states,
    "sts": _sts,
}
