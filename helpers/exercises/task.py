"""A task: what an exercise is made of, as its author wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.exercises import hints

if TYPE_CHECKING:
    from helpers.exercises.workbench import Workbench

Three = tuple[str, str, str]


@dataclass(frozen=True)
class Task:
    """One exercise's texts and its check.

    check: looks at what the learner's files do; returns what was proved, or raises NotYet.
    hints: by the key that NotYet names, three a key; "" is for who has tried nothing.
    reasoning: why the solution is as it is, what else is right, and the usual mistakes.
    minutes: how long a learner needs. folder: where the task's files lie.
    files_of: the exercise whose files this one looks at, where it has none of its own.
    stays: what a check made may stand until the next check of the same files, which finds it by
    `bench.stands`.
    """

    title: str
    minutes: int
    check: Callable[[Workbench], str]
    hints: Mapping[str, Three]
    reasoning: str
    files_of: str = ""
    stays: bool = False
    folder: Path = field(default=Path(), compare=False)

    @property
    def id(self) -> str:
        """Its number: `06.1`, from the name of its folder, `t06_1`."""
        return self.folder.name.removeprefix("t").replace("_", ".")

    @property
    def answer(self) -> str:
        """The name of the learner's folder: the exercise's number, or that of `files_of`."""
        return self.files_of or self.id

    @property
    def source(self) -> Path:
        """Where starter and solution lie."""
        return self.folder.with_name(f"t{self.answer.replace('.', '_')}")

    @property
    def starter(self) -> Path:
        """The files that a learner begins with."""
        return self.source / "starter"

    @property
    def solution(self) -> Path:
        """Those files that change, as they should be."""
        return self.source / "solution"

    def hints_for(self, key: str) -> Three:
        """The three hints for what a check saw; those for nothing seen if there are no others."""
        return self.hints.get(key) or hints.GENERIC.get(key) or self.hints[""]
