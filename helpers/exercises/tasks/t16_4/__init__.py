"""16.4 Three hundred orders in one basket: what grows with them, and what must not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.capstone import Desk
from helpers.exercises.tasks.capstone.basket import COUNT, LONGEST, three_hundred
from helpers.exercises.tasks.capstone.desk import MOST
from helpers.exercises.tasks.capstone.saying import answer, succeeded
from helpers.exercises.tasks.capstone.texts import hints
from helpers.exercises.workbench import shown
from helpers.exercises.workbench.patience import patience


def check(bench: Workbench) -> str:
    """All are booked, in time, and the exchange never has more than five orders in hand."""
    desk = Desk(bench)
    bench.trying(f"a basket of {COUNT} orders")
    run = three_hundred(desk)
    story = f"A basket of {COUNT} good orders went in"
    succeeded(run, story, "lost")
    ids = {one["id"] for one in run.input["orders"]}
    said = [one for one in desk.carried_out() if one["order"].get("id") in ids]
    most = at_once(said)
    if most > MOST:
        raise NotYet(
            f"{story}. At one moment the exchange had {most} of them in hand; {MOST} are the most "
            "that the brief allows.",
            hint="too-many",
            run=run,
        )
    booked, known, failed = answer(run, story)
    if (booked, known, failed) != (COUNT, 0, []):
        raise NotYet(
            f"{story}, and the answer is {shown(run.output)}: all should have been booked.",
            hint="not-all",
            run=run,
        )
    rows = desk.rows()
    there = sum(rows.get(one, {}).get("Outcome") == "booked" for one in ids)
    if there != COUNT or len(said) != COUNT:
        raise NotYet(
            f"{story}. The exchange carried out {len(said)}, and the book has {there} of them as "
            "booked.",
            hint="not-all",
            run=run,
        )
    if (run.duration or 0) > patience(LONGEST):
        took = timedelta(seconds=round(run.duration or 0))
        raise NotYet(f"{story}, and it took {took}.", hint="does-not-end", run=run)
    return (
        f"{COUNT} orders of one basket were carried out and booked in {run.duration:.1f} seconds, "
        f"and the exchange never had more than {most} in hand. The history has {len(run.events)} "
        "events of 25,000."
    )


def at_once(said: list[dict[str, Any]]) -> int:
    """The most orders that the exchange had in hand at one moment."""
    moments = [(one["began"], 1) for one in said] + [(one["ended"], -1) for one in said]
    most = now = 0
    for _, step in sorted(moments):  # at one moment, what ends goes first
        now += step
        most = max(most, now)
    return most


TASK = Task(
    title="Three hundred at once",
    minutes=15,
    check=check,
    files_of="16.1",
    stays=True,
    hints=hints(
        {
            "too-many": (
                "How many orders are under way at once in your workflow, and who says so?",
                "A Map takes as many as it can, unless it is told. Two Maps, or a Map of functions "
                "with threads in them, multiply.",
                "MaxConcurrency counts the items of one Map.",
            ),
            "lost": (
                "With four orders it went well. What grows with the number of orders?",
                "256 KB may pass from one state to the next, and a Map hands on all results at "
                "once. How large is one of yours? Look at the output of the state that asks.",
                "Hand on what is needed: an answer of lambda:invoke has a page of metadata. And "
                "each item that carries the whole basket carries it 300 times.",
            ),
            "not-all": (
                "Which orders are missing, and what does the answer say of them?",
                "A function has a time limit of three seconds unless it is given another. Does it "
                "do one order, or all?",
                "A quantity of 300 is good as well.",
            ),
        }
    ),
    reasoning="""
What grows with the orders: the history, the size of what is handed on, and what is under way at
once. An inline Map of 300 items with four states each has some 5,700 events of the 25,000. Its
result has to stay below 256 KB, so each order comes down to a word or two as soon as it is done.
MaxConcurrency keeps the exchange's rule.

Also right: a distributed Map with the same MaxConcurrency, which has a history for each child and
would do for 300,000; a queue with a function that takes five at a time.

Usual mistakes: no cap, for with four orders nobody notices; the answer of lambda:invoke or putItem
kept whole, a kilobyte each; the whole basket in the ItemSelector.
""",
)
