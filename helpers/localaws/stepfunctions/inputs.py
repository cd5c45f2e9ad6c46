"""What comes with a request: is it JSON, is it small enough, is the definition sound?"""

from __future__ import annotations

from typing import Any

from helpers import asl
from helpers.asl.jackson import why_not_json
from helpers.asl.json_text import parse
from helpers.localaws.stepfunctions import errors
from helpers.localaws.stepfunctions.data import LIMIT


def check(text: str) -> None:
    """Raise what StartExecution answers to an input that is no JSON or too large."""
    if len(text) > LIMIT or len(text.encode("utf-8", "surrogatepass")) > LIMIT:
        raise errors.ApiError(
            "ValidationException",
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LIMIT}",
        )
    parsed(text)


def parsed(text: str) -> Any:
    """The value of an execution's input; raises what StartExecution answers to what is no JSON."""
    try:
        return parse(text)
    except ValueError as error:
        why = why_not_json(text, error) if text.strip() else "Invalid execution input."
        raise errors.ApiError(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{why}'"
        ) from None


def refusal(definition: str, kind: str) -> str | None:
    """The message of InvalidDefinition with which AWS refuses a definition; None if it takes it.

    kind: STANDARD or EXPRESS.
    """
    found = asl.diagnose(definition, type=kind, consequences=True)
    mistakes = [one for one in found if one.severity == "ERROR"]
    return asl.invalid_definition_message(mistakes) if mistakes else None


def validation(definition: str, kind: str, severity: str, most: int) -> dict[str, Any]:
    """The answer of ValidateStateMachineDefinition.

    severity: the least that is told, ERROR or WARNING. most: how many problems are told.
    """
    diagnostics = asl.diagnose(definition, type=kind, consequences=True)
    told = [one for one in diagnostics if one.severity == "ERROR" or severity == "WARNING"]
    return {
        "result": "FAIL" if any(one.severity == "ERROR" for one in diagnostics) else "OK",
        "diagnostics": [one.as_aws() for one in told[:most]],
        "truncated": len(told) > most,
    }
