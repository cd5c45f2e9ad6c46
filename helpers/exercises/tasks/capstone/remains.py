"""What is left on an endpoint that was empty before: each service is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from helpers.exercises import Workbench

_LISTS: tuple[tuple[str, str, str, str, Callable[[Any], str]], ...] = (
    ("log group", "logs", "describe_log_groups", "logGroups", lambda one: one["logGroupName"]),
    ("table", "dynamodb", "list_tables", "TableNames", str),
    ("function", "lambda", "list_functions", "Functions", lambda one: one["FunctionName"]),
    (
        "state machine",
        "stepfunctions",
        "list_state_machines",
        "stateMachines",
        lambda one: one["name"],
    ),
    ("activity", "stepfunctions", "list_activities", "activities", lambda one: one["name"]),
    ("role", "iam", "list_roles", "Roles", lambda one: one["RoleName"]),
    ("rule", "events", "list_rules", "Rules", lambda one: one["Name"]),
    ("topic", "sns", "list_topics", "Topics", lambda one: one["TopicArn"]),
    ("queue", "sqs", "list_queues", "QueueUrls", str),
    ("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", lambda one: one["AlarmName"]),
    ("schedule", "scheduler", "list_schedules", "Schedules", lambda one: one["Name"]),
)


def everything(bench: Workbench) -> Iterator[tuple[str, str]]:
    """Kind and name of all that there is."""
    for kind, service, method, key, name in _LISTS:
        for page in bench.client(service).get_paginator(method).paginate():
            for one in page.get(key, ()):
                yield kind, name(one)
    for bucket in bench.client("s3").list_buckets()["Buckets"]:
        yield "bucket", bucket["Name"]
    for page in bench.client("iam").get_paginator("list_policies").paginate(Scope="Local"):
        for policy in page["Policies"]:
            yield "policy", policy["PolicyName"]
