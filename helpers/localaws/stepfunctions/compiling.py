"""From a definition to a program: each state compiled as its type and its language want it."""

from __future__ import annotations

import functools
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError
from helpers.asl.json_text import parse
from helpers.localaws.stepfunctions.branches import MapState, ParallelState
from helpers.localaws.stepfunctions.distributed import DistributedMapState
from helpers.localaws.stepfunctions.program import Program
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
        return compiled(definition)
    except DefinitionError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DefinitionError(f"the definition cannot be read: {error!r}") from None
    except RecursionError:
        raise DefinitionError("the definition is nested too deeply") from None


def compiled(definition: dict[str, Any], *, jsonata: bool = False) -> Program:
    """Compile a machine, a branch or an iteration. jsonata: the language of what it stands in.

    Raises DefinitionError, and KeyError, TypeError, AttributeError or ValueError for what cannot be
    read at all.
    """
    language = definition.get("QueryLanguage")
    jsonata = language == "JSONata" if language is not None else jsonata
    return Program(
        start_at=definition["StartAt"],
        timeout=definition.get("TimeoutSeconds"),
        states={
            name: _state(name, state, jsonata=jsonata)
            for name, state in definition["States"].items()
        },
    )


def _state(name: str, definition: dict[str, Any], *, jsonata: bool) -> State:
    around = jsonata  # a Parallel or Map does not hand its own language down
    language = definition.get("QueryLanguage")
    jsonata = language == "JSONata" if language is not None else jsonata
    try:
        if definition["Type"] in BRANCHING:
            kind = _branching(definition)
            inner = functools.partial(compiled, jsonata=around)
            return kind(name, definition, jsonata=jsonata, compile_=inner)
        return TYPES[definition["Type"]](name, definition, jsonata=jsonata)
    except DefinitionError as error:
        location = "" if error.location == "/" else f"/{error.location.lstrip('/')}"
        if error.location.startswith("/States/"):
            raise
        raise DefinitionError(str(error), f"/States/{name}{location}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DefinitionError(f"the state cannot be read: {error!r}", f"/States/{name}") from None


def _branching(definition: dict[str, Any]) -> type[ParallelState | MapState | DistributedMapState]:
    if definition["Type"] == "Parallel":
        return ParallelState
    processor = definition.get("ItemProcessor") or definition.get("Iterator") or {}
    if (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED":
        return DistributedMapState
    return MapState
