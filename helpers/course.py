"""Begin a notebook: where we are, how long it takes, what it needs, and that it is there."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

from helpers import accounts, console, exercises, prices, stages, target
from helpers.chapters import CHAPTERS, Chapter
from helpers.errors import CourseError
from helpers.exercises import progress, standing

MARKET_SEED = 26
"""With this seed the first price is 2, so the first trade is a buy; the course's prose says so."""


def begin(number: str, make: bool | None = None) -> None:
    """Begin notebook `number` ("05"): bring up what it needs and say where we are.

    The notebook's commands then run in the learner's folder, `work/`. What is missing is made with
    the real commands, and it is said what; what is there is left alone. make: True makes it
    without asking, False makes nothing; None asks on an AWS account what is billed there, and makes
    the rest, and all of it locally, except for a clean-up.

    Raises CourseError if there is no such notebook, for an account that is not the right one, or
    with a command's own words if one fails.
    """
    chapter = CHAPTERS.get(str(number).zfill(2))
    if chapter is None:
        raise CourseError(
            f"There is no notebook {number!r}.",
            f"The course has {', '.join(CHAPTERS)}.",
            'Begin with course.begin("00").',
        )
    progress.say("Looking for the target …")
    where = target.activate()
    priced = False
    if where.name == target.AWS:
        progress.say("")
        priced = accounts.agree(where)
        accounts.leave_others_alone()
    target.seed_market(MARKET_SEED)
    stages.work().mkdir(parents=True, exist_ok=True)
    os.chdir(stages.work())
    progress.say("")
    print(
        f"{chapter.number} · {chapter.title} · about {chapter.minutes} minutes{_exercises(chapter)}"
    )
    print(f"Your commands go to {where}.")
    if chapter.needs:
        _bring_up(chapter, make if make is not None else _told_to_make(), where, priced)
    if chapter.makes_app and (kept := stages.set_aside()):
        print(f"The app that you changed is kept as work/{kept.name}.")
    if bar := standing.bar(chapter.number):
        print(bar)
    if console.at_hand():
        _show(console.link())


def _show(link: console.Link) -> None:
    from IPython.display import display  # where there is no notebook there may be no IPython

    display(link)


def _exercises(chapter: Chapter) -> str:
    tasks = exercises.every(chapter.number)
    if not tasks:
        return ""
    return f", and {sum(task.minutes for task in tasks)} for its {len(tasks)} exercises"


def _bring_up(chapter: Chapter, make: bool | None, where: target.Target, priced: bool) -> None:
    """Make what the notebook needs, or say that it is not there; before that, what it costs.

    priced: that was said already.
    """
    lacking = stages.missing(chapter.needs)
    if lacking:
        commands = ", ".join(stage.commands() for stage in lacking)
        print(f"It needs {chapter.needs.name}. What is missing is made by: {commands}.")
        billed = where.url is None and any(stage.billed for stage in lacking)
        if make is None and chapter.takes_away:
            make = False
        if billed and make is not False and not priced:
            print(prices.words(), flush=True)
        if make is None:
            make = not billed or _agrees(chapter)
        if not make:
            print(f'Nothing was made. course.begin("{chapter.number}", make=True) would.')
            return
        stages.ensure(chapter.needs, lambda step: progress.say(f"Making what is missing: {step} …"))
        progress.say("")
    print(f"Needs {chapter.needs.name}: it is there.")


def _told_to_make() -> bool | None:
    """What the environment says: whoever runs notebooks without anybody to ask sets it."""
    return {"yes": True, "no": False}.get(os.environ.get("COURSE_MAKE", "").lower())


def _agrees(chapter: Chapter) -> bool:
    """Ask whether that may be made on the account. Raises CourseError where nobody can be asked."""
    return accounts.says_yes(
        "On your account this is billed. Make it? [y/N] ",
        "Nothing was made on your account.",
        f'Say so beforehand: course.begin("{chapter.number}", make=True).',
    )


def exercise(number: str) -> exercises.Exercise:
    """The exercise of that number, "06.1", and in words where its files are.

    Raises CourseError if there is none.
    """
    exercise = exercises.find(number)
    print(exercise)
    return exercise


def overview() -> None:
    """Print the notebooks with the minutes that they take and the exercises that are done."""
    for chapter in CHAPTERS.values():
        done, there = standing.count(chapter.number)
        marks = "■" * done + "□" * (there - done)
        minutes = chapter.minutes + sum(one.minutes for one in exercises.every(chapter.number))
        print(f"{chapter.number}  {chapter.title:<20} {minutes:>3} min  {marks}".rstrip())
    done, there = standing.count()
    print(f"{done} of {there} exercises done")


def let_pass(time: str) -> None:
    """Let `time` pass ("3 hours", "30 days"), and say what the clock shows then.

    The simulated clock of the local endpoint is moved; on a real account the sentence says when to
    come back.
    """
    print(target.let_pass(time))


def real_time() -> AbstractContextManager[None]:
    """`with course.real_time():` lets an execution's waits take their time, to be watched.

    Locally the simulated clock jumps over them otherwise; on an account they always take it.
    """
    return target.real_time()
