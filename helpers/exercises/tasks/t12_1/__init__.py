"""12.1 Over $500 somebody says yes: a state that hands out a token, and waits for its answer."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.tasks.asking import HINTS, Person, cause, go_on, readable, settle
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
SMALL = (120, 500, 499.99)
LARGE = (720, 500.01)


def check(bench: Workbench) -> str:
    """Small orders are traded unasked; large ones wait, for a yes, a no, and what is neither."""
    table, ada = bench.table(), Person(bench)
    machine = bench.machine(bench.text(FILE), {"QueueUrl": ada.url, "TradesTable": table})
    desk = _Desk(bench, machine, ada, table)
    for amount in SMALL:
        bench.trying(f"an order of ${amount:g}")
        desk.small(amount)
    for amount in LARGE:
        bench.trying(f"an order of ${amount:g}, and a yes")
        desk.approved(amount)
    bench.trying("a no")
    desk.rejected(LARGE[0])
    bench.trying("an answer that is neither yes nor no")
    desk.broken(LARGE[0])
    return (
        "120, 499.99 and 500 dollars were traded and nobody was asked. 720 and 500.01 waited: the "
        "yes was traded as ordered, the no was not, and an error that is no answer failed."
    )


class _Desk:
    """The learner's workflow, its table and whoever it asks; each method is one kind of order."""

    def __init__(self, bench: Workbench, machine: Machine, person: Person, table: str) -> None:
        self.bench, self.machine, self.person, self.table = bench, machine, person, table
        self.orders = 0

    def order(self, amount: float) -> dict[str, Any]:
        self.orders += 1
        return {
            "id": f"A-{self.orders}",
            "stock": "ACME",
            "quantity": 9,
            "price": round(amount / 9, 2),
            "amount": amount,
        }

    def stored(self, order: dict[str, Any]) -> dict[str, Any] | None:
        """The item of the order, if it was traded; amounts are float."""
        items = [item for item in self.bench.items(self.table) if item["Id"] == order["id"]]
        return {**items[0], "Amount": float(items[0]["Amount"])} if items else None

    def traded(self, order: dict[str, Any], run: Execution, said: str, hint: str) -> None:
        """Raise NotYet unless it ended well, with the order in the table."""
        if run.status != "SUCCEEDED":
            raise NotYet(
                f"{said}, and the execution ended {run.status}.{cause(run)}", hint=hint, run=run
            )
        wanted = {"Id": order["id"], "Stock": order["stock"], "Amount": float(order["amount"])}
        item = self.stored(order)
        if item != wanted:
            there = "nothing of it" if item is None else shown(item)
            raise NotYet(
                f"{said}. In the table is {there}; {shown(wanted)} should be.", hint=hint, run=run
            )

    def small(self, amount: float) -> None:
        order = self.order(amount)
        run = settle(self.machine.start(order))
        if (body := self.person.body()) is not None or run.is_running:
            self.machine.client.stop_execution(executionArn=run.arn)
            came = f"the message was {readable(body)}" if body else "the execution waits"
            raise NotYet(
                f"An order of ${amount:g} is not over 500, and somebody was asked: {came}.",
                hint="threshold",
                run=run,
            )
        self.traded(order, run, f"An order of ${amount:g} needs no yes", "small-order")

    def asked(self, order: dict[str, Any]) -> tuple[Execution, str]:
        """The execution that waits with the order, and its token. Raises NotYet if none does."""
        run = self.machine.start(order)
        about = f"an order of ${order['amount']:g}"
        message = self.person.question(run, about)
        if self.stored(order) is not None:
            raise NotYet(
                f"With {about} somebody is asked, and the order is in the table already.",
                hint="traded-first",
                run=run,
            )
        token = self.person.token(message, run)
        if message.get("order") != order:
            raise NotYet(
                f"With {about} the message was {readable(message)}; under order should be "
                f"{shown(order)}.",
                hint="message",
                run=run,
            )
        return run, token

    def approved(self, amount: float) -> None:
        order = self.order(amount)
        run, token = self.asked(order)
        self.person.yes(token)
        go_on(run)
        self.traded(order, run, f"An order of ${amount:g} got its yes", "after-yes")

    def rejected(self, amount: float) -> None:
        order = self.order(amount)
        run, token = self.asked(order)
        self.person.no(token)
        go_on(run)
        if self.stored(order) is not None:
            raise NotYet(
                "The order was turned down, and is in the table: it was traded.",
                hint="no-is-traded",
                run=run,
            )
        if run.status != "SUCCEEDED":
            raise NotYet(
                "The order was turned down, and nothing was traded. But a no is an answer, and the "
                f"execution ended {run.status}.{cause(run)}",
                hint="no-is-failure",
                run=run,
            )

    def broken(self, amount: float) -> None:
        run, token = self.asked(self.order(amount))
        self.person.no(token, "PageBroken", "The page with the button does not load.")
        go_on(run)
        if run.status != "FAILED":
            raise NotYet(
                "The answer was the error PageBroken: nobody has said no. The execution ended "
                f"{run.status}, as if somebody had.",
                hint="hides-errors",
                run=run,
            )


