"""What comes with a request: is it JSON, is it small enough, is the definition sound?"""

from __future__ import annotations

import re
from typing import Any

from . import errors
from .data import LIMIT, parse

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


def diagnose(definition: str, kind: str) -> list[str]:
    """What AWS finds wrong with a definition, as `CODE: message at location`."""
    return [
        f"{problem.code}: {problem.message}"
        + (f" at {problem.location}" if problem.location else "")
        for problem in _problems(definition, kind)
        if problem.severity == "ERROR"
    ]


def validation(definition: str, kind: str, severity: str, most: int) -> dict[str, Any]:
    """The answer of ValidateStateMachineDefinition.

    severity: the least that is told, ERROR or WARNING. most: how many problems are told.
    """
    found = _problems(definition, kind)
    told = [p for p in found if p.severity == "ERROR" or severity == "WARNING"]
    diagnostics = []
    for problem in told[:most]:
        entry = {"severity": problem.severity, "code": problem.code, "message": problem.message}
        if problem.location:
            entry["location"] = problem.location
        diagnostics.append(entry)
    failed = any(problem.severity == "ERROR" for problem in found)
    return {
        "result": "FAIL" if failed else "OK",
        "diagnostics": diagnostics,
        "truncated": len(told) > most,
    }


def _problems(definition: str, kind: str) -> list[Any]:
    try:
        from helpers.asl import diagnose as find
    except ImportError:
        return []
    return find(definition)
