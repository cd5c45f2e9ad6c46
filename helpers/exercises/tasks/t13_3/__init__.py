"""13.3 Whose trade was it? What is known early is needed late, and is nobody's business between."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
ORDERS: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"id": "o-17", "customer": "Ada", "limit": 60}, 55, "buy"),
    ({"id": "o-18", "customer": "Grace", "limit": 30}, 55, "sell"),
    ({"id": "o-19", "customer": "Ada", "limit": 50}, 50, "buy"),
    ({"id": "o-20", "customer": "{% Bobby %}", "limit": 5}, 0, "buy"),
)
STRANGE = "SaidTooMuch"

CHECKER = '''"""Answers with a price, and wants to be told nothing."""
import os


class SaidTooMuch(Exception):
    pass


def lambda_handler(event, context):
    if event != {}:
        raise SaidTooMuch(f"I am given {{}}, and now I was given {event}")
    return {"stock_price": int(os.environ["PRICE"])}
'''

BROKER = '''"""Trades at a price, and wants to be told nothing else."""
import os


class SaidTooMuch(Exception):
    pass


def lambda_handler(event, context):
    if set(event) != {"stock_price"}:
        raise SaidTooMuch(f"I am given a stock_price alone, and now I was given {event}")
    return {"type": os.environ["SIDE"], "price": str(event["stock_price"]), "qty": "3"}
'''


def check(bench: Workbench) -> str:
    """The confirmation has order, customer, price and trade; no function hears more than before."""
    arns = {
        f"Stock{name}FunctionArn": bench.function(name, BROKER, variables={"SIDE": side})
        for name, side in (("Buyer", "buy"), ("Seller", "sell"))
    }
    for order, price, side in ORDERS:
        bench.trying(f"{order['customer']}'s limit of {order['limit']}, at a price of {price}")
        exchange = bench.function(f"at-{order['id']}", CHECKER, variables={"PRICE": str(price)})
        machine = bench.machine(
            bench.text(FILE), substitutions={**arns, "StockCheckerFunctionArn": exchange}
        )
        _confirmed(machine.run({"order": order}), order, price, side)
    return (
        "Four orders were traded by their own limits and confirmed with order, customer, price "
        "and trade, and the functions were told what they were told before."
    )


def _confirmed(run: Execution, order: dict[str, Any], price: int, side: str) -> None:
    told = f"With {shown(order)} and a price of {price}"
    if run.status != "SUCCEEDED":
        raise _failed(run, told)
    went = "buy" if "Buy Stock" in run.path else "sell"
    if went != side:
        raise NotYet(
            f"{told} it went {' → '.join(run.path)}; by the order's limit it was to {side}.",
            hint="limit",
            run=run,
        )
    trade = {"type": side, "price": str(price), "qty": "3"}
    wanted = {
        "order": order["id"],
        "customer": order["customer"],
        "stock_price": price,
        "trade": trade,
    }
    got = run.output
    if not isinstance(got, dict) or set(got) != set(wanted):
        raise NotYet(
            f"{told} the output was {shown(got)}; order, customer, stock_price and trade were "
            "asked for.",
            hint="fields",
            run=run,
        )
    for name, value in wanted.items():
        if got[name] != value or type(got[name]) is not type(value):
            raise NotYet(
                f"{told} the output has {shown(got[name])} as {name}; it should be {shown(value)}.",
                hint="value",
                run=run,
            )


def _failed(run: Execution, told: str) -> NotYet:
    step = next((one for one in run.steps if one.error), run.steps[-1])
    error, cause = step.error or run.error, step.cause or run.cause or ""
    hint = "run-failed"
    if error == STRANGE:
        hint = "said-too-much"
    elif error == "States.QueryEvaluationError":
        hint = "undefined" if "undefined" in cause else "run-failed"
    return NotYet(
        f"{told} the execution failed in {step.name}: {error}. {cause[:400]}", hint=hint, run=run
    )


TASK = Task(
    title="Whose trade was it?",
    minutes=12,
    check=check,
    hints={
        "": (
            "Where does the customer's name get lost, and where is it needed again? Count the "
            "states between.",
            "What a state hands on reaches the next state, and the functions with it. What a state "
            "assigns, any later state can read.",
            "Four things are known early: the order's number, its customer, its limit, and, one "
            "state later, the price. Which state knows which first?",
        ),
        "said-too-much": (
            "A function was given more than before. Which state handed it on?",
            "What travels in the output goes into the next function. Is there a way past it?",
            "Take Order handed on {} for a reason. A variable needs no Output.",
        ),
        "undefined": (
            "The cause names the expression that found nothing. Was that variable set by then, "
            "and under this name?",
            "What Assign sets is there in the states that follow. In the same state, all "
            "expressions still see what was there before.",
            "What a Task found out is its result; what it was given is its input. Which of them "
            "has the price?",
        ),
        "limit": (
            "By which number was it decided? By the order's, or by another?",
            "The Choice gets what the checker returned. The limit is not in there.",
            "A variable may hold a whole object; a dot leads into it, as with $states.input.",
        ),
        "fields": (
            "What a JSONata state hands on is its Output and nothing beside it. What stands in "
            "Confirm's?",
            "Four fields: order, customer, stock_price, trade. The last is there already.",
            "A name too many is as wrong as one too few: somebody's program reads this.",
        ),
        "value": (
            "Right name, other value. Where does it come from?",
            "Both ways lead to Confirm. Is the value set on both?",
            "The trade's price is a text, since DynamoDB wants it so. The checker's was a number.",
        ),
        "run-failed": (
            "Which state is red in the picture, and what does its cause say?",
            "run.steps[-1].variables are the variables that the last state could see.",
            "Try that state alone: test_state takes variables as well as an input.",
        ),
    },
    reasoning="""
The output of a state is the input of the next one and of nobody else. To bring a value from the
first state to the last by that way, each state between has to carry it, and each function gets to
see it. A variable goes past them: Assign sets it, and every later state reads it by its name.

Assign is evaluated together with Output, from what was there before: in the state that sets a
variable, its name still means the old value, or nothing. The price is a result, so the state that
called the checker assigns it, for both ways at once; an Assign in the rule of a Choice would be
carried out only if that rule holds.

Also right: one variable for each thing; $states.context.Execution.Input.order for what was in the
input from the beginning (not for the price, which was not); Arguments that give each function
what it may know, and an Output that carries the rest along. That works, and has to be repeated in
each state that is ever put between.
""",
)
