"""One finding about a definition, and the collector that the checks report to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from helpers.asl.model import location
from helpers.asl.places import Steps

Severity = Literal["ERROR", "WARNING"]

SCHEMA = "SCHEMA_VALIDATION_FAILED"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, and what to change.

    `code`, `message`, `severity` and `location` are those of AWS's
    ValidateStateMachineDefinition (a location is `/States/Buy/Retry[0]/ErrorEquals`, or None where
    AWS gives none). An ERROR keeps a state machine from being created. `line` and `column` count
    from 1 and are None where the definition was no text. `hint` is one sentence.
    """

    code: str
    message: str
    location: str | None = None
    severity: Severity = "ERROR"
    hint: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}: " if self.line is not None else ""
        at = f" at {self.location}" if self.location else ""
        return f"{where}{self.message}{at}. {self.hint}".rstrip()

    def as_aws(self) -> dict[str, str]:
        """The fields that ValidateStateMachineDefinition answers with."""
        answer = {"severity": self.severity, "code": self.code, "message": self.message}
        return answer if self.location is None else {**answer, "location": self.location}


@dataclass(slots=True)
class Finding:
    """A diagnostic before it is known where in a text it stands: `place` leads there."""

    code: str
    message: str
    location: str | None
    place: Steps
    severity: Severity
    hint: str
    group: Hashable = None
    """Findings of one group are one mistake: the first is kept and names how many more places."""
    follows: bool = False
    """Whether it may follow from another mistake, which is reported as well."""


class Findings:
    """Collects what the checks find, in the order of the text."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.muted: set[Hashable] = set()

    def add(
        self,
        message: str,
        steps: Steps,
        hint: str,
        *,
        code: str = SCHEMA,
        place: Steps | None = None,
        severity: Severity = "ERROR",
        nowhere: bool = False,
        group: Hashable = None,
        follows: bool = False,
    ) -> None:
        """Reports `message` at `steps`; `place` is where to look in the text, if elsewhere."""
        where = None if nowhere else location(steps)
        place = steps if place is None else place
        self.found.append(Finding(code, message, where, place, severity, hint, group, follows))

    def mute(self, group: Hashable) -> None:
        """What belongs to this group follows from something reported already."""
        self.muted.add(group)

    def __len__(self) -> int:
        return len(self.found)


def invalid_definition_message(diagnostics: Iterable[Diagnostic]) -> str:
    """The message of the InvalidDefinition error that CreateStateMachine and UpdateStateMachine
    answer with, in AWS's form: `Invalid State Machine Definition: 'CODE: message at location'`,
    several joined by commas, a missing location as `null`. Warnings do not count. That a text is
    no JSON says its location in the message already.

    >>> invalid_definition_message([Diagnostic("MISSING_END_STATE", "Workflow has no terminal state")])
    "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'"
    """  # noqa: E501
    errors = [one for one in diagnostics if one.severity == "ERROR"]
    said = ", ".join(
        f"{one.code}: {one.message}"
        if one.location is not None and one.message.endswith(f" at {one.location}")
        else f"{one.code}: {one.message} at {'null' if one.location is None else one.location}"
        for one in errors
    )
    return f"Invalid State Machine Definition: '{said}'"


def is_placeholder(value: Any) -> bool:
    """Does it hold something CloudFormation fills in, so that it cannot be judged yet?

    That is text with `${Name}` in it, or a function left over (`{"Fn::GetAtt": …}`).
    """
    if isinstance(value, str):
        return "${" in value and "}" in value[value.index("${") :]
    if isinstance(value, dict) and len(value) == 1:
        (key,) = value
        return isinstance(key, str) and (key.startswith("Fn::") or key == "Ref")
    return False
