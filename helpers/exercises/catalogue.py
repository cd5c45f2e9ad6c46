"""Which exercises there are, and the one that is asked for."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from helpers.exercises.exercise import Exercise
from helpers.exercises.outcome import CannotCheck
from helpers.exercises.task import Task

TASKS = Path(__file__).parent / "tasks"


@cache
def ids() -> tuple[str, ...]:
    """The number of every exercise, in the order of the course."""
    names = (path.parent.name for path in TASKS.glob("t*_*/__init__.py"))
    return tuple(sorted(name[1:].replace("_", ".") for name in names))


@cache
def task(number: str) -> Task:
    """The task of that number, which is there."""
    name = f"t{number.replace('.', '_')}"
    module = import_module(f"helpers.exercises.tasks.{name}")
    return replace(module.TASK, folder=TASKS / name)


def find_task(number: str) -> Task:
    """The task of that number. Raises CannotCheck if there is none."""
    if number in ids():
        return task(number)
    near = difflib.get_close_matches(str(number), ids(), 1)
    raise CannotCheck(
        f"There is no exercise {number!r}.",
        f"There are {', '.join(ids())}.",
        f"Did you mean {near[0]}?" if near else "Take one of these.",
    )


def find(number: str) -> Exercise:
    """The exercise of that number, "06.1"; its files are laid out if they are not there yet.

    Raises CannotCheck if there is none.
    """
    return Exercise(find_task(number))


def every(notebook: str | None = None) -> list[Task]:
    """All tasks, or those of one notebook ("06")."""
    return [task(number) for number in ids() if notebook in (None, number.partition(".")[0])]
