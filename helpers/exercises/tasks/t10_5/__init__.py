"""10.5 A night's failures: each goes on where it failed, and nothing is done twice."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from helpers.exercises import CannotCheck, NotYet, Ran, Task, Workbench
from helpers.exercises.workbench import Machine

SCRIPT = "redrive.py"
NIGHT = 104
"""Orders that failed in the night: more than one page of executions."""
LONG_AGO = 15 * 86_400
PATIENCE = 60.0
"""Seconds for the script, and for what it took up to end; on a quiet machine it takes two."""

EXCHANGE = '''
import os


class ExchangeClosed(Exception):
    """Open again in the morning."""


class UnknownShare(Exception):
    """Never."""


def lambda_handler(event, context):
    if event["share"] == "NONE":
        raise UnknownShare("there is no share NONE")
    if os.environ["EXCHANGE"] == "closed":
        raise ExchangeClosed("the exchange is closed")
    return {"bought": event["id"]}
'''


@dataclass
class Night:
    """What happened: names of executions by how they ended, and the table of what was reserved."""

    machine: Machine
    table: str
    names: dict[str, list[str]] = field(default_factory=dict)

    @property
    def all(self) -> list[str]:
        """Every execution's name."""
        return [name for names in self.names.values() for name in names]


def check(bench: Workbench) -> str:
    """What the closed exchange failed is done, once; all else is as it was."""
    bench.python(SCRIPT)
    bench.trying(f"a night with {NIGHT} orders that fail")
    night = _night(bench)
    bench.trying(f"python {SCRIPT}, the exchange is open again")
    ran = bench.run(sys.executable, SCRIPT, night.machine.arn, timeout=PATIENCE)
    runs = _ended(night)
    _nothing_anew(night, runs)
    _let_alone(night, runs)
    _done(night, runs, ran)
    _reserved_once(bench, night)
    bench.trying("once more")
    again = bench.run(sys.executable, SCRIPT, night.machine.arn, timeout=PATIENCE)
    if again.code:
        raise NotYet(
            f"When all was done, {SCRIPT} ended with {again.exit_words}",
            hint="stops",
        )
    _nothing_anew(night, _ended(night))
    return (
        f"{NIGHT} orders that the closed exchange had failed went on where they failed, and each "
        "was reserved once. What was cancelled, of no known share or too old was left as it was."
    )


# -- the night


