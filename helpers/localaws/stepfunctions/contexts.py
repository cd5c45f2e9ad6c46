"""The context object that TestState may be given: which fields it may have, and of what kind."""

from __future__ import annotations

from typing import Any

from helpers.asl.service import split_pattern

TEXTS = {
    "Execution": ("Id", "Name", "RoleArn", "StartTime", "RedriveTime"),
    "State": ("Name", "EnteredTime"),
    "StateMachine": ("Id", "Name"),
    "Task": ("Token",),
}
"""The fields that are strings, by the part of the context object."""

OTHERS = {"Execution": ("Input", "RedriveCount"), "State": ("RetryCount",)}
"""The fields that are not."""


def mistake(context: Any, state: dict[str, Any]) -> str | None:
    """Say what is wrong with a context object that is given for a trial of `state`, or None.

    >>> mistake({"Execution": {"Id": 1}}, {"Type": "Task"})
    'Execution.Id must be a string'
    """
    if not isinstance(context, dict):
        return "Context object must be a JSON object"
    for part, fields in context.items():
        if part == "Map":
            return "'Map' field is not supported when mocking a Context object"
        if part not in TEXTS:
            return f"Field '{part}' is not allowed"
        if part == "Task" and not split_pattern(str(state.get("Resource", "")))[1]:
            return (
                "Context object contains 'Task' when state is not a Task state with a '.sync' or "
                "'.waitForTaskToken' service integration pattern"
            )
        wrong = _wrong_part(part, fields)
        if wrong is not None:
            return wrong
    return None


def _wrong_part(part: str, fields: Any) -> str | None:
    if not isinstance(fields, dict):
        return f"{part} must be a JSON object"
    for name, value in fields.items():
        if name in TEXTS[part]:
            if not isinstance(value, str):
                return f"{part}.{name} must be a string"
        elif name not in OTHERS.get(part, ()):
            return f"Field '{name}' is not allowed"
    return None
