"""05.4 Each waits for the other: a circular dependency is cut where a name can be known before."""

from __future__ import annotations

import json
from typing import Any

from helpers import executions
from helpers.exercises import Machine, NotYet, Stack, Task, Workbench
from helpers.exercises.tasks.causes import with_error
from helpers.exercises.workbench import shown

ORDERS = (7, 12)
PROBE = """import boto3

def lambda_handler(event, context):
    boto3.client("stepfunctions").start_execution(stateMachineArn=event["machine"])
"""


def check(bench: Workbench) -> str:
    """The stack deploys; the function starts the workflow, and the workflow calls the function."""
    bench.trying("the deploy")
    stack = _deployed(bench)
    trader = stack.physical["Trader"]
    workflow = _workflow(bench, stack)
    for order in ORDERS:
        bench.trying(f"an order of {order} shares")
        run = _started(bench, workflow, trader, order)
        _traded(bench, run, trader, order)
    bench.trying("another workflow")
    _bounded(bench, trader)
    return (
        "The stack was deployed. Two orders each started the workflow, the workflow called the "
        "same function, and another workflow may not be started by it."
    )


def _deployed(bench: Workbench) -> Stack:
    try:
        stack = bench.stack()
    except NotYet as failed:
        if "ircular" not in failed.text:
            raise
        raise NotYet(failed.text, hint="circular") from None
    for name in ("Trader", "Workflow"):
        if name not in stack.physical:
            raise NotYet(f"The stack has no resource {name} any more.", hint="not-called")
    return stack


def _workflow(bench: Workbench, stack: Stack) -> Machine:
    client, arn = bench.client("stepfunctions"), stack.physical["Workflow"]
    return Machine(client, arn, client.describe_state_machine(stateMachineArn=arn)["definition"])


def _started(bench: Workbench, workflow: Machine, trader: str, order: int) -> executions.Execution:
    """The one execution of the workflow that the order started, ended."""
    before = set(_arns(workflow))
    payload, error = bench.invoke(trader, {"order": order})
    if error:
        raise NotYet(
            f"The stack was deployed. Trader was given {shown({'order': order})} and failed with "
            f"{error}: {_message(payload)}",
            hint="may-not-start" if "AccessDenied" in json.dumps(payload) else "not-started",
        )
    new = [arn for arn in _arns(workflow) if arn not in before]
    if len(new) != 1:
        raise NotYet(
            f"Trader was given {shown({'order': order})} and returned {shown(payload)}. After it "
            f"Workflow had {len(new)} new executions; one was asked for.",
            hint="not-started",
        )
    run = executions.read(new[0], client=workflow.client)
    try:
        return run.wait(10)
    except executions.StillRunning:
        raise NotYet(
            f"An order of {order} shares started the workflow, and it had not ended after 10 "
            "seconds.",
            hint="does-not-end",
            run=run,
        ) from None


def _message(payload: Any) -> str:
    return str(payload.get("errorMessage", "") if isinstance(payload, dict) else payload)[:600]


def _arns(workflow: Machine) -> list[str]:
    listed = workflow.client.list_executions(stateMachineArn=workflow.arn)["executions"]
    return [one["executionArn"] for one in listed]


def _traded(bench: Workbench, run: executions.Execution, trader: str, order: int) -> None:
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"An order of {order} shares started the workflow, and it ended {run.status}. "
            f"{with_error(run)}",
            hint="not-called",
            run=run,
        )
    wanted = {"traded": order}
    if f":function:{trader}" not in json.dumps(run.events, default=str) or run.output != wanted:
        raise NotYet(
            f"An order of {order} shares started the workflow, and it succeeded with the output "
            f"{shown(run.output)}. Trader should have been called, and have given {shown(wanted)}.",
            hint="not-called",
            run=run,
        )


def _bounded(bench: Workbench, trader: str) -> None:
    """Try, in the function's own role, to start a workflow that is none of its business."""
    settings: dict[str, Any] = bench.client("lambda").get_function_configuration(
        FunctionName=trader
    )
    other = bench.machine({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    probe = bench.function("probe", PROBE, timeout=10, role=settings["Role"])
    _, error = bench.invoke(probe, {"machine": other.arn})
    if error is None:
        raise NotYet(
            "The orders were carried out. But Trader's role may also start a workflow that is not "
            "of this stack: that was tried, and it went through.",
            hint="too-wide",
        )


TASK = Task(
    title="Each waits for the other",
    minutes=12,
    check=check,
    hints={
        "": (
            "In which order should CloudFormation make these two? Try both, and see what is "
            "missing.",
            "Draw an arrow for every !Ref and !GetAtt, from the resource in which it stands to the "
            "one that it names.",
            "The workflow needs the function's name, and the function the workflow's. Which of "
            "the two names could be known before anything is made?",
        ),
        "circular": (
            "Which arrows still go round? Follow every !Ref and !GetAtt from one of the resources "
            "that are named.",
            "There is more than one way from Trader to Workflow. A policy belongs to Trader's "
            "role, and Trader needs its role. DependsOn only adds an arrow.",
            "A name that you give yourself can be written in two places without a !Ref. !Sub with "
            "AWS::StackName, AWS::Region and AWS::AccountId makes an ARN of it.",
        ),
        "not-started": (
            "The function has to know which workflow to start. What does it find at run time, and "
            "where?",
            "app.py looks for WORKFLOW_ARN. Is it there, and is it the ARN of this stack's "
            "Workflow, to the letter?",
            "An ARN of a state machine ends in :stateMachine: and its name. Which name does yours "
            "have on AWS?",
        ),
        "may-not-start": (
            "The function was not allowed. What did it want, and on which resource? The message "
            "has both.",
            "The right has to be there, for this workflow, without an arrow from Trader's role to "
            "Workflow.",
            "A policy can be a resource of its own, which needs both and which neither needs.",
        ),
        "not-called": (
            "The workflow should still call Trader. Which way leads from it to the function?",
            "If you cut the arrow from Workflow to Trader: does its definition still name the "
            "function that there is, and may its role call it?",
            "Cut the other arrows, from Trader to Workflow: these are read only at run time.",
        ),
        "too-wide": (
            "Trader may start workflows that have nothing to do with it. Which resource does its "
            "policy name?",
            "A `*` needs no arrow, that is true. It also needs no permission ever again.",
            "If the workflow's name is known beforehand, the policy can name it as well.",
        ),
    },
    reasoning="""
Workflow needs Trader's ARN, for its definition and its role. Trader needs Workflow's ARN in its
environment, and Trader's role needs it in a policy: two ways back. CloudFormation makes a
resource after those that it refers to, and here none can be the first. The linter does not see
it, because the circle closes only in what the transform makes.

The cut is where a name can be known before. Workflow gets a name from the stack's name, and
Trader puts the same name together with !Sub, which is no reference to Workflow. StackName in it
keeps two stacks apart.

Also right: the right to start as a policy resource of its own, or a connector; the ARN in a
parameter of SSM, which the function reads when it is called.

Usual mistakes: only one of the two ways back is cut. DependsOn, which adds an arrow. "*" as the
resource. Taking out the variable: it deploys, and fails at the first order.
""",
)
