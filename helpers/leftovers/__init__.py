"""What of a stack is still there, service by service: proof that nothing is left on the bill.

`python -m helpers.leftovers --all` tells it of a whole class, by learner, from a terminal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from helpers import clients, target
from helpers.errors import CourseError

MANAGED = "aws-sam-cli-managed-default"
"""The stack with SAM's own bucket; all SAM projects of an account and region share it."""


class Leftover(NamedTuple):
    """One resource that is still there, and what it costs while nobody uses it.

    stack: whose it is or was; empty for what all stacks share. beside: that stack stands, and this
    is none of its resources: it does not go with it.
    """

    kind: str
    name: str
    idle: str
    stack: str = ""
    beside: bool = False


class Leftovers(list[Leftover]):
    """What was found; shown as a table, and as a sentence where there is nothing."""

    def __repr__(self) -> str:
        if not self:
            return "Nothing is left: every service was asked."
        width = max(len(left.kind) for left in self)
        lines = [f"{left.kind:<{width}}  {left.name}  ({left.idle})" for left in self]
        return "\n".join([*lines, f"{len(self)} left"])


def find(*stacks: str) -> Leftovers:
    """Ask each service for what belongs to `stacks`, or to SAM's own bucket.

    stacks: names; one that ends in * stands for all that begin so ("demo-sam*").

    It goes by what the services have, not by what CloudFormation remembers: what was made beside
    the stack, such as a log group or a queue, is found too. Raises CourseError if a service does
    not say.
    """
    with clients.plain_errors(no_answer):
        names = {summary["StackName"] for summary in _stack_summaries()}
        by_service = _by_service(_Names(stacks, names.union(stacks)))
        left = [left for one in by_service for left in sorted(one)]
        inside = {one.name: _inside(one.name) for one in left if one.kind == "stack" and one.stack}
        return Leftovers(
            one._replace(beside=_last(one.name) not in inside[one.stack])
            if one.stack in inside and one.kind != "stack"
            else one
            for one in left
        )


def _inside(stack: str) -> set[str]:
    """The names of a stack's resources, as they stand at the end of their ids."""
    pages = target.client("cloudformation").get_paginator("list_stack_resources")
    return {
        _last(resource.get("PhysicalResourceId", ""))
        for page in pages.paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
    }


def _last(name: str) -> str:
    """What stands at the end of an ARN, a path or an address."""
    return re.split("[/:]", name)[-1]


def _by_service(whose: _Names) -> tuple[Iterator[Leftover], ...]:
    return (
        _stacks(whose),
        _machines(whose),
        _named(whose, _FUNCTION, _pages("lambda", "list_functions", "Functions"), "FunctionName"),
        _named(whose, _TABLE, _pages("dynamodb", "list_tables", "TableNames")),
        _rules(whose),
        _named(whose, _SCHEDULE, _pages("scheduler", "list_schedules", "Schedules"), "Name"),
        _named(whose, _TOPIC, _pages("sns", "list_topics", "Topics"), "TopicArn"),
        _named(whose, _QUEUE, _pages("sqs", "list_queues", "QueueUrls")),
        _alarms(whose),
        _named(whose, _ROLE, _pages("iam", "list_roles", "Roles"), "RoleName"),
        _groups(whose),
        _insights(whose),
        _logs(whose),
        _buckets(whose),
    )


def no_answer(error: Exception) -> CourseError:
    """Half a list would read as if the rest were gone."""
    if said := clients.unreachable(error, os.environ.get("AWS_ENDPOINT_URL", "AWS")):
        return CourseError(*said)
    return CourseError(
        "Not every service said what is left.",
        str(error),
        "Run the notebook's first cell again (`course.begin`), and then this one.",
    )


@dataclass(frozen=True)
class _Names:
    """Whose a name is: the stack demo-sam-2 begins as demo-sam does, and is another one."""

    wanted: Collection[str]
    stacks: Collection[str]
    """All that are known of, deleted ones too."""

    def is_wanted(self, stack: str) -> bool:
        """Is it asked for, by its name or by a beginning with * after it?"""
        return any(fnmatchcase(stack, name) for name in self.wanted)

    def maker(self, name: str) -> str:
        """The stack that made what has this name, if it is a wanted one; else nothing.

        CloudFormation names what it makes STACK-LOGICALID-RANDOM; services put a path before. Of
        a stack that nobody remembers its name is what stands before these two.
        """
        last = _last(name)
        owners = [one for one in self.stacks if last == one or last.startswith(f"{one}-")]
        owner = max(owners, key=len, default=last)
        if not self.is_wanted(owner):
            return ""
        parts = re.fullmatch(r"(.+)-[A-Za-z0-9]+-[A-Za-z0-9]+", last)
        return parts[1] if parts and (not owners or len(parts[1]) > len(owner)) else owner

    def grouped(self, group: str) -> str:
        """The wanted stack that the resource group is named after, as the sample names it."""
        stack = group.removeprefix(_GROUP)
        return stack if group.startswith(_GROUP) and self.is_wanted(stack) else ""


