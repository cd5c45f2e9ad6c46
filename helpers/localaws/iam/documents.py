"""The form of a policy document: what S3 and IAM find wrong with it before they keep it.

Their words, as the services answer; what a policy allows is decided in `policies`.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.localaws.iam.policies import listed

_POLICY_FIELDS = {"Version", "Id", "Statement"}
_STATEMENT_FIELDS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition",
}  # fmt: skip


def problem(
    document: Any, required: tuple[str, ...], prohibited: tuple[str, ...] = ()
) -> str | None:
    """What is wrong with a policy document that has been read from its JSON; None if nothing.

    required, prohibited: the fields that each statement must have, itself or as Not…, and that
    none may have.
    """
    statements = document.get("Statement")
    if statements is None:
        return "Missing required field Statement"
    for name in sorted(document.keys() - _POLICY_FIELDS):
        return f"Unknown field {name}"
    for one in statements if isinstance(statements, list) else [statements]:
        problem_of_one = _statement_problem(one, required, prohibited)
        if problem_of_one is not None:
            return problem_of_one
    return None


def _statement_problem(
    one: Any, required: tuple[str, ...], prohibited: tuple[str, ...]
) -> str | None:
    if not isinstance(one, dict):
        return "Invalid policy syntax."
    for name in sorted(one.keys() - _STATEMENT_FIELDS):
        return f"Unknown field {name}"
    for name in required:
        if name not in one and f"Not{name}" not in one:
            return f"Missing required field {name}"
    for name in prohibited:
        if name in one or f"Not{name}" in one:
            return f"Has prohibited field {name}"
    if one["Effect"] not in ("Allow", "Deny"):
        return f"Invalid effect: {one['Effect']}"
    if not isinstance(one.get("Principal", {}), dict | str):
        return "Invalid principal in policy"
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if not _texts(one.get(name, "")):
            return f"Policy has invalid {name.removeprefix('Not').lower()}"
    if not isinstance(one.get("Condition", {}), dict):
        return "Policy has an invalid condition key"
    return None


def read(text: bytes | str) -> dict[str, Any] | None:
    """The document that a text of JSON is; None if it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _texts(value: Any) -> bool:
    """Whether it is a text or a list of texts."""
    return value is not None and all(isinstance(one, str) for one in listed(value))
