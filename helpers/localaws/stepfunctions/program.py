"""A machine made ready to run, or a part of one: how one of its states follows another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.asl.failures import RuntimeFailure
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.run import Flow
from helpers.localaws.stepfunctions.states import State


@dataclass(frozen=True, slots=True)
class Program:
    """The states of a machine, of a branch or of an iteration.

    timeout: the machine's TimeoutSeconds, or None.
    """

    start_at: str
    states: dict[str, State]
    timeout: int | None

    def follow(self, flow: Flow, given: Data, bookmark: dict[str, Any] | None = None) -> Data:
        """Run from state to state until the last; returns its output.

        bookmark: where to take it up in a redrive, as `Flow.bookmark` gave it.
        """
        name, entered = self.start_at, None
        if bookmark is not None and bookmark["state"] in self.states:
            name, entered = bookmark["state"], bookmark["entered"]
            given = Data(text=bookmark["input"])
            if self.states[name].entered_anew:
                entered = None
            flow.variables = bookmark.get("variables", {})
            flow.resumed = bookmark.get("children", {})
        while True:
            flow.check()
            flow.check_machine()
            state = self.states.get(name)
            if state is None:
                raise RuntimeFailure(f"There is no state '{name}'")
            given, following = state.run(flow, given, entered)
            entered = None
            if following is None:
                return given
            name = following
