"""The commands that would delete what is left. They are printed, and never run from here."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable

from helpers.leftovers import MANAGED, Leftover


def away(left: Iterable[Leftover], region: str, account: str) -> list[str]:
    """The commands, in the order in which they work: a stack takes with it what is in it.

    What is of a stack that stands is deleted with the stack, except for what was made beside it,
    and log groups, which it may not own. A bucket comes first: a stack whose bucket has something
    in it cannot be deleted.
    """
    left = list(left)
    standing = {one.name for one in left if one.kind == "stack"}
    commands = []
    for one in sorted(left, key=lambda one: _ORDER.get(one.kind, len(_ORDER))):
        beside = one.beside or one.kind in ("stack", "log group", "bucket")
        if beside or one.stack not in standing:
            commands += _WAYS[one.kind](shlex.quote(one.name), region, account)
    return commands


_ORDER = {"bucket": 0, "stack": 1}


def _stack(name: str, region: str, account: str) -> list[str]:
    if name == MANAGED:  # SAM's commands make it and leave it
        return [f"aws cloudformation delete-stack --stack-name {name} --region {region}"]
    return [f"sam delete --no-prompts --stack-name {name} --region {region}"]


def _bucket(name: str, region: str, account: str) -> list[str]:
    versions = f"import boto3; boto3.resource('s3').Bucket({name!r}).object_versions.delete()"
    empty = f"python -c {shlex.quote(versions)}"
    if name.startswith(f"{MANAGED}-"):  # it goes with its stack
        return [empty]
    return [empty, f"aws s3 rb s3://{name} --region {region}"]


def _rule(name: str, region: str, account: str) -> list[str]:
    of = f"--rule {name} --region {region}"
    ids = f"$(aws events list-targets-by-rule {of} --query 'Targets[].Id' --output text)"
    return [
        f'ids="{ids}"; test -z "$ids" || aws events remove-targets {of} --ids $ids',
        f"aws events delete-rule --name {name} --region {region}",
    ]


def _role(name: str, region: str, account: str) -> list[str]:
    of = f"--role-name {name}"
    return [
        f"for arn in $(aws iam list-attached-role-policies {of} "
        "--query 'AttachedPolicies[].PolicyArn' --output text); "
        f"do aws iam detach-role-policy {of} --policy-arn $arn; done",
        f"for policy in $(aws iam list-role-policies {of} --query 'PolicyNames[]' --output text); "
        f"do aws iam delete-role-policy {of} --policy-name $policy; done",
        f"aws iam delete-role {of}",
    ]


def _machine(name: str, region: str, account: str) -> list[str]:
    arn = f"arn:aws:states:{region}:{account}:stateMachine:{name}"
    return [f"aws stepfunctions delete-state-machine --state-machine-arn {arn} --region {region}"]


def _plain(command: str) -> Callable[[str, str, str], list[str]]:
    return lambda name, region, account: [f"aws {command} {name} --region {region}"]


_WAYS: dict[str, Callable[[str, str, str], list[str]]] = {
    "stack": _stack,
    "state machine": _machine,
    "Lambda function": _plain("lambda delete-function --function-name"),
    "DynamoDB table": _plain("dynamodb delete-table --table-name"),
    "rule": _rule,
    "schedule": _plain("scheduler delete-schedule --name"),
    "SNS topic": _plain("sns delete-topic --topic-arn"),
    "SQS queue": _plain("sqs delete-queue --queue-url"),
    "alarm": _plain("cloudwatch delete-alarms --alarm-names"),
    "IAM role": _role,
    "resource group": _plain("resource-groups delete-group --group-name"),
    "Application Insights": _plain("application-insights delete-application --resource-group-name"),
    "log group": _plain("logs delete-log-group --log-group-name"),
    "bucket": _bucket,
}
