"""What the drawings are given: a definition, an execution, an item; anything else is refused."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import asl, units
from helpers.asl import Definition
from helpers.draw.errors import NothingToDraw

if TYPE_CHECKING:
    from helpers.executions import Execution


def as_definition(given: Any) -> Definition:
    """A Definition from whatever a caller has at hand.

    Raises NothingToDraw, and what `helpers.asl.load` raises.
    """
    if isinstance(given, Definition):
        return given
    if isinstance(given, Mapping):
        return Definition.from_dict(dict(given))
    if isinstance(given, PathLike):
        return asl.load(Path(given))
    if isinstance(given, str):
        if not given.strip():
            raise NothingToDraw("The definition is empty. Give a path, the text, or a dict.")
        if given.lstrip().startswith("{") or "\n" in given:
            return Definition.from_text(given)
        return asl.load(given)
    if _is_execution(given):
        raise NothingToDraw(
            "An execution is drawn on its definition, which comes first: "
            "`draw.state_machine(definition, run)`."
        )
    raise NothingToDraw(
        f"A {type(given).__name__} is no definition. "
        "Give what `asl.load` returns, a dict, or a path."
    )


def as_execution(given: Any) -> Execution:
    """The execution itself. Raises NothingToDraw for anything else."""
    if _is_execution(given):
        return given
    events = isinstance(given, list) or (isinstance(given, Mapping) and "events" in given)
    raise NothingToDraw(
        f"A {type(given).__name__} is no execution. "
        + (
            "Make one of the events with `executions.from_history(events)`."
            if events
            else "Give what `executions.start`, `read`, `latest` or `from_json` returns."
        )
    )


def check_iteration(definition: Definition, execution: Execution, iteration: Any) -> None:
    """Raises NothingToDraw if no Map can have the item that is to be looked into.

    An item that has not started yet, or whose Map has not, is none of these.
    """
    if iteration is None:
        return
    by_name = iteration if isinstance(iteration, Mapping) else None
    maps = [step for step in execution.walk() if step.type == "Map"]
    names = [state.name for state in definition.states if state.type == "Map"]
    for wanted in [iteration] if by_name is None else by_name.values():
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
            raise NothingToDraw(
                f"An item has a number from 0 up, and this is {wanted!r}: iteration=0, or "
                'iteration={"Name of the Map": 0}.'
            )
    for name in by_name or ():
        if name not in names:
            there = f"there is {', '.join(names)}" if names else "the definition has none"
            raise NothingToDraw(f"There is no Map {name!r}; {there}.")
    for step in maps:
        outermost = by_name is None and not _inside_a_map(step)
        number = iteration if outermost else (by_name or {}).get(step.name)
        count = max(step.length or 0, len(step.runs))
        if number is not None and count and number >= count:
            raise NothingToDraw(
                f"{units.named(step.name)} has no item {number}: its items are 0 to {count - 1}."
            )


def _inside_a_map(step: Any) -> bool:
    around = step.run.parent
    while around is not None:
        if around.type == "Map":
            return True
        around = around.run.parent
    return False


def _is_execution(given: Any) -> bool:
    return hasattr(given, "run") and hasattr(given, "walk")
