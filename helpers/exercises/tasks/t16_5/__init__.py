"""16.5 A budget: what three hundred orders cost, counted from what ran."""

from __future__ import annotations

from decimal import Decimal

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.capstone import Desk
from helpers.exercises.tasks.capstone.basket import COUNT, MARGIN, three_hundred
from helpers.exercises.tasks.capstone.money import cents, statement, used
from helpers.exercises.tasks.capstone.saying import ended
from helpers.exercises.tasks.capstone.texts import hints

BUDGET = Decimal("0.04")


def check(bench: Workbench) -> str:
    """A basket of 300 went through, and cost no more than the brief allows."""
    desk = Desk(bench)
    bench.trying(f"what a basket of {COUNT} orders costs")
    run = three_hundred(desk)
    if run.status != "SUCCEEDED" or run.started is None or run.stopped is None:
        raise NotYet(
            f"A basket of {COUNT} good orders went in, and the execution ended {ended(run)}. What "
            "it costs is asked when it goes through, which is 16.4.",
            hint="not-through",
            run=run,
        )
    physical, types = desk.stack.physical, desk.stack.types
    counted = used(
        bench,
        {physical[name]: kind for name, kind in types.items()},
        run.started - MARGIN,
        run.stopped + MARGIN,
    )
    dollars = sum((one.dollars for one in counted), Decimal(0))
    if dollars > BUDGET:
        raise NotYet(
            f"A basket of {COUNT} orders cost {cents(dollars)}, and may cost {cents(BUDGET)}: "
            f"{statement(counted)}.",
            hint="too-dear",
        )
    return f"A basket of {COUNT} orders cost {cents(dollars)}: {statement(counted)}."


TASK = Task(
    title="Four cents",
    minutes=12,
    check=check,
    files_of="16.1",
    stays=True,
    hints=hints(
        {
            "not-through": (
                "Does a basket of 300 go through? That comes first.",
                "exercise 16.4 says what happens to it.",
                "The answer to 16.4 may be cheaper than what you have, too.",
            ),
            "too-dear": (
                "What is the dearest line? Divide it by 300.",
                "In a Standard workflow each state that an order enters is 0.0025 cents, however "
                "little it does. Which of yours only moves data, or asks one question of several?",
                "Output, Assign or ResultSelector of a state do what a Pass after it does. One "
                "Choice has room for many rules. A function, or an Express workflow, is paid by "
                "time and not by states.",
            ),
        }
    ),
    reasoning="""
Four states an order: the Choice with all its rules, the claim, the question, the row. That is 1,200
of the 1,202 states entered, at 0.0025 cents each, and 600 units written: 3.04 cents. Five states
would still do.

What an order comes to is made by the Output of its last Task, and not by a Pass after it.

Also right: one function an order, which is one state and some milliseconds; a distributed Map with
Express children, where states cost nothing and executions a ten-thousandth of a cent.

Usual mistakes: a Choice for each field and a Pass for each result; a Standard child execution
for each order, which pays for its own states on top; looking again and again whether
something is there.
""",
)
