"""12.4 The right to answer: for the workflow of one's own stack, yes and no, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from helpers import executions
from helpers.exercises import Machine, NotYet, Stack, Task, Workbench
from helpers.exercises.tasks.asking import HINTS, Person, go_on

DESKS = ("desk-north", "desk-south")
"""The stacks that are deployed side by side."""

PROBE = """import boto3

def lambda_handler(event, context):
    getattr(boto3.client("stepfunctions"), event["do"])(**event["with"])
"""


@dataclass(frozen=True)
class _Desk:
    """One stack: its workflow, whoever reads its queue, its function."""

    machine: Machine
    person: Person
    function: str


def check(bench: Workbench) -> str:
    """Each desk's function answers yes and no for its own workflow, and does nothing else."""
    north, south = (_deployed(bench, name) for name in DESKS)
    bench.trying("a yes and a no")
    for answer in ("yes", "no"):
        _answers(bench, north, answer)
    bench.trying("an answer for the other desk")
    _denied_for_another(bench, north, south)
    bench.trying("what else the function may do")
    _only_answers(bench, north)
    return (
        "Two stacks side by side. The function said yes and no for its own workflow; for the other "
        "stack's it was denied both, and it may neither start nor stop an execution."
    )


def _deployed(bench: Workbench, name: str) -> _Desk:
    bench.trying(f"the deploy of {name}")
    stack: Stack = bench.stack(name=name)
    physical = stack.physical
    for logical in ("Asks", "Questions", "Answer"):
        if logical not in physical:
            raise NotYet(f"The stack has no resource {logical} any more.", hint="not-there")
    client, arn = bench.client("stepfunctions"), physical["Asks"]
    definition = client.describe_state_machine(stateMachineArn=arn)["definition"]
    person = Person(bench, url=physical["Questions"])
    return _Desk(Machine(client, arn, definition), person, physical["Answer"])


def _asked(desk: _Desk) -> tuple[executions.Execution, str]:
    run = desk.machine.start({"id": "A-1", "amount": 720})
    return run, desk.person.token(desk.person.question(run, "an order"), run)


def _answers(bench: Workbench, desk: _Desk, answer: str) -> None:
    run, token = _asked(desk)
    event = {"token": token, "answer": answer, "by": "Ada"}
    payload, error = bench.invoke(desk.function, event)
    if error:
        said = _message(payload)
        hint = "fails-itself"
        if "not authorized" in said:
            hint = "denied" if answer == "yes" else "no-denied"
        raise NotYet(f"The function was to hand on a {answer}, and failed with {said}", hint=hint)
    go_on(run)
    wanted = ("SUCCEEDED", None) if answer == "yes" else ("FAILED", "Rejected")
    if (run.status, run.error) != wanted:
        raise NotYet(
            f"The function was given a {answer}, and the execution ended {run.status} "
            f"({run.error or 'no error'}).",
            hint="fails-itself",
            run=run,
        )


def _message(payload: Any) -> str:
    if not isinstance(payload, dict):
        return str(payload)[:600]
    return f"{payload.get('errorType')}: {payload.get('errorMessage')}"[:600]


def _denied_for_another(bench: Workbench, desk: _Desk, other: _Desk) -> None:
    for answer in ("yes", "no"):
        run, token = _asked(other)
        payload, error = bench.invoke(
            desk.function, {"token": token, "answer": answer, "by": "Ada"}
        )
        if error is None:
            go_on(run)
            raise NotYet(
                f"The function of {DESKS[0]} was given a token of {DESKS[1]}, and its {answer} "
                f"went through: that execution ended {run.status}.",
                hint="too-wide",
                run=run,
            )
        if "not authorized" not in json.dumps(payload):
            raise NotYet(
                f"The function of {DESKS[0]} was given a token of {DESKS[1]}, and failed with "
                f"{_message(payload)}",
                hint="fails-itself",
            )


def _only_answers(bench: Workbench, desk: _Desk) -> None:
    """Try, in the function's own role, what has nothing to do with answering."""
    role = bench.client("lambda").get_function_configuration(FunctionName=desk.function)["Role"]
    probe = bench.function("probe", PROBE, timeout=10, role=role)
    run, _ = _asked(desk)
    for operation, given in (
        ("start_execution", {"stateMachineArn": desk.machine.arn}),
        ("stop_execution", {"executionArn": run.arn}),
    ):
        _, error = bench.invoke(probe, {"do": operation, "with": given})
        if error is None:
            verb = operation.partition("_")[0]
            raise NotYet(
                "The function may answer for its own workflow, and for no other. But its role may "
                f"also {verb} an execution: that was tried, and it went through.",
                hint="more-than-answers",
            )


TASK = Task(
    title="The right to answer",
    minutes=10,
    check=check,
    hints=HINTS
    | {
        "": (
            "What does the function call, in app.py? Each call is an action that its role needs, "
            "and no other.",
            "Whose executions may it answer? A policy names that beside the action.",
            "Who is asked for permission is neither the execution nor the token, but the thing "
            "that both belong to.",
        ),
        "denied": (
            "The message says which action was denied, and on which resource. Is that pair in "
            "your policy?",
            "Starting an execution and answering one are two rights. SAM's policy template for "
            "the first does not have the second.",
            "The resource in the message has the form of an ARN that the template can give you: "
            "what does !Ref of a state machine give?",
        ),
        "no-denied": (
            "A yes went through, a no did not. What does the function call for a no?",
            "A yes and a no are two actions. Look for both in app.py.",
            "Action takes a list, and the resource holds for all that is in it.",
        ),
        "too-wide": (
            "The function answered for a stack that is none of its business. Which resource does "
            "its policy name?",
            "A * takes every workflow of the account, and a name that only begins alike takes the "
            "neighbour's.",
            "The template knows its own workflow exactly.",
        ),
        "more-than-answers": (
            "The function may do more than it calls. What does states:* stand for?",
            "Which two actions are in app.py?",
            "Name the actions one by one: a new one of AWS's is then not allowed by itself.",
        ),
        "fails-itself": (
            "The function was allowed to, and something else went wrong. What does the message "
            "say?",
            "Only template.yaml needs a change: app.py hands on what it is given.",
            "exercise.restart() lays out the files anew.",
        ),
        "not-there": (
            "The check looks for Asks, Questions and Answer. Which of them has another name now?",
            "A logical id is the key below Resources.",
            "What is added may have any name; what was there should keep it.",
        ),
    },
    reasoning="""
Two actions, states:SendTaskSuccess and states:SendTaskFailure, on one resource: the ARN of the
state machine that waits, which is what !Ref Asks gives. The token does not name the machine to a
reader, but Step Functions knows whose it is, and asks IAM about that.

Whoever has a token and this right decides. With "*" a function of one desk can approve the orders
of every other desk of the account, and whoever finds a way into it can, too.

Also right: SendTask* on the same resource, which includes signs of life; a policy resource of its
own; a name for the machine, and its ARN put together from it.

Usual mistakes: StepFunctionsExecutionPolicy, which starts executions. The execution's ARN in place
of the machine's. SendTaskSuccess alone: a yes works, so it is deployed, and the first no fails. And
some pages say that these actions know no resource, so that * is all one can write. They do.
""",
)
