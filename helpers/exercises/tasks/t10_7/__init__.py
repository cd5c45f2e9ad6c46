"""10.7 What the other one died of: a workflow waits for another, and reads how it ended."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
BUYER: dict[str, Any] = {
    "StartAt": "Queue Up",
    "States": {
        "Queue Up": {"Type": "Wait", "Seconds": 20, "Next": "Share?"},
        "Share?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.share", "StringEquals": "DOWN", "Next": "Closed"},
                {"Variable": "$.share", "StringEquals": "NONE", "Next": "Unknown"},
            ],
            "Default": "Buy",
        },
        "Closed": {
            "Type": "Fail",
            "Error": "ExchangeClosed",
            "Cause": 'no "UnknownShare": the exchange is closed',
        },
        "Unknown": {
            "Type": "Fail",
            "Error": "UnknownShare",
            "Cause": "known nowhere, not even at ExchangeClosed & Sons",
        },
        "Buy": {
            "Type": "Pass",
            "Parameters": {"bought.$": "$.shares", "at": 41, "for.$": "$.id"},
            "End": True,
        },
    },
}
"""The other workflow: it takes its time, buys, or fails in one of two ways."""
GOOD = {"id": "order-20", "share": "ACME", "shares": 6}
CLOSED = {"id": "order-17", "share": "DOWN", "shares": 3}
UNKNOWN = {"id": "order-18", "share": "NONE", "shares": 4}


def check(bench: Workbench) -> str:
    """The purchase's output beside the order; a closed exchange is no failure, all else is."""
    buyer = bench.machine(BUYER)
    machine = bench.machine(bench.text(FILE), {"BuyerArn": buyer.arn})
    bench.trying("an order that is bought")
    _bought(buyer, machine.run(GOOD))
    bench.trying("an exchange that is closed")
    _closed(machine.run(CLOSED))
    bench.trying("a share that nobody knows")
    _unknown(machine.run(UNKNOWN))
    return (
        "What was bought came back beside its order, once it was bought. A closed exchange ended "
        "in tomorrow, with the order; an unknown share failed the execution."
    )


def _why(run: Execution) -> str:
    return f" {run.error}: {(run.cause or '')[:300]}" if run.status != "SUCCEEDED" else ""


def _bought(buyer: Machine, run: Execution) -> None:
    inner = buyer.client.list_executions(stateMachineArn=buyer.arn)["executions"]
    if not inner:
        raise NotYet(
            f"With the order {shown(GOOD)} the other workflow was not started, and the execution "
            f"ended {run.status}.{_why(run)}",
            hint="fails",
            run=run,
        )
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"With the order {shown(GOOD)} the execution ended {run.status}.{_why(run)}",
            hint="fails",
            run=run,
        )
    if inner[0]["status"] == "RUNNING" or inner[0]["stopDate"] > run.stopped:
        raise NotYet(
            f"The execution ended with {shown(run.output)}, and the purchase was still under way.",
            hint="not-waited",
            run=run,
        )
    output = _beside(run, GOOD, "It was bought")
    purchase, wanted = output.get("purchase"), {"bought": 6, "at": 41, "for": "order-20"}
    if purchase != wanted:
        raise NotYet(
            f"The other workflow gave {shown(wanted)}. Under purchase is {shown(purchase)}.",
            hint="text" if _is_text(purchase) else "whole",
            run=run,
        )
    if output.get("outcome") != "bought":
        raise NotYet(
            f"It was bought, and the outcome is {shown(output.get('outcome'))}.",
            hint="fails",
            run=run,
        )


def _beside(run: Execution, order: dict[str, Any], told: str) -> dict[str, Any]:
    """The output, which has the order in it."""
    output = run.output if isinstance(run.output, dict) else {}
    if any(output.get(key) != value for key, value in order.items()):
        raise NotYet(
            f"{told}. What came out is {shown(run.output)}: the order {shown(order)} is not in it.",
            hint="order-lost",
            run=run,
        )
    return output


