"""Begin a notebook: where we are, how long it takes, what it needs, and that it is there."""

from __future__ import annotations

import os

from helpers import exercises, stages, target
from helpers.chapters import CHAPTERS
from helpers.errors import CourseError

MARKET_SEED = 26
"""With this seed the first price is 2, so the first trade is a buy; the course's prose says so."""

_LINE = 78


def begin(number: str) -> None:
    """Begin notebook `number` ("05"): bring up what it needs and say where we are.

    The notebook's commands then run in the learner's folder, `work/`. What is missing is made with
    the real commands; what is there is left alone.

    Raises CourseError if there is no such notebook, or with a command's own words if one fails.
    """
    chapter = CHAPTERS.get(str(number).zfill(2))
    if chapter is None:
        raise CourseError(
            f"There is no notebook {number!r}.",
            f"The course has {', '.join(CHAPTERS)}.",
            'Begin with course.begin("00").',
        )
    _progress("Looking for the target …")
    where = target.activate()
    target.seed_market(MARKET_SEED)
    stages.work().mkdir(parents=True, exist_ok=True)
    os.chdir(stages.work())
    stages.ensure(chapter.needs, lambda step: _progress(f"Bringing up what is missing: {step} …"))
    _progress("")
    print(f"{chapter.number} · {chapter.title} · about {chapter.minutes} minutes")
    print(f"Your commands go to {where}.")
    if chapter.needs:
        print(f"Needs {chapter.needs.name}: it is there.")
    if chapter.makes_app and (kept := stages.set_aside()):
        print(f"The app that you changed is kept as work/{kept.name}.")


def exercise(number: str) -> exercises.Exercise:
    """The exercise of that number, "06.1", and in words where its files are.

    Raises CourseError if there is none.
    """
    found = exercises.find(number)
    print(found)
    return found


def let_pass(time: str) -> None:
    """Let `time` pass ("3 hours", "30 days"), and say what the clock shows then.

    The simulated clock of the local endpoint is moved; on a real account the sentence says when to
    come back.
    """
    print(target.let_pass(time))


def _progress(text: str) -> None:
    """A line that the next one is written over, and that leaves nothing behind."""
    print(f"\r{text:<{_LINE}}\r", end="", flush=True)
