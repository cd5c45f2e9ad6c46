"""12.2 Nobody answers: a question that is never answered ends by itself, and is no no."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.tasks.asking import HINTS, Person, cause, go_on
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
DAY, HOUR = 86_400, 3_600


def check(bench: Workbench) -> str:
    """A yes and a no after 23 hours count; after 25 hours of silence it has ended by itself."""
    table, ada = bench.table(), Person(bench)
    machine = bench.machine(bench.text(FILE), {"QueueUrl": ada.url, "TradesTable": table})
    asks = _Asks(bench, machine, ada, table)
    bench.trying("a yes and a no at once")
    asks.answered("A-1", "yes", 0)
    asks.answered("A-2", "no", 0)
    bench.trying("an answer after 23 hours")
    asks.answered("A-3", "yes", 23 * HOUR)
    bench.trying("25 hours of silence")
    asks.silent("A-4")
    bench.trying("an error that is no answer")
    asks.broken("A-5")
    return (
        "An answer after 23 hours still counted. After 25 hours of silence the execution had ended "
        "by itself as expired, nothing was traded, and a late yes changed nothing."
    )


class _Asks:
    """The learner's workflow, its table and whoever it asks; each method is one kind of answer."""

    def __init__(self, bench: Workbench, machine: Machine, person: Person, table: str) -> None:
        self.bench, self.machine, self.person, self.table = bench, machine, person, table

    def ask(self, order: dict[str, Any]) -> tuple[Execution, str]:
        """The execution that waits with the order, and its token. Raises NotYet if none does."""
        run = self.machine.start(order)
        message = self.person.question(run, f"the order {order['id']}")
        return run, self.person.token(message, run)

    def answered(self, number: str, answer: str, after: float) -> None:
        order = _order(number)
        run, token = self.ask(order)
        if after:
            self.bench.advance(after)
            if not run.refresh().is_running:
                raise NotYet(
                    f"After {after / HOUR:g} hours somebody wanted to answer, and had a day for "
                    f"it. By then the execution had ended {run.status}.{cause(run)}",
                    hint="too-early",
                    run=run,
                )
        (self.person.yes if answer == "yes" else self.person.no)(token)
        go_on(run)
        wanted = "traded" if answer == "yes" else "rejected"
        said = f"The order {number} got a {answer}"
        if run.status != "SUCCEEDED":
            raise NotYet(
                f"{said}, and the execution ended {run.status}.{cause(run)}", hint="answer", run=run
            )
        self._outcome(run, order, wanted, said, "answer")
        if self._is_traded(number) is not (answer == "yes"):
            there = "not in the table" if answer == "yes" else "in the table"
            raise NotYet(f"{said}, and is {there}.", hint="answer", run=run)

    def silent(self, number: str) -> None:
        order = _order(number)
        run, token = self.ask(order)
        self.bench.advance(DAY + HOUR)
        if run.refresh().is_running:
            self.machine.client.stop_execution(executionArn=run.arn)
            raise NotYet(
                "25 hours passed, nobody answered, and the execution is still RUNNING: it waits in "
                f"{run.path[-1]}.",
                hint="still-waits",
                run=run,
            )
        said = "Nobody answered for 25 hours"
        if self._is_traded(number):
            raise NotYet(f"{said}, and the order was traded.", hint="silence-is-yes", run=run)
        if run.status != "SUCCEEDED":
            raise NotYet(
                f"{said}, and the execution ended {run.status}.{cause(run)}",
                hint="whole-ends" if run.status == "TIMED_OUT" else "not-caught",
                run=run,
            )
        self._outcome(run, order, "expired", said, "not-expired")
        if not self.person.is_late(token):
            raise NotYet(
                "The execution had ended, and a late yes was still taken by somebody.",
                hint="still-waits",
                run=run,
            )

    def broken(self, number: str) -> None:
        run, token = self.ask(_order(number))
        self.person.no(token, "PageBroken", "The page with the button does not load.")
        go_on(run)
        if run.status != "FAILED":
            raise NotYet(
                "The answer was the error PageBroken, which is neither a no nor silence. The "
                f"execution ended {run.status} with {shown(run.output)}.",
                hint="hides-errors",
                run=run,
            )

    def _outcome(
        self, run: Execution, order: dict[str, Any], wanted: str, said: str, hint: str
    ) -> None:
        output = run.output if isinstance(run.output, dict) else {}
        if output.get("outcome") != wanted:
            raise NotYet(
                f"{said}. The output was {shown(run.output)}; its outcome should be {wanted}.",
                hint=hint,
                run=run,
            )
        if any(output.get(key) != value for key, value in order.items()):
            raise NotYet(
                f"{said}, and the outcome is {wanted}. But whose? The output was "
                f"{shown(run.output)}, and the order was {shown(order)}.",
                hint="order-lost",
                run=run,
            )

    def _is_traded(self, number: str) -> bool:
        return any(item["Id"] == number for item in self.bench.items(self.table))


