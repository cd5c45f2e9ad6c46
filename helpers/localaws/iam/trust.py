"""Who may assume a role: what its trust policy must look like, and whether it lets a service in."""

from __future__ import annotations

import json
from typing import Any

from helpers.localaws import globs
from helpers.localaws.iam import documents, principals
from helpers.localaws.iam.policies import listed


def problem(text: str) -> str | None:
    """Why IAM does not keep a text as a role's trust policy, in its words; None if it does."""
    document = documents.read(text)
    if document is None:
        return "This policy contains invalid Json"
    why = documents.problem(document, ("Effect", "Principal", "Action"), ("Resource",))
    if why is not None:
        return why
    for statement in listed(document["Statement"]):
        actions = listed(statement.get("Action", statement.get("NotAction")))
        if not all(map(_is_of_roles, actions)):
            return "AssumeRole policy may only specify STS AssumeRole actions."
    return None


_OF_ROLES = (
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:setcontext",
    "sts:setsourceidentity", "sts:tagsession",
)  # fmt: skip
"""What a trust policy may speak of; all else that STS does is nothing that one does to a role."""


def _is_of_roles(action: str) -> bool:
    pattern = globs.compiled(action.lower())
    return any(pattern.fullmatch(one) for one in _OF_ROLES)


def allows(role_arn: str, service: str, region: str) -> bool:
    """Whether the role exists and its trust policy lets a service assume it.

    service: without its domain, e.g. `states`; a principal may also name the region.
    """
    role = principals.role_of(role_arn)
    if role is None:
        return False
    try:
        document = json.loads(role.assume_role_policy_document)
    except (TypeError, ValueError):
        return False
    names = {f"{service}.amazonaws.com", f"{service}.{region}.amazonaws.com"}
    allowed = False
    for one in listed(document.get("Statement") if isinstance(document, dict) else None):
        if not (_lets_assume(one) and _is_for(one, names)):
            continue
        if one.get("Effect") == "Deny":
            return False
        allowed = True
    return allowed


def _lets_assume(statement: dict[str, Any]) -> bool:
    patterns = (globs.compiled(str(one).lower()) for one in listed(statement.get("Action")))
    return any(pattern.fullmatch("sts:assumerole") for pattern in patterns)


def _is_for(statement: dict[str, Any], names: set[str]) -> bool:
    principal = statement.get("Principal")
    services = principal.get("Service") if isinstance(principal, dict) else None
    return principal == "*" or bool(names & set(listed(services)))