def _definition(bench: Workbench, table: str, exchange: str, held: str) -> dict[str, Any]:
    """Money is reserved first; then the share is bought, unless the order is held back."""
    reserve = {
        "TableName": table,
        "Key": {"Id": {"S.$": "$.id"}},
        "UpdateExpression": "ADD Reserved :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    hold = {"Variable": "$.share", "StringEquals": "HOLD", "Next": "Hold"}
    return {
        "StartAt": "Reserve",
        "States": {
            "Reserve": {
                "Type": "Task",
                "Resource": "arn:aws:states:::dynamodb:updateItem",
                "Parameters": reserve,
                "ResultPath": None,
                "Next": "Held?",
            },
            "Held?": {"Type": "Choice", "Choices": [hold], "Default": "Buy"},
            "Hold": {"Type": "Task", "Resource": held, "End": True},
            "Buy": {"Type": "Task", "Resource": exchange, "End": True},
        },
    }


def _night(bench: Workbench) -> Night:
    """Orders of all kinds; the oldest are from two weeks ago."""
    exchange = bench.function("exchange", EXCHANGE, variables={"EXCHANGE": "closed"})
    held = bench.client("stepfunctions").create_activity(name="held")["activityArn"]
    table = bench.table()
    night = Night(bench.machine(_definition(bench, table, exchange, held)), table)
    _orders(night, "old", "ACME", 2)
    bench.advance(LONG_AGO)
    _orders(night, "closed", "ACME", NIGHT)
    _orders(night, "unknown", "NONE", 2)
    _orders(night, "held", "HOLD", 2, wait=False)
    for name in night.names["held"]:
        night.machine.client.stop_execution(
            executionArn=night.machine.execution_arn(name),
            error="Cancelled",
            cause="the customer wants it no more",
        )
    bench.client("lambda").update_function_configuration(
        FunctionName="exchange", Environment={"Variables": {"EXCHANGE": "open"}}
    )
    _orders(night, "bought", "ACME", 2)
    return night


def _orders(night: Night, kind: str, share: str, count: int, *, wait: bool = True) -> None:
    night.names[kind] = [f"{kind}-{number}" for number in range(1, count + 1)]
    for name in night.names[kind]:
        night.machine.start({"id": name, "share": share}, name)
    if wait:
        _wait(night)


def _listed(night: Night, **how: str) -> list[dict[str, Any]]:
    pages = night.machine.client.get_paginator("list_executions").paginate(
        stateMachineArn=night.machine.arn, **how
    )
    return [one for page in pages for one in page["executions"]]


def _wait(night: Night) -> None:
    """Until nothing runs. Raises CannotCheck if that takes too long."""
    give_up = time.monotonic() + PATIENCE
    while _listed(night, statusFilter="RUNNING"):
        if time.monotonic() > give_up:
            raise CannotCheck(
                f"Executions still ran after {PATIENCE:g} seconds.",
                "This machine has much to do at the moment.",
                "Check again in a minute.",
            )
        time.sleep(0.05)


def _ended(night: Night) -> dict[str, dict[str, Any]]:
    """Name → how each execution ended, once none runs; those that were held stay as they are."""
    _wait_or_stop(night)
    return {one["name"]: one for one in _listed(night)}


def _wait_or_stop(night: Night) -> None:
    """A cancelled order that was taken up waits for ever: stop it, it is counted below."""
    for one in _listed(night, statusFilter="RUNNING"):
        if one["name"] in night.names["held"]:
            night.machine.client.stop_execution(executionArn=one["executionArn"])
    _wait(night)


# -- what came of it


def _nothing_anew(night: Night, runs: dict[str, Any]) -> None:
    new = [name for name in runs if name not in night.all]
    if new:
        raise NotYet(
            f"{len(new)} new executions were started. They begin at the beginning, and reserve "
            "money that was reserved already.",
            hint="anew",
        )


def _let_alone(night: Night, runs: dict[str, Any]) -> None:
    for kind, hint, why in (
        ("held", "cancelled", "the customer had cancelled it, and somebody stopped it by hand"),
        ("unknown", "in-vain", "it had failed with UnknownShare, and so it did again"),
    ):
        touched = [name for name in night.names[kind] if runs[name].get("redriveCount")]
        if touched:
            raise NotYet(f"The execution {touched[0]} was taken up: {why}.", hint=hint)


def _done(night: Night, runs: dict[str, Any], ran: Ran) -> None:
    left = [name for name in night.names["closed"] if runs[name]["status"] != "SUCCEEDED"]
    if left:
        done = NIGHT - len(left)
        code = f" It ended with {ran.exit_words}" if ran.code else ""
        hint = "stops" if ran.code else ("one-page" if _oldest(left) and done else "left")
        raise NotYet(
            f"Of {NIGHT} executions that had failed with ExchangeClosed in the night, {done} went "
            f"on and succeeded. {left[0]} is still {runs[left[0]]['status']}.{code}",
            hint=hint,
        )
    if ran.code:
        raise NotYet(
            f"All of the night went on, and then {SCRIPT} ended with {ran.exit_words}",
            hint="stops",
        )


def _reserved_once(bench: Workbench, night: Night) -> None:
    more = [row for row in bench.items(night.table) if row["Reserved"] != 1]
    if more:
        raise NotYet(
            f"For {more[0]['Id']} money was reserved {more[0]['Reserved']} times.", hint="anew"
        )


def _oldest(left: Iterable[str]) -> bool:
    """Are these the executions that a list names last?"""
    numbers = sorted(int(name.partition("-")[2]) for name in left)
    return numbers == list(range(1, len(numbers) + 1))


TASK = Task(
    title="A night's failures",
    minutes=15,
    check=check,
    hints={
        "": (
            "What has an execution that failed at its third state done before, and what if it all "
            "begins anew?",
            "Step Functions can let an execution go on where it failed, with the input that this "
            "state had. What is that call's name?",
            "A list says who failed, and not with which error. And how long may a list be?",
        ),
        "anew": (
            "What does a new execution do first?",
            "An execution that failed is not lost: for fourteen days it can be taken up again.",
            "boto3's client has a call for it; its name is in this notebook.",
        ),
        "one-page": (
            "How many executions did the script see? print(len(…)) says it.",
            "A list comes in pages of a hundred. Each page but the last says how to get the next.",
            "boto3's clients have get_paginator, for every call that has pages.",
        ),
        "left": (
            "Which executions did the script look at, and which did it pass over?",
            "A list says that they failed. With which error, describe_execution says, for one that "
            "failed.",
            "The error's name is compared to the letter.",
        ),
        "stops": (
            "At which execution did it stop, and what did AWS say to it?",
            "Fourteen days after its end nobody can take an execution up any more.",
            "describe_execution says of each whether it can be, under redriveStatus. Or catch that "
            "one error.",
        ),
        "cancelled": (
            "Not everything that can be taken up should be. Who ended this one?",
            "ABORTED is what somebody stopped by hand.",
            "list_executions takes a status to look for, and what failed by itself is another.",
        ),
        "in-vain": (
            "Which errors does an exchange that is open again mend?",
            "describe_execution has the name of the error.",
            "Take up those with ExchangeClosed; the others need a person, or another order.",
        ),
    },
    reasoning="""
redrive_execution lets an execution go on at the state that failed, with the input that this state
had. What was done before is not done again: money is reserved once. A new execution with the same
input begins at the beginning.

list_executions has no errors in it, so each that failed is asked for its own. It comes in pages of
a hundred; a paginator turns them. The pages are read first and the executions taken up after,
since what is taken up does not stand in a list of FAILED any more.

What is older than fourteen days cannot be taken up; redriveStatus says so beforehand. ABORTED is
redrivable too, but somebody stopped it, and had a reason.

Also right: catching ExecutionNotRedrivable instead of asking; the list without a filter, and the
status asked of each; `aws stepfunctions redrive-execution` in a loop.

A redrive runs with the workflow as it was when the execution began. A mend in the function is felt,
because the function is called anew; a mend in the workflow is not.
""",
)
