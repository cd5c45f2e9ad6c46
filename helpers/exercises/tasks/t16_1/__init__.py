"""16.1 One basket: what is good is carried out, and what is not is told."""

from __future__ import annotations

from typing import Any

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.capstone import Desk, order
from helpers.exercises.tasks.capstone.saying import answer, ended, failures, row_of, succeeded
from helpers.exercises.tasks.capstone.texts import hints
from helpers.exercises.workbench import shown
from helpers.units import plural

GOOD: tuple[dict[str, Any], ...] = (
    {},
    {"side": "sell", "stock": "BRK.B"},
    {"quantity": 1},
    {"quantity": 1000, "stock": "Möbel & Söhne"},
)
BAD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("id", {"id": None}),
    ("id", {"id": ""}),
    ("id", {"id": 17}),
    ("stock", {"stock": None}),
    ("stock", {"stock": ""}),
    ("side", {"side": None}),
    ("side", {"side": "hold"}),
    ("quantity", {"quantity": None}),
    ("quantity", {"quantity": 0}),
    ("quantity", {"quantity": -3}),
    ("quantity", {"quantity": 1001}),
    ("quantity", {"quantity": 2.5}),
    ("quantity", {"quantity": "5"}),
    ("side", {"side": "Buy", "quantity": 0}),
)
"""The field that is amiss first, and how; None: it is not there."""
NO_ORDERS = (None, "o-17")
NO_BASKETS: tuple[Any, ...] = (
    {},
    {"basket": "b-1"},
    {"basket": "b-1", "orders": "o-1"},
    {"orders": []},
)


def check(bench: Workbench) -> str:
    """Four good orders; then as many among fourteen that are not; then what is no basket."""
    desk = Desk(bench)
    bench.trying(f"{len(GOOD)} good orders")
    _good(desk)
    bench.trying(f"{plural(len(BAD) + len(NO_ORDERS), 'order')} that are not good, among others")
    _mixed(desk)
    bench.trying("what is no basket")
    _no_baskets(desk)
    return (
        f"{2 * len(GOOD)} good orders were carried out and are in the book. "
        f"{plural(len(BAD) + len(NO_ORDERS), 'order')} that were not good came back with their "
        "position and the field that was amiss, and were not asked for. What was no basket was "
        "refused."
    )


def _good(desk: Desk) -> None:
    orders = [order(**fields) for fields in GOOD]
    run = desk.deal(orders)
    story = f"A basket of {len(orders)} good orders went in"
    succeeded(run, story)
    booked, known, failed = answer(run, story)
    if (booked, known, failed) != (len(orders), 0, []):
        raise NotYet(
            f"{story}, and the answer is {shown(run.output)}: all {len(orders)} should have been "
            "booked.",
            hint="answer",
            run=run,
        )
    _carried_out(desk, orders, story)


