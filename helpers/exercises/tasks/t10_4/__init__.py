"""10.4 Delivered twice, bought once: a conditional put decides who was first."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.causes import without_input
from helpers.exercises.workbench import Machine, shown

FILE = "workflow.asl.json"
BUYER = """
import time
import uuid


def lambda_handler(event, context):
    if isinstance(event, dict) and event.get("id") == "order-3":
        time.sleep(1)  # a purchase takes a moment, in which the event comes again
    return {"trade": str(uuid.uuid4())}
"""
LONGEST = 10
"""Seconds that two executions side by side may take."""


def check(bench: Workbench) -> str:
    """One purchase and one row an order, one after the other and at the same time."""
    text, table = bench.text(FILE), bench.table()
    buyer = bench.function("buyer", BUYER)
    machine = bench.machine(text, {"BuyerArn": buyer, "OrdersTable": table})
    bench.trying("an order")
    first = _order("order-1", 1)
    run = machine.run(first)
    _went_well(run, first)
    row = _stored(bench, table, first, run)
    bench.trying("the same order once more")
    second = _order("order-1", 2)
    again = machine.run(second)
    _bought_once([run, again], "one after the other")
    _went_well(again, second, "second-fails")
    _as_it_was(bench, table, row, again)
    bench.trying("another order")
    other = _order("order-2", 1)
    third = machine.run(other)
    _bought_once([third], "the first time")
    _went_well(third, other)
    _stored(bench, table, other, third)
    bench.trying("an order that comes twice at the same moment")
    _at_once(bench, machine, table)
    bench.trying("a table that is not there")
    _still_fails(bench.machine(text, {"BuyerArn": buyer, "OrdersTable": "nobodys-table"}))
    return (
        "Three orders, one delivered again later and one twice at the same moment: three "
        "purchases, three rows, and no delivery failed. A table that is not there is still a "
        "failure."
    )


def _order(order_id: str, delivered: int) -> dict[str, Any]:
    return {"id": order_id, "shares": 3, "delivered": delivered}


def _purchases(run: Execution) -> int:
    return sum(event["type"] == "LambdaFunctionScheduled" for event in run.events)


def _went_well(run: Execution, order: dict[str, Any], hint: str = "first-fails") -> None:
    if run.status == "SUCCEEDED":
        return
    when = "first" if hint == "first-fails" else "second"
    raise NotYet(
        f"The order {shown(order)}, delivered for the {when} time, ended {run.status} in "
        f"{run.path[-1] if run.path else 'no state'}, with {run.error}. "
        f"{without_input(run)}".rstrip(),
        hint=hint,
        run=run,
    )


def _rows(bench: Workbench, table: str, order_id: str) -> list[dict[str, Any]]:
    return [row for row in bench.items(table) if row.get("Id") == order_id]


def _stored(bench: Workbench, table: str, order: dict[str, Any], run: Execution) -> dict[str, Any]:
    """The order's row, as it should be."""
    if _purchases(run) != 1:
        raise NotYet(
            f"The order {order['id']} came for the first time, and the buyer was called "
            f"{_purchases(run)} times.",
            hint="mixed-up",
            run=run,
        )
    rows = _rows(bench, table, order["id"])
    row = rows[0] if rows else {}
    if row.get("Shares") != order["shares"] or not row.get("Trade"):
        there = f"is {shown(row)}" if rows else "is not there"
        raise NotYet(
            f"The order {order['id']} was bought, and its row {there}. It was to have Id, Trade "
            "and Shares, as before.",
            hint="not-stored",
            run=run,
        )
    return row


def _bought_once(runs: list[Execution], how: str, hint: str = "bought-twice") -> None:
    bought = sum(map(_purchases, runs))
    if bought == 1:
        return
    if bought == 0:
        raise NotYet(
            f"An order came {how}, and nothing was bought: it was taken for another one.",
            hint="mixed-up",
            run=runs[-1],
        )
    raise NotYet(
        f"An order was delivered twice, {how}, and the buyer was called {bought} times: the "
        "customer has twice the shares.",
        hint=hint,
        run=runs[-1],
    )


def _as_it_was(bench: Workbench, table: str, row: dict[str, Any], again: Execution) -> None:
    rows = _rows(bench, table, row["Id"])
    if rows != [row]:
        raise NotYet(
            f"After the second delivery the order's row is {shown(rows[0] if rows else None)}, and "
            f"should still be {shown(row)}.",
            hint="bought-twice",
            run=again,
        )


