"""12.6 A sign of life: who has gone is noticed soon, who is at work has time."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.tasks.asking import HINTS, Person, cause, go_on, settle
from helpers.exercises.tasks.json_values import object_of
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
MINUTE = 60


def check(bench: Workbench) -> str:
    """Whoever beats has two hours; whoever is silent ten minutes; then Ben, then nobody."""
    ada, ben = Person(bench, "ada"), Person(bench, "ben")
    machine = bench.machine(bench.text(FILE), {"AdaQueueUrl": ada.url, "BenQueueUrl": ben.url})
    desk = _Desk(bench, machine, ada, ben)
    bench.trying("Ada, who reads for 100 minutes")
    desk.ada_reads()
    bench.trying("Ada, who does not open the page, and Ben")
    desk.ada_is_away()
    bench.trying("Ada, who looks at the page for ever")
    desk.ada_stays()
    bench.trying("Ada and Ben, who are both away")
    desk.both_are_away()
    return (
        "Ada read for 100 minutes with a sign of life every five, and her yes counted. Where she "
        "was silent Ben was asked within eleven minutes, where she stayed he was asked after two "
        "hours, and where both were away it ended by itself, as nobody."
    )


class _Desk:
    """The learner's workflow, and Ada and Ben whom it asks; each method is one way of theirs."""

    def __init__(self, bench: Workbench, machine: Machine, ada: Person, ben: Person) -> None:
        self.bench, self.machine, self.ada, self.ben = bench, machine, ada, ben
        self.orders = 0

    def ask(self) -> tuple[Execution, str, dict[str, Any]]:
        """A new order: its execution, Ada's token, and the order. Raises NotYet if none waits."""
        self.orders += 1
        order = {"id": f"A-{self.orders}", "amount": 720}
        run = self.machine.start(order)
        message = self.ada.question(run, f"the order {order['id']}")
        return run, self.ada.token(message, run), order

    def beat(self, run: Execution, token: str, minutes: int) -> int:
        """Signs of life every five minutes; how many minutes of them were taken."""
        for passed in range(5, minutes + 1, 5):
            self.bench.advance(5 * MINUTE)
            if not self.ada.beats(token):
                return passed
        run.refresh()
        return minutes

    def ada_reads(self) -> None:
        run, token, order = self.ask()
        reached = self.beat(run, token, 100)
        if reached < 100:
            raise NotYet(
                f"Ada had the page open, with a sign of life every five minutes. After {reached} "
                "minutes nobody waited for her any more; she has two hours.",
                hint="interrupted",
                run=settle(run),
            )
        self.ada.yes(token)
        go_on(run)
        self.ended(run, order, "approved", "Ada said yes after 100 minutes", "answer")

    def passed_on(self, run: Execution, said: str, hint: str) -> str:
        """The token with which Ben was asked. Raises NotYet where nobody asked Ben."""
        settle(run)
        body = None if not run.is_running else self.ben.body()
        if body is None:
            how = f"ended {run.status}" if not run.is_running else f"waits in {run.path[-1]}"
            raise NotYet(
                f"{said}, and Ben was not asked: the execution {how}.{cause(run)}",
                hint=hint,
                run=run,
            )
        return self.ben.token(_object(body, run), run)

    def ada_is_away(self) -> None:
        run, token, order = self.ask()
        self.bench.advance(11 * MINUTE)
        theirs = self.passed_on(run, "Ada gave no sign of life for eleven minutes", "silent")
        if not self.ada.is_late(token):
            raise NotYet(
                "Ben was asked, and Ada's token still counts: two people decide one thing.",
                hint="silent",
                run=run,
            )
        self.ben.yes(theirs, "Ben")
        go_on(run)
        self.ended(run, order, "approved", "Ada was away, and Ben said yes", "order-lost")

    def ada_stays(self) -> None:
        run, token, _ = self.ask()
        reached = self.beat(run, token, 130)
        if reached >= 130:
            self.machine.client.stop_execution(executionArn=run.arn)
            raise NotYet(
                "Ada's page was open for 130 minutes, with a sign of life every five, and still "
                "nobody else was asked.",
                hint="for-ever",
                run=run,
            )
        theirs = self.passed_on(run, "Ada's page had been open for two hours", "two-hours")
        self.ben.yes(theirs, "Ben")
        go_on(run)

    def both_are_away(self) -> None:
        run, _, order = self.ask()
        self.bench.advance(11 * MINUTE)
        self.passed_on(run, "Ada gave no sign of life for eleven minutes", "silent")
        self.bench.advance(11 * MINUTE)
        settle(run)
        said = "Ada was away, and Ben for eleven minutes, too"
        if run.is_running:
            self.machine.client.stop_execution(executionArn=run.arn)
            raise NotYet(
                f"{said}. There is nobody else, and the execution waits in {run.path[-1]}.",
                hint="nobody",
                run=run,
            )
        self.ended(run, order, "nobody", said, "nobody")

    def ended(
        self, run: Execution, order: dict[str, Any], outcome: str, said: str, hint: str
    ) -> None:
        """Raise NotYet unless it ended well, with this outcome and the order in its output."""
        if run.status != "SUCCEEDED":
            raise NotYet(
                f"{said}, and the execution ended {run.status}.{cause(run)}", hint=hint, run=run
            )
        output = run.output if isinstance(run.output, dict) else {}
        if output.get("outcome") != outcome:
            raise NotYet(
                f"{said}. The output was {shown(run.output)}; its outcome should be {outcome}.",
                hint=hint,
                run=run,
            )
        if any(output.get(key) != value for key, value in order.items()):
            raise NotYet(
                f"{said}. The output was {shown(run.output)}, and the order was {shown(order)}.",
                hint="order-lost",
                run=run,
            )


