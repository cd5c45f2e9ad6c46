"""What of a stack is still there, service by service: proof that nothing is left on the bill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from helpers import clients, target
from helpers.errors import CourseError

MANAGED = "aws-sam-cli-managed-default"
"""The stack with SAM's own bucket; all SAM projects of an account and region share it."""


class Leftover(NamedTuple):
    """One resource that is still there, and what it costs while nobody uses it."""

    kind: str
    name: str
    idle: str


class Leftovers(list[Leftover]):
    """What was found; shown as a table, and as a sentence where there is nothing."""

    def __repr__(self) -> str:
        if not self:
            return "Nothing is left: every service was asked."
        width = max(len(left.kind) for left in self)
        lines = [f"{left.kind:<{width}}  {left.name}  ({left.idle})" for left in self]
        return "\n".join([*lines, f"{len(self)} left"])


def find(stack: str) -> Leftovers:
    """Ask each service for what belongs to `stack`, or to SAM's own bucket.

    It goes by what the services have, not by what CloudFormation remembers: what was made beside
    the stack, such as a log group, is found too. Raises CourseError if a service does not say.
    """
    by_service = (
        _stacks(stack),
        _machines(stack),
        _named("lambda", "list_functions", "Functions", "FunctionName", stack, _FUNCTION),
        _named("dynamodb", "list_tables", "TableNames", None, stack, _TABLE),
        _rules(stack),
        _named("iam", "list_roles", "Roles", "RoleName", stack, _ROLE),
        _groups(stack),
        _insights(stack),
        _logs(stack),
        _buckets(stack),
    )
    with clients.plain_errors(_no_answer):
        return Leftovers(left for found in by_service for left in sorted(found))


def _no_answer(error: Exception) -> CourseError:
    """Half a list would read as if the rest were gone."""
    if said := clients.unreachable(error, os.environ.get("AWS_ENDPOINT_URL", "AWS")):
        return CourseError(*said)
    return CourseError(
        "Not every service said what is left.",
        str(error),
        "Run the notebook's first cell again (`course.begin`), and then this one.",
    )


_FUNCTION = ("Lambda function", "free while it is not called")
_TABLE = ("DynamoDB table", "billed by capacity and storage")
_ROLE = ("IAM role", "free")


def _pages(service: str, operation: str, key: str, **arguments: str) -> Iterator:
    for page in target.client(service).get_paginator(operation).paginate(**arguments):
        yield from page[key]


def _named(
    service: str, operation: str, key: str, field: str | None, stack: str, what: tuple[str, str]
) -> Iterator[Leftover]:
    """Resources whose names CloudFormation made of the stack's name."""
    for entry in _pages(service, operation, key):
        name = entry if field is None else entry[field]
        if name.startswith(f"{stack}-"):
            yield Leftover(what[0], name, what[1])


def _stacks(stack: str) -> Iterator[Leftover]:
    for summary in _pages("cloudformation", "list_stacks", "StackSummaries"):
        if summary["StackName"] in (stack, MANAGED) and summary["StackStatus"] != "DELETE_COMPLETE":
            yield Leftover("stack", summary["StackName"], "free; what is in it is not")


def _machines(stack: str) -> Iterator[Leftover]:
    client = target.client("stepfunctions")
    for machine in _pages("stepfunctions", "list_state_machines", "stateMachines"):
        tags = client.list_tags_for_resource(resourceArn=machine["stateMachineArn"])["tags"]
        if {"key": "aws:cloudformation:stack-name", "value": stack} in tags:
            yield Leftover("state machine", machine["name"], "free while nothing runs")


def _rules(stack: str) -> Iterator[Leftover]:
    for rule in _pages("events", "list_rules", "Rules", NamePrefix=f"{stack}-"):
        on = rule["State"] == "ENABLED"
        yield Leftover("rule", rule["Name"], "ON: it starts what is billed" if on else "free")


def _groups(stack: str) -> Iterator[Leftover]:
    for group in _pages("resource-groups", "list_groups", "GroupIdentifiers"):
        if group["GroupName"].endswith(f"-{stack}"):
            yield Leftover("resource group", group["GroupName"], "free")


def _insights(stack: str) -> Iterator[Leftover]:
    client, more = target.client("application-insights"), {}
    while True:  # it has no paginator
        page = client.list_applications(**more)
        for application in page["ApplicationInfoList"]:
            if application["ResourceGroupName"].endswith(f"-{stack}"):
                name = application["ResourceGroupName"]
                yield Leftover("Application Insights", name, "free; its alarms are billed")
        if "NextToken" not in page:
            return
        more = {"NextToken": page["NextToken"]}


def _logs(stack: str) -> Iterator[Leftover]:
    prefix = f"/aws/lambda/{stack}-"
    for group in _pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix):
        yield Leftover("log group", group["logGroupName"], "billed by storage, kept for ever")


def _buckets(stack: str) -> Iterator[Leftover]:
    for bucket in target.client("s3").list_buckets()["Buckets"]:
        if bucket["Name"].startswith((f"{MANAGED}-", f"{stack}-")):
            yield Leftover("bucket", bucket["Name"], "billed by storage, old versions too")
