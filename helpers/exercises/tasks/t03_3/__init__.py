"""03.3 Hold: a third branch between two thresholds, which ends well and records nothing."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
CASES = (
    *((7, "buy"), (50, "hold"), (93, "sell")),
    *((44, "buy"), (45, "hold"), (55, "hold"), (56, "sell")),
    *((44.5, "buy"), (55.5, "sell")),
)
"""A price, and what is to be done at it: first far from the edges, then at them."""

MEANS = {
    "buy": "a row of type buy is recorded",
    "sell": "a row of type sell is recorded",
    "hold": "the execution succeeds, and nothing is bought, sold or recorded",
}


def check(bench: Workbench) -> str:
    """Below 45 it buys, above 55 it sells; from 45 to 55 it succeeds and records nothing."""
    text = bench.text(FILE)
    trader = bench.trader()
    machine = bench.machine(text, substitutions=trader.substitutions)
    known: set[str] = set()
    for price, wanted in CASES:
        bench.trying(f"a price of {price}")
        run = machine.run({"checker_returns": {"stock_price": price}})
        rows = [row for row in bench.items(trader.table) if row["Id"] not in known]
        known |= {row["Id"] for row in rows}
        did = _did(run, rows, price)
        if did != wanted:
            raise _not_yet(price, wanted, did, run)
    return "Below 45 it bought, above 55 it sold; 45, 50 and 55 ended well, and recorded nothing."


def _did(run: Execution, rows: list[dict[str, Any]], price: float) -> str:
    """buy, sell or hold; or in words what else happened."""
    if run.status != "SUCCEEDED":
        where = f" in {run.path[-1]}" if run.path else ""
        return f"ended {run.status}{where}{f', with {run.error}' if run.error else ''}"
    traded = [name for name in ("Buy Stock", "Sell Stock") if name in run.path]
    if not rows:
        return f"went through {traded[0]} and recorded nothing" if traded else "hold"
    if len(rows) == 1 and rows[0].get("Price") == price and rows[0].get("Type") in MEANS:
        return rows[0]["Type"]
    return f"recorded {shown(rows)}"


def _not_yet(price: float, wanted: str, did: str, run: Execution) -> NotYet:
    what = {"hold": "held", "buy": "bought", "sell": "sold"}.get(did, did)
    return NotYet(
        f"At a price of {price} it {what}, by way of {' → '.join(run.path)} (event "
        f"{len(run.events)}). It was to {wanted}: {MEANS[wanted]}.",
        hint=_hint(price, wanted, did),
        run=run,
    )


def _hint(price: float, wanted: str, did: str) -> str:
    if did not in MEANS:
        return "hold-fails" if wanted == "hold" else "trade-lost"
    if wanted == "hold":
        return "ends" if price in (45, 55) else "never-holds"
    return "ends" if did == "hold" and 44 <= price <= 56 else "wrong-branch"


TASK = Task(
    title="Hold between 45 and 55",
    minutes=8,
    check=check,
    hints={
        "": (
            "How many ways lead out of the Choice now, and how many should there be? What stands "
            "at the end of the new one?",
            "A Choice may have as many rules as it likes, and one Default. Which of the three ways "
            "is easiest to say as what is left over?",
            "Not every state leads on to the next: one type ends an execution well, and does "
            "nothing else.",
        ),
        "ends": (
            "It is right but for the edges. Who gets 45 and 55 themselves?",
            "LessThan and LessThanEquals differ at one number only, and this check tries that "
            "number.",
            "Write down what each rule says of 44.5, 45, 55 and 55.5, from the top.",
        ),
        "never-holds": (
            "A price in the middle was traded on. Which rule took it before the new one was asked?",
            "The rules are tried from the top, and the first that holds wins.",
            "The old rule says up to 50. Is that still true?",
        ),
        "wrong-branch": (
            "A price outside the middle was not traded as it should. Which rule took it?",
            "Between means two comparisons that hold both at once. Which word joins them?",
            "Draw it: draw.state_machine(asl.load(FILE)) has a rule on each edge.",
        ),
        "hold-fails": (
            "The price was held, but the execution did not end well and quietly. What did it do "
            "after the Choice?",
            "The state that records wants a trade: id, type, price. Is there one when nothing was "
            "traded?",
            "Fail is for what went wrong. To hold is a decision as good as the other two.",
        ),
        "trade-lost": (
            "A trade that was made did not reach the table. Where does the way of this price end?",
            "Buy and Sell lead on to Record Transaction, as before. Do they still?",
            "Compare with the starter: only the Choice and one new state need to differ.",
        ),
    },
    reasoning="""
Three ways, two rules and a Default: below 45 buys, above 55 sells, and what is left is the
middle, both ends included. Said this way no rule needs an And, and no price is in two rules.

Hold is a Succeed: the execution ends there, and it ended well. Led on to Record Transaction it
fails, because there is no trade to record and $.id leads nowhere.

Also right: one rule for the middle first, an And of >= 45 and <= 55, then the old ones; a Pass
with End as the last state; JSONata. Usual mistakes: the new rule below the old one, which takes
45 to 50 first; > and < where the ends belong to the middle; Fail as the end; and a Default that
holds, so that a price that is missing or text is held without a word (03.2).
""",
)
