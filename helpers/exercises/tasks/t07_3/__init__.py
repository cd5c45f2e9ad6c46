"""07.3 No trades at the weekend: an expression for weekdays, or a workflow that asks the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from helpers.exercises import NotYet, Stack, Task, Workbench

FILE = "template.yaml"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BOUND, DEPLOYED = timedelta(seconds=30), timedelta(minutes=20)
"""How long before midnight a day is counted, and the stack deployed: what is due at midnight
belongs to the next day, and a rate counts from the deploy."""


def check(bench: Workbench) -> str:
    """A week of trades, counted a day: 24 on each weekday, none on Saturday and Sunday (UTC)."""
    monday = _monday_after(bench.now())
    bench.advance_to(monday - DEPLOYED)
    stack = bench.stack(FILE)
    bench.advance_to(monday - BOUND)
    made: dict[str, int] = {}
    for number, day in enumerate(DAYS, 1):
        bench.trying(f"a week by the clock: {day}")
        before = _trades(bench, stack)
        bench.advance_to(monday - BOUND + timedelta(days=number))
        made[day] = _trades(bench, stack) - before
        if made[day] > 24:
            said = f"On {day} {made[day]} trades were made, more than one an hour (UTC)."
            raise NotYet(said, hint="twice")
    _judge(made)
    return f"A week of trades (UTC): {_told(made)}."


def _monday_after(now: datetime) -> datetime:
    today = now.astimezone(UTC)
    monday = today + timedelta(days=7 - today.weekday())
    midnight = monday.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight - now > DEPLOYED else midnight + timedelta(days=7)


def _trades(bench: Workbench, stack: Stack) -> int:
    """How many items are in the stack's tables."""
    tables = stack.of_type("AWS::DynamoDB::Table").values()
    if not tables:
        raise NotYet("The stack has no table any more: no trade can be kept.", hint="never")
    return sum(len(bench.items(table)) for table in tables)


def _told(made: dict[str, int]) -> str:
    return ", ".join(f"{day[:3]} {count}" for day, count in made.items())


def _judge(made: dict[str, int]) -> None:
    weekdays, weekend = list(made.values())[:5], list(made.values())[5:]
    said = f"A week of trades (UTC): {_told(made)}."
    if not any(made.values()):
        raise NotYet(f"{said} Nothing was traded at all.", hint="never")
    if made["Sunday"] and not made["Friday"]:
        raise NotYet(f"{said} Sunday is in, and Friday is out.", hint="day-numbers")
    if all(weekend):
        raise NotYet(f"{said} Saturday and Sunday should have none.", hint="weekend")
    if any(weekend):
        day = "Saturday" if made["Saturday"] else "Sunday"
        hint = "part" if weekend != [0, 24] and weekend != [24, 0] else "one-day"
        raise NotYet(f"{said} {day} should have none.", hint=hint)
    if any(count < 24 for count in weekdays):
        day = next(day for day in DAYS if made[day] < 24)
        raise NotYet(f"{said} {day} should have one an hour, 24.", hint="hours-lost")


TASK = Task(
    title="No trades at the weekend",
    minutes=8,
    check=check,
    hints={
        "": (
            "rate() knows how long ago it was. Does it know which day it is?",
            "The other kind of expression is cron(minutes hours day month weekday year). Say "
            "“every hour” in it first, and then the days.",
            "Of the two fields for a day one has to be a ?. Weekdays have names of three letters.",
        ),
        "weekend": (
            "What in your template knows which day of the week it is?",
            "A rate knows no days. A cron does, in its fifth field, or the workflow looks.",
            "If the workflow looks: what it was given has a time, and the time has a day.",
        ),
        "day-numbers": (
            "On which day does AWS's week begin?",
            "In its cron 1 is Sunday, not Monday as in other crons.",
            "Names cannot be mistaken: SUN, MON, and so on.",
        ),
        "one-day": (
            "Which days does the fifth field name, first and last?",
            "A range takes in both its ends.",
            "Five days: from Monday to Friday.",
        ),
        "part": (
            "Only some hours of a day are wrong. Whose midnight ends your day?",
            "The task counts in UTC. Does your schedule?",
            "A zone shifts where the weekend begins.",
        ),
        "hours-lost": (
            "Which hours of a weekday are missing?",
            "It was every hour before, at night as well. What does the second field say?",
            "In cron a * means every: which of the six fields may have one?",
        ),
        "twice": (
            "How many schedules start the workflow now?",
            "Every minute of an hour, or once an hour: what does the first field say?",
            "One schedule, at one minute of each hour.",
        ),
        "never": (
            "Is the schedule in what was deployed, is it on, and does the workflow still write?",
            "A day that never comes (31 February, a year gone by) is a valid expression.",
            "exercise.restart() lays out the file anew; yours is kept beside it.",
        ),
        "stack-failed": (
            "Which resource did CloudFormation refuse, and does the reason speak of the schedule?",
            "A cron of AWS has six fields, and exactly one of the two for a day is a ?.",
            "cron(minutes hours day-of-month month day-of-week year).",
        ),
    },
    reasoning="""\
cron(0 * ? * MON-FRI *): at minute 0 of every hour, on whatever day of the month, in every month, on
weekdays, in every year. The ? says "I do not ask about this one": a day is told by its date or by
its weekday, not by both.

As right: the workflow looks itself. It is given the event with its time, and a Choice in JSONata
can ask $fromMillis($toMillis($states.input.time), '[F1]') for the day, 1 to 7 from Monday. Then it
starts at the weekend too and trades nothing, which costs a few transitions.

Usual mistakes: 1-5, which is Sunday to Thursday, because AWS counts from Sunday; a * in both fields
for a day, which AWS refuses; * for the minutes, which is sixty times an hour; and a weekend in
another time zone than the one that was meant. A rule's days begin at midnight UTC.""",
)
