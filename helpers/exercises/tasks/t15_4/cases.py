"""The four cases of 15.4, and what happens to each with the other type: tried where it can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from helpers.exercises import Workbench
from helpers.prices import EXPRESS_SECONDS, EXPRESS_STARTS, PRICES, TRANSITIONS

REASONS = ("answer", "duration", "history", "once", "price", "token")
MONTH = 30
"""Days."""
_TENTH, _LEAST_GB = Decimal("0.1"), Decimal(64) / 1024


@dataclass(frozen=True)
class Case:
    """A workflow, the type that is right for it, and why.

    because: the reasons that decide. a_month, states: executions, and states of each. other: tries
    it with the other type, and says what happened. not_because: what each of the reasons has to do
    with it that do not decide.
    """

    name: str
    type: str
    because: tuple[str, ...]
    a_month: int
    states: int
    other: Callable[[Workbench, Case], str]
    not_because: dict[str, str]

    def why_not(self, reason: str) -> str:
        """Why it is not this reason that decides."""
        standard, express = self.standard, self.express
        return self.not_because[reason].format(
            standard=f"${standard:,.2f}", express=f"${express:,.2f}"
        )

    @property
    def standard(self) -> Decimal:
        """The dollars of a month as a Standard workflow, by the course's table of prices."""
        return PRICES[TRANSITIONS].cost(self.a_month * self.states)

    @property
    def express(self) -> Decimal:
        """And as an Express one of a tenth of a second and 64 MB."""
        seconds = self.a_month * _TENTH * _LEAST_GB
        return PRICES[EXPRESS_STARTS].cost(self.a_month) + PRICES[EXPRESS_SECONDS].cost(seconds)


def _approval(bench: Workbench, case: Case) -> str:
    """Ask for a token in an Express workflow."""
    asks: dict[str, Any] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "https://example.com/q", "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
    said = _refused(bench, {"StartAt": "Ask", "States": {"Ask": asks}})
    return f"AWS does not make it: {said}"


def _refused(bench: Workbench, definition: dict[str, Any]) -> str:
    import json

    try:
        bench.client("stepfunctions").create_state_machine(
            name="approval",
            type="EXPRESS",
            definition=json.dumps(definition),
            roleArn=bench.role(),
        )
    except ClientError as error:
        return error.response["Error"]["Message"]
    return "it was made"


def _quotes(bench: Workbench, case: Case) -> str:
    """Ask a Standard workflow for its result in the same call."""
    machine = bench.machine({"StartAt": "Quote", "States": {"Quote": _pass()}})
    try:
        machine.client.start_sync_execution(stateMachineArn=machine.arn)
    except ClientError as error:
        told = error.response["Error"]
        return (
            "The page calls start-sync-execution, and is answered "
            f"{told['Code']}. {told.get('Message', '')}".rstrip()
        )
    return "The page was answered"


def _payments(bench: Workbench, case: Case) -> str:
    """Start an Express workflow twice under one name."""
    table = bench.table()
    pay = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": table, "Item": {"Id": {"S.$": "States.UUID()"}}},
        "End": True,
    }
    machine = bench.machine({"StartAt": "Pay", "States": {"Pay": pay}}, kind="EXPRESS")
    for _ in range(2):
        machine.client.start_sync_execution(stateMachineArn=machine.arn, name="invoice-4711")
    paid = len(bench.items(table))
    return (
        f"The queue delivered invoice-4711 twice: an Express workflow was started twice under that "
        f"name, nobody objected, and {paid} payments are in the table."
    )


def _ticks(bench: Workbench, case: Case) -> str:
    """Count the transitions of one, and what a month of them is."""
    names = [f"State {number}" for number in range(case.states)]
    states = {
        name: _pass(following) for name, following in zip(names, [*names[1:], ""], strict=True)
    }
    run = bench.machine({"StartAt": names[0], "States": states}).run({})
    entered = sum(event["type"].endswith("StateEntered") for event in run.events)
    return (
        f"An execution entered {entered} states, and there are {case.a_month / 1e6:,.1f} million "
        f"of them a month: as Standard that is ${case.standard:,.0f}, as Express "
        f"${case.express:,.0f}."
    )


def _pass(following: str = "") -> dict[str, Any]:
    return {"Type": "Pass", **({"Next": following} if following else {"End": True})}


_NO_ANSWER = "Whoever starts it does not wait for what comes out of it."
_SHORT = "It is over in a moment: both types have the time."
_SMALL = "By the month it is {standard} as Standard and {express} as Express: that decides nothing."

CASES = (
    Case(
        "approval",
        "STANDARD",
        ("token", "duration"),
        20 * MONTH,
        4,
        _approval,
        {
            "answer": _NO_ANSWER,
            "history": "It has one, and nobody in this case asks for it.",
            "once": "Nothing in this case comes twice.",
            "price": _SMALL,
        },
    ),
    Case(
        "quotes",
        "EXPRESS",
        ("answer",),
        10 * 60 * 24 * MONTH,
        5,
        _quotes,
        {
            "duration": _SHORT,
            "history": "An Express workflow has none, so that speaks against it.",
            "once": "A quote that is made twice does no harm.",
            "price": "As Express it is {express} a month, not {standard}, and that is welcome. But "
            "a Standard workflow could not do it at any price.",
            "token": "Nobody is asked for anything, and Express has no tokens.",
        },
    ),
    Case(
        "payments",
        "STANDARD",
        ("once",),
        100 * MONTH,
        3,
        _payments,
        {
            "answer": _NO_ANSWER,
            "duration": _SHORT,
            "history": "An Express workflow that writes a log has its events there. What no log "
            "gives is that an invoice is paid once.",
            "price": _SMALL,
            "token": "Nobody is asked for anything.",
        },
    ),
    Case(
        "ticks",
        "EXPRESS",
        ("price",),
        200 * 86_400 * MONTH,
        6,
        _ticks,
        {
            "answer": _NO_ANSWER,
            "duration": _SHORT,
            "history": "An Express workflow has none, so that speaks against it.",
            "once": "Twice is no harm here, and once is what Express does not promise.",
            "token": "Nobody is asked for anything, and Express has no tokens.",
        },
    ),
)
