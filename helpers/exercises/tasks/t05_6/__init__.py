"""05.6 Refused three times: a bucket, a capability, and a role that a workflow cannot take on."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from helpers import executions
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Ran

TEMPLATE = "template.yaml"
STACKS = ("desk-north", "desk-south")
PATIENCE = 90.0
"""Seconds for one deploy; on a quiet machine it takes three."""


def check(bench: Workbench) -> str:
    """`sam deploy` alone brings up two desks that work; only Step Functions takes on the role."""
    bench.text(TEMPLATE)
    bench.needs("sam")
    for stack in STACKS:
        bench.trying(f"sam deploy --stack-name {stack}")
        _deployed(bench, stack, bench.run("sam", "deploy", "--stack-name", stack, timeout=PATIENCE))
        _works(bench, stack)
        _trusted(bench, stack)
    return (
        "Two desks were deployed by `sam deploy --stack-name` and nothing else, each wrote an "
        "order into a book of its own, and nobody but Step Functions can take on their roles."
    )


def _deployed(bench: Workbench, stack: str, ran: Ran) -> None:
    if ran.code == 0:
        return
    said = " ".join(ran.output.split())
    told = f"`sam deploy --stack-name {stack}` ended with code {ran.code}: "
    if "S3 Bucket" in _error(said):
        raise NotYet(f"{told}{_error(said)}", hint="bucket")
    if "apabilities" in _error(said):
        raise NotYet(f"{told}{_error(said)}", hint="capability")
    why = _first_failure(bench, stack)
    if why and "assume" in why:
        raise NotYet(f"{told}the stack failed. {why}", hint="trust")
    hint = "second" if stack != STACKS[0] else "not-deployed"
    raise NotYet(f"{told}{why or _error(said)}", hint=hint)


def _error(said: str) -> str:
    """What stands behind the last `Error:`, without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", said.rpartition("Error: ")[2])[:300]


def _first_failure(bench: Workbench, stack: str) -> str:
    client = bench.client("cloudformation")
    with contextlib.suppress(client.exceptions.ClientError):
        events = client.describe_stack_events(StackName=stack)["StackEvents"]
        failed = [one for one in events if one["ResourceStatus"] == "CREATE_FAILED"]
        if failed:
            reason = failed[-1].get("ResourceStatusReason", "")
            return f"{failed[-1]['LogicalResourceId']}: {reason[:300]}"
    return ""


def _physical(bench: Workbench, stack: str, kind: str) -> list[str]:
    listed = bench.client("cloudformation").describe_stack_resources(StackName=stack)
    return [
        one["PhysicalResourceId"] for one in listed["StackResources"] if one["ResourceType"] == kind
    ]


def _works(bench: Workbench, stack: str) -> None:
    machines = _physical(bench, stack, "AWS::StepFunctions::StateMachine")
    tables = _physical(bench, stack, "AWS::DynamoDB::Table")
    if len(machines) != 1 or len(tables) != 1:
        raise NotYet(
            f"The stack {stack} has {len(machines)} workflows and {len(tables)} tables; it had one "
            "of each.",
            hint="not-deployed",
        )
    client = bench.client("stepfunctions")
    run = executions.start(machines[0], {"id": stack}, client=client).wait(20)
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"{stack} was deployed, and an order ended {run.status} with {run.error}: {run.cause}",
            hint="may-not",
            run=run,
        )
    rows = [row.get("id") for row in bench.items(tables[0])]
    if rows != [stack]:
        raise NotYet(
            f"{stack} was given one order, and its book has {rows}.", hint="may-not", run=run
        )


def _trusted(bench: Workbench, stack: str) -> None:
    """Whom the role of the workflow names as those who may take it on."""
    iam = bench.client("iam")
    for role in _physical(bench, stack, "AWS::IAM::Role"):
        document = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        others = sorted(_named(document) - {"Service states.amazonaws.com"})
        if others:
            raise NotYet(
                f"The desk works. Its role can also be taken on by {', '.join(others)}, which has "
                "nothing to do here.",
                hint="too-wide",
            )


def _named(document: dict[str, Any]) -> set[str]:
    """`Service states.amazonaws.com`, `AWS *` …: everybody whom a trust policy lets in."""
    principals: set[str] = set()
    statements = document.get("Statement", [])
    for one in statements if isinstance(statements, list) else [statements]:
        if one.get("Effect") != "Allow":
            continue
        principal = one.get("Principal", {})
        if not isinstance(principal, dict):
            principals.add(f"{principal}")
            continue
        for kind, names in principal.items():
            names = names if isinstance(names, list) else [names]
            principals |= {f"{kind} {name}" for name in names}
    return principals


TASK = Task(
    title="Refused three times",
    minutes=10,
    check=check,
    hints={
        "": (
            "Type the command in the exercise's folder, and read the last line that it says. What "
            "is missing?",
            "Compare samconfig.toml with the one of your project. Two of its lines are not here.",
            "When both are there, the deploy begins, and fails at one resource. Its reason stands "
            "in the events.",
        ),
        "bucket": (
            "CloudFormation does not read your disk. Where does it read the workflow's file?",
            "A line in samconfig.toml has SAM make a bucket for that.",
            "It is a line of [default.deploy.parameters] in the samconfig.toml of your project.",
        ),
        "capability": (
            "The stack is to make a role. Who has said that it may?",
            "CloudFormation makes roles only for somebody who acknowledges it.",
            "The message names the capability; your project's samconfig.toml has it in a line.",
        ),
        "trust": (
            "A role has two halves: what it may do, and who may take it on. Which one is amiss?",
            "Who carries out the workflow, and so takes on its role?",
            "Compare with the role of your own workflow: get-role shows its trust policy.",
        ),
        "too-wide": (
            "Who has to take on this role? Who else can now?",
            "A trust policy names a service, and one is enough.",
            "Step Functions alone: states.amazonaws.com.",
        ),
        "second": (
            "The first desk stands, and the second is refused. What do both have in common?",
            "A name that is fixed in a template is taken after the first deploy.",
            "Leave the name to CloudFormation; then CAPABILITY_IAM is enough, too.",
        ),
        "may-not": (
            "The desk was deployed, and its role may not do what it is for. What may it do?",
            "The policy for the table was right as it was handed out.",
            "The role needs dynamodb:PutItem on the table of its own stack.",
        ),
        "not-deployed": (
            "What does the last line of the command say, and which resource does it name?",
            "`sam validate --lint` looks at a template without deploying it.",
            "exercise.restart() lays out the files anew; yours are kept beside them.",
        ),
    },
    reasoning="""
Three lines are missing or wrong, and each is refused by somebody else. Without resolve_s3 (or
s3_bucket) sam has nowhere to put the workflow's file, and stops before CloudFormation hears of it.
Without CAPABILITY_IAM CloudFormation refuses to make a role: whoever can make roles can give
rights away, so it wants to hear that you mean it. And a role that only Lambda may take on is of no
use to a workflow: Step Functions looks at that when the machine is made, so the stack is rolled
back, and has to be deleted before the next try.

Also right: no role of one's own at all. With Policies in its place SAM writes a role with the right
trust by itself.

Usual mistakes: more rights in the role, where the trust is at fault; a principal of *, which lets
in every account; a RoleName, which needs CAPABILITY_NAMED_IAM and is taken at the second deploy.
""",
)
