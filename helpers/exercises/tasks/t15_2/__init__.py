"""15.2 A log that may be written: a deploy that is refused over it, and what the log has to say."""

from __future__ import annotations

import fnmatch
import json
import urllib.parse
from typing import Any

from helpers.exercises import NotYet, Stack, Task, Workbench
from helpers.exercises.workbench import Machine, shown

TEMPLATE, STACK = "template.yaml", "desk"
DAYS = 30
ORDERS: tuple[tuple[str, str, int, str], ...] = (
    *((f"A-{number}", ("ACME", "MOON")[number % 2], number, "") for number in range(1, 4)),
    ("B-1", "ACME", 0, "There is nothing to trade."),
    ("B-2", "SUN", 7, "There is no market for it."),
    ("C-1", "ACME", 5, ""),
)
"""Id, stock, quantity, and why it is refused, where it is."""
TOO_MUCH = (
    *("logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:FilterLogEvents"),
    *("logs:GetLogEvents", "dynamodb:PutItem", "iam:CreateRole", "s3:GetObject"),
)
"""What a workflow that carries out orders has no need of."""


def check(bench: Workbench) -> str:
    """The stack stands, its log alone tells which orders failed and why, and its role is narrow."""
    bench.text("desk.asl.json")
    bench.trying("to deploy the desk")
    stack = bench.stack(TEMPLATE, STACK)
    desk = _desk(bench, stack)
    bench.trying(f"{len(ORDERS)} orders")
    failed = {}
    for number, stock, quantity, why in ORDERS:
        run = desk.run({"id": number, "stock": stock, "quantity": quantity})
        if run.status != ("FAILED" if why else "SUCCEEDED"):
            raise NotYet(
                f"The order {number}, {quantity} of {stock}, ended {run.status}; the workflow "
                "itself should be as it was.",
                hint="workflow",
                run=run,
            )
        if why:
            failed[run.arn] = (number, why)
    log = _log(bench, stack)
    for arn, (number, why) in failed.items():
        _is_told(log, arn or "", number, why)
    _is_narrow(bench, stack)
    _forgets(bench, stack)
    return (
        f"The stack stands. {len(ORDERS)} orders went through, {len(failed)} of them were refused, "
        "and the log alone says which and why. The role may set up the delivery of logs, and "
        "nothing else that was tried."
    )


def _desk(bench: Workbench, stack: Stack) -> Machine:
    arn = stack.outputs.get("Desk", "")
    if not arn.startswith("arn:aws:states:"):
        raise NotYet("The stack has no output Desk with the workflow's ARN.", hint="outputs")
    return Machine(bench.client("stepfunctions"), arn, "")


def _log(bench: Workbench, stack: Stack) -> list[dict[str, Any]]:
    """The entries of the log that the output Journal names."""
    group = stack.outputs.get("Journal", "")
    try:
        lines = bench.logged(group)
    except Exception:
        raise NotYet(
            f"The output Journal is {shown(group)}, and there is no log group of that name.",
            hint="outputs",
        ) from None
    # CloudWatch Logs itself writes a line of prose, when the delivery is set up
    entries = [json.loads(one) for one in lines if one.startswith("{")]
    if not entries:
        raise NotYet(
            f"{len(ORDERS)} orders went through, and the log {group} is empty.", hint="not-logged"
        )
    return entries


def _is_told(log: list[dict[str, Any]], arn: str, number: str, why: str) -> None:
    entries = [one for one in log if one.get("execution_arn") == arn]
    types = [str(one["type"]) for one in entries]
    if not entries:
        raise NotYet(
            f"The order {number} was refused, and the log has no line about its execution.",
            hint="not-logged",
        )
    if "ExecutionStarted" not in types:
        raise NotYet(
            f"The order {number} was refused. Of its execution the log has {', '.join(types)}: "
            "that it failed, and not which order it was.",
            hint="level",
        )
    if not any(f'"{number}"' in str(one["details"].get("input", "")) for one in entries):
        raise NotYet(
            f"The order {number} was refused. Of its execution the log has {len(entries)} events, "
            "and in none of them is the input: which order it was, nobody can tell.",
            hint="no-data",
        )
    if not any(why in str(one["details"].get("cause", "")) for one in entries):
        raise NotYet(
            f"The order {number} was refused: {why} The log does not say why.", hint="no-data"
        )


def _is_narrow(bench: Workbench, stack: Stack) -> None:
    iam = bench.client("iam")
    for name in stack.of_type("AWS::IAM::Role").values():
        for statement in _statements(iam, name):
            if wide := [one for one in TOO_MUCH if _allows(statement, one)]:
                raise NotYet(
                    f"It works. But the role {name} may do {wide[0]}"
                    f"{' and ' + str(len(wide) - 1) + ' more things' if len(wide) > 1 else ''} "
                    "that a workflow has no need of.",
                    hint="too-wide",
                )


