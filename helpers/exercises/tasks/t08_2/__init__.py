"""08.2 Refuse to sell what is not held: a condition on the write, and an end that is no failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench

CHECKER = """
def lambda_handler(event, context):
    return {"stock_price": event["stock_price"], "qty": event["qty"]}
"""
TRADES = """
import os, uuid
from datetime import UTC, datetime


def lambda_handler(event, context):
    return {"id": str(uuid.uuid4()), "price": str(event["stock_price"]), "type": os.environ["SIDE"],
            "qty": str(event["qty"]), "timestamp": datetime.now(UTC).isoformat()}
"""
"""The course's functions with one thing taken from chance: how many shares are traded."""


@dataclass(frozen=True)
class Step:
    """One execution: a price, a quantity, and what is held afterwards; refused: without a trade."""

    price: int
    qty: int
    held: int
    hint: str
    refused: bool = False

    @property
    def kind(self) -> str:
        """What the price decides."""
        return "buy" if self.price <= 50 else "sell"

    def __str__(self) -> str:
        return f"{self.kind} {self.qty} at ${self.price}"


STEPS = (
    Step(80, 3, 0, "first-sale", refused=True),
    Step(20, 10, 10, "buys"),
    Step(91, 9, 1, "as-text"),
    Step(75, 3, 1, "below-zero", refused=True),
    Step(50, 2, 3, "buys"),
    Step(51, 3, 0, "all-of-it"),
    Step(100, 1, 0, "below-zero", refused=True),
    Step(0, 4, 4, "buys"),
)


def check(bench: Workbench) -> str:
    """Never below zero, and all else as before; and a real failure still is one."""
    definition = bench.text("workflow.asl.json")
    holdings, trades = bench.table(), bench.table()
    machine = _machine(bench, definition, holdings, trades)
    done: list[Step] = []
    for step in STEPS:
        bench.trying(str(step))
        run = machine.run({"stock_price": step.price, "qty": step.qty})
        _look(Seen(bench, holdings, trades, run), step, done)
        done.append(step)
    bench.trying("a sale with the table of holdings gone")
    bench.client("dynamodb").delete_table(TableName=holdings)
    _still_fails(machine.run({"stock_price": 80, "qty": 1}))
    refused = sum(step.refused for step in STEPS)
    return (
        f"Of {len(STEPS)} executions {refused} wanted to sell more than was held: they ended "
        "SUCCEEDED and left no trade. The others traded as before, the one that sold the last "
        "share too. And a sale that fails for another reason still fails."
    )


def _machine(bench: Workbench, definition: str, holdings: str, trades: str) -> Machine:
    side = {
        name: bench.function(name, TRADES, variables={"SIDE": kind})
        for name, kind in (("buyer", "buy"), ("seller", "sell"))
    }
    return bench.machine(
        definition,
        {
            "StockCheckerFunctionArn": bench.function("checker", CHECKER),
            "StockBuyerFunctionArn": side["buyer"],
            "StockSellerFunctionArn": side["seller"],
            "DDBPutItem": "arn:aws:states:::dynamodb:putItem",
            "DDBTable": trades,
            "HoldingsTable": holdings,
        },
    )


@dataclass(frozen=True)
class Seen:
    """An execution that has ended, and the two tables after it."""

    bench: Workbench
    holdings: str
    trades: str
    run: Execution

    @property
    def held(self) -> Any:
        """What the item says; 0 where there is none."""
        items = self.bench.items(self.holdings)
        return next((item.get("Held", 0) for item in items if item["Id"] == "share"), 0)

    @property
    def recorded(self) -> list[tuple[str, int, int]]:
        """Type, price and quantity of each trade that was recorded."""
        items = self.bench.items(self.trades)
        return sorted((str(i.get("Type")), i.get("Price"), i.get("Quantity")) for i in items)


def _look(seen: Seen, step: Step, done: list[Step]) -> None:
    before = done[-1].held if done else 0
    story = f"{_before(done, before)} Then came: {step}. "
    if seen.run.status != "SUCCEEDED":
        raise _ended_otherwise(seen.run, step, story)
    wanted = sorted((s.kind, s.price, s.qty) for s in [*done, step] if not s.refused)
    held, recorded = seen.held, seen.recorded
    if held == step.held and recorded == wanted:
        return
    there = len(recorded) - len(wanted) + (not step.refused)
    if step.refused:
        hint, should = _sold_all_the_same(held, before), "It should have been refused: no trade"
    else:
        hint, should = _not_traded(held, before, there, step), "It should have been traded"
    raise NotYet(
        f"{story}{_traded(there)} and the item says Held: {held}. {should}, and Held: {step.held}.",
        hint=hint,
        run=seen.run,
    )


def _before(done: list[Step], held: int) -> str:
    if not done:
        return "Nothing was held yet, and the table of holdings was empty."
    steps = ", ".join(f"{step}{' (refused)' * step.refused}" for step in done)
    return f"After {steps}, {_held(held)}."


def _held(held: Any) -> str:
    return "1 was held" if held == 1 else f"{held} were held"


def _traded(there: int) -> str:
    if there <= 0:
        return "No trade was recorded,"
    return "The trade was recorded," if there == 1 else f"{there} trades were recorded,"


