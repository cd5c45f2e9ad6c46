"""06.1 Keep the price: a state's output replaces its input, unless it says where it goes."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution, Step
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
TRADE = ("id", "type", "price", "qty", "timestamp")


def check(bench: Workbench) -> str:
    """Price and trade both reach the last state, and the trade still lands in the table."""
    trader = bench.trader()
    machine = bench.machine(bench.text(FILE), substitutions=trader.substitutions)
    for price in (7, 93, 50):
        bench.trying(f"a price of {price}")
        run = machine.run({"checker_returns": {"stock_price": price}})
        if run.status != "SUCCEEDED":
            raise _failed(run, price)
        _has_both(run, price)
        _stored(bench.items(trader.table), run, price)
    return "7, 93 and 50 all kept price and trade, and each trade is in the table."


def _last(run: Execution) -> Step:
    """The state that records the trade; where that was renamed, the last Task."""
    tasks = [step for step in run.steps if step.type == "Task"]
    named = [step for step in tasks if step.name == "Record Transaction"]
    return (named or tasks or run.steps)[-1]


def _handed(step: Step) -> dict[str, Any]:
    """What a state has to work with: its input, and the variables that were assigned before it."""
    return {**step.variables, **(step.input if isinstance(step.input, dict) else {})}


def _is_trade(value: Any) -> bool:
    return isinstance(value, dict) and all(key in value for key in TRADE)


def _failed(run: Execution, price: int) -> NotYet:
    last = run.steps[-1]
    handed = _handed(last)
    hint = "run-failed"
    why = (run.cause or "").partition(" in the input '")[0]  # the input is told already
    if last.name == "Record Transaction":
        hint = "old-paths" if any(_is_trade(value) for value in handed.values()) else "trade-lost"
    return NotYet(
        f"With a price of {price} {last.name} got {shown(handed)}, and there the execution failed "
        f"(event {run.events[-1]['id']}): {run.error or 'no name'}. {why[:300]}",
        hint=hint,
        run=run,
    )


def _has_both(run: Execution, price: int) -> None:
    last = _last(run)
    handed = _handed(last)
    got = f"With a price of {price} {last.name} got {shown(handed)} (event {last.first_event})"
    if _is_trade(handed.get("stock_price")):
        said = "under stock_price there is the trade, and the checker's number is gone."
        raise NotYet(f"{got}: {said}", hint="price-changed", run=run)
    trade_there = _is_trade(handed.get("trade"))
    lost = "stock_price" not in handed
    if trade_there and not lost:
        if handed["stock_price"] == price and type(handed["stock_price"]) is int:
            return
        said = f"stock_price is there, but the checker gave the number {price}."
        raise NotYet(f"{got}: {said}", hint="price-changed", run=run)
    if lost and (trade_there or _is_trade(handed)):
        hint = "one-branch" if price > 50 else "price-lost"
        raise NotYet(f"{got}: the trade is there, stock_price is not.", hint=hint, run=run)
    if any(_is_trade(value) for value in (handed, *handed.values())):
        said = "both are there, but the trade is not under trade."
        raise NotYet(f"{got}: {said}", hint="trade-elsewhere", run=run)
    raise NotYet(f"{got}: there is no whole trade under trade.", hint="trade-lost", run=run)


def _stored(items: list[dict[str, Any]], run: Execution, price: int) -> None:
    trade = _handed(_last(run))["trade"]
    item = next((item for item in items if item.get("Id") == trade["id"]), None)
    if item is None:
        raise NotYet(
            f"With a price of {price} the execution succeeded, but the table has no item with the "
            f"trade's id, {shown(trade['id'])}.",
            hint="not-stored",
            run=run,
        )
    side = "buy" if price <= 50 else "sell"
    wanted = {"Type": side, "Price": str(price), "Quantity": trade["qty"]}
    wanted["Timestamp"] = trade["timestamp"]
    stored = {name: str(item.get(name)) for name in wanted}
    if stored != wanted:
        raise NotYet(
            f"With a price of {price} the item in the table has {shown(stored)}, and should have "
            f"{shown(wanted)}.",
            hint="not-stored",
            run=run,
        )


TASK = Task(
    title="Keep the price",
    minutes=8,
    check=check,
    hints={
        "": (
            "What went into Buy Stock, and what of it came out? run.steps[2].input and .output of "
            "any run say it.",
            "A state has a field that says where its result is put. Without it, the result takes "
            "the place of everything.",
            "Once the trade lies in a field of its own, somebody further on still looks for it "
            "where it used to be.",
        ),
        "price-lost": (
            "Which field of a state says where its result is put?",
            "Its value is a path: the result goes there, and the rest of the input stays. It is "
            "wanted where the price gets lost, not where it is found.",
            "The trade is to lie under $.trade. That is the path; the field is ResultPath.",
        ),
        "one-branch": (
            "At 7 it holds. Which way does a 93 take?",
            "The two middle states lose the price in the same way.",
            "What you did to Buy Stock, Sell Stock needs as well.",
        ),
        "old-paths": (
            "The trade has moved. Who still looks for it in the old place?",
            "The error names a path that leads nowhere now. Which field has it?",
            "Record Transaction reads five values of the trade, each by a path of its own.",
        ),
        "trade-elsewhere": (
            "Under which name was the trade promised to whoever comes next?",
            "The task asks for $.trade. Which path did you give?",
            "The path names the field that is made; the paths further on follow it.",
        ),
        "trade-lost": (
            "The buyer did make a trade. In which event do you see it last?",
            "A ResultPath of null throws the result away and keeps the input: the wrong one of the "
            "two is gone then.",
            "Ask of each field that you added: does it put something in, or does it pick?",
        ),
        "price-changed": (
            "What did the checker return, and what stands there now? Look at the type as well.",
            "The trade has a price too, but as text: it is not the one that the checker gave.",
            "A result that is put at $.stock_price takes the price's place.",
        ),
        "not-stored": (
            "What does Record Transaction write, and where does it read each value?",
            "The item is to be as it was before: only the paths to its values change.",
            "DynamoDB takes a number as text, and the price inside the trade is text.",
        ),
        "run-failed": (
            "Which state failed, and which path or field does its error name?",
            "A path that leads nowhere ends an execution with States.Runtime.",
            "Take back one of your changes at a time until it runs, and look at what came out.",
        ),
    },
    reasoning="""\
A Task's output is its result, and the result takes the place of the input: Buy Stock was given
{"stock_price": 7} and hands on the trade alone. ResultPath says where in the input the result is
put. With "ResultPath": "$.trade" on Buy Stock and on Sell Stock the input stays, and the trade is
added to it.

Record Transaction then finds the trade one level further down, so its five paths become $.trade.id
and so on. That part is forgotten most, and nothing but a run shows it.

Other ways are as right. A variable is out of every result's way: "Assign": {"stock_price.$":
"$.stock_price"} on the checker, read as $stock_price, with the trade put under trade by a
ResultSelector. A state in JSONata builds in Output what it hands on.

What does not help: ResultPath on Check Stock Value (the price is lost later), OutputPath (it picks
from what is there and adds nothing), and a result put at $.stock_price (it takes the price's
place).""",
)
