"""10.1 A minute, and no more: which errors are worth another attempt, and how long it all takes."""

from __future__ import annotations

from typing import Any

from helpers import units
from helpers.executions import Execution, Step
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.silence import in_silence, without_answer
from helpers.exercises.workbench import Machine

FILE = "workflow.asl.json"
LONGEST = 61.0
"""Seconds: a minute, and one for the function's own time and the way there."""
FEWEST = 3
PATIENCE, STEP = 300, 5
"""Seconds of the simulated clock that a silent exchange is given, and how many at a time."""
EXCHANGE = '''
class ExchangeClosed(Exception):
    """It answers, and says no."""


class UnknownShare(Exception):
    """There is no such share, and there will be none in a minute."""


answered = 0


def lambda_handler(event, context):
    global answered
    answered += 1
    if event["share"] == "NONE":
        raise UnknownShare("there is no share NONE")
    if event["share"] == "SOON" and answered >= 3:
        return {"stock_price": 42}
    raise ExchangeClosed("the exchange is closed")
'''


def check(bench: Workbench) -> str:
    """Closed, silent, back at the third attempt, and a share that does not exist."""
    text, exchange = bench.text(FILE), bench.function("exchange", EXCHANGE)
    machine = _with(bench, text, exchange)
    bench.trying("an exchange that is closed")
    closed = machine.run({"share": "DOWN"})
    _gives_up(closed, "is closed and says so", "ExchangeClosed", "too-long", "not-tried")
    bench.trying("an exchange that never answers")
    hanging = without_answer(bench, text, "${ExchangeArn}")
    silent = _unanswered(bench, _with(bench, hanging, exchange))
    _gives_up(silent, "never answers", "States.Timeout", "timeouts-count", "timeout-missed")
    bench.trying("an exchange that is back at the third attempt")
    _gets_through(_with(bench, text, bench.function("back-soon", EXCHANGE)))
    bench.trying("a share that does not exist")
    _is_left_alone(machine)
    return (
        f"Closed, it was asked {_asked(closed)} times in {units.duration(closed.duration)}; "
        f"silent, {_asked(silent)} times in {units.duration(silent.duration)}. The third attempt "
        "was enough where it came back, and a share that does not exist was asked for once."
    )


def _with(bench: Workbench, text: str, exchange: str) -> Machine:
    return bench.machine(text, substitutions={"ExchangeArn": exchange})


def _unanswered(bench: Workbench, machine: Machine) -> Execution:
    """Nobody answers: what the state waits for does not come, so time has to pass."""
    run = in_silence(bench, machine, {"share": "DOWN"}, PATIENCE, STEP)
    if run.status == "ABORTED":
        raise NotYet(
            f"When the exchange never answers, the execution still waits after {PATIENCE} seconds, "
            f"at its {_ordinal(_asked(run))} attempt. It was to be a minute at most.",
            hint="timeouts-count",
            run=run,
        )
    return run


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _asks(run: Execution) -> list[Step]:
    return [step for step in run.walk() if step.type == "Task"]


def _asked(run: Execution) -> int:
    return sum(len(step.attempts) for step in _asks(run))


