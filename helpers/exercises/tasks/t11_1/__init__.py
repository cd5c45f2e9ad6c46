"""11.1 One object again: a Parallel gives a list, and the order that it was given is gone."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
PRICE = """import time

def lambda_handler(event, context):
    time.sleep(0.1)
    return {"price": event["market"], "at": "the exchange"}
"""
CREDIT = """import time

def lambda_handler(event, context):
    time.sleep(0.1)
    return {"credit": event["limit"] - event["qty"], "at": "the bank"}
"""
ORDERS: tuple[dict[str, Any], ...] = (
    {"id": "o-1", "symbol": "ABC", "qty": 5, "market": 41, "limit": 905},
    {"id": "o-2", "symbol": "XYZ", "qty": 1, "market": 7, "limit": 8},
)


def check(bench: Workbench) -> str:
    """The last state gets the order with what was found, both sides asked at once."""
    table = bench.table()
    functions = {
        "price": bench.function("price", PRICE),
        "credit": bench.function("credit", CREDIT),
    }
    machine = bench.machine(
        bench.text(FILE),
        {
            "PriceFunctionArn": functions["price"],
            "CreditFunctionArn": functions["credit"],
            "OrdersTable": table,
        },
    )
    for order in ORDERS:
        bench.trying(f"the order {order['id']}")
        run = machine.run(order)
        _look(run, order)
        _recorded(bench.items(table), run, order)
        _at_once(run)
    return (
        f"{len(ORDERS)} orders: each came out as one object, with price and credit under found, "
        "each is in the table, and both sides were asked at once."
    )


def _found(order: dict[str, Any]) -> dict[str, int]:
    return {"price": order["market"], "credit": order["limit"] - order["qty"]}


def _look(run: Execution, order: dict[str, Any]) -> None:
    wanted = {**order, "found": _found(order)}
    got = run.output if run.status == "SUCCEEDED" else run.steps[-1].input
    last = run.steps[-1]
    if run.status == "SUCCEEDED" and got == wanted:
        return
    if run.status != "SUCCEEDED":
        why = (run.cause or "").partition(" in the input '")[0][:300]
        said = (
            f"{last.name} got {shown(got)}, and there the execution failed (event "
            f"{run.events[-1]['id']}): {run.error}. {why}"
        )
        hint = "selector-fails" if last.type == "Parallel" else _hint(got, order)
    else:
        said = f"the workflow gave {shown(got)}, and should have given {shown(wanted)}."
        hint = _hint(got, order)
    raise NotYet(f"With the order {order['id']} {said}", hint=hint, run=run)


def _hint(got: Any, order: dict[str, Any]) -> str:
    """What is the matter with what the last state got."""
    if isinstance(got, list):
        return "list"
    if not isinstance(got, dict) or not order.items() <= got.items():
        return "order-lost"
    found = got.get("found")
    if isinstance(found, list):
        return "list"
    if not isinstance(found, dict):
        return "not-under-found"
    if not _found(order).keys() <= found.keys():
        return "one-side"
    return "too-much"


def _recorded(items: list[dict[str, Any]], run: Execution, order: dict[str, Any]) -> None:
    found = _found(order)
    wanted = {
        "Id": order["id"],
        "Symbol": order["symbol"],
        "Price": found["price"],
        "Credit": found["credit"],
    }
    item = next((item for item in items if item["Id"] == order["id"]), None)
    if item != wanted:
        there = "has no such item" if item is None else f"has {shown(item)}"
        raise NotYet(
            f"With the order {order['id']} the execution succeeded, and the table {there}. It "
            f"should have {shown(wanted)}.",
            hint="not-recorded",
            run=run,
        )


def _at_once(run: Execution) -> None:
    """Both sides were asked before one of them had answered."""
    kinds = [
        event["type"].removeprefix("LambdaFunction").removeprefix("Task")
        for event in run.events
        if event["type"] in ("LambdaFunctionScheduled", "LambdaFunctionSucceeded")
    ]
    if kinds[:2] != ["Scheduled", "Scheduled"]:
        raise NotYet(
            "Each order came out right. But one side was asked only when the other had answered: "
            "that takes the time of both.",
            hint="in-turn",
            run=run,
        )


TASK = Task(
    title="One object again",
    minutes=8,
    check=check,
    hints={
        "": (
            "What went into Look, and what came out of it? run.steps[0].input and .output say it.",
            "Two things happen to the order in Look: the answers come as a list, and they take its "
            "place. Which two fields of a state are about an answer?",
            "One makes of the list what you want to have, the other says where in the order that "
            "is put.",
        ),
        "list": (
            "There is a list. Which part of it comes from which branch?",
            "A field of the state makes something new of an answer before it is put anywhere. It "
            "was one of the five of notebook 06.",
            "In that field $ is the list: $[0] is what the first branch gave.",
        ),
        "order-lost": (
            "The answers are there. Where is the order's id?",
            "What a state gives takes the place of what it got, unless the state says where to "
            "put it.",
            "ResultPath, as in exercise 06.1: the order stays, and what was found is put into it.",
        ),
        "not-under-found": (
            "Under which name does Record Order look for the price?",
            "It reads $.found.price. What is under found now?",
            "The path after ResultPath names the field that is made.",
        ),
        "one-side": (
            "Two sides were asked. Which of the answers did not arrive?",
            "There is a list of two. How many of its places do you read?",
            "Both values have to be named in one object: the price from the first place, the "
            "credit from the second.",
        ),
        "too-much": (
            "What lies under found, beside what was asked for?",
            "Each function answers with more than one field. Do you take the answer, or a field of "
            "it?",
            "$[0] is the whole answer of the first branch; a field of it is one step further down.",
        ),
        "selector-fails": (
            "Which path does the cause name, and what would have to be at that place?",
            "The places in the list are those of the branches in the file, whoever answers first. "
            "They are counted from 0.",
            "The price comes from the first branch. Which number has that?",
        ),
        "not-recorded": (
            "Record Order was right as it stood. What does it read, and from where?",
            "Compare it with the starter: did one of its paths change?",
            "If you renamed what is found, its readers have to follow.",
        ),
        "in-turn": (
            "How long does it take to ask both, if the one waits for the other?",
            "What kind of state has more than one StartAt in it?",
            "Leave the Parallel as it is, and change what becomes of its answer.",
        ),
    },
    reasoning="""\
A Parallel gives a list with a place for each branch, in the order in which the branches stand in
the file. Who answers first does not matter. And like every state's result, this list takes the
place of the input.

Two fields put that right. ResultSelector makes an object of the list, with "price.$": "$[0].price"
and "credit.$": "$[1].credit". ResultPath "$.found" puts this object into the order, instead of in
its place. Record Order then finds all that it needs.

Also right: a Pass behind the Parallel that builds the object from $.found[0] and $.found[1]; or
JSONata, where the state's Output is $merge([$states.input, {"found": …}]).

Usual mistakes: ResultPath alone, so that found is still a list; ResultSelector alone, so that the
order is gone; States.JsonMerge of both answers, which takes along all that the functions say, and
of two fields with the same name the second one's.""",
)
