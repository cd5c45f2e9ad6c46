"""A definition made ready to run: its states, compiled, and how one follows another."""

from __future__ import annotations

import functools
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError
from helpers.asl.failures import RuntimeFailure
from helpers.asl.json_text import parse
from helpers.localaws.stepfunctions.branches import MapState, ParallelState
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.run import Flow
from helpers.localaws.stepfunctions.states import (
    ChoiceState,
    FailState,
    PassState,
    State,
    SucceedState,
    WaitState,
)
from helpers.localaws.stepfunctions.tasks import TaskState

TYPES: dict[str, type[State]] = {
    "Pass": PassState,
    "Choice": ChoiceState,
    "Wait": WaitState,
    "Succeed": SucceedState,
    "Fail": FailState,
    "Task": TaskState,
}
BRANCHING = ("Parallel", "Map")


def _branching(definition: dict[str, Any]) -> Any:
    if definition["Type"] == "Parallel":
        return ParallelState
    processor = definition.get("ItemProcessor") or definition.get("Iterator") or {}
    if (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED":
        from helpers.localaws.stepfunctions.distributed import DistributedMapState

        return DistributedMapState
    return MapState


class Program:
    """The states of a machine, of a branch or of an iteration.

    timeout: the machine's TimeoutSeconds, or None. blocks: whether a state in it may wait.
    """

    def __init__(self, definition: dict[str, Any], *, jsonata: bool = False) -> None:
        language = definition.get("QueryLanguage")
        self.jsonata = language == "JSONata" if language is not None else jsonata
        self.start_at: str = definition["StartAt"]
        self.timeout: int | None = definition.get("TimeoutSeconds")
        self.states: dict[str, State] = {}
        for name, state in definition["States"].items():
            self.states[name] = self._compiled(name, state)

    def _compiled(self, name: str, definition: dict[str, Any]) -> State:
        language = definition.get("QueryLanguage")
        jsonata = language == "JSONata" if language is not None else self.jsonata
        try:
            if definition["Type"] in BRANCHING:
                kind = _branching(definition)
                inner = functools.partial(Program, jsonata=jsonata)
                return kind(name, definition, jsonata=jsonata, compile_=inner)
            return TYPES[definition["Type"]](name, definition, jsonata=jsonata)
        except DefinitionError as error:
            location = "" if error.location == "/" else f"/{error.location.lstrip('/')}"
            if error.location.startswith("/States/"):
                raise
            raise DefinitionError(str(error), f"/States/{name}{location}") from None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise DefinitionError(
                f"the state cannot be read: {error!r}", f"/States/{name}"
            ) from None

    def follow(self, flow: Flow, given: Data, bookmark: dict[str, Any] | None = None) -> Data:
        """Run from state to state until the last; returns its output.

        bookmark: where to take it up in a redrive, as `Flow.bookmark` gave it.
        """
        name, entered = self.start_at, None
        if bookmark is not None and bookmark["state"] in self.states:
            name, entered = bookmark["state"], bookmark["entered"]
            given = Data(text=bookmark["input"])
            if isinstance(self.states[name], FailState):
                entered = None  # a redrive enters it anew, and it fails anew
            flow.variables = bookmark.get("variables", {})
            flow.resumed = bookmark.get("children", {})
        while True:
            flow.check()
            state = self.states.get(name)
            if state is None:
                raise RuntimeFailure(f"There is no state '{name}'")
            given, following = state.run(flow, given, entered)
            entered = None
            if following is None:
                return given
            name = following


@lru_cache(maxsize=256)
def compile_program(text: str) -> Program:
    """Compile a definition; raises DefinitionError. The same text gives the same program."""
    try:
        definition = parse(text)
    except ValueError as error:
        raise DefinitionError(f"the definition is not JSON: {error}") from None
    if not isinstance(definition, dict):
        raise DefinitionError("the definition must be a JSON object")
    try:
        return Program(definition)
    except DefinitionError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DefinitionError(f"the definition cannot be read: {error!r}") from None
    except RecursionError:
        raise DefinitionError("the definition is nested too deeply") from None
