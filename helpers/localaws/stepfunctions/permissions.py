"""What an execution role allows: IAM's decision for a role, an action and a resource.

Identity-based policies, inline and managed, and the role's permissions boundary, with `*`, `?`,
NotAction and NotResource. A condition is met if the operators and keys known here say so; a key
that a request does not have meets no condition but `…IfExists`, `Null` and the negated ones, as in
IAM.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from helpers.localaws import globs

ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitly denied", "explicitly denied"

Pattern = tuple[re.Pattern[str], ...]
Statement = tuple[bool, Pattern, bool, Pattern, bool, tuple[Any, ...]]
"""deny?, action patterns, are they NotAction?, resource patterns, NotResource?, conditions."""


def refusal(role_arn: str | None, action: str, resource: str, region: str = "") -> str | None:
    """Why the role may not do it, in AWS's words; None if it may.

    resource: its ARN; "" where it is not known, then any resource that is allowed will do. A role
    that does not exist is asked nothing: AWS would not have let a state machine have it.
    """
    if not role_arn:
        return None
    role = _role(role_arn)
    if role is None:
        return None
    asked = (action.lower(), resource, role_arn, region)
    decision, kind = _decide(_documents(role), *asked), "identity-based policy"
    if decision == ALLOWED:
        boundary = _boundary(role)
        if boundary is None:
            return None
        decision, kind = _decide(boundary, *asked), "permissions boundary"
        if decision == ALLOWED:
            return None
    account = role_arn.split(":")[4]
    user = f"arn:aws:sts::{account}:assumed-role/{role.name}/{_session(role.name)}"
    if decision == EXPLICIT:
        article = "an" if kind.startswith("i") else "a"
        why = f"with an explicit deny in {article} {kind}"
    else:
        why = f"because no {kind} allows the {action} action"
    on = f" on resource: {resource}" if resource else ""
    return f"User: {user} is not authorized to perform: {action}{on} {why}"


def trusts(role_arn: str, service: str, region: str) -> bool:
    """Whether the role exists and its trust policy lets a service assume it.

    service: without its domain, e.g. `states`; a principal may also name the region.
    """
    role = _role(role_arn)
    if role is None:
        return False
    try:
        document = json.loads(role.assume_role_policy_document)
    except (TypeError, ValueError):
        return False
    names = {f"{service}.amazonaws.com", f"{service}.{region}.amazonaws.com"}
    found = False
    for one in _listed(document.get("Statement") if isinstance(document, dict) else None):
        actions = [globs.compiled(str(action).lower()) for action in _listed(one.get("Action"))]
        if not any(action.fullmatch("sts:assumerole") for action in actions):
            continue
        principal = one.get("Principal")
        named = _listed(principal.get("Service") if isinstance(principal, dict) else None)
        if principal == "*" or names & set(named):
            if one.get("Effect") == "Deny":
                return False
            found = True
    return found


@lru_cache(maxsize=256)
def _session(role: str) -> str:
    """The name of the session in which Step Functions uses a role: 32 letters."""
    import hashlib
    import string

    digest = hashlib.sha256(role.encode()).digest()
    return "".join(string.ascii_letters[byte % 52] for byte in digest)


def _role(arn: str) -> Any:
    from moto.iam.models import iam_backends

    parts = arn.split(":")
    if len(parts) < 6:
        return None
    known = _found.get(arn)
    backend = iam_backends[parts[4]][parts[1]]
    if known is not None and backend.roles.get(known.id) is known:
        return known
    name = arn.rpartition("/")[2]
    for role in backend.roles.values():
        if role.name == name:
            _found[arn] = role
            return role
    return None


_found: dict[str, Any] = {}


def _documents(role: Any) -> tuple[str, ...]:
    """The texts of the role's policies."""
    texts = list(role.policies.values())
    for policy in role.managed_policies.values():
        texts += _default_version(policy)
    return tuple(text if isinstance(text, str) else json.dumps(text) for text in texts)


def _boundary(role: Any) -> tuple[str, ...] | None:
    """The text of the policy that bounds what the role's policies allow; None if it has none."""
    from moto.iam.models import iam_backends

    arn = role.permissions_boundary_arn
    if not arn:
        return None
    policy = iam_backends[role.account_id][role.partition].managed_policies.get(arn)
    return () if policy is None else tuple(_default_version(policy))


def _default_version(policy: Any) -> list[str]:
    """The text of a managed policy that counts, in a list."""
    return [one.document for one in policy.versions if one.version_id == policy.default_version_id]


@lru_cache(maxsize=4096)
def _decide(
    documents: tuple[str, ...], action: str, resource: str, role_arn: str, region: str
) -> str:
    context = {"aws:principalarn": role_arn, "aws:requestedregion": region,
               "aws:principalaccount": role_arn.split(":")[4],
               "aws:resourceaccount": resource.split(":")[4] if resource.count(":") > 4 else "",
               }  # fmt: skip
    allowed = False
    for document in documents:
        for deny, actions, not_action, resources, not_resource, conditions in _statements(document):
            if _any(actions, action) is not_action:
                continue
            if resource and _any(resources, resource) is not_resource:
                continue
            if not resource and deny:
                continue
            if not all(_met(condition, context) for condition in conditions):
                continue
            if deny:
                return EXPLICIT
            allowed = True
    return ALLOWED if allowed else IMPLICIT


def _any(patterns: Pattern, text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in patterns)


@lru_cache(maxsize=512)
def _statements(document: str) -> tuple[Statement, ...]:
    try:
        policy = json.loads(document)
    except ValueError:
        return ()
    found = policy.get("Statement", []) if isinstance(policy, dict) else []
    statements = []
    for one in found if isinstance(found, list) else [found]:
        not_action, not_resource = "NotAction" in one, "NotResource" in one
        actions = _listed(one.get("NotAction" if not_action else "Action"))
        resources = _listed(one.get("NotResource" if not_resource else "Resource", "*"))
        statements.append(
            (
                one.get("Effect") == "Deny",
                tuple(globs.compiled(text.lower()) for text in actions),
                not_action,
                tuple(globs.compiled(text) for text in resources),
                not_resource,
                tuple(
                    (operator, key.lower(), tuple(str(v) for v in _listed(values)))
                    for operator, keys in (one.get("Condition") or {}).items()
                    for key, values in keys.items()
                ),
            )
        )
    return tuple(statements)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _met(condition: tuple[str, str, tuple[str, ...]], context: dict[str, str]) -> bool:
    operator, key, wanted = condition
    operator = operator.rpartition(":")[2]  # ForAnyValue:, ForAllValues:
    optional = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    value = context.get(key) or None
    if operator == "Null":
        return (value is None) == (wanted[0].lower() == "true")
    negated = "Not" in operator
    if value is None:
        return optional or negated
    compare = _OPERATORS.get(operator.replace("Not", ""))
    if compare is None:
        return False
    return any(compare(value, one) for one in wanted) is not negated


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: globs.compiled(wanted).fullmatch(value) is not None,
    "ArnEquals": lambda value, wanted: globs.compiled(wanted).fullmatch(value) is not None,
    "ArnLike": lambda value, wanted: globs.compiled(wanted).fullmatch(value) is not None,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}