def _is_text(purchase: Any) -> bool:
    """Is the other one's output there as text, by itself or in all that is known of it?"""
    return isinstance(purchase, str) or (
        isinstance(purchase, dict) and isinstance(purchase.get("Output"), str)
    )


def _closed(run: Execution) -> None:
    told = "The purchase failed with ExchangeClosed"
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"{told}, and the execution ended {run.status}.{_why(run)}", hint="not-caught", run=run
        )
    output = _beside(run, CLOSED, told)
    if output.get("outcome") != "tomorrow":
        raise NotYet(
            f"{told}, and the outcome is {shown(output.get('outcome'))}; it should be tomorrow.",
            hint="not-caught",
            run=run,
        )


def _unknown(run: Execution) -> None:
    if run.status == "SUCCEEDED":
        raise NotYet(
            f"The purchase failed with UnknownShare, and the execution ended SUCCEEDED with "
            f"{shown(run.output)}: tomorrow nobody will know the share either.",
            hint="any-failure",
            run=run,
        )


TASK = Task(
    title="What the other one died of",
    minutes=15,
    check=check,
    hints={
        "": (
            "When does Buy go on: when the purchase has begun, or when it has ended?",
            "The ending of the Resource says for what a Task waits.",
            "With .sync:2 it waits for the end, and its result is all that is known of the other "
            "execution, the output among it.",
        ),
        "not-waited": (
            "What does the result of Buy say: how the purchase ended, or when it began?",
            "The ending of the Resource says for what a Task waits.",
            "You want the one that gives the output as JSON.",
        ),
        "text": (
            "Is what stands under purchase an object, or a text that looks like one?",
            "There are two endings that wait. In what do they differ?",
            ".sync gives the other one's output as text, .sync:2 as JSON.",
        ),
        "whole": (
            "What else is known of the other execution, besides what it gave?",
            "Its output is one field of the result. Which one?",
            "A ResultSelector can pick from a result; and so can a Pass that comes after.",
        ),
        "order-lost": (
            "Which field puts a result, or an error, beside what was there?",
            "A Catch has a ResultPath of its own, and a Pass has one too.",
            "Look at the input and output of each state in the picture: where is the id gone?",
        ),
        "not-caught": (
            "Under which name does this state fail, when the other workflow fails?",
            "run.error is the name that a Catch can take. What the other one died of stands in the "
            "cause.",
            "A cause is text with JSON in it. States.StringToJson reads it, and a Choice can look "
            "at what comes out.",
        ),
        "any-failure": (
            "Both orders failed under the same name here. Where do they differ?",
            "The error's name says that the task failed. Why, says the cause.",
            "Between the Catch and its end a Choice is needed, and for the other ways a Fail.",
        ),
        "fails": (
            "Which state failed, and which path or field does its error name?",
            "What was the other execution started with? describe-execution tells.",
            "Input goes to the other workflow, and StateMachineArn says which one it is.",
        ),
    },
    reasoning="""
startExecution alone is over when the other execution has begun. With .sync:2 the Task waits until
it has ended, and its result is what DescribeExecution says of it, with the output as JSON. (With
.sync, the older one, input and output are text.)

If the other one fails, this state fails with States.TaskFailed, whatever the other one's error was:
a Catch for ExchangeClosed would never be taken. The cause is DescribeExecution's answer as text. So
the Catch takes States.TaskFailed, a Pass reads the cause by States.StringToJson, and a Choice looks
at Error. What is not ExchangeClosed goes to a Fail with the other one's name.

The role has to be allowed to start, to describe and to stop the other one, and to make the rule by
which Step Functions hears of its end.

Also right: .sync and States.StringToJson for the output; JSONata with $parse; a Choice that looks
for a pattern in the cause, if the pattern has the field's name in it.

Usual mistakes: the error's own name in ErrorEquals; no ResultPath at the Catch; a Catch that takes
everything to Try Tomorrow.
""",
)
