"""What the stack's roles allow, tried out: a function with the same policies does what it may not.

A role says who may take it on, so what is tried goes on in a new role, with the same policies.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from helpers.exercises import Workbench
from helpers.exercises.workbench import functions

PROBE = '''"""Tries each of the calls that the event names, and says what was not denied."""
import boto3
from botocore.exceptions import ClientError

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def lambda_handler(event, context):
    allowed = []
    for key, service, method, arguments in event["calls"]:
        try:
            getattr(boto3.client(service), method)(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in DENIED:
                continue
        allowed.append(key)
    return allowed
'''
_PATIENCE = 60


@dataclass(frozen=True)
class Call:
    """Something that no role of the stack may do. key: of its hints. what: in words."""

    key: str
    what: str
    service: str
    method: str
    arguments: dict[str, Any]


def forbidden(bench: Workbench, book: str) -> list[Call]:
    """Calls on things that are not the stack's, which are made for it; and on its book."""
    item = {"Id": {"S": "somebody-elses"}}
    table = bench.table("Id")
    payroll = f"exercise-payroll-{uuid.uuid4().hex[:8]}"
    bench.function(payroll, "def lambda_handler(event, context):\n    return 'paid'\n")
    nothing = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    other = bench.machine(nothing).arn
    about = f"another table ({table})"
    return [
        Call(
            *("wide-call", f"call a function that is none of its business ({payroll})"),
            *("lambda", "invoke", {"FunctionName": payroll}),
        ),
        Call(
            *("wide-table", f"write into {about}"),
            *("dynamodb", "put_item", {"TableName": table, "Item": item}),
        ),
        Call("wide-table", f"read {about}", "dynamodb", "scan", {"TableName": table}),
        Call(
            *("wide-start", f"start another workflow ({other.rpartition(':')[2]})"),
            *("stepfunctions", "start_execution", {"stateMachineArn": other}),
        ),
        Call(
            *("deletes", "delete rows of the book"),
            *("dynamodb", "delete_item", {"TableName": book, "Key": item}),
        ),
        Call("lists", "list the account's buckets", "s3", "list_buckets", {}),
    ]


def tried(bench: Workbench, roles: list[str], calls: list[Call]) -> dict[str, list[Call]]:
    """Role → those of the calls that it allows."""
    event = {
        "calls": [
            [str(place), one.service, one.method, one.arguments] for place, one in enumerate(calls)
        ]
    }
    by_role = {}
    for role in roles:
        name = f"exercise-probe-{uuid.uuid4().hex[:8]}"
        twin = _twin(bench.client("iam"), role, name)
        bench.function(name, PROBE, timeout=_PATIENCE, role=twin)
        allowed, error = bench.invoke(name, event)
        assert error is None, (error, allowed)
        by_role[role] = [calls[int(place)] for place in allowed]
    return by_role


def _twin(iam: Any, role: str, name: str) -> str:
    """The ARN of a role with the policies of another one, for a function."""
    boundary = iam.get_role(RoleName=role)["Role"].get("PermissionsBoundary", {})
    limits = {"PermissionsBoundary": boundary["PermissionsBoundaryArn"]} if boundary else {}
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=functions.trust("lambda.amazonaws.com"),
        **limits,
    )
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for policy in page["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            document = {"Version": "2012-10-17"} | document
            iam.put_role_policy(
                RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document)
            )
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for policy in page["AttachedPolicies"]:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    return made["Role"]["Arn"]
