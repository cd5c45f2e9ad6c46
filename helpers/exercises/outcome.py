"""What came of a check: right, not yet, not attempted, or it cannot be checked; and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from helpers.errors import CourseError
from helpers.exercises.words import as_html

if TYPE_CHECKING:
    from helpers.draw import Picture
    from helpers.executions import Execution

Status = Literal["right", "not yet", "not attempted", "cannot check"]


class NotYet(Exception):
    """Raised by a check: what was tried, what happened, and what should have.

    hint: the key of the hints that fit. run: the execution that shows it, which is then drawn.
    """

    def __init__(self, text: str, *, hint: str = "", run: Execution | None = None) -> None:
        super().__init__(text)
        # A message that is quoted brings its own full stop.
        self.text = re.sub(r"(?<=[^.\s])\.\.(?=\s|$)", ".", text)
        self.hint, self.run = hint, run


class CannotCheck(CourseError):
    """The machine is at fault, or what was asked for cannot be carried out here."""


@dataclass(frozen=True)
class Outcome:
    """What a check found. It is true if the answer is right: `assert exercise.check()`.

    text: what was tried and what came of it. hint: which hints fit. picture: the execution that
    shows it, if there is one.
    """

    status: Status
    text: str
    hint: str = ""
    picture: Picture | None = None

    def __bool__(self) -> bool:
        return self.status == "right"

    def __repr__(self) -> str:
        return f"{_OPENING[self.status]} {self.text}".rstrip()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        said = {"text/plain": repr(self)}
        if self.status == "not attempted":  # a short line, and what is committed with notebooks
            return said
        return said | {
            "text/html": as_html(repr(self)) + (self.picture.html if self.picture else "")
        }


_OPENING = {
    "right": "Right.",
    "not yet": "Not yet.",
    "not attempted": "Not attempted yet:",
    "cannot check": "This cannot be checked now.",
}
