"""Carries out a task's check on a copy of the learner's files, and never with a traceback."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import CourseError
from helpers.exercises import folders, progress
from helpers.exercises.outcome import CannotCheck, NotYet, Outcome
from helpers.exercises.task import Task
from helpers.exercises.workbench import Workbench, place

if TYPE_CHECKING:
    from helpers.draw import Picture

_COURSE = Path(__file__).parent


def check(task: Task, folder: Path) -> Outcome:
    """What comes of the files in `folder`; what is made for it is gone afterwards."""
    before = _own_files(task)
    try:
        with tempfile.TemporaryDirectory(prefix="check-") as scratch:
            copy = Path(scratch, "answer")
            copy.mkdir()
            folders.copy(folder, copy)
            stays = _key(copy, task) if task.stays else ""
            with (
                place.open_place(Path(scratch), stays) as here,
                contextlib.closing(Workbench(copy, here)) as bench,
            ):
                outcome = _carried_out(task, bench)
    except CourseError as error:
        outcome = Outcome("cannot check", str(error))
    except Exception as error:
        outcome = Outcome("cannot check", _unforeseen(error))
    finally:
        progress.say("")
    if _own_files(task) != before:
        return Outcome("cannot check", str(_TAMPERED))
    return outcome


def _carried_out(task: Task, bench: Workbench) -> Outcome:
    try:
        return Outcome("right", task.check(bench))
    except NotYet as not_yet:  # drawn here: the execution is gone with the place
        return Outcome("not yet", not_yet.text, not_yet.hint, _picture(not_yet))


_TAMPERED = CannotCheck(
    "The course's own files changed while the answer ran.",
    "What a changed check says proves nothing.",
    "In a terminal, `git status helpers` shows what changed, and `git checkout helpers` undoes it.",
)


def _own_files(task: Task, *, alone: bool = True) -> dict[str, tuple[int, int]]:
    """What the check consists of; an answer is not to write there.

    alone: with what it does not share with other exercises that look at the same files.
    """
    here = [path for path in _COURSE.rglob("*.py") if not re.search(r"/t\d\d_\d/", path.as_posix())]
    there = [
        folder / name
        for folder in dict.fromkeys((task.folder if alone else task.source, task.source))
        for name in folders.files(folder)
    ]
    return {
        str(path): (status.st_size, status.st_mtime_ns)
        for path in [*here, *there]
        if (status := path.stat())
    }


def _key(answer: Path, task: Task) -> str:
    """Of an answer and the check: what was made of it is of use as long as both are the same."""
    own = _own_files(task, alone=False)
    digest = hashlib.sha256(repr(sorted(own.items())).encode())
    for name in sorted(folders.files(answer)):
        digest.update(f"{name.as_posix()}\0".encode())
        with contextlib.suppress(OSError):  # a link to nothing
            digest.update(hashlib.sha256((answer / name).read_bytes()).digest())
    return digest.hexdigest()


def _picture(not_yet: NotYet) -> Picture | None:
    run = not_yet.run
    from helpers import draw

    try:
        if run is None or run.definition is None:
            return None
        return draw.state_machine(run.definition, run)
    except CourseError:
        return None  # the words say it as well


def _unforeseen(error: Exception) -> str:
    log = place.home() / "faults.log"
    with log.open("a", encoding="utf-8") as written:
        written.write("".join(traceback.format_exception(error)))
    return (
        f"Something happened that the check did not foresee: {type(error).__name__}: "
        f"{str(error)[:300]}\nYour files are as you left them. Run exercise.check() once more; if "
        f"it says the same, it is a fault of the course, and {log} shows where."
    )
