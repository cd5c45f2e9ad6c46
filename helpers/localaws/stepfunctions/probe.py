"""What a run of TestState has that others have not: notes on the way, mocks, retries foretold."""

from __future__ import annotations

from typing import Any

from helpers.asl.failures import StateError
from helpers.localaws.stepfunctions.data import Data

HIDDEN = {
    "Map": {"result"},
    "Parallel": {"afterInputPath", "afterParameters", "afterArguments", "result"},
}
"""The steps that AWS does not show of a state, by its type, at any inspection level."""


class Retriable(Exception):
    """The state failed with an error that a Retry covers."""

    def __init__(self, error: StateError, index: int, seconds: float) -> None:
        super().__init__(error)
        self.error, self.index, self.seconds = error, index, seconds


class Probe:
    """What a run of TestState has that others have not; a run's `probe`.

    result: the JSON text that stands for what the state's work would give. error: its failure.
    kind: the state's type.
    """

    def __init__(
        self,
        result: str | None,
        error: StateError | None,
        retries: int,
        settings: dict[str, Any],
        kind: str | None = None,
    ) -> None:
        self.result = result
        self.error = error
        self.retries = retries
        self.settings = settings
        self.hidden = HIDDEN.get(kind or "", set())
        self.caught: StateError | None = None
        self.seen: dict[str, Any] = {}
        self.details: dict[str, Any] = {}

    @property
    def mocked(self) -> bool:
        """Whether the state's work is not to be done."""
        return self.result is not None or self.error is not None

    def note(self, name: str, data: Data | float) -> None:
        """Keep what the data are after a step: `afterInputPath` and its kin, if AWS shows it."""
        if name not in self.hidden:
            self.seen[name] = data.text if isinstance(data, Data) else data

    def answer(self) -> Data:
        """The mocked result; raises the mocked error."""
        if self.error is not None:
            raise self.error
        return Data(text=self.result)
