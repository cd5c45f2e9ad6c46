"""The exercises of a class: each learner's answers are checked anew, and a table is printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from helpers.exercises import catalogue, checking, folders, handing_in
from helpers.exercises.outcome import CannotCheck, Outcome, Status
from helpers.exercises.task import Task

MARKS: dict[Status, str] = {"right": "✓", "not yet": "✗", "not attempted": "·", "cannot check": "?"}


def check(group: Path, ids: list[str]) -> int:
    """Check the answers of everyone in `group`; 0 if all that were named are right.

    group: a folder with a `work/` folder (whatever it is called) or a record of each learner.
    ids: the exercises; none: all. Raises CannotCheck where there is no learner, or no exercise.
    """
    tasks = [catalogue.find_task(number) for number in ids] or catalogue.every()
    learners = list(_learners(group))
    if not learners:
        raise CannotCheck(
            f"There is nobody in {group}.",
            "A learner is a folder with exercises/ in it, or a record (a .zip).",
            "Collect the work/ folders, or what `python -m helpers.exercises record` writes.",
        )
    width = max(len("learner"), *(len(path.stem) for path in learners))
    print(f"{'learner':<{width}}  {'  '.join(task.id for task in tasks)}  right")
    all_right = True
    for path in learners:
        statuses = _statuses(path, tasks)
        marks = "  ".join(f"{MARKS[status]:^4}" for status in statuses)
        right = statuses.count("right")
        print(f"{path.stem:<{width}}  {marks}  {right:>2} of {len(tasks)}", flush=True)
        all_right = all_right and right == len(tasks)
    print("✓ right  ✗ not yet  · not attempted  ? cannot be checked")
    return 0 if all_right else 1


def _learners(group: Path) -> Iterator[Path]:
    if not group.is_dir():
        return
    for path in sorted(group.iterdir()):
        if path.suffix == ".zip" or (path / "exercises").is_dir():
            yield path


def _statuses(learner: Path, tasks: list[Task]) -> list[Status]:
    try:
        with handing_in.opened(learner) if learner.is_file() else nullcontext(learner) as work:
            return [_outcome(task, work / "exercises" / task.answer).status for task in tasks]
    except CannotCheck:
        return ["cannot check"] * len(tasks)


def _outcome(task: Task, answer: Path) -> Outcome:
    if not answer.is_dir() or folders.same(answer, task.starter):
        return Outcome("not attempted", "")
    return checking.check(task, answer)
