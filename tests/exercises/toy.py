"""A small exercise that is no part of the course: tests of what all exercises have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers.exercises import Exercise, NotYet, Task, Workbench

STARTER = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": true}}}'
SOLUTION = STARTER.replace("1", "2", 1)
HINTS = {
    "": ("first of none", "second of none", "third of none"),
    "odd": ("first of odd", "second of odd", "third of odd"),
}


def check(bench: Workbench) -> str:
    """The machine gives 2."""
    run = bench.machine(bench.text("machine.json")).run({})
    if run.output != 2:
        raise NotYet(f"It gave {run.output}, and not 2 (event 3).", hint="odd", run=run)
    return "It gave 2."


def exercise(folder: Path, check: Callable[[Workbench], str] = check, **files: str) -> Exercise:
    """The exercise 99.1 with this check; `files`: its starter files, a dot written as two _."""
    task = Task("A toy", 1, check, HINTS, "Two is what was asked for.", folder=folder / "t99_1")
    starter = files or {"machine__json": STARTER}
    for name, text in starter.items():
        place = task.starter / name.replace("__", ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    task.solution.mkdir(parents=True, exist_ok=True)
    (task.solution / "machine.json").write_text(SOLUTION)
    return Exercise(task)
