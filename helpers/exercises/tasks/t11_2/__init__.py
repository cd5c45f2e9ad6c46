"""11.2 One bad order: each item knows the day, and one that fails takes no other along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
FILL = """PRICES = {"ABC": 41, "DEF": 12, "XYZ": 7}


class NoSuchSymbol(Exception):
    pass


def lambda_handler(event, context):
    if event.get("symbol") not in PRICES:
        raise NoSuchSymbol(event.get("symbol"))
    return {"price": PRICES[event["symbol"]] * event["qty"]}
"""
PRICES = {"ABC": 41, "DEF": 12, "XYZ": 7}


def _order(number: str, symbol: str, qty: Any) -> dict[str, Any]:
    return {"id": number, "symbol": symbol, "qty": qty}


@dataclass(frozen=True)
class Day:
    """A day's orders."""

    day: str
    said: str
    orders: tuple[dict[str, Any], ...]

    @property
    def good(self) -> dict[str, dict[str, Any]]:
        """What the table of orders should have of this day, by id."""
        return {
            o["id"]: {"Id": o["id"], "Day": self.day, "Price": PRICES[o["symbol"]] * o["qty"]}
            for o in self.orders
            if _is_good(o)
        }

    @property
    def bad(self) -> dict[str, str]:
        """Which orders cannot be filled, and by which error."""
        return {
            o["id"]: "TypeError" if o["symbol"] in PRICES else "NoSuchSymbol"
            for o in self.orders
            if not _is_good(o)
        }


def _is_good(order: dict[str, Any]) -> bool:
    return order["symbol"] in PRICES and isinstance(order["qty"], int)


DAYS = (
    Day("2026-11-26", "three good orders", tuple(_order(f"a{n}", "ABC", n) for n in (1, 2, 3))),
    Day(
        "2026-11-27",
        "four orders, the second for a symbol that there is not",
        (
            _order("b1", "ABC", 1),
            _order("b2", "QQQ", 1),
            _order("b3", "DEF", 2),
            _order("b4", "XYZ", 9),
        ),
    ),
    Day(
        "2026-11-30",
        "two orders, the first without a number of shares",
        (_order("c1", "ABC", None), _order("c2", "XYZ", 3)),
    ),
)


def check(bench: Workbench) -> str:
    """Every good order is recorded with its day, every bad one with its error; none fails all."""
    orders, failed = bench.table(), bench.table()
    machine = bench.machine(
        bench.text(FILE),
        {
            "FillFunctionArn": bench.function("fill", FILL),
            "OrdersTable": orders,
            "FailedTable": failed,
        },
    )
    for day in DAYS:
        bench.trying(day.said)
        run = machine.run({"day": day.day, "orders": list(day.orders)})
        _look(bench, day, run, {"orders": orders, "failed": failed})
    bench.trying("a day on which nothing can be recorded")
    _still_fails(bench, machine, orders)
    return (
        f"{len(DAYS)} days: each good order is in the table with its day, each bad one in the "
        "other with its error. And what is no order's fault still fails."
    )


def _look(bench: Workbench, day: Day, run: Execution, tables: dict[str, str]) -> None:
    stored = {item["Id"]: item for item in bench.items(tables["orders"])}
    noted = {item["Id"]: item.get("Error") for item in bench.items(tables["failed"])}
    ids = [order["id"] for order in day.orders]
    stored = {key: item for key, item in stored.items() if key in ids}
    story = f"On a day of {day.said}"
    if run.status != "SUCCEEDED":
        why = (run.cause or "").partition(" in the input '")[0][:300]
        raise NotYet(
            f"{story} the execution ended {run.status} with {run.error} (event "
            f"{run.events[-1]['id']}); {len(stored)} of {len(day.good)} good orders were recorded. "
            f"{why}",
            hint=_why_failed(run, day),
            run=run,
        )
    if stored.keys() != day.good.keys():
        hint = "rest-lost" if stored.keys() < day.good.keys() else "bad-recorded"
        raise NotYet(
            f"{story} the execution succeeded, and the table of orders has {_ids(stored)} of it. "
            f"It should have {_ids(day.good)}.",
            hint=hint,
            run=run,
        )
    for number, item in day.good.items():
        if stored[number] != item:
            hint = "day" if stored[number].get("Day") != day.day else "not-recorded"
            raise NotYet(
                f"{story} the table of orders has {shown(stored[number])}, and should have "
                f"{shown(item)}.",
                hint=hint,
                run=run,
            )
    noted = {key: error for key, error in noted.items() if key in ids}
    if noted != day.bad:
        raise NotYet(
            f"{story} the good ones were recorded. The table of failures has {shown(noted)} (Id "
            f"and Error), and should have {shown(day.bad)}.",
            hint="not-noted",
            run=run,
        )


