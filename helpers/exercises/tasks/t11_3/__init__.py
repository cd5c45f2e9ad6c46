"""11.3 Two at once, in all: one Map inside another multiplies what each of them allows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpers import executions
from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
MOST = 2
BROKER = """import time

def lambda_handler(event, context):
    time.sleep(0.15)
    return {"id": event["id"], "price": 3 * event["qty"]}
"""
SHAPES = ((3, 3), (1, 2, 2), (2, 2))
"""How many orders each account has; each is a run."""
_ENDS = tuple(
    f"{kind}{end}" for kind in ("LambdaFunction", "Task") for end in ("Failed", "TimedOut")
)
BEGINS = ("LambdaFunctionScheduled", "TaskScheduled")
ENDS = ("LambdaFunctionSucceeded", "TaskSucceeded", *_ENDS)


def check(bench: Workbench) -> str:
    """Never three calls of the broker at once, and two where there is work for two."""
    machine = bench.machine(
        bench.text(FILE), {"BrokerFunctionArn": bench.function("broker", BROKER)}
    )
    for shape in SHAPES:
        accounts = _accounts(shape)
        said = " and ".join(map(str, shape))
        bench.trying(f"{len(shape)} accounts with {said} orders")
        run = machine.run({"accounts": accounts})
        story = f"With {len(shape)} accounts of {said} orders"
        _answered(run, accounts, story)
        most, calls = _at_once(bench, run)
        if calls != sum(shape):
            raise NotYet(
                f"{story} the broker was called {calls} times in what the history tells; there are "
                f"{sum(shape)} orders.",
                hint="calls",
                run=run,
            )
        if most != MOST:
            raise NotYet(
                f"{story}, {'as many as ' * (most > MOST)}{most} call{'s' * (most > 1)} of the "
                f"broker {'were' if most > 1 else 'was'} under way at once; there should have been "
                "two, and never more.",
                hint="too-many" if most > MOST else "one-by-one",
                run=run,
            )
    orders = sum(map(sum, SHAPES))
    return f"{len(SHAPES)} runs with {orders} orders: two calls at once, and never three."


def _accounts(shape: tuple[int, ...]) -> list[dict[str, Any]]:
    return [
        {
            "account": f"A{number}",
            "orders": [{"id": f"A{number}-{n}", "qty": n + 1} for n in range(orders)],
        }
        for number, orders in enumerate(shape, 1)
    ]


def _answered(run: Execution, accounts: list[dict[str, Any]], story: str) -> None:
    wanted = [
        [{"id": order["id"], "price": 3 * order["qty"]} for order in account["orders"]]
        for account in accounts
    ]
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"{story} the execution ended {run.status} with {run.error} (event "
            f"{run.events[-1]['id']}). {(run.cause or '')[:300]}",
            hint="fails",
            run=run,
        )
    if run.output != wanted:
        raise NotYet(
            f"{story} the workflow gave {shown(run.output)}, and should have given "
            f"{shown(wanted)}, a list of prices for each account.",
            hint="answer",
            run=run,
        )


def _at_once(bench: Workbench, run: Execution) -> tuple[int, int]:
    """The most calls at once, and how many there were, in its history and its children's."""
    moments: list[tuple[datetime, int]] = []
    for one in _family(bench, run):
        for event in one.events:
            kind = event["type"]
            if kind in BEGINS or kind in ENDS:
                moments.append((event["timestamp"], 1 if kind in BEGINS else -1))
    if len(moments) and len({moment for moment, _ in moments}) > 1:
        moments.sort(key=lambda one: (one[0], one[1]))  # at one moment, what ends goes first
    most = now = 0
    for _, step in moments:
        now += step
        most = max(most, now)
    return most, sum(step > 0 for _, step in moments)


def _family(bench: Workbench, run: Execution) -> list[Execution]:
    """An execution, and those that a distributed Map in it started."""
    family, client = [run], bench.client("stepfunctions")
    for step in run.walk():
        if step.map_run:
            pages = client.get_paginator("list_executions").paginate(mapRunArn=step.map_run)
            for page in pages:
                for child in page["executions"]:
                    family += _family(bench, executions.read(child["executionArn"], client=client))
    return family


TASK = Task(
    title="Two at once, in all",
    minutes=8,
    check=check,
    hints={
        "": (
            "It says 2 already. Two of what?",
            "MaxConcurrency counts the items of its own Map. How many Each Order are there at the "
            "same time?",
            "Accounts at once times orders at once: which two numbers give two?",
        ),
        "too-many": (
            "How many accounts were being worked on, and how many orders of each? Multiply.",
            "A Map knows nothing of another Map: each keeps to its own number, as often as it is "
            "running.",
            "The product has to be two. 0, and no MaxConcurrency at all, mean as many as there "
            "are.",
        ),
        "one-by-one": (
            "The broker could take two. What keeps the second call waiting?",
            "One account at a time, and one order of it at a time, are one call.",
            "Of the two numbers one may be two.",
        ),
        "calls": (
            "Does every order still lead to one call of the broker, as a Task?",
            "A call that is repeated, or made somewhere else, is a call too.",
            "The two Maps and the Task in them may stay as they are, except for one field each.",
        ),
        "answer": (
            "Which list came out, and which one would have come out of the starter?",
            "A Map gives a list with a place for each of its items. One Map instead of two gives "
            "one list.",
            "If you want only to say how many at once, nothing of the output has to change.",
        ),
        "fails": (
            "Which state failed, and what does the error say?",
            "Take back one of your changes at a time until it runs.",
            "MaxConcurrency is a whole number, and not negative.",
        ),
    },
    reasoning="""\
MaxConcurrency holds for one Map, each time it runs. Each Order may do two items at once, and there
are as many Each Order as accounts: three accounts make six calls. So the numbers multiply, and
their product has to be two: one account at a time with two orders ("MaxConcurrency": 1 outside, 2
inside), or two accounts with one order each.

With few orders an account the second is quicker, with few accounts the first. To be sure of two at
all times, the orders of all accounts would have to be one list in one Map.

A limit that must hold for all executions together, tonight's and tomorrow's, is none that a Map
can keep: it knows of itself only. For that there is the function's reserved concurrency, or a
queue before it.

Usual mistakes: 2 at both, which makes four; 2 outside and nothing inside; 1 at both, which takes
twice as long.""",
)
