"""15.3 An alarm that fires, and one that must not: held against days of traffic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.tasks.ringing import Listener

FILE = "alarm.yaml"
DESK = {
    "StartAt": "How?",
    "TimeoutSeconds": 600,
    "States": {
        "How?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.ends", "StringEquals": "failed", "Next": "Fails"},
                {"Variable": "$.ends", "StringEquals": "timed out", "Next": "Hangs"},
            ],
            "Default": "Trades",
        },
        "Trades": {"Type": "Pass", "End": True},
        "Fails": {"Type": "Fail", "Error": "Desk.Failed"},
        "Hangs": {"Type": "Wait", "Seconds": 3_000, "End": True},
    },
}
_ENDS = {"+": "succeeds", "f": "failed", "t": "timed out"}
_QUIET = ("+",) * 5


@dataclass(frozen=True)
class Scene:
    """Hours of traffic: what is started in each (+ good, f fails, t times out).

    rings: whether somebody has to be told by the end of it. hint: for whoever gets it wrong.
    after: the hours after it has rung, by the end of which it has to be told as over.
    """

    what: str
    hours: tuple[str, ...]
    rings: bool
    hint: str
    after: tuple[str, ...] = _QUIET


SCENES = (
    Scene("a single failure", ("+", "f +", *_QUIET), False, "single"),
    Scene("six failures within one hour", ("f f f f f f +", *_QUIET), False, "one-bad-hour"),
    Scene("failures in two of five hours", ("f +", "+", "f +", *_QUIET), False, "two"),
    Scene(
        "failures at 21 and 22 h, eight hours in which nothing runs, and one failure in the "
        "morning",
        ("f", "f", *("",) * 8, "f", *_QUIET),
        False,
        "night",
    ),
    Scene(
        "failures in three of five hours, each beside an execution that went well",
        ("+", "f +", "+", "f +", "+", "f +", "+"),
        True,
        "three",
    ),
    Scene(
        "executions that time out in three of five hours",
        ("t +", "+", "t +", "t +", "+"),
        True,
        "timed-out",
    ),
    Scene(
        "an hour with a failure, one with a time-out, and one with a failure again",
        ("f +", "t +", "f +", "+"),
        True,
        "mixed",
        ("",) * 8,
    ),
)


def check(bench: Workbench) -> str:
    """The topic is told of the scenes that ring, and of no others, and when it is over."""
    machine, listener = bench.machine(DESK), Listener(bench)
    stack = bench.stack(FILE, "alarms", {"StateMachineArn": machine.arn, "TopicArn": listener.arn})
    if not any(kind.startswith("AWS::CloudWatch::") for kind in stack.types.values()):
        raise NotYet(f"{FILE} was deployed, and there is no alarm in it.", hint="never")
    _to_the_hour(bench)
    hours = 0
    for scene in SCENES:
        bench.trying(scene.what)
        _play(bench, machine, listener, scene)
        hours += len(scene.hours)
        if scene.rings:
            _is_over(bench, machine, listener, scene)
            hours += len(scene.after)
    silent = sum(not scene.rings for scene in SCENES)
    return (
        f"{hours} hours of traffic. It rang {len(SCENES) - silent} times out of "
        f"{len(SCENES) - silent}, each time within the hour, and said when it was over. "
        f"{silent} other times, among them a quiet night and six failures in a row, it was silent."
    )


def _to_the_hour(bench: Workbench) -> None:
    now = bench.now()
    bench.advance_to(now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))


def _play(bench: Workbench, machine: Machine, listener: Listener, scene: Scene) -> None:
    rung = False
    for number, hour in enumerate(scene.hours):
        _hour(bench, machine, hour)
        rung |= "ALARM" in _states(bench).values()
        for name, state in listener.alarms():
            if state == "ALARM" and scene.rings:
                return
            if state == "ALARM":
                raise NotYet(
                    f"{_capital(scene.what)}: after {number + 1} hours of it {name} went to ALARM, "
                    f"and somebody was told. {_pattern(scene, number)}",
                    hint=scene.hint if _is_bad(scene.hours[: number + 1]) else "night",
                )
    if scene.rings:
        why = "an alarm went to ALARM, and told nobody" if rung else "no alarm went to ALARM"
        states = ", ".join(f"{name} is {state}" for name, state in _states(bench).items())
        raise NotYet(
            f"{_capital(scene.what)}: {why}. At the end {states}. "
            f"{_pattern(scene, len(scene.hours) - 1)}",
            hint="not-told" if rung else scene.hint,
        )


def _states(bench: Workbench) -> dict[str, str]:
    alarms = bench.client("cloudwatch").describe_alarms()
    return {
        one["AlarmName"]: one["StateValue"]
        for one in [*alarms["MetricAlarms"], *alarms["CompositeAlarms"]]
    }


def _is_over(bench: Workbench, machine: Machine, listener: Listener, scene: Scene) -> None:
    """Good hours after it: whoever was told is told that it is over."""
    heard: list[tuple[str, str]] = []
    for hour in scene.after:
        _hour(bench, machine, hour)
        heard += listener.alarms()
    if not heard or heard[-1][1] != "OK":
        kind = "good hours" if scene.after[0] else "hours in which nothing ran"
        last = f"the last that was said is {heard[-1][1]}" if heard else "nobody was told so"
        raise NotYet(
            f"{_capital(scene.what)}: somebody was told. Then came {len(scene.after)} {kind}, and "
            f"{last}.",
            hint="over" if scene.after[0] else "night",
        )


def _hour(bench: Workbench, machine: Machine, hour: str) -> None:
    """Let an hour pass; what is started in it begins after five minutes."""
    began = bench.now().replace(minute=0, second=0, microsecond=0)
    bench.advance_to(began + timedelta(minutes=5))
    for kind in hour.split():
        machine.start({"ends": _ENDS[kind]})
    bench.advance_to(began + timedelta(hours=1))


def _is_bad(hours: tuple[str, ...]) -> bool:
    return any(kind in hour for hour in hours for kind in "ft")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _pattern(scene: Scene, last: int) -> str:
    hours = [hour.replace(" ", "") or "–" for hour in scene.hours[: last + 1]]
    return f"Hour by hour: {' '.join(hours)} (+ good, f failed, t timed out, – nothing ran)."


TASK = Task(
    title="An alarm that fires, and one that must not",
    minutes=20,
    check=check,
    hints={
        "": (
            "How many hours does the alarm look at, and how many of them have to be bad?",
            "A datapoint is one hour. How many datapoints are looked at, and how many of them have "
            "to be beyond the threshold, are two settings.",
            "EvaluationPeriods, DatapointsToAlarm, TreatMissingData, and a list of whom to tell.",
        ),
        "single": (
            "One failure, and it rang. How many bad hours does your alarm want?",
            "EvaluationPeriods alone means: all of them. With 1, one is enough.",
            "DatapointsToAlarm says how many of the EvaluationPeriods have to be bad.",
        ),
        "one-bad-hour": (
            "Six failures in one hour are one bad hour. What does your alarm count: hours, or "
            "failures?",
            "A sum over five hours cannot tell one bad hour from three.",
            "A Period of an hour, with a threshold that one failure reaches; the hours are counted "
            "by DatapointsToAlarm.",
        ),
        "two": (
            "Which three hours were bad, and how many hours lie between the first and the last?",
            "How many datapoints does your alarm look at, and how many does it want?",
            "M of N is DatapointsToAlarm of EvaluationPeriods: three of five.",
        ),
        "three": (
            "Which hours were bad? There was a good one after each of them.",
            "Three bad hours in a row are something else than three of five. And one good "
            "execution in an hour makes an average small.",
            "Three datapoints of five; the sum of an hour, and a threshold that one failure "
            "reaches.",
        ),
        "night": (
            "What does an hour say in which nothing was started: nothing, or zero?",
            "An hour without a datapoint is missing. If nothing else is said, an alarm looks "
            "further back for others; and breaching takes it for bad.",
            "TreatMissingData has four words. Which one says that an hour without a datapoint is "
            "a good one?",
        ),
        "timed-out": (
            "Is an execution that timed out one that failed? Look at its status.",
            "Step Functions counts them under another metric of its own.",
            "Add a second MetricStat, and let the expression have the sum of both.",
        ),
        "mixed": (
            "Two alarms, one for each kind, and neither has seen three bad hours. Who adds them "
            "up?",
            "The hour is bad, whichever of the two happened in it.",
            "One alarm on an expression of both metrics.",
        ),
        "not-told": (
            "The alarm went to ALARM. Who learns of it?",
            "An alarm that has no action changes its colour in a console that nobody looks at.",
            "AlarmActions wants a list of ARNs; the topic's is a parameter.",
        ),
        "over": (
            "Somebody got up in the night. How do they learn that it is over?",
            "There are three lists of actions, one for each state.",
            "OKActions is the one for this.",
        ),
        "never": (
            "There is nothing in the stack that could ring.",
            "An alarm's type is AWS::CloudWatch::Alarm.",
            "exercise.restart() lays the template out anew; yours is kept beside it.",
        ),
    },
    reasoning="""
An alarm that rings at each failure is switched off after a week, and then it is silent when it
counts. Three of five hours is a pattern: something is wrong that does not go away. A datapoint is
an hour (Period 3600, Sum, one is enough), five of them are looked at (EvaluationPeriods), three
have to be bad (DatapointsToAlarm).

Missing data decides about the night. Where nothing runs there is no datapoint, and an alarm that is
told nothing looks further back: two failures of the evening and one of the morning become three of
five. notBreaching takes an hour without a datapoint for a good one. breaching rings in each quiet
night; it is right for what has to happen, such as a start each hour.

Failed and timed out are two metrics, and aborted a third. An expression adds them, so that one
alarm sees all hours. Two alarms, under a composite one or not, do not: each has seen too few.

Also right: FILL, or IF(failed + overdue > 0, 1, 0), in the expression. Usual mistakes: the sum of
five hours over 3, which one bad hour reaches; an average, which a good execution beside it makes
small; an alarm without actions; no OKActions, so that nobody knows when it was over.
""",
)