TASK = Task(
    title="Over $500, somebody says yes",
    minutes=12,
    check=check,
    hints=HINTS
    | {
        "": (
            "Three things are new: a decision, a question, and what a no leads to. Which kind of "
            "state does each need?",
            "The state that asks is one that you have seen in this notebook: the ending of its "
            "Resource makes it wait.",
            "Begin with the decision, and let both its ways lead to Trade. Check, and then put the "
            "question into one of them.",
        ),
        "threshold": (
            "The task says over $500. What does your rule say of 500 itself?",
            "Greater than, and greater than or equals, are two comparisons; so are less than, and "
            "less than or equals.",
            "Which of the two ways does Default take, and is it the one for exactly 500?",
        ),
        "small-order": (
            "A small order should go the old way, untouched. What does Trade find there?",
            "Trade reads $.id, $.stock and $.amount. What else could it be handed?",
            "A Choice hands on its input as it is. So which way does a small order take?",
        ),
        "message": (
            "Whoever reads the message has to see what it is about. What stands under order?",
            "The whole input of a state is $, and it can be the value of a key.",
            "Is the key's ending such that its value is taken for a path?",
        ),
        "traded-first": (
            "Asking comes before trading. Which state stands first in your picture?",
            "A question whose answer changes nothing is no question. What comes after it?",
            "StartAt, and the Next of each state, say the order.",
        ),
        "after-yes": (
            "What does the state that asked hand on: the order, or the answer?",
            "The answer is a result like any other, and a result replaces the input. You met that "
            "in 06.1.",
            "Give the answer a place beside the order.",
        ),
        "no-is-traded": (
            "Where does the no lead? Follow it in the picture.",
            "A no is an error with the name Rejected, and a Catch has a Next of its own.",
            "It should end there, and not go by way of Trade.",
        ),
        "no-is-failure": (
            "Somebody has decided, as asked. Which state ends an execution well?",
            "An error that nobody catches fails the execution. This one has a name that you know.",
            "A state of type Fail is a failure, too, however it is called.",
        ),
        "hides-errors": (
            "A broken page is not a no. Which errors does your Catch take?",
            "States.ALL and States.TaskFailed take every error that somebody thinks of.",
            "A no has a name of its own. Catch that one, and let the others fail.",
        ),
    },
    reasoning="""
A Choice, with NumericGreaterThan 500 and Default to Trade. The state that asks has the Resource
arn:aws:states:::sqs:sendMessage.waitForTaskToken: it sends like sendMessage, and is over only
when somebody answers. Its token is in the context, so "token.$": "$$.Task.Token", and the order is
"order.$": "$".

What comes back is the answer and not the order. ResultPath keeps the order around it; else Trade
finds no $.id. A no is an error, because SendTaskFailure makes one. Catch takes the one error
Rejected to an end that is a success: the workflow did what it was to do.

Also right: the rule turned round, with NumericLessThanEquals 500 to Trade; a topic's publish in
place of the queue, where one listens; JSONata, where $states.context.Task.Token is the token and
Output keeps the order.

Usual mistakes: sendMessage alone, which goes on at once. "$$.Task.Token" without .$ in the key.
No ResultPath. ErrorEquals States.ALL: then a page that does not load turns orders down, and nobody
ever learns that it is broken.
""",
)