_GROUP = "ApplicationInsights-SAM-"
_FUNCTION = ("Lambda function", "free while it is not called")
_TABLE = ("DynamoDB table", "billed by capacity and storage")
_SCHEDULE = ("schedule", "it starts what is billed, unless it is off")
_TOPIC = ("SNS topic", "free")
_QUEUE = ("SQS queue", "free while nobody asks it")
_ROLE = ("IAM role", "free")


def _pages(service: str, operation: str, key: str) -> Iterator:
    for page in target.client(service).get_paginator(operation).paginate():
        yield from page.get(key, ())  # SQS leaves out a list that is empty


def _named(
    whose: _Names, what: tuple[str, str], entries: Iterator, field: str | None = None
) -> Iterator[Leftover]:
    """Resources whose names CloudFormation made of the stack's name."""
    for entry in entries:
        name = entry if field is None else entry[field]
        if stack := whose.maker(name):
            yield Leftover(what[0], name, what[1], stack)


def _stack_summaries() -> Iterator[dict]:
    """Deleted stacks are listed too, for 90 days."""
    return _pages("cloudformation", "list_stacks", "StackSummaries")


def _stacks(whose: _Names) -> Iterator[Leftover]:
    for summary in _stack_summaries():
        name = summary["StackName"]
        ours = name == MANAGED or whose.is_wanted(name)
        if ours and summary["StackStatus"] != "DELETE_COMPLETE":
            mine = "" if name == MANAGED else name
            yield Leftover("stack", name, "free; what is in it is not", mine)


def _machines(whose: _Names) -> Iterator[Leftover]:
    client = target.client("stepfunctions")
    for machine in _pages("stepfunctions", "list_state_machines", "stateMachines"):
        tags = client.list_tags_for_resource(resourceArn=machine["stateMachineArn"])["tags"]
        of = next((tag["value"] for tag in tags if tag["key"] == _STACK_TAG), "")
        of = of or whose.maker(machine["name"])  # the second: made without a stack
        if whose.is_wanted(of):
            yield Leftover("state machine", machine["name"], "free while nothing runs", of)


_STACK_TAG = "aws:cloudformation:stack-name"


def _rules(whose: _Names) -> Iterator[Leftover]:
    for rule in _pages("events", "list_rules", "Rules"):
        if stack := whose.maker(rule["Name"]):
            idle = "ON: it starts what is billed" if rule["State"] == "ENABLED" else "free"
            yield Leftover("rule", rule["Name"], idle, stack)


def _alarms(whose: _Names) -> Iterator[Leftover]:
    kinds = ["CompositeAlarm", "MetricAlarm"]
    pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmTypes=kinds)
    for page in pages:
        for alarm in (*page.get("CompositeAlarms", ()), *page.get("MetricAlarms", ())):
            if stack := whose.maker(alarm["AlarmName"]):
                yield Leftover("alarm", alarm["AlarmName"], "billed while it is there", stack)


def _logs(whose: _Names) -> Iterator[Leftover]:
    """A group's name is a path, and whose it is may stand anywhere in it."""
    for group in _pages("logs", "describe_log_groups", "logGroups"):
        parts = reversed(group["logGroupName"].split("/"))
        if stack := next(filter(None, map(whose.maker, parts)), ""):
            yield Leftover(
                "log group", group["logGroupName"], "billed by storage, kept for ever", stack
            )


def _groups(whose: _Names) -> Iterator[Leftover]:
    for group in _pages("resource-groups", "list_groups", "GroupIdentifiers"):
        if stack := whose.grouped(group["GroupName"]):
            yield Leftover("resource group", group["GroupName"], "free", stack)


def _insights(whose: _Names) -> Iterator[Leftover]:
    client, more = target.client("application-insights"), {}
    while True:  # it has no paginator
        page = client.list_applications(**more)
        for application in page["ApplicationInfoList"]:
            if stack := whose.grouped(name := application["ResourceGroupName"]):
                yield Leftover("Application Insights", name, "free; its alarms are billed", stack)
        if "NextToken" not in page:
            return
        more = {"NextToken": page["NextToken"]}


def _buckets(whose: _Names) -> Iterator[Leftover]:
    for bucket in target.client("s3").list_buckets()["Buckets"]:
        name = bucket["Name"]
        stack = whose.maker(name)
        if stack or name.startswith(f"{MANAGED}-"):
            yield Leftover("bucket", name, "billed by storage, old versions too", stack)
