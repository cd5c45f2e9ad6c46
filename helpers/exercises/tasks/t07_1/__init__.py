"""07.1 Nine in Berlin: a schedule with a time zone knows summer time, one in UTC does not."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.starts import starts

FILE = "template.yaml"
BERLIN = ZoneInfo("Europe/Berlin")
AROUND = 2
"""Days before and after a change of the clocks."""


def check(bench: Workbench) -> str:
    """One start a day, at nine in Berlin, on both sides of both changes of the clocks."""
    spring, autumn = _changes(bench.now())
    bench.trying("the days around the last Sunday in March")
    bench.advance_to(_midnight(spring - timedelta(days=AROUND)))
    stack = bench.stack(FILE)
    bench.advance_to(_midnight(spring + timedelta(days=AROUND)))
    _at_nine(starts(bench, stack), spring)
    bench.trying("the summer, and the days around the last Sunday in October")
    bench.advance_to(_midnight(autumn + timedelta(days=AROUND)))
    started = starts(bench, stack)
    _at_nine(started, autumn)
    return (
        f"From {spring - timedelta(days=AROUND)} to {autumn + timedelta(days=AROUND - 1)} it "
        f"started {len(started)} times, each at 09:00 in Berlin: 08:00 UTC in winter, 07:00 in "
        "summer."
    )


def _changes(now: datetime) -> tuple[date, date]:
    """The next last Sunday in March that is some days away, and that in October after it."""
    year = now.year
    while _last_sunday(year, 3) <= (now + timedelta(days=AROUND + 1)).date():
        year += 1
    return _last_sunday(year, 3), _last_sunday(year, 10)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN)


def _at_nine(starts: list[datetime], change: date) -> None:
    """The days around `change` have one start each, at nine."""
    days = [change + timedelta(days=offset) for offset in range(-AROUND, AROUND)]
    seen = [start for start in starts if start.astimezone(BERLIN).date() in days]
    if not seen:
        raise NotYet(f"From {days[0]} to {days[-1]} nothing started at all.", hint="never")
    told = "".join(f"\n  {one:%a %d %b %H:%M} UTC, {_there(one)} in Berlin" for one in seen[:6])
    a_day = Counter(start.astimezone(BERLIN).date() for start in seen)
    if any(count > 1 for count in a_day.values()):
        raise NotYet(f"It starts more than once a day:{told}", hint="twice")
    off = [start for start in seen if _there(start) != "09:00"]
    if off:
        raise NotYet(f"It is to be 09:00 in Berlin, and it started at{told}", hint=_which(seen))
    if missing := [day for day in days if not a_day[day]]:
        raise NotYet(
            f"On {missing[0]:%a %d %b} it did not start. It started at{told}", hint="not-daily"
        )


def _there(start: datetime) -> str:
    return f"{start.astimezone(BERLIN):%H:%M}"


def _which(seen: list[datetime]) -> str:
    """`fixed`: right for one half of the year; else which hour it is."""
    there = {_there(start) for start in seen}
    if "09:00" in there:
        return "fixed"
    return "utc" if {f"{start:%H:%M}" for start in seen} == {"09:00"} else "other-hour"


TASK = Task(
    title="Nine in Berlin",
    minutes=8,
    check=check,
    hints={
        "": (
            "A rule of EventBridge has no time zone: its nine is nine UTC. What is it in Berlin, "
            "in January and in July?",
            "There is a second service that starts things by the clock, EventBridge Scheduler, "
            "and it asks for a zone.",
            "SAM has an event type for each of the two. Which one stands in the template?",
        ),
        "utc": (
            "Which zone is the nine in? The starts in the message are at nine of it.",
            "A time zone can be told to EventBridge Scheduler, not to a rule.",
            "SAM's event type for it is ScheduleV2; its property for the zone begins like its "
            "property for the expression.",
        ),
        "fixed": (
            "On which side of the change does it hold, and what does Berlin do there?",
            "An hour that is added or taken off by hand holds for half of the year. Who knows "
            "when the halves begin?",
            "A zone with a place in its name knows; one with a number in its name does not.",
        ),
        "other-hour": (
            "How many hours off is it, and is that the same on both sides of the change?",
            "Which place's nine is it?",
            "The zone is a name of the form Europe/City, the hour is the one in that city.",
        ),
        "twice": (
            "How many schedules are there now, and which of them do you want?",
            "Two schedules an hour apart are right once each day, and start twice.",
            "Change the one that is there instead of adding another.",
        ),
        "never": (
            "Is there a schedule in what was deployed, and is it on?",
            "A schedule can be there and be disabled; and a cron's last field is the year, which "
            "may be one gone by.",
            "sam validate --lint says what SAM does not know of your event.",
        ),
        "express": (
            "What else did you change, besides the schedule?",
            "The workflow was a Standard one: it keeps each execution, with the time of its start.",
            "Take out the property Type of the workflow.",
        ),
        "stack-failed": (
            "Which property does the message name, and where did you write it?",
            "SAM knows other properties for each type of event. Which type has that one?",
            "A rule (Schedule) and a schedule of the Scheduler (ScheduleV2) are two types.",
        ),
        "not-daily": (
            "Which days are missing, and what does the expression say of days?",
            "The changes are on Sundays. Does your schedule have a Sunday?",
            "In cron(minutes hours day month weekday year) one of the two days is a ?.",
        ),
    },
    reasoning="""\
A rule's cron is read in UTC, and there is nothing that one could set: 08:00 UTC is nine in Berlin
in winter and ten in summer. EventBridge Scheduler, a newer service beside it, takes a time zone. In
SAM that is the event type ScheduleV2, with ScheduleExpression and
ScheduleExpressionTimezone: Europe/Berlin. The rules for summer time come with the zone, also those
that a parliament changes next year.

As right: a resource of type AWS::Scheduler::Schedule with a role of its own, which is what SAM
makes of ScheduleV2.

Usual mistakes: counting the hour by hand (right for half of the year), Etc/GMT-1 or another zone of
fixed distance (the same), two schedules an hour apart (two starts a day), a zone on a Schedule,
which SAM refuses.

One thing to know: at two o'clock in the night of the change an hour is missing or doubled. A
schedule at 02:30 is skipped once a year. Nine is safe.""",
)
