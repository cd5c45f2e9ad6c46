"""15.5 The price of a year: estimated by the learner, then counted on runs."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers import stages
from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.workbench import shown
from helpers.prices import PRICES, REQUESTS, SECONDS, TRANSITIONS, said

FILE = "bill.py"
WITHIN = 0.05
SAMPLE = 4
"""So many runs are counted of each workload."""
BROKER = """class Busy(Exception):
    pass


def lambda_handler(event, context):
    if event["busy"] and event["attempt"] < 2:
        raise Busy("later")
    asked = event["round"] + 1
    return {"round": asked, "done": asked == event["rounds"]}
"""
CALL = """
import json, sys, bill
print(json.dumps(bill.year(json.loads(sys.argv[1])), default=float))
"""

GIVEN: dict[str, Any] = {
    "runs_a_day": 48,
    "rounds": 6,
    "busy_of_100": 25,
    "call_seconds": 0.4,
    "memory_mb": 512,
}
OTHERS: tuple[dict[str, Any], ...] = (
    {"runs_a_day": 300, "rounds": 3, "busy_of_100": 50, "call_seconds": 2.5, "memory_mb": 2048},
    {"runs_a_day": 24, "rounds": 9, "busy_of_100": 0, "call_seconds": 0.05, "memory_mb": 128},
)


@dataclass(frozen=True)
class Year:
    """What was counted, times the runs of a year; without: transitions but for the retries."""

    transitions: float
    requests: float
    gb_seconds: float
    without: float

    @property
    def dollars(self) -> float:
        """The list price of them all."""
        costs = (
            (TRANSITIONS, self.transitions),
            (REQUESTS, self.requests),
            (SECONDS, self.gb_seconds),
        )
        return float(sum(PRICES[what].cost(Decimal(count)) for what, count in costs))


def check(bench: Workbench) -> str:
    """The estimate of each of three workloads is within five percent of what is counted."""
    bench.python(FILE)
    table = bench.table()
    broker = bench.function("broker", BROKER)
    text = (Path(__file__).parent / "starter" / "workflow.asl.json").read_text(encoding="utf-8")
    machine = bench.machine(text, {"BrokerArn": broker, "TradesTable": table})
    years = []
    for number, workload in enumerate((GIVEN, *OTHERS)):
        estimate = _estimate(bench, workload)
        bench.trying(f"{SAMPLE} runs of {workload['rounds']} rounds")
        counted = _count(bench, machine, workload)
        _compare(estimate, counted, workload, known=number == 0)
        years.append(counted)
    return (
        f"Three workloads, {SAMPLE} runs of each, counted: a year is "
        + ", ".join(said(Decimal(round(year.dollars, 4))) for year in years)
        + f", and none of your figures is off by more than {WITHIN:.0%}."
    )


def _estimate(bench: Workbench, workload: dict[str, Any]) -> dict[str, float]:
    bench.trying("your estimate")
    root = str(stages.ROOT)
    ran = bench.run(sys.executable, "-c", CALL, json.dumps(workload), PYTHONPATH=root)
    if ran.code:
        raise NotYet(f"year({shown(workload)}) fails: {ran.last_line}", hint="answer")
    try:
        answer = json.loads(ran.last_line)
    except ValueError:
        answer = ran.last_line
    names = ("transitions", "requests", "gb_seconds", "dollars")
    if not isinstance(answer, dict) or not all(
        isinstance(answer.get(name), int | float) and math.isfinite(answer[name]) for name in names
    ):
        raise NotYet(
            f"year({shown(workload)}) gives {shown(answer)}; it is to give the numbers "
            f"{', '.join(names)}.",
            hint="answer",
        )
    return {name: float(answer[name]) for name in names}


def _count(bench: Workbench, machine: Machine, workload: dict[str, Any]) -> Year:
    """Run a few, the busy ones among them, and count: in histories and in the metrics."""
    busy = SAMPLE * workload["busy_of_100"] // 100
    began = _calls(bench)
    entered = retried = 0
    for number in range(SAMPLE):
        run = machine.run({"rounds": workload["rounds"], "busy": number < busy})
        types = [event["type"] for event in run.events]
        entered += sum(one.endswith("StateEntered") for one in types)
        asked = sum(
            event["type"] == "TaskStateEntered"
            and event["stateEnteredEventDetails"]["name"] == "Ask"
            for event in run.events
        )
        retried += types.count("LambdaFunctionScheduled") - asked
    called = _calls(bench) - began
    times = 365 * workload["runs_a_day"] / SAMPLE
    gb = workload["memory_mb"] / 1024
    return Year(
        (entered + retried) * times,
        called * times,
        called * times * workload["call_seconds"] * gb,
        entered * times,
    )


def _calls(bench: Workbench) -> float:
    now = bench.now()
    points = bench.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": "broker"}],
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(minutes=2),
        Period=86_400 * 2,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(one["Sum"] for one in points)


def _compare(
    estimate: dict[str, float], counted: Year, workload: dict[str, Any], *, known: bool
) -> None:
    for name, unit in (
        ("transitions", "transitions"),
        ("requests", "calls"),
        ("gb_seconds", "GB-seconds"),
        ("dollars", "dollars"),
    ):
        figure, wanted = estimate[name], getattr(counted, name)
        if not _close(figure, wanted):
            raise NotYet(
                f"With {_described(workload)}: you say {_number(figure)} {unit} a year, and "
                f"counted on {SAMPLE} runs it is {_number(wanted)}"
                f"{_off(figure, wanted)}.",
                hint=_hint(name, figure, counted, workload, known),
            )


def _hint(name: str, figure: float, counted: Year, workload: dict[str, Any], known: bool) -> str:
    wanted = getattr(counted, name)
    if not known and any(_close(figure, one) for one in _of_given(name)):
        return "fixed"
    if figure and any(_close(figure * times, wanted) for times in (12, 365, 365 / 30)):
        return "year"
    if name == "transitions":
        if _close(figure, counted.without):
            return "retries"
        return "loop" if figure < wanted else "too-many"
    if name == "requests":
        rounds = 365 * workload["runs_a_day"] * workload["rounds"]
        return "retries" if _close(figure, rounds) else "requests"
    return name.replace("_", "-")


def _of_given(name: str) -> list[float]:
    """What is right for the workload in the file: a figure, and not a way to find it."""
    rounds, busy = GIVEN["rounds"], GIVEN["busy_of_100"] / 100
    runs = 365 * GIVEN["runs_a_day"]
    requests = runs * rounds * (1 + 2 * busy)
    gb_seconds = requests * GIVEN["call_seconds"] * GIVEN["memory_mb"] / 1024
    year = Year(runs * (3 * rounds + 1 + 2 * rounds * busy), requests, gb_seconds, 0)
    return [getattr(year, name)]


def _close(figure: float, wanted: float) -> bool:
    return abs(figure - wanted) <= WITHIN * abs(wanted)


def _described(workload: dict[str, Any]) -> str:
    return (
        f"{workload['runs_a_day']} runs a day, {workload['rounds']} rounds each, "
        f"{workload['busy_of_100']} of 100 busy"
    )


def _number(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:,.4g}"


def _off(figure: float, wanted: float) -> str:
    if not 0 < figure < 20 * wanted:
        return ""
    share = wanted / figure - 1
    return f", {abs(share):.0%} {'more' if share > 0 else 'less'}" if share < 20 else ""


TASK = Task(
    title="The price of a year",
    minutes=15,
    check=check,
    hints={
        "": (
            "Go through one run with a pencil: how many states does it enter, with six rounds?",
            "Which states are entered once, which in each round, and which one time less?",
            "Then the busy runs: how many calls does a round take there? A retry counts as a "
            "transition, too.",
        ),
        "loop": (
            "How often is Ask entered in one run? How often Done?, and Wait?",
            "A loop enters its states anew each time, and each is billed.",
            "Begin and Book once; Ask and Done? in each round; Wait between two rounds.",
        ),
        "retries": (
            "In a busy run each round fails twice. Who pays for the attempts that failed?",
            "A retry is a transition, and a call of the function that failed is a call.",
            "Two more of both, for each round of a busy run; and of a hundred runs so many are "
            "busy.",
        ),
        "too-many": (
            "Which state do you count once too often?",
            "After the last round nothing is waited for.",
            "A round that fails is not entered anew: its retries are transitions, Done? and Wait "
            "come once.",
        ),
        "requests": (
            "How often is the function called in a run that goes well, and how often in a busy "
            "one?",
            "Each attempt is a call; nothing else calls it.",
            "Book writes to the table by itself: that is no call of a function.",
        ),
        "gb-seconds": (
            "What is the product that Lambda bills: how many calls, how long, how much memory?",
            "The memory is in MB, the price is for GB, of 1,024 MB.",
            "requests × call_seconds × memory_mb / 1024.",
        ),
        "dollars": (
            "Which three counts have a price, and for how many of them is it?",
            "PRICES[…].cost(count) knows for how many it is. The list price takes nothing off.",
            "The sum of transitions, requests and GB-seconds, each by its own price.",
        ),
        "year": (
            "For which time is your figure?",
            "The workload is given by the day.",
            "A year has 365 of them here.",
        ),
        "fixed": (
            "Your figure is right for the workload that stands in the file. What about another "
            "one?",
            "Which of the numbers in your formula come from workload, and which did you write in?",
            "rounds and busy_of_100 are in it, each several times.",
        ),
        "answer": (
            "What does year return, and for whom? The check calls it with other workloads.",
            "A dict with four numbers; python bill.py shows them.",
            "Numbers that cannot be added to a Decimal are floats: Decimal(str(…)) makes one.",
        ),
    },
    reasoning="""
A run enters Begin and Book once, Ask and Done? in each round, and Wait between rounds: with six
rounds 1 + 12 + 5 + 1 = 19 states. Of a quarter of the runs each round is tried three times, and a
retry counts as a transition: 12 more in such a run, 3 on the average. 22 transitions where the
picture shows five boxes.

Lambda bills calls and GB-seconds, and those that failed as well. Together a year is some ten
dollars, and nearly all of it is the loop. Asked every two minutes instead of every one, it would
cost about half. A .waitForTaskToken would cost one state, however long it takes.

What is estimated should be counted once: from the history (the states entered, and what was
scheduled again), and from the metrics of Lambda. Five percent is near enough: prices change, and
the load is a guess.

Usual mistakes: the boxes of the picture counted, not the states entered; retries forgotten, in
transitions or in calls; MB for GB; what is free each month taken off, which an account shares among
all that it runs.
""",
)
