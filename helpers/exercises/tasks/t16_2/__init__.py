"""16.2 What comes twice: a queue promises at least once, and a client wants once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.capstone import Desk, order
from helpers.exercises.tasks.capstone.saying import answer, failures, row_of, succeeded
from helpers.exercises.tasks.capstone.texts import hints
from helpers.exercises.workbench import shown

LATER = 3600.0


def check(bench: Workbench) -> str:
    """The same id in one basket, the same basket later and at once, an id with other content."""
    desk = Desk(bench)
    first = [order(), order(side="sell", quantity=7), order(stock="NONE")]
    bench.trying("the same id twice in a basket")
    basket = [*first, first[1]]
    run = desk.deal(basket, "b-first")
    story = f"A basket of four orders went in; the last one is {first[1]['id']} once more"
    _once(desk, first[:2], story)
    _told(run, story, 2, 1, [2])
    _booked(desk, first[:2], story)
    rows = desk.rows()
    bench.trying("the same basket an hour later")
    bench.advance(LATER)
    run = desk.deal(basket, "b-first")
    story = "The same basket went in again, an hour later"
    _once(desk, first[:2], story)
    _told(run, story, 0, 4, [])
    _unchanged(desk, rows, story)
    bench.trying("the same id with another content")
    other = order(id=first[0]["id"], stock="EMCA", side="sell", quantity=900)
    run = desk.deal([other])
    story = f"The id {other['id']} came again in another basket, for 900 shares of another stock"
    _once(desk, first[:1], story)
    _told(run, story, 0, 1, [])
    _unchanged(desk, rows, story)
    bench.trying("the same basket twice at the same time")
    _at_once(desk)
    return (
        "An id twice in one basket, a basket again after an hour, the same basket twice at the "
        "same time, an id with other content: the exchange was asked once each, and each row "
        "stayed as it was."
    )


def _told(run: Execution, story: str, booked: int, known: int, failed: list[int]) -> None:
    succeeded(run, story, "second-fails")
    answered = answer(run, story)
    if (*answered[:2], [where for where, _ in failures(answered[2])]) != (booked, known, failed):
        raise NotYet(
            f"{story}, and the answer is {shown(run.output)}: booked should be {booked}, known "
            f"{known}, and {f'position {failed[0]}' if failed else 'nothing'} should have failed.",
            hint="not-known",
            run=run,
        )


def _once(desk: Desk, orders: list[dict[str, Any]], story: str) -> None:
    asked = Counter(said["order"].get("id") for said in desk.carried_out())
    for one in orders:
        if asked[one["id"]] > 1:
            raise NotYet(
                f"{story}: the exchange has carried out {one['id']} {_times(asked[one['id']])}.",
                hint="asked-twice",
            )


def _booked(desk: Desk, orders: list[dict[str, Any]], story: str) -> None:
    rows = desk.rows()
    for one in orders:
        if amiss := row_of(rows.get(one["id"]), one, "booked"):
            raise NotYet(f"{story}. The order {shown(one)} {amiss}.", hint="row-changed")


def _times(count: int) -> str:
    return {2: "twice"}.get(count, f"{count} times")


def _unchanged(desk: Desk, before: dict[str, Any], story: str) -> None:
    now = desk.rows()
    for name, row in before.items():
        if now.get(name) != row:
            raise NotYet(
                f"{story}. Before it, the row of {name} was {shown(row)}; after it, "
                f"{shown(now.get(name))}.",
                hint="row-changed",
            )
    if more := sorted(now.keys() - before.keys()):
        raise NotYet(f"{story}. After it the book has a row more, {more[0]}.", hint="row-changed")


def _at_once(desk: Desk) -> None:
    # While the exchange thinks about the first three, whoever only looked has written nothing yet.
    orders = [order(stock="STEADY") for _ in range(3)] + [order() for _ in range(3)]
    runs = [desk.start(orders, "b-twice"), desk.start(orders, "b-twice")]
    story = "A basket of six orders went in twice at the same time"
    told = []
    for run in runs:
        desk.ended(run)
        succeeded(run, story, "second-fails")
        told.append(answer(run, story))
    _once(desk, orders, story)
    _booked(desk, orders, story)
    booked, known = (sum(one[place] for one in told) for place in (0, 1))
    if (booked, known) != (len(orders), len(orders)):
        raise NotYet(
            f"{story}. Together the two say that {booked} were booked and {known} were known; each "
            "order should be booked once and known once.",
            hint="not-known",
            run=runs[1],
        )


TASK = Task(
    title="What comes twice",
    minutes=15,
    check=check,
    files_of="16.1",
    stays=True,
    hints=hints(
        {
            "asked-twice": (
                "Between the moment at which you look whether an order is known and the moment at "
                "which that can be seen by others: what happens in between?",
                "The exchange is asked by whoever comes first. Who that is, one place alone can "
                "decide, and it has to decide before the exchange is asked.",
                "A put that only succeeds where there is no such row yet is question and answer in "
                "one.",
            ),
            "row-changed": (
                "Who wrote into that row after it was finished, and on which way through your "
                "workflow?",
                "An order that is known needs no write at all.",
                "Where does the failure of the claim lead? To the same place as a failure of the "
                "exchange?",
            ),
            "not-known": (
                "What does your workflow say of an order that was taken up before?",
                "It has not failed, and this execution did not carry it out either.",
                "The claim fails with a name of its own. What do you make of that name?",
            ),
            "second-fails": (
                "The first time went well and the second did not. Which state failed?",
                "A conditional put that finds its row there fails. That is an answer, no fault.",
                "Catch it by its name, DynamoDB.ConditionalCheckFailedException, or in a function "
                "as ClientError with that code.",
            ),
        }
    ),
    reasoning="""
A queue, a rule, a client with a shaky line: all of them send again when they are in doubt. Two
events can come at the same moment, so to look first and write afterwards is not enough: both look,
both see nothing. The conditional put lets one of them win, before the exchange is asked.

The loser has nothing to do: no call, no write. It counts the order as known and goes on.

Also right: an update with attribute_not_exists; a transaction; a second table for the claims, or a
lock whose row has an owner. An execution's name helps with whole baskets, and not with an id that
comes in another one.

Usual mistakes: getItem, then a Choice, then putItem; a put without a condition, by which the second
event overwrites the first; one Catch for the claim and for the exchange, so that a known order is
marked as failed.
""",
)
