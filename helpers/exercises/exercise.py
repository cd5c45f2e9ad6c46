"""An exercise as the learner meets it: files of one's own, check, hint, solution, restart."""

from __future__ import annotations

import difflib
import time
from pathlib import Path

from helpers import stages
from helpers.errors import CourseError
from helpers.exercises import checking, folders, record
from helpers.exercises.outcome import Outcome
from helpers.exercises.task import Task
from helpers.exercises.words import Words

_WHOLE = 45
"""Lines up to which a solution's file is shown whole; of a longer one what changes."""


def folder_of(task: Task) -> Path:
    """Where the learner's files for a task are, or will be."""
    return stages.work() / "exercises" / task.answer


class Exercise:
    """One exercise. Its files are the learner's own, in `folder`; nothing of them is lost."""

    def __init__(self, task: Task) -> None:
        self.task = task
        if not self.folder.is_dir():
            folders.make(self.folder)
            folders.lay(task.starter, self.folder)

    @property
    def folder(self) -> Path:
        """Where the learner's files are: `work/exercises/06.1/`."""
        return folder_of(self.task)

    def check(self) -> Outcome:
        """Try the learner's files and say what they do; nothing that was made for it stays."""
        began = time.monotonic()
        if self._is_untouched():
            there = f"the files in exercises/{self.task.answer} are as they were handed out."
            outcome = Outcome("not attempted", there)
        else:
            outcome = checking.check(self.task, self.folder)
        seconds = round(time.monotonic() - began, 1)
        record.add(self.task.id, "check", status=outcome.status, hint=outcome.hint, seconds=seconds)
        return outcome

    def hint(self) -> Words:
        """The next of three hints, for what the last check saw."""
        key = record.last_hint_key(self.task.id)
        given = sum(
            one["did"] == "hint" and one.get("hint", "") == key
            for one in record.entries(self.task.id)
        )
        record.add(self.task.id, "hint", hint=key)
        three = self.task.hints_for(key)
        nth = min(given, 2)
        last = "" if given < 2 else "\nThat was the last one. exercise.solution() shows a way."
        return Words(f"Hint {nth + 1} of 3. {three[nth]}{last}")

    def solution(self) -> Words:
        """One way to do it, and why it is right. There after one attempt.

        Raises CourseError before that.
        """
        self._after_an_attempt()
        record.add(self.task.id, "solution")
        changed = list(folders.files(self.task.solution))
        shown = [self._shown(name) for name in changed]
        return Words("\n\n".join([*shown, self.task.reasoning.strip()]))

    def apply(self) -> Words:
        """Write the solution into the learner's files; what was there is kept beside.

        Raises CourseError before the first attempt, as `solution` does.
        """
        self._after_an_attempt()
        record.add(self.task.id, "apply")
        kept = self._lay_anew()
        folders.lay(self.task.solution, self.folder)
        return Words(f"The solution is in exercises/{self.task.answer}. {kept}".rstrip())

    def restart(self) -> Words:
        """Lay out the files as they were handed out; what was there is kept beside."""
        record.add(self.task.id, "restart")
        kept = self._lay_anew()
        return Words(f"exercises/{self.task.answer} is as it was handed out. {kept}".rstrip())

    def __repr__(self) -> str:
        names = ", ".join(path.as_posix() for path in folders.files(self.folder))
        return (
            f"Exercise {self.task.id} · {self.task.title} · about {self.task.minutes} minutes"
            f"{' · done' if record.is_done(self.task.id) else ''}\n"
            f"Your files are in exercises/{self.task.answer}: {names}"
        )

    def _after_an_attempt(self) -> None:
        if not record.was_tried(self.task.id):
            raise CourseError(
                "The solution is there after one attempt.",
                f"No answer of yours to {self.task.id} was checked so far, and a guess that was "
                "tried teaches more than an answer that was read.",
                "Change something in the files and run exercise.check(); exercise.hint() helps.",
            )

    def _is_untouched(self) -> bool:
        return self.folder.exists() and folders.same(self.folder, self.task.starter)

    def _lay_anew(self) -> str:
        """Returns a sentence about what was kept, if there was anything of the learner's."""
        said = ""
        was_there = self.folder.exists()
        folders.make(self.folder)
        if was_there and not self._is_untouched():
            said = f"What you had is kept in exercises/{folders.keep_beside(self.folder).name}."
        folders.empty(self.folder)
        folders.lay(self.task.starter, self.folder)
        return said

    def _shown(self, name: Path) -> str:
        lines = (self.task.solution / name).read_text(encoding="utf-8").splitlines()
        heading = f"--- {name.as_posix()} ---"
        before = self.task.starter / name
        if len(lines) <= _WHOLE or not before.exists():
            return "\n".join([heading, *lines])
        old = before.read_text(encoding="utf-8").splitlines()
        changes = list(difflib.unified_diff(old, lines, lineterm="", n=3))[2:]
        return "\n".join([f"{heading[:-4]}, what changes (- before, + after) ---", *changes])