def _carried_out(desk: Desk, orders: list[dict[str, Any]], story: str) -> None:
    """Each was asked for once, and has its row with the price that the exchange said."""
    said = desk.carried_out()
    rows = desk.rows()
    for one in orders:
        asked = [it for it in said if it["order"].get("id") == one["id"]]
        if len(asked) != 1:
            raise NotYet(
                f"{story}. The exchange carried out {shown(one)} {_times(len(asked))}.",
                hint="not-asked",
            )
        if any(asked[0]["order"].get(name) != value for name, value in one.items()):
            raise NotYet(
                f"{story}, with {shown(one)}. The exchange was asked for "
                f"{shown(asked[0]['order'])}.",
                hint="not-asked",
            )
        if amiss := row_of(rows.get(one["id"]), one, "booked"):
            raise NotYet(f"{story}. The order {shown(one)} {amiss}.", hint="row")
        price = rows[one["id"]].get("Price")
        if price != asked[0]["price"]:
            raise NotYet(
                f"{story}. The exchange carried out {one['id']} at {asked[0]['price']}, and the "
                f"book has {'no Price' if price is None else f'the Price {price}'} for it.",
                hint="row",
            )


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _mixed(desk: Desk) -> None:
    bad: list[tuple[str, Any]] = [(reason, _with(fields)) for reason, fields in BAD]
    bad += [("id", one) for one in NO_ORDERS]
    good = [order(**fields) for fields in GOOD]
    basket: list[Any] = []
    wanted: list[tuple[int, str]] = []
    for place, (reason, one) in enumerate(bad):
        if place % 4 == 1:
            basket.append(good[place // 4])
        wanted.append((len(basket), reason))
        basket.append(one)
    before, rows_before = len(desk.carried_out()), len(desk.rows())
    run = desk.deal(basket)
    story = f"A basket of {len(basket)} orders went in, {len(good)} of them good"
    succeeded(run, story, "basket-lost")
    _not_asked(desk, [one for _, one in bad], story)
    _, known, failed = answer(run, story)
    reported = sorted(failures(failed), key=str)
    for position, reason in wanted:
        told = [why for where, why in reported if where == position]
        if told != [reason]:
            said = (
                f"gives the reason {shown(told[0])}" if told else "does not have it among `failed`"
            )
            raise NotYet(
                f"{story}. At position {position} stands {shown(basket[position])}; the answer "
                f"{said}, and its {reason} is amiss.",
                hint="reason",
                run=run,
            )
    if failures(failed) != wanted or run.output["booked"] != len(good) or known:
        raise NotYet(
            f"{story}, and the answer is {shown(run.output, 600)}. `failed` should have the "
            f"positions {', '.join(str(where) for where, _ in wanted)}, in this order, and "
            f"`booked` should be {len(good)}.",
            hint="answer",
            run=run,
        )
    _carried_out(desk, good, story)
    carried, rows = len(desk.carried_out()) - before, len(desk.rows()) - rows_before
    if carried != len(good):
        raise NotYet(
            f"{story}. The exchange carried out {plural(carried, 'order')}.", hint="accepted"
        )
    if rows != len(good):
        raise NotYet(
            f"{story}. The book has {plural(rows, 'row')} more than before: one that is not good "
            "should have none.",
            hint="row-of-bad",
        )


def _with(fields: dict[str, Any]) -> dict[str, Any]:
    one = order(stock=f"X-{order()['id']}") | fields
    return {name: value for name, value in one.items() if value is not None}


def _not_asked(desk: Desk, bad: list[Any], story: str) -> None:
    """None of the bad orders was carried out; each is told by its stock or its id."""
    marks = {
        one.get(name): one
        for one in bad
        if isinstance(one, dict)
        for name in ("stock", "id")
        if isinstance(one.get(name), str) and len(one[name]) > 5
    }
    for said in desk.carried_out():
        mark = said["order"].get("stock"), said["order"].get("id")
        bad_order = next(
            (marks[one] for one in mark if isinstance(one, str) and one in marks), None
        )
        if bad_order is not None:
            raise NotYet(
                f"{story}. One is {shown(bad_order)}, and the exchange was asked to carry it out.",
                hint="accepted",
            )


def _no_baskets(desk: Desk) -> None:
    for event in NO_BASKETS:
        run = desk.ended(desk.machine.start(event))
        if (run.status, run.error) != ("FAILED", "NotABasket"):
            said = shown(run.output) if run.status == "SUCCEEDED" else ""
            raise NotYet(
                f"The event {shown(event)} went in, and the execution ended "
                f"{ended(run)}{f' with the answer {said}' if said else ''}. It is no basket, and "
                "should have ended FAILED with NotABasket.",
                hint="not-a-basket",
                run=run,
            )


TASK = Task(
    title="Good and bad orders",
    minutes=30,
    check=check,
    stays=True,
    hints=hints(
        {
            "not-asked": (
                "What does the exchange get from you? Read exchange/app.py, it says what it wants.",
                "It is asked once for each order, with the order as it stands in the basket.",
                "Which part of what your state has is the order, and which part is yours?",
            ),
            "accepted": (
                "An order went through that is not good. Which of the brief's rules did it break, "
                "and where do you ask for that one?",
                'A whole number: 2.5 is none, and neither is the text "5". A text: 17 is none.',
                "Try your rules on their edges: 0, 1, 1000, 1001.",
            ),
            "basket-lost": (
                "One order is not good, and the whole basket failed. Which state failed, and for "
                "which order?",
                "A rule that looks into a field fails where there is no field. Is it there? comes "
                "first.",
                "An entry of the list may be no object at all. What do your rules make of null?",
            ),
            "reason": (
                "The reason is the field that is amiss, and if there are several the first one: "
                "id, stock, side, quantity.",
                "In which order do your rules stand?",
                "What does the rule for that field say of what the message shows? Of a field that "
                "is not there? Of one of another kind?",
            ),
            "row-of-bad": (
                "When do you write the row, and when do you look whether the order is good?",
                "The book is for orders that were taken up.",
                "An order without an id has no place in a table whose key is Id.",
            ),
            "not-a-basket": (
                "What does your workflow make of an event that has no list of orders? A name of an "
                "error is part of the contract.",
                "Somebody has to look before the first order is taken: a Choice, or a function.",
                "A Fail state names its error. A function's exception has the name of its class.",
            ),
        }
    ),
    reasoning="""
One workflow, one table, and no code. The Map takes each order with its position; a Choice names the
first field that is amiss; the row is claimed by a conditional put, then the exchange is asked, then
the row is completed. Whatever happens to one order is caught inside the Map and becomes a value, so
that the Map itself does not fail; at the end the values are counted.

Why the claim comes first: events come at least once, and the exchange carries out what it is asked
for each time. A row that says "asked" is the only thing that can know this before it happens. The
price is that an order whose answer never came stays failed: better a person who looks than two
purchases.

Why four states an order: each costs 0.0025 cents, and 300 orders of four make 3 cents. Of functions
one does with fewer states, and pays for milliseconds instead.

Its rights are two policies: to invoke the exchange, and to put and update in the book. Nothing is
left of it, since nothing was made that the stack does not own.

Also right, and among the course's tests: three functions with a few states around them, which have
to own their log groups; a distributed Map with Express children.

Usual mistakes: Catch outside of the Map; a put without a condition, or a look before the put; Retry
on States.ALL, which asks twice after a timeout; no cap; the exchange's whole answer carried along
until 300 of them are more than 256 KB; DynamoDBCrudPolicy, which may delete; log groups that Lambda
made and nobody owns.
""",
)