def _why_failed(run: Execution, day: Day) -> str:
    cause = run.cause or ""
    if "$.day" in cause:
        return "day"
    if run.error in ("NoSuchSymbol", "TypeError"):
        return "fails" if day.bad else "item-lost"
    if day.bad and any(step.status == "caught" for step in run.walk()):
        return "input-lost"
    return "item-lost"


def _ids(ids: Any) -> str:
    return ", ".join(sorted(ids)) or "nothing"


def _still_fails(bench: Workbench, machine: Machine, orders: str) -> None:
    bench.client("dynamodb").delete_table(TableName=orders)
    run = machine.run({"day": "2026-12-01", "orders": [_order("d1", "ABC", 1)]})
    if run.status == "SUCCEEDED":
        raise NotYet(
            "With the table of orders gone, the execution still ended SUCCEEDED, and an order that "
            "had been filled was written down nowhere. Only an order that cannot be filled is to "
            "be passed over.",
            hint="swallows",
            run=run,
        )


TASK = Task(
    title="One bad order",
    minutes=12,
    check=check,
    hints={
        "": (
            "There are two things to mend. Run it in your head with one good order: which path "
            "leads nowhere?",
            "What an item is given, the Map decides: without a word from you it is the item alone. "
            "And an error that nobody takes inside the item goes up, and ends the whole Map.",
            "ItemSelector makes each item's input; $$.Map.Item.Value is the item. A Catch can "
            "stand in a state inside the ItemProcessor.",
        ),
        "day": (
            "Where is the day, seen from the whole workflow? And seen from inside an item?",
            "An item is given its element of the list, and the day stands beside the list.",
            "ItemSelector says what each item is given: it may take from the Map's input by $. and "
            "the element by $$.Map.Item.Value. Whoever reads it has to follow.",
        ),
        "item-lost": (
            "What was Fill Order, or Record Order, given this time? Click on it in the picture.",
            "What ItemSelector does not name, the item does not have. Does it name the element "
            "itself?",
            "If the order lies one level deeper now, the function and Record Order have to find it "
            "there.",
        ),
        "fails": (
            "The error came from one order. Which state could take it, before it leaves the item?",
            "A Map fails as soon as one of its items does. So an item must not fail: the way after "
            "the error has to end inside the ItemProcessor, and not in a Fail.",
            "Catch on Fill Order, for the errors that you mean, and a state beside it that writes "
            "to the table of failures.",
        ),
        "rest-lost": (
            "The execution succeeded, and good orders are missing. Where was the error caught?",
            "A Catch on the Map comes too late: the Map has failed, and the items that were not "
            "done are not done.",
            "Which state fails first? That is where to catch it.",
        ),
        "bad-recorded": (
            "An order that was not filled is in the table of filled ones. Which way led there?",
            "After the Catch, which states does the item pass?",
            "A bad order needs an end of its own.",
        ),
        "input-lost": (
            "It was caught. What did the next state get, and what does it want to read?",
            "A Catch puts the error in the place of the input, unless it is told where to put it.",
            "A Catch has a ResultPath, too.",
        ),
        "not-noted": (
            "Which orders were not filled on that day? Where does it say so now?",
            "An error that is caught and not written down is one that nobody hears of. The table's "
            "name is ${FailedTable}.",
            "Id is the order's, Error the name of the error: the Catch hands that on as Error, "
            "under the path that you gave.",
        ),
        "not-recorded": (
            "Which value of the item is another one than before?",
            "Record Order writes what Fill Order found. Is it still the same path?",
            "Compare its Item with the starter's, one path after the other.",
        ),
        "swallows": (
            "Which states does your Catch watch over?",
            "A table that is gone is not the order's fault, and somebody should hear of it.",
            "Catch at the one state that may fail because of an order, and at no other.",
        ),
    },
    reasoning="""\
Two fields. ItemSelector makes the input of each item: {"id.$": "$$.Map.Item.Value.id", …,
"day.$": "$.day"} has the element and what stands beside the list. Without it an item knows its
element and nothing else.

And a Catch on Fill Order, inside the ItemProcessor. A Map fails with its first item that fails;
the others are cut off, done or not. So the item itself has to succeed: the Catch leads to a state
that writes Id and Error to the second table and ends the item. Its ResultPath puts the error beside
the order, because otherwise the id is gone.

Also right: the day by $$.Execution.Input.day, which is there at any depth; the element as a whole
under $.order, if its readers follow; a JSONata Map.

Usual mistakes: the Catch on the Map, which takes the error when the rest is lost already; a Catch
without ResultPath; one that leads to Record Order, or to nothing that keeps a record; a Catch on
everything, so that a missing table passes for a bad order.""",
)
