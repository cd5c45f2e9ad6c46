"""13.2 What a day comes to: a sum over a list, of texts, where the list may be empty."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Machine, shown

FILE = "workflow.asl.json"
FIELDS = ("trades", "bought", "sold")


def _trades(*told: tuple[str, int, int]) -> list[dict[str, str]]:
    """Trades as the functions return them: price and quantity are texts."""
    return [
        {
            "id": f"trade-{number}",
            "type": side,
            "price": str(price),
            "qty": str(quantity),
            "timestamp": f"2026-11-27T{number % 24:02}:00:00+00:00",
        }
        for number, (side, price, quantity) in enumerate(told)
    ]


DAYS: tuple[tuple[str, list[dict[str, str]]], ...] = (
    (
        "five trades",
        _trades(("buy", 2, 8), ("sell", 65, 3), ("buy", 41, 10), ("sell", 99, 1), ("buy", 7, 7)),
    ),
    ("one purchase and one sale", _trades(("sell", 80, 4), ("buy", 30, 9))),
    ("purchases alone", _trades(("buy", 12, 3), ("buy", 44, 2))),
    ("sales alone", _trades(("sell", 71, 6), ("sell", 100, 10))),
    ("a price of 0", _trades(("buy", 0, 5), ("sell", 51, 2), ("buy", 9, 1))),
    ("one trade", _trades(("buy", 23, 4))),
    ("no trade", []),
    (
        "480 trades",
        _trades(
            *((("buy", n % 51, n % 10 + 1), ("sell", 100 - n % 50, 3))[n % 2] for n in range(480))
        ),
    ),
)


def check(bench: Workbench) -> str:
    """For every day, how many trades there were and what was paid and earned."""
    machine = bench.machine(bench.text(FILE))
    for name, trades in DAYS:
        bench.trying(name)
        _added_up(machine, name, trades)
    return (
        f"{len(DAYS)} days, with none, one and 480 trades, with purchases or sales alone: each was "
        "added up as it should be."
    )


def _value(trades: list[dict[str, str]], side: str) -> int:
    return sum(int(one["price"]) * int(one["qty"]) for one in trades if one["type"] == side)


def _added_up(machine: Machine, name: str, trades: list[dict[str, str]]) -> None:
    run = machine.run({"trades": trades})
    if run.status != "SUCCEEDED":
        raise _failed(run, name)
    wanted = {
        "trades": len(trades),
        "bought": _value(trades, "buy"),
        "sold": _value(trades, "sell"),
    }
    got = run.output
    told = f"With {name} the output was {shown(got)}"
    if not isinstance(got, dict) or any(field not in got for field in FIELDS):
        raise NotYet(f"{told}; trades, bought and sold were asked for.", hint=_gone(got), run=run)
    for field in FIELDS:
        if not _is(got[field], wanted[field]):
            raise NotYet(
                f"{told}, and {field} should be {wanted[field]}.",
                hint=_why(field, got[field], trades),
                run=run,
            )


def _is(value: Any, wanted: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == wanted


def _gone(got: Any) -> str:
    """A field that an expression makes of nothing is left out, and no error says so."""
    return "left-out" if isinstance(got, dict) and set(got) < set(FIELDS) else "shape"


def _why(field: str, value: Any, trades: list[dict[str, str]]) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | dict) or value is None:
        return "no-sum"
    side = {"bought": "buy", "sold": "sell"}.get(field)
    prices = sum(int(one["price"]) for one in trades if one["type"] == side)
    return "prices" if side and value == prices else "other-sum"


def _failed(run: Execution, name: str) -> NotYet:
    step = next((one for one in run.steps if one.error), run.steps[-1])
    error, cause = step.error or run.error, step.cause or run.cause or ""
    hint = "run-failed"
    if error == "States.QueryEvaluationError":
        hint = "nothing" if "undefined" in cause else "texts"
        if "'Output/trades'" in cause:
            hint = "count"
    return NotYet(
        f"With {name} the execution failed: {error}. {cause[:500]}",
        hint=hint,
        run=run,
    )


TASK = Task(
    title="What a day comes to",
    minutes=12,
    check=check,
    hints={
        "": (
            "JSONPath can pick the prices out of the list. Which of its functions would add them "
            "up, or multiply each by its quantity?",
            "There is none. The other language has functions for it, and one expression after a "
            "dot is evaluated for each item of a list.",
            'Price and quantity are texts, as in the trader\'s own trades: what is "2" times "8"?',
        ),
        "no-sum": (
            "A list came out, or nothing, where a number was asked for. Which function makes one "
            "number of many?",
            "JSONata has $sum, $count, $average, $max. They take a list of numbers.",
            "States.MathAdd adds two numbers. It cannot know how many there will be.",
        ),
        "texts": (
            'The cause says what the values are. Is "2" a number?',
            "JSONata does not take a text for a number by itself. $number does.",
            "Price and quantity are both texts, in each trade: convert them where they are "
            "multiplied, one trade at a time.",
        ),
        "count": (
            "How many trades there are could not be said. What does that function take?",
            "$length counts the letters of a text. The items of a list are counted by another.",
            "Its name is in the notebook, in the list of functions that take a whole list.",
        ),
        "nothing": (
            "On this day there is something that the expression looks for and does not find. What "
            "is the sum of nothing at all?",
            "A path that finds nothing is undefined, a function of undefined is undefined, and as "
            "a field of the output that is an error.",
            "[ ] around an expression make a list of whatever it finds; of nothing they make an "
            "empty list, and its sum is 0.",
        ),
        "left-out": (
            "One field is not there at all, and nothing failed. What was its value, inside the "
            "expression?",
            "An object that an expression builds leaves out what is undefined. An object in the "
            "definition, with an expression in each field, would have failed.",
            "[ ] around an expression make a list of whatever it finds; of nothing they make an "
            "empty list, and its sum is 0.",
        ),
        "prices": (
            "What is a trade worth: its price, or more than that?",
            "Each price is to be multiplied by its own quantity, before anything is added up.",
            "After a dot may stand an expression in brackets. It is evaluated for each item.",
        ),
        "text": (
            "The number stands in quotes. Which function made a text of it?",
            "& joins texts; $string makes one. What is added up should be a number.",
            "A field that is one expression has the type of what it gives.",
        ),
        "other-sum": (
            "Take the day that was tried, and add it up by hand. Which trades were counted, or "
            "left out?",
            "A filter in [ ] keeps the items for which it holds. Is it the right one for bought, "
            "and for sold?",
            "The sum of the prices times the sum of the quantities is not what a day is worth.",
        ),
        "shape": (
            "The output is to be one object with three fields. What is it now?",
            "In JSONata, what Output says is all that is handed on.",
            "Result and Parameters belong to JSONPath; look at what TestState hands on.",
        ),
        "run-failed": (
            "Which expression does the cause quote?",
            "Try the state alone: test_state takes the definition and a day of trades as input.",
            "Begin with one field, and add the next when the first holds.",
        ),
    },
    reasoning="""
JSONPath selects, and what it selects stays as it is: no function of it multiplies, and its only
addition takes two numbers. What one did before was a function, deployed and paid for, to add up a
list.

In JSONata a dot maps: trades[type = 'buy'].(…) evaluates the brackets for each trade that the
filter lets through, and $sum makes one number of it. Two things are easily overlooked. Price and
quantity are texts, and JSONata converts nothing by itself: $number does. And a filter that finds
nothing is not an empty list but undefined; $sum of undefined is undefined, and a field of Output
that is undefined fails the state. [ … ] around it makes a list in any case.

Also right: $reduce over all trades, from 0 on (over what a filter found, it is undefined where
that is nothing, whatever it begins with); one expression that builds the whole object,
if each sum is made safe: inside an expression, an undefined field is left out without a word. One
more: $count of a path is 0 where nothing is found, so the number of trades is safe by itself.
""",
)
