"""03.1 One row for a week of trades: a value is a path only where its key ends in `.$`."""

from __future__ import annotations

from typing import Any

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
TRADES = (
    {"id": "a-41", "type": "buy", "price": "7", "qty": "3", "timestamp": "2026-03-02T09:00:00"},
    {"id": "b-42", "type": "sell", "price": "93", "qty": "10", "timestamp": "2026-03-02T10:00:00"},
    {"id": "c-43", "type": "buy", "price": "0", "qty": "1", "timestamp": "2026-03-03T09:30:00"},
)


def check(bench: Workbench) -> str:
    """Each trade that goes in is a row of its own, with what it said."""
    table = bench.table()
    machine = bench.machine(bench.text(FILE), substitutions={"DDBTable": table})
    for nth, trade in enumerate(TRADES, 1):
        bench.trying(f"the trade {trade['id']}")
        run = machine.run(trade)
        if run.status != "SUCCEEDED":
            raise NotYet(
                f"The trade {shown(trade)} was not stored: the execution ended {run.status}. "
                f"{': '.join(filter(None, (run.error, run.cause)))}",
                hint="not-stored",
                run=run,
            )
        rows = bench.items(table)
        if _wanted(trade) not in rows:
            raise _differs(trade, rows, run)
        if len(rows) != nth:
            raise NotYet(
                f"After {nth} trades the table has {len(rows)} rows: {shown(rows)}",
                hint="literal",
                run=run,
            )
    return f"{len(TRADES)} trades went in, and {len(TRADES)} rows with their own values came out."


def _wanted(trade: dict[str, str]) -> dict[str, Any]:
    return {
        "Id": trade["id"],
        "Type": trade["type"],
        "Price": int(trade["price"]),
        "Quantity": int(trade["qty"]),
        "Timestamp": trade["timestamp"],
    }


def _differs(trade: dict[str, str], rows: list[dict[str, Any]], run: Any) -> NotYet:
    """What is amiss with the row that is nearest to the trade's."""
    if not rows:
        return NotYet(
            f"The trade {shown(trade)} went in, the execution succeeded, and the table is empty.",
            run=run,
        )
    wanted = _wanted(trade)
    row = max(rows, key=lambda one: sum(one.get(key) == wanted[key] for key in wanted))
    name = next((key for key in wanted if row.get(key) != wanted[key]), None)
    if name is None:
        more = ", ".join(key for key in row if key not in wanted)
        return NotYet(
            f"The row of {trade['id']} has more than the trade says: {more}.", hint="other", run=run
        )
    stored = row.get(name)
    said = (
        f"The trade {shown(trade)} went in, and the execution succeeded. In the table {name} is "
        f"{shown(stored)}; {shown(wanted[name])} was asked for."
    )
    from_the_trade = str(stored) in trade.values()
    return NotYet(said, hint="other" if from_the_trade else "literal", run=run)


TASK = Task(
    title="One row for a week of trades",
    minutes=5,
    check=check,
    hints={
        "": (
            "Compare the five lines of Item with each other. What do some keys have that others "
            "do not?",
            "Step Functions copies what stands under Parameters as it is, unless a key says that "
            "its value is to be looked up.",
            "Two rows with the same Id are one row to DynamoDB. What Id does every trade get here?",
        ),
        "literal": (
            "The table has the words of the file where it should have a value of the trade. Which "
            "part of a line makes words into a path?",
            "It is the key that tells, not the value: compare this line with the one of Price.",
            "There may be more than one such line. A check stops at the first it sees.",
        ),
        "other": (
            "A value arrived, but not the one of this field. Which field of the trade does the "
            "path name?",
            "The item's names begin with a capital, the trade's do not, and Quantity is qty there.",
            "S is for text and N for numbers; look which the line uses, and what the task asks.",
        ),
        "not-stored": (
            "The execution failed. What do the error and its cause say, and which field do they "
            "name?",
            "States.Runtime with a path means: the input has no such field. Capitals count.",
            "A DynamoDB error means: the call was made, and what it sent was no valid item.",
        ),
    },
    reasoning="""
Under Parameters a key that ends in .$ has a path as its value, and Step Functions puts there what
the path finds in the input. Without the .$ the value is what it looks like: the four characters
$.id. DynamoDB stores these without a word, the execution succeeds, and since every trade has the
same Id, each replaces the one before.

That a run succeeded says that every state did what it was told, not that it was told the right
thing. Look into the table once.

Also right: States.Format('{}', $.id), or the same item in JSONata, where {% … %} marks what is
looked up. Usual mistakes: one line mended and the other overlooked; the .$ at the value instead
of the key.
""",
)
