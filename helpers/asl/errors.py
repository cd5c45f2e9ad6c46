"""What can go wrong when a definition is loaded: each error says what happened, why, what next."""

from __future__ import annotations

from helpers.errors import CourseError


class AslError(CourseError):
    """Something about a definition is wrong before its meaning can be looked at.

    `what` happened, `why`, and what to do next (`then`), each a sentence; `file`, `line` and
    `column` (both counted from 1) say where, as far as they are known.
    """

    def __init__(
        self,
        what: str,
        why: str = "",
        next: str = "",
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(what, why, next)
        self.file, self.line, self.column = file, line, column

    def __str__(self) -> str:
        where = ""
        if self.line is not None:
            where = f"{self.file or 'the definition'}, line {self.line}, column {self.column}: "
        elif self.file:
            where = f"{self.file}: "
        return where + " ".join(part for part in (self.what, self.why, self.then) if part)


class DefinitionNotFound(AslError):
    """There is no readable file at the path."""


class DefinitionDoesNotParse(AslError):
    """The text is neither JSON nor YAML."""


class NotADefinition(AslError):
    """The text parses, but what it holds is no state machine definition (or more than one)."""