def _told(run: Execution, what: str) -> str:
    return (
        f"When the exchange {what}, it was asked {_times(_asked(run))}, and the execution ended "
        f"{run.status} after {units.duration(run.duration or 0)}"
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _gives_up(run: Execution, what: str, error: str, too_long: str, too_few: str) -> None:
    """At least three attempts, a minute at most, and the reason kept."""
    told = _told(run, what)
    if (run.duration or 0) > LONGEST:
        raise NotYet(f"{told}. It was to be a minute at most.", hint=too_long, run=run)
    if _asked(run) < FEWEST:
        said = f" with {run.error}" if run.error else ""
        raise NotYet(
            f"{told}{said}. It was to be asked {FEWEST} times at least.", hint=too_few, run=run
        )
    if run.status != "FAILED" or run.error != error:
        raise NotYet(
            f"{told} with {run.error or 'no error'}. Whoever looks at it was to read {error}.",
            hint="no-reason",
            run=run,
        )


def _gets_through(machine: Machine) -> None:
    run = machine.run({"share": "SOON"})
    if run.status == "SUCCEEDED" and _price(run.output) == 42:
        return
    answer = f"with the output {run.output}" if run.output is not None else f"with {run.error}"
    raise NotYet(f"{_told(run, 'is back at the third attempt')} {answer}.", hint="back", run=run)


def _price(output: Any) -> Any:
    return output.get("stock_price") if isinstance(output, dict) else None


def _is_left_alone(machine: Machine) -> None:
    run = machine.run({"share": "NONE"})
    if _asked(run) != 1:
        raise NotYet(
            f"The exchange said UnknownShare, and was asked {_times(_asked(run))}. The share will "
            "not exist in a minute either: once is enough.",
            hint="in-vain",
            run=run,
        )
    if run.status != "FAILED" or run.error != "UnknownShare":
        raise NotYet(
            f"With a share that does not exist the execution ended {run.status} with "
            f"{run.error or 'no error'}. Whoever looks at it was to read UnknownShare.",
            hint="no-reason",
            run=run,
        )


TASK = Task(
    title="A minute, and no more",
    minutes=10,
    check=check,
    hints={
        "": (
            "Two sums: what do the waits add up to, and what the attempts themselves, if each "
            "hangs until its time is up?",
            "A state that hangs fails with an error of its own. Does the list that is there take "
            "it?",
            "Retry is a list, read from the top: the first entry whose names fit decides, also if "
            "it says: not at all.",
        ),
        "too-long": (
            "How long is each wait? Write them down, each the one before times the rate, and add "
            "them up.",
            "Three knobs: the first wait, how often, and how fast they grow. There is a fourth, "
            "which says how long one wait may be at most.",
            "Waits of 3, 6 and 12 seconds are 21 together.",
        ),
        "timeouts-count": (
            "Each attempt that hangs lasts until it is cut off. How many attempts are there, and "
            "how long is that together?",
            "A failed attempt was nearly free in your sum. A silent one takes five seconds.",
            "Attempts times five seconds, and the waits between them: less than 60.",
        ),
        "not-tried": (
            "Which error did the picture or the check name, and which names stand in ErrorEquals?",
            "Names are compared letter by letter, capitals too. One that nobody ever reports is no "
            "mistake in AWS's eyes, and never fits.",
            "asl.diagnose(open(FILE).read()) warns of a name that only looks like one of AWS's.",
        ),
        "timeout-missed": (
            "With which error does an attempt end that was cut off? The check says it.",
            "States.TaskFailed stands for every failure of a task but one.",
            "That one is named beside it, or the wildcard that stands for both is used.",
        ),
        "no-reason": (
            "What would somebody read who looks at this execution tomorrow: why it failed, or only "
            "that it did?",
            "A limit on the whole execution ends it from outside: TIMED_OUT, and no word of the "
            "exchange. A Catch goes on from there, as if all were well.",
            "If Retry itself gives up in time, the error of the last attempt ends the execution.",
        ),
        "back": (
            "An exchange that is back was to be heard. What came out instead?",
            "The answer is the execution's output, as before.",
            "Take back what you changed besides Retry.",
        ),
        "in-vain": (
            "Which errors can time mend? UnknownShare is none of them.",
            "An entry of Retry can say that its errors are not tried again: how many attempts is "
            "that?",
            "The first entry that fits decides. Where has the exception to stand?",
        ),
    },
    reasoning="""
Waits of 3, 6 and 12 seconds are 21; four attempts that each hang for five seconds are 20 more. That
leaves room for a slow network. The state that was handed out had two faults. It waited 198 seconds
in all, and it did not try again at all where it was needed most: States.TaskFailed takes every
failure of a task but States.Timeout. States.ALL takes both, and stands alone in the last entry.

UnknownShare has an entry of its own above, with no attempts. What no time can mend is not worth
paying transitions for, and whoever sent it should hear of it at once.

Also right: ["States.TaskFailed", "States.Timeout"] instead of the wildcard; naming ExchangeClosed
and States.Timeout alone, so that UnknownShare fits nothing; MaxDelaySeconds to cap the waits;
JitterStrategy FULL, which draws each wait from nothing up to what it would be, so that a
thousand executions that failed together do not come back together.

Usual mistakes: States.All, which is a name like any other to AWS and fits nothing; a TimeoutSeconds
on the whole workflow, which ends it within the minute and hides why; the wildcard above the
exception.
""",
)
