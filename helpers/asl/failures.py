"""What can go wrong while a state machine runs: errors with a name, and the ways a run ends."""

from __future__ import annotations

from typing import Any

RUNTIME = "States.Runtime"
INTRINSIC_FAILURE = "States.IntrinsicFailure"


class StateError(Exception):
    """A state failed with an error that Retry and Catch may name.

    error, cause: as the history shows them; None leaves the field out.
    event: the history event that reports it, (type, details key, details), if there is one.
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None = None,
        event: tuple[str, str, dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.event = event
        self.also: str | None = None
        """Another name by which Retry and Catch know it."""

    def output(self) -> dict[str, Any]:
        """The error output that a Catch hands on."""
        if self.error is None:  # whoever had the task's token gave no name
            return {"Error": None, "Cause": self.cause}
        return {"Error": self.error, "Cause": self.cause or ""}

    def details(self) -> dict[str, Any]:
        """The fields `error` and `cause` as an event carries them."""
        fields = {}
        if self.error is not None:
            fields["error"] = self.error
        if self.cause is not None:
            fields["cause"] = self.cause
        return fields


class RuntimeFailure(StateError):
    """The definition cannot be carried out on this input: nothing catches it, the execution fails.

    cause: without the words that say where; `located` puts those before it.
    """

    def __init__(self, cause: str, error: str = RUNTIME) -> None:
        super().__init__(error, cause)
        self.is_located = False

    def located(self, state: str, event_id: int) -> None:
        """Say in the cause which state it was, in AWS's words."""
        if not self.is_located:
            self.is_located = True
            self.cause = (
                f"An error occurred while executing the state '{state}' "
                f"(entered at the event id #{event_id}). {self.cause}"
            )


def ends_all(error: Exception) -> bool:
    """Whether an error ends the execution from wherever it is: nothing catches it, no state fails.

    >>> ends_all(RuntimeFailure("no")), ends_all(StateError("States.TaskFailed"))
    (True, False)
    """
    return isinstance(error, StateError) and error.error == RUNTIME


class PathMissing(Exception):
    """A path selects nothing in the data that it was asked of."""

    def __init__(self, path: str, data: Any, reason: str = "") -> None:
        super().__init__(path)
        self.path = path
        self.data = data
        self.reason = reason


class ParentMissing(PathMissing):
    """A path that selects several places names an object on the way that is not there."""


class PastTheEnd(PathMissing):
    """A path ends with the index of an item that the array is too short for."""