def _statements(iam: Any, role: str) -> list[dict[str, Any]]:
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        policy = iam.get_policy(PolicyArn=one["PolicyArn"])["Policy"]
        version = iam.get_policy_version(
            PolicyArn=one["PolicyArn"], VersionId=policy["DefaultVersionId"]
        )
        documents.append(version["PolicyVersion"]["Document"])
    statements: list[dict[str, Any]] = []
    for document in documents:
        if isinstance(document, str):
            document = json.loads(urllib.parse.unquote(document))
        said = document.get("Statement", [])
        statements += said if isinstance(said, list) else [said]
    return statements


def _allows(statement: dict[str, Any], action: str) -> bool:
    said = statement.get("Action", [])
    patterns = said if isinstance(said, list) else [said]
    return statement.get("Effect") == "Allow" and any(
        fnmatch.fnmatch(action.lower(), str(one).lower()) for one in patterns
    )


def _forgets(bench: Workbench, stack: Stack) -> None:
    name = stack.outputs["Journal"]
    groups = bench.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    days = next(one.get("retentionInDays") for one in groups if one["logGroupName"] == name)
    if days != DAYS:
        raise NotYet(
            f"The log forgets after {days} days; it was {DAYS}."
            if days
            else f"The log never forgets, and is billed for as long; it was to forget after {DAYS} "
            "days.",
            hint="forgets",
        )


TASK = Task(
    title="A log that may be written",
    minutes=15,
    check=check,
    hints={
        "": (
            "Deploy it, or check it: what does CloudFormation say, and about whose rights?",
            "Step Functions does not write the log as a function does. It has CloudWatch Logs set "
            "up a delivery, with the workflow's role.",
            "The page “Using CloudWatch Logs” of the Step Functions guide lists the actions. They "
            "have Delivery and ResourcePolic in their names.",
        ),
        "stack-failed": (
            "What does the first failure say: is it the role, or something else?",
            "Setting up a delivery takes more than one action: create, get, update, delete, list; "
            "and the log group's own policy is looked at and put.",
            "None of these can be allowed for one log group. Which Resource is left?",
        ),
        "not-logged": (
            "It deploys, and says nothing. At which level does it log?",
            "Without Logging, and at the level OFF, there is no log, and no right is needed.",
            "Level and Destinations together make a log.",
        ),
        "level": (
            "Which events have the input, and at which level are they logged?",
            "FATAL is the end of a failed execution, ERROR each failure on the way. The order "
            "stands in the first event.",
            "Only one level has the beginning.",
        ),
        "no-data": (
            "All events are there, and the inputs in them are not. Which setting leaves them out?",
            "It is off unless you say otherwise, since data in logs is read by many.",
            "IncludeExecutionData is the one.",
        ),
        "too-wide": (
            "Which of the actions does the delivery need, and which came along with a star?",
            "A managed policy of all logs' rights lets the workflow delete its own traces, and "
            "those of others.",
            "Name the eight actions.",
        ),
        "forgets": (
            "What does the log cost in five years, if nobody tells it to forget?",
            "RetentionInDays stood in the template.",
            "A log group that Step Functions or Lambda makes itself keeps everything.",
        ),
        "outputs": (
            "The check finds workflow and log by the outputs Desk and Journal. Are they there?",
            "Ref gives a workflow's ARN, and a log group's name.",
            "exercise.restart() lays the template out anew; yours is kept beside it.",
        ),
        "workflow": (
            "The orders should end as before. What did you change in desk.asl.json?",
            "Only the template has to change.",
            "exercise.restart() lays the file out anew; yours is kept beside it.",
        ),
    },
    reasoning="""
A function writes its log itself. A workflow has CloudWatch Logs set up a delivery, and does that
with its own role, when it is made. So the deploy fails, and not the first execution. SAM has no
policy template for it.

Eight actions: CreateLogDelivery, GetLogDelivery, UpdateLogDelivery, DeleteLogDelivery,
ListLogDeliveries, PutResourcePolicy, DescribeResourcePolicies, DescribeLogGroups. They know no
single log group, so Resource is "*". That looks wide, and each of the eight is narrow.
CloudWatchLogsFullAccess works too, and lets a workflow delete the logs of everybody.

Level ALL and IncludeExecutionData: true have each event with its input. This is what it costs to
find an order in the log: bytes, and whatever is in the orders, for thirty days. For a Standard
workflow ERROR without data can be enough: the execution's ARN is in the log, and its history has
the rest. An Express workflow has no history; there the log is all that there is.

On a new account the deploy can fail once more in the same words: the role is some seconds old, and
not yet known everywhere. Deploy again.
""",
)