def _at_once(bench: Workbench, machine: Machine, table: str) -> None:
    started = [machine.start(_order("order-3", delivered)) for delivered in (1, 2)]
    runs = [run.wait(LONGEST) for run in started]
    _bought_once(runs, "at the same moment", "race")
    for run in runs:
        _went_well(run, _order("order-3", 2), "second-fails")
    ids = sorted(row["Id"] for row in bench.items(table))
    if ids != ["order-1", "order-2", "order-3"]:
        raise NotYet(
            f"After three orders the rows' Ids are {shown(ids)}: there was to be one row an order, "
            "with the order's id.",
            hint="mixed-up",
            run=runs[0],
        )


def _still_fails(machine: Machine) -> None:
    order = _order("order-4", 1)
    run = machine.run(order)
    if run.status == "SUCCEEDED":
        raise NotYet(
            f"The table is not there, so the order {shown(order)} can be kept nowhere. The "
            f"execution ended SUCCEEDED all the same, by {' → '.join(run.path)}, and nobody will "
            "look for the order.",
            hint="hides-errors",
            run=run,
        )


TASK = Task(
    title="Delivered twice, bought once",
    minutes=15,
    check=check,
    hints={
        "": (
            "Two deliveries, two executions, and neither knows of the other. What do both see?",
            "Who comes first could leave a mark, before anything is bought. DynamoDB can write an "
            "item on condition that there is none yet.",
            "The second is refused with an error that has a name, and that error is good news.",
        ),
        "bought-twice": (
            "What stands before Buy that keeps a second execution out?",
            "A row that is written after the purchase comes too late, whatever its condition.",
            "Write the order's row first, on condition that there is none; by what is it known? By "
            "what is the same in each delivery.",
        ),
        "race": (
            "Both looked, both saw nothing, both bought. What lies between looking and writing?",
            "Looking and writing have to be one step, which nobody can come between.",
            "A put with a ConditionExpression looks and writes at once.",
        ),
        "second-fails": (
            "In which state did the second delivery fail, and with which error? Is it bad news?",
            "DynamoDB's errors have a name in two parts in Step Functions. The check says it.",
            "Catch that one, and lead it to an end that is a success and does nothing more.",
        ),
        "first-fails": (
            "The first delivery has nobody before it. Which state failed, and what had it been "
            "given?",
            "DynamoDB's answer is a result too: it takes the order's place, unless it is told not "
            "to. And the row that you wrote first is there when the last state writes.",
            "In a condition, Id is the name of an attribute of the table, not a path.",
        ),
        "not-stored": (
            "Is the row at the end what it was before your change: Id, Trade and Shares?",
            "The mark that is left first is one thing; what is bought has to be kept as well.",
            "A put without a condition takes the place of the row that is there.",
        ),
        "mixed-up": (
            "Two orders were taken for one. What do both rows have as their Id?",
            "A path is filled in only where the field's name says so.",
            "Look at the item in the table: is it the order's id that stands there?",
        ),
        "hides-errors": (
            "How many errors does your Catch take?",
            "Only one of them means that the order is there already.",
            "Name that one; let the others end the execution.",
        ),
    },
    reasoning="""
At least once means: some day twice. The key of the table alone does not help, since a second put
writes over the first row, after a second purchase.

So the order is claimed before anything is bought: a put with attribute_not_exists(Id), where Id is
the order's. DynamoDB looks and writes in one step, so of two executions at the same moment one is
refused, with DynamoDB.ConditionalCheckFailedException. Catch that error and no other, and end there
as a success: the delivery was dealt with, by somebody else.

What if Buy fails after the claim? Then a third delivery would be refused too, and nothing bought.
That is why the execution has to end as FAILED and not be hushed up: a redrive takes it up at Buy,
with the claim behind it.

Also right: an updateItem with a condition; JSONata. Where one workflow starts another, a name for
the execution that is made from the order does the same (exercise 06.4), for 90 days.

Usual mistakes: a condition on the last put, which saves the row and buys twice; getItem and a
Choice, between which another execution fits; States.ALL, which makes a success of a table that is
not there.
""",
)
