"""16.3 A bad day: too late, busy, unknown. What may be asked again, and what may not."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from helpers import executions
from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.capstone import Desk, order
from helpers.exercises.tasks.capstone.saying import answer, failures, row_of, succeeded
from helpers.exercises.tasks.capstone.texts import hints
from helpers.exercises.workbench import shown
from helpers.exercises.workbench.patience import patience

ANSWERED = 8.0
"""Seconds after which the exchange answers for SLOW."""
LIMIT = 4.0
"""Seconds that an order may wait for its answer."""
STOCKS = ("ACME", "SLOW", "STEADY", "BUSY", "NONE", "ACME")
WANTED = [(1, "timeout"), (4, "UnknownStock")]


class _PerhapsSlow(NotYet):
    """An order other than SLOW had no answer in time: the desk may be at fault, or the machine."""


def check(bench: Workbench) -> str:
    """Six orders at once: two as usual, one too late, one late, one busy, one unknown."""
    desk = Desk(bench)
    bench.trying("an exchange that has a bad day")
    try:
        return _a_bad_day(desk)
    except _PerhapsSlow:
        if patience(1) == 1:
            raise
    bench.trying("it once more: where a machine is busy with others, four seconds are short")
    return _a_bad_day(desk)


def _a_bad_day(desk: Desk) -> str:
    orders = [order(stock=stock) for stock in STOCKS]
    began = time.monotonic()
    run = desk.start(orders)
    story = f"A basket with {', '.join(STOCKS)} went in"
    asked = _watched(desk, run, orders)
    real = time.monotonic() - began  # what is only waited for, the endpoint's clock skips
    for place, stock, most in ((1, "SLOW", 1), (4, "NONE", 1)):
        if (times := asked[orders[place]["id"]]) > most:
            raise NotYet(
                f"{story}. The exchange was asked {times} times for {stock}: "
                + (
                    "it had been told to buy once already, and only the answer was late."
                    if stock == "SLOW"
                    else "its answer was no, and will be no."
                ),
                hint="asked-again",
                run=run,
            )
    if run.is_running:
        desk.machine.client.stop_execution(executionArn=run.arn)
    took = run.refresh().duration or 0.0
    if took >= patience(ANSWERED) and not _given_up(run):
        raise _too_late(run, story)
    succeeded(run, story, "basket-lost")
    booked, known, failed = answer(run, story)
    told = dict(failures(failed))
    if 1 not in told:
        raise _too_late(run, story)
    slow = any(place != 1 and reason == "timeout" for place, reason in told.items())
    kind = _PerhapsSlow if slow else NotYet
    for place, hint, why in (
        (2, "given-up-early", "The exchange answers for STEADY after 1.5 seconds"),
        (3, "busy-lost", "For BUSY the exchange was busy twice, and had done nothing"),
    ):
        if place in told:
            raise kind(
                f"{story}. {why}; the order failed with the reason {shown(told[place])}.",
                hint=hint,
                run=run,
            )
    if failures(failed) != WANTED or (booked, known) != (4, 0):
        raise kind(
            f"{story}, and the answer is {shown(run.output, 400)}. `failed` should have position "
            "1 with the reason timeout, and 4 with UnknownStock; the four others are booked.",
            hint="reason",
            run=run,
        )
    if took >= patience(ANSWERED) or took - real >= ANSWERED - LIMIT:
        raise _PerhapsSlow(
            f"{story}. SLOW was given up, and the basket ended after {took:.1f} seconds all the "
            f"same; it has {ANSWERED:.0f}. What is waited between two tries counts as well.",
            hint="too-long",
            run=run,
        )
    rows = desk.rows()
    for place, one in enumerate(orders):
        outcome = "failed" if place in dict(WANTED) else "booked"
        if amiss := row_of(rows.get(one["id"]), one, outcome):
            raise NotYet(f"{story}. The order {shown(one)} {amiss}.", hint="row")
    return (
        f"With one order too late, one late, one busy and one unknown, the basket ended after "
        f"{run.duration:.1f} seconds. Four were booked, each of the two others has "
        "its reason, and none was asked for twice that might have been carried out."
    )


def _watched(desk: Desk, run: Execution, orders: list[dict[str, Any]]) -> dict[str, int]:
    """How often the exchange was asked, when the execution has ended, or SLOW was asked twice."""
    give_up = time.monotonic() + patience(1.25 * ANSWERED)
    while True:
        with contextlib.suppress(executions.StillRunning):
            run.wait(1)
        asked = desk.times_asked(orders)
        over = not run.is_running or time.monotonic() > give_up
        if over or asked[orders[1]["id"]] > 1:
            return asked


def _given_up(run: Execution) -> bool:
    """Whether the answer says that SLOW had no answer in time."""
    said = run.output if run.status == "SUCCEEDED" else None
    failed = said.get("failed") if isinstance(said, dict) else None
    return isinstance(failed, list) and any(
        isinstance(one, dict) and one.get("position") == 1 for one in failed
    )


def _too_late(run: Execution, story: str) -> NotYet:
    return NotYet(
        f"{story}. After 8 seconds, when the exchange answered for SLOW, the execution was still "
        "waiting for it. It should have given that order up after 4.",
        hint="too-late",
        run=run,
    )


TASK = Task(
    title="An exchange that has a bad day",
    minutes=15,
    check=check,
    files_of="16.1",
    stays=True,
    hints=hints(
        {
            "too-late": (
                "Who decides how long your workflow waits for an answer?",
                "A Task waits as long as the function that it calls. boto3 in a function waits a "
                "minute, and then asks again by itself.",
                "TimeoutSeconds for a state; read_timeout and retries for a client of boto3.",
            ),
            "too-long": (
                "SLOW is only one of the six. What else is waited for, and for how long?",
                "How long is the wait before the second try, and before the third? Waits count.",
                "Six orders one after the other wait for the sum of all; five at once are allowed.",
            ),
            "asked-again": (
                "Which errors does your Retry stand for? Is each of them safe to ask again?",
                "Busy: nothing was done. No answer: nobody knows. Unknown: it will stay unknown.",
                "States.ALL and States.TaskFailed say more than you mean. In boto3, retries are on "
                "unless they are switched off.",
            ),
            "given-up-early": (
                "How long do you wait, and how long does the brief want you to wait?",
                "1.5 seconds is late, and in time.",
                "Is the time limit that of one call, or of everything together?",
            ),
            "busy-lost": (
                "ExchangeBusy means that nothing was done. What do you do about it?",
                "It is busy twice and then has time: how often do you ask in all?",
                "MaxAttempts counts the repetitions, not the first try. The name of the error is "
                "that of the exchange's exception.",
            ),
            "reason": (
                "Step Functions and boto3 have names of their own for a timeout. What does the "
                "brief call it?",
                "For any other failure the reason is the error that the exchange failed with.",
                "In a function, the exchange's answer has FunctionError, and the payload names the "
                "errorType.",
            ),
            "basket-lost": (
                "One order had no luck, and the whole basket failed. Where is it caught?",
                "A Map fails with its first item that fails, unless that item's own states catch "
                "the error.",
                "The execution's picture shows which state was not caught.",
            ),
        }
    ),
    reasoning="""
Three failures, and three answers. Busy: nothing was done, so ask again, a little later. Unknown:
ask as often as you like, it stays no. Too late: nobody knows whether it was carried out, so the one
thing not to do is to ask again; it is written down as failed, and a person looks.

TimeoutSeconds on the Task is the limit; without it a Task waits for the function, for up to a
quarter of an hour. The Retry names ExchangeBusy and what Lambda says before it has started
anything, and nothing else. The Catch stands inside the Map.

Also right: in a function, a client of boto3 with read_timeout=4 and no retries of its own.

Usual mistakes: Retry on States.ALL, which makes of one late answer two purchases; a time limit on
the whole workflow, which takes the good orders with it; States.Timeout handed on as it is.
""",
)