def _sold_all_the_same(held: int, before: int) -> str:
    return "recorded" if held == before else "below-zero" if held < 0 else "changed"


def _not_traded(held: int, before: int, there: int, step: Step) -> str:
    return step.hint if held == before and not there else "changed"


def _ended_otherwise(run: Execution, step: Step, story: str) -> NotYet:
    event = run.events[-1]["id"] if run.events else "?"
    why = f": {_brief(run.cause)}" if run.cause else ""
    what = f"The execution ended {run.status} with {run.error}{why} "
    if step.refused:
        unread = run.error in ("States.Runtime", "States.ParameterPathFailure")
        hint = "first-sale" if unread else "fails"
        should = "Nothing to sell is no failure: it should have ended SUCCEEDED, without a trade."
    else:
        hint = "input-lost" if "JSONPath" in (run.cause or "") else step.hint
        should = "It should have been traded."
    return NotYet(f"{story}{what}(event {event}). {should}", hint=hint, run=run)


def _brief(cause: str) -> str:
    return cause if len(cause) <= 300 else f"{cause[:299]}…"


def _still_fails(run: Execution) -> None:
    if run.status == "SUCCEEDED":
        raise NotYet(
            "With the table of holdings gone, a sale ended SUCCEEDED. Nobody would hear of it: "
            "only having nothing to sell is no failure.",
            hint="swallows",
            run=run,
        )


TASK = Task(
    title="Sell only what is held",
    minutes=15,
    check=check,
    hints={
        "": (
            "Which state knows how many are to be sold, and which one changes what is held?",
            "DynamoDB can refuse a write itself, if you tell it when. What must hold for the item "
            "before the shares are taken?",
            "A ConditionExpression beside the UpdateExpression; what it raises can be caught, and "
            "the way from there leads to an end.",
        ),
        "below-zero": (
            "What does the workflow compare with what?",
            "Some shares are not yet enough shares: the quantity decides.",
            "Held must be at least the quantity that this sale wants, at the moment of writing.",
        ),
        "all-of-it": (
            "Three are held and three are to be sold. Is that too many?",
            "What may be left over after a sale, at the least?",
            "“At least as many” is another comparison than “more”.",
        ),
        "recorded": (
            "The shares are still there. What then wrote the trade?",
            "Follow the picture from the refusal to the end: which states does it pass?",
            "The refusal needs an end of its own, and Record Transaction comes after the shares "
            "are taken, not before.",
        ),
        "fails": (
            "Was the refusal caught? And if so: to what type of state does the way lead?",
            "The error's name is in what the check said. Which field of a Task leads elsewhere "
            "for an error of that name?",
            "An execution is SUCCEEDED if its last state is a Succeed, or any other with End "
            "except Fail.",
        ),
        "first-sale": (
            "What does getItem answer if there is no such item?",
            "Before the first purchase there is no item, so a path into it leads nowhere. Which "
            "Choice rule asks whether something is there?",
            "IsPresent first, then the comparison; or a condition in DynamoDB, which is not met "
            "by what is not there.",
        ),
        "as-text": (
            "Ten are held and nine are to be sold. As text, which of the two is greater?",
            "DynamoDB gives numbers as text, and texts are compared letter by letter.",
            "States.StringToJson makes a number of a text; or let DynamoDB compare, which knows "
            "that Held is a number.",
        ),
        "swallows": (
            "Which errors does your Catch take, beside the one that you mean?",
            "A table that is not there, a role that may not write: would you want to hear of it?",
            "Catch the one name that DynamoDB gives to a condition that was not met.",
        ),
        "buys": (
            "Who asked the purchase whether something is held?",
            "Buying needs nothing. Which states may be as they were?",
            "Compare Add Shares, and the way to it and from it, with the starter.",
        ),
        "input-lost": (
            "What does the next state get, if a state has no ResultPath?",
            "The answer of DynamoDB has taken the trade's place. Where should it go instead?",
            "ResultPath: null throws a result away and passes the input on.",
        ),
        "changed": (
            "What should be held now, and by which way did the item come to another number?",
            "Each purchase adds its quantity once, each sale takes its quantity once, a refused "
            "one changes nothing.",
            "Go through the picture state by state: which of them wrote to the item?",
        ),
    },
    reasoning="""
DynamoDB looks at the condition and writes in one step, so nothing can come between. If the
condition is not met, nothing is written and the Task fails with
DynamoDB.ConditionalCheckFailedException; the Catch takes that one error and leads to an end that
is no failure. An item that is not there meets no condition, so the very first sale is refused too.

The trade is made up by Sell Stock before the shares are taken, but recorded only after: a refused
sale leaves nothing behind.

To look first (getItem) and decide in a Choice is right as well, as long as one execution runs at a
time, as on our schedule. Two at once could both see the same three shares, and both sell them. If
you look first, ask whether there is an item (IsPresent), and compare numbers, not texts: as text
"9" is more than "10".

Usual mistakes: a Catch for States.ALL, which calls a missing table "nothing to sell"; `>` for
`>=`, which never sells the last share; a refusal that ends in a Fail state, and wakes somebody.
""",
)
