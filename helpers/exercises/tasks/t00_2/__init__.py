"""00.2 The first hint: what the checker returns, as JSON, so that the workflow sells."""

import json
from typing import Any

from helpers import stages
from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

WORKFLOW = stages.ROOT / "sam-app" / "statemachine" / "stock_trader.asl.json"
LONGEST = 10_000


def check(bench: Workbench) -> str:
    """With the file's JSON as what the checker returns, the workflow sells and records it."""
    checked = _checked(bench)
    bench.trying("the workflow with what the file says")
    trader = bench.trader()
    machine = bench.machine(WORKFLOW.read_text(encoding="utf-8"), trader.substitutions)
    run = machine.run({"checker_returns": checked})
    _look_at_the_way(checked, run)
    item = next((item for item in bench.items(trader.table)), None)
    if item is None or item["Type"] != "sell":
        raise NotYet(f"Given {shown(checked)}, no sale was recorded.", hint="fails", run=run)
    return f"Given {shown(checked)}, the workflow sold at {item['Price']} dollars and recorded it."


def _checked(bench: Workbench) -> Any:
    checked = bench.json("checked.json")
    size = len(json.dumps(checked))
    if size > LONGEST:
        raise NotYet(f"checked.json holds {size:,} characters: a price is enough.", hint="fails")
    return checked


def _look_at_the_way(checked: Any, run: Execution) -> None:
    if "Buy Stock" in run.path:
        raise NotYet(f"Given {shown(checked)}, the workflow bought.", hint="buys", run=run)
    if run.status != "SUCCEEDED":
        where = f" in {run.path[-1]}" if run.path else ""
        raise NotYet(
            f"Given {shown(checked)}, the workflow failed{where}: {run.error}. "
            f"{(run.cause or '')[:300]}",
            hint="fails",
            run=run,
        )
    if isinstance(checked["stock_price"], str):
        raise NotYet(
            f"Given {shown(checked)}, the workflow sold, but not because of the price: a number in "
            "quotes is text, and text takes this way at any price.",
            hint="a-text",
            run=run,
        )


TASK = Task(
    title="The first hint",
    minutes=4,
    check=check,
    hints={
        "": (
            "At which prices does the picture lead to Sell Stock?",
            "Only the number has to be another one, for a start. Change it, save, and check.",
            "Open exercises/00.2/checked.json and write a price above 50 instead of 7.",
        ),
        "not-json": (
            "Which character stands at the place that the check names, and which right before it?",
            "In JSON a comma says that another entry follows. Does one follow?",
            "Python allows a comma after the last entry, JSON does not.",
        ),
        "buys": (
            "At which prices does the picture lead to Sell Stock?",
            "Fifty still buys: the rule says smaller than or equal to.",
            "Any whole number from 51 to 100 will do.",
        ),
        "fails": (
            "Which state failed, and what did it look for?",
            "The Choice looks for the name that stands on its edge, letter by letter.",
            "What the checker returns has one entry: the name stock_price and a number.",
        ),
        "a-text": (
            'What is the difference between 97 and "97"?',
            "The other price in this notebook's text stands without quotes. Why would that be?",
            "Take the quotes away from the number. The name keeps its own.",
        ),
    },
    reasoning=(
        "Every price above 50 is right. The file had a second fault, that many meet in their first "
        "hour with JSON: a comma after the last entry, which Python allows and JSON does not. The "
        "line and the column in the message lead there.\n\n"
        "A name that is misspelt lets the Choice fail, since it does not find what it compares. "
        "A number in quotes is text: no rule about numbers holds for it, and the workflow takes "
        "the other way, whatever the price. Notebook 03 comes back to that."
    ),
)
