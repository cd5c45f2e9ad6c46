"""10.3 Nothing slips through: what the wildcard takes, and what has to be met otherwise."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.causes import without_input
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
BUY, LEAVE, TELL = "Buy", "Leave It", "Tell the Desk"
QUOTES = """
def lambda_handler(event, context):
    share = event["share"]
    if share == "DOWN":
        raise ConnectionError("the exchange is closed")
    if share == "LONG":  # what was asked for, and the share's whole past
        return {"price": 42, "past": list(range(87_500))}
    return {"halted": True} if share == "HALTED" else {"price": 42 if share == "ACME" else 60}
"""
CASES: tuple[tuple[dict[str, Any], str, str, str], ...] = (
    ({"id": "A", "share": "ACME", "limit": 50}, BUY, "a price of 42", "wrong-way"),
    ({"id": "B", "share": "DEAR", "limit": 50}, LEAVE, "a price of 60", "wrong-way"),
    ({"id": "C", "share": "DOWN", "limit": 50}, TELL, "a function that fails", "fails"),
    ({"id": "D", "share": "ACME"}, TELL, "an order without a limit", "missing-limit"),
    ({"id": "E", "share": "LONG", "limit": 50}, TELL, "an answer of 600 KB", "too-large"),
    ({"id": "F", "share": "HALTED", "limit": 50}, TELL, "an answer without a price", "no-price"),
)
"""The order, where it is to end, what happens to it, and which hints fit if it does not."""


def check(bench: Workbench) -> str:
    """Whatever happens to an order, its execution succeeds where it should, and knows its id."""
    machine = bench.machine(bench.text(FILE), {"QuoteArn": bench.function("quote", QUOTES)})
    for order, wanted, what, hint in CASES:
        bench.trying(what)
        run = machine.run(order)
        _ended_there(run, order, wanted, what, hint)
    return (
        "A function that fails, an order without a limit, an answer of 600 KB and one without a "
        "price were all told to the desk, with the order's id. What is whole is bought or left."
    )


def _ended_there(run: Execution, order: dict[str, Any], wanted: str, what: str, hint: str) -> None:
    told = f"With {what} the execution"
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"{told} ended {run.status} in {_last(run)}, with {run.error} (event "
            f"{len(run.events)}), and was to go to {wanted} and succeed. "
            f"{without_input(run)}".rstrip(),
            hint=hint,
            run=run,
        )
    went = [name for name in (BUY, LEAVE, TELL) if name in run.path]
    if went != [wanted]:
        raise NotYet(
            f"{told} went {' → '.join(run.path)}; it was to go to {wanted}.",
            hint=hint,
            run=run,
        )
    known = run.output.get("id") if isinstance(run.output, dict) else None
    if known != order["id"]:
        raise NotYet(
            f"{told} ended in {wanted} as it should, and gave back {shown(run.output)}: which "
            f"order was it? Its id, {order['id']}, is lost.",
            hint="order-lost",
            run=run,
        )


def _last(run: Execution) -> str:
    return run.path[-1] if run.path else "no state"


TASK = Task(
    title="Nothing slips through",
    minutes=12,
    check=check,
    hints={
        "": (
            "Try the four mishaps one by one. Which of them pass the Catch by?",
            "An error can be taken by its name, or not be let happen. Which of them has a name "
            "that a Catch takes?",
            "What comes in, and what comes back, can be looked at before it is used. Which type of "
            "state looks?",
        ),
        "missing-limit": (
            "Which error does the execution end with, and where did the path come from?",
            "A path that leads nowhere is a mistake of the workflow itself. No name in Catch takes "
            "that, nor does the wildcard.",
            "So it must not come to that: ask for the field before Get Quote, or do not name it "
            "there. Which test survives a missing field?",
        ),
        "too-large": (
            "Which error does the execution end with? Is it among the names in Catch, to the "
            "letter?",
            "What is handed from state to state may have 256 KB. The error for more has a name, "
            "and by AWS's guide the wildcard does not stand for it.",
            "It can be taken by its own name, in an entry of its own that stands above the "
            "wildcard.",
        ),
        "no-price": (
            "Where did it fail? Does that type of state have a Catch at all?",
            "The answer came, and was not what one thought. Whoever reads it first should look.",
            "The rules of a Choice are tried from the top: which question has to come before how "
            "large?",
        ),
        "fails": (
            "A function that fails was taken care of when you began. What did you change?",
            "The desk is told by an execution that succeeds: a Fail state ends it as FAILED.",
            "The wildcard takes it, or States.TaskFailed. Does one of the two still stand there?",
        ),
        "wrong-way": (
            "Nothing is wrong with this order. Which rule, or Default, took it?",
            "Up to the limit it is bought, above it is left. Neither is a case for the desk.",
            "draw.state_machine(asl.load(FILE)) shows where each rule leads.",
        ),
        "order-lost": (
            "What did the desk get: an order, or an error?",
            "A Catch's result replaces the input, unless it says where it goes. Each entry says it "
            "for itself.",
            "Which field did exercise 10.2 turn on?",
        ),
    },
    reasoning="""
States.ALL is not all. AWS's guide has two kinds of errors that pass it by.

States.Runtime is a mistake of the workflow: a path that leads nowhere, in Parameters, in a
ResultSelector, in a Choice. It cannot be retried or caught, not even by its name. So it must not
come to that: a Choice asks with IsPresent, before the field is used.

States.DataLimitExceeded is more than 256 KB between two states. By the guide the wildcard leaves
it out; yet AWS was seen to let it take a task's answer that was too large, and so it does here. An
entry of its own, above the wildcard, takes it whoever is right. The better cure is an answer that
is not so large: notebook 11 shows how.

A Choice has neither Retry nor Catch. The price that is missing is asked for by a rule above the one
that compares.

Also right: the wildcard alone for the large answer, as long as AWS takes it so; handing the
function the whole order, and asking for the limit later; or JSONata, where a path that leads
nowhere is States.QueryEvaluationError, which the wildcard does take.

Usual mistakes: States.Runtime in ErrorEquals, which AWS accepts and never obeys; the name beside
States.ALL, which has to stand alone, or below it, since it has to be last; a ResultSelector for the
large answer, which comes too late: the answer itself is over the limit.
""",
)