def _object(body: str, run: Execution) -> dict[str, Any]:
    message = object_of(body)
    if message is None:
        raise NotYet(f"Ben's message was {shown(body)}: no JSON object.", hint="no-token", run=run)
    return message


TASK = Task(
    title="A sign of life",
    minutes=12,
    check=check,
    hints=HINTS
    | {
        "": (
            "Two lengths of time are in the task. Which of them begins anew with each sign of "
            "life, and which does not?",
            "A Task can say both: how long it may take in all, and how long it may be silent.",
            "Begin with Ada: let her state fail in both cases, and lead the error to Ben.",
        ),
        "interrupted": (
            "Ada was at it, and was cut off. Which number ended it, and what should it have "
            "looked at?",
            "Ten minutes is how long she may be silent, not how long she may take.",
            "Both numbers are seconds.",
        ),
        "silent": (
            "Ada gave no sign of life for more than ten minutes. Who noticed, and what came then?",
            "How long a Task may be silent is a field beside the one for how long it may take.",
            "The error has to lead to a state that asks Ben, in his queue.",
        ),
        "for-ever": (
            "Signs of life keep a task going. What ends it all the same?",
            "The state says how long it may be silent. Does it still say how long it may take?",
            "A page that is forgotten in a window beats as well as one that is read.",
        ),
        "two-hours": (
            "After two hours it is Ben's turn as well. What is that error called?",
            "There is a name for silence, and one for both. Your Catch takes the first.",
            "States.Timeout is the one for both.",
        ),
        "order-lost": (
            "Ben should be asked about the same order. What does the Catch hand on?",
            "The error replaces the input, unless it is told where to put it.",
            "Look at what Ben's message has under order.",
        ),
        "nobody": (
            "After Ben there is nobody. Where does his silence lead?",
            "Ben's state may be silent as long as Ada's, and its error needs a way of its own.",
            "Let it end well, with an outcome that says what happened.",
        ),
        "answer": (
            "Ada's yes should lead where it did before. What did you change on that way?",
            "Approved writes the outcome and needs no change.",
            "Compare with the starter's file.",
        ),
    },
    reasoning="""
HeartbeatSeconds 600 and TimeoutSeconds 7200, in both states that ask. The first begins anew with
each SendTaskHeartbeat, the second does not. So who has gone is noticed after ten minutes, and who
is at it has two hours, and no more than that.

A missed heartbeat is a States.Timeout as well, so one entry of Catch takes both; under
States.HeartbeatTimeout it takes the silence alone. The error goes beside the order by ResultPath.
With the next state comes a new token, and Ada's is worthless from then on: two people never decide
one thing.

Also right: both names, with a way of its own each, if the two cases are to be counted apart;
States.ALL, as here there is no answer that is an error.

Usual mistakes: TimeoutSeconds 600, which cuts off whoever reads. HeartbeatSeconds alone, with which
a forgotten window holds the order for a year. A Retry: it asks Ada again. HeartbeatSeconds as
long as TimeoutSeconds: it never comes to it.
""",
)
