"""What comes with a request: is it JSON, is it small enough, is the definition sound?"""

from __future__ import annotations

import re
from typing import Any

from helpers import asl
from helpers.asl.json_text import parse
from helpers.localaws.stepfunctions import errors
from helpers.localaws.stepfunctions.data import LIMIT

_TOKEN = re.compile(r"[^\s,:\[\]{}\"']+")


def check(text: str) -> None:
    """Raise what StartExecution answers to an input that is no JSON or too large."""
    if len(text) > LIMIT or len(text.encode("utf-8", "surrogatepass")) > LIMIT:
        raise errors.ApiError(
            "ValidationException",
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LIMIT}",
        )
    try:
        parse(text)
    except ValueError as error:
        raise errors.ApiError(
            "InvalidExecutionInput",
            f"Invalid State Machine Execution Input: '{not_json(text, error)}'",
        ) from None


def not_json(text: str, error: ValueError) -> str:
    """Why a text is no JSON, in the words of the parser that AWS uses."""
    if not text.strip():
        return "Invalid execution input."
    at = getattr(error, "pos", 0)
    rest = text[at:]
    message = str(getattr(error, "msg", error))
    if not rest:
        return "Unexpected end-of-input"
    if "property name" in message:
        return (
            f"Unexpected character ('{rest[0]}' (code {ord(rest[0])})): was expecting "
            "double-quote to start field name"
        )
    token = _TOKEN.match(rest)
    if token is not None and message.startswith("Expecting value"):
        return (
            f"Unrecognized token '{token.group()}': was expecting (JSON String, Number, Array, "
            "Object or token 'null', 'true' or 'false')"
        )
    if message.startswith("Expecting value"):
        return (
            f"Unexpected character ('{rest[0]}' (code {ord(rest[0])})): expected a valid value "
            "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        )
    return f"{message} (character {at + 1})"


def refusal(definition: str, kind: str) -> str | None:
    """The message of InvalidDefinition with which AWS refuses a definition; None if it takes it.

    kind: STANDARD or EXPRESS.
    """
    found = [one for one in asl.diagnose(definition, type=kind) if one.severity == "ERROR"]
    return asl.invalid_definition_message(found) if found else None


def validation(definition: str, kind: str, severity: str, most: int) -> dict[str, Any]:
    """The answer of ValidateStateMachineDefinition.

    severity: the least that is told, ERROR or WARNING. most: how many problems are told.
    """
    found = asl.diagnose(definition, type=kind)
    told = [one for one in found if one.severity == "ERROR" or severity == "WARNING"]
    return {
        "result": "FAIL" if any(one.severity == "ERROR" for one in found) else "OK",
        "diagnostics": [one.as_aws() for one in told[:most]],
        "truncated": len(told) > most,
    }