def _order(number: str) -> dict[str, Any]:
    return {"id": number, "stock": "ACME", "amount": 720}


TASK = Task(
    title="Nobody answers",
    minutes=10,
    check=check,
    hints=HINTS
    | {
        "": (
            "Who ends an execution that waits, if nobody answers? Look at the state Ask: does it "
            "say how long?",
            "A Task may say how many seconds it has. When they are over it fails, with an error "
            "that has a name.",
            "Two things: let it fail after a day, and say where that error leads.",
        ),
        "still-waits": (
            "How many seconds does the state have, and how many are a day?",
            "The field counts seconds, not milliseconds. Without it there is no end.",
            "It belongs into the state that waits.",
        ),
        "too-early": (
            "How many seconds does the state have, and how many are 23 hours?",
            "The field counts seconds. A day has 24 hours of 60 minutes of 60 of them.",
            "1440 are the minutes of a day.",
        ),
        "whole-ends": (
            "TIMED_OUT is the end of the whole execution. Which state could still do something "
            "then?",
            "The field exists twice: for the machine, where nothing comes after it, and for a "
            "state, whose error can be caught.",
            "Move it to where the waiting is.",
        ),
        "not-caught": (
            "The state gave up, as it should. What is the error called, and who takes it?",
            "States.TaskFailed takes every error but this one. What is this one called?",
            "The list under Catch may have a second entry, with another name and another Next.",
        ),
        "not-expired": (
            "Nobody said no. Where did the silence lead, and what outcome is written there?",
            "The first entry of Catch that fits is taken. Does the one for Rejected take more than "
            "that?",
            "Silence needs a state of its own, which writes expired where the others write theirs.",
        ),
        "order-lost": (
            "Somebody will want to ask again, and has to know which order. Where did it go?",
            "What a Catch hands on is the error. It replaces the input, unless it is told where "
            "to put it.",
            "The entry for Rejected says where. Does yours?",
        ),
        "silence-is-yes": (
            "Nobody has said yes. Why was it traded?",
            "Follow the Next of the entry that takes the timeout.",
            "It should lead past Trade.",
        ),
        "answer": (
            "With an answer it should go as it did before. What did you change on that way?",
            "The states Trade, Done and Turned Down need no change.",
            "Compare your file with the starter's; exercise.restart() lays it out anew.",
        ),
        "hides-errors": (
            "A page that is broken is neither a no nor silence. Which entry of Catch takes it?",
            "States.ALL takes all errors, also those that somebody should look at.",
            "Each of the two errors that you expect has a name. Catch these.",
        ),
    },
    reasoning="""
"TimeoutSeconds": 86400 in the state Ask, and a second entry under Catch: States.Timeout leads to a
state that writes expired. Without the field a state with a task token waits as long as an
execution may run, which is a year, and its last event says TaskSubmitted all the time.

The entry needs "ResultPath" as its neighbour does. Else the error replaces the order, and whoever
follows up does not know which one.

When the time is over the token is worthless: whoever answers then gets TaskTimedOut, and should
be told so (12.5).

Also right: HeartbeatSeconds with the same number, since a person sends no signs of life; the error
States.HeartbeatTimeout has then the better name. Or TimeoutSecondsPath, with a number from a state
before.

Usual mistakes: TimeoutSeconds at the top, beside StartAt: then the whole execution is TIMED_OUT,
and no state can do anything about it. States.TaskFailed, which takes everything but a timeout. 1440
or 86400000. And the timeout led to Turned Down: then the books say that somebody said no.
""",
)
