"""What policies allow: IAM's decision for an action on a resource.

With `*`, `?`, NotAction and NotResource. A condition is met if the operators and keys known here
say so; a key that a request does not have meets no condition but `…IfExists`, `Null` and the
negated ones, as in IAM.
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


@lru_cache(maxsize=4096)
def decide(
    documents: tuple[str, ...], action: str, resource: str, principal: str, region: str
) -> str:
    """ALLOWED, IMPLICIT or EXPLICIT: what policies, as JSON texts, say of an action.

    action: in lower case. resource: its ARN; "" where it is not known, then any resource that is
    allowed will do. principal: the ARN of the user or role.
    """
    context = {"aws:principalarn": principal, "aws:requestedregion": region,
               "aws:principalaccount": principal.split(":")[4],
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


def listed(value: Any) -> list[Any]:
    """A policy's element, of which there may be one or a list of them, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _any(patterns: Pattern, text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in patterns)


@lru_cache(maxsize=512)
def _statements(document: str) -> tuple[Statement, ...]:
    try:
        policy = json.loads(document)
    except ValueError:
        return ()
    statements = []
    for one in listed(policy.get("Statement") if isinstance(policy, dict) else None):
        not_action, not_resource = "NotAction" in one, "NotResource" in one
        actions = listed(one.get("NotAction" if not_action else "Action"))
        resources = listed(one.get("NotResource" if not_resource else "Resource", "*"))
        statements.append(
            (
                one.get("Effect") == "Deny",
                tuple(globs.compiled(text.lower()) for text in actions),
                not_action,
                tuple(globs.compiled(text) for text in resources),
                not_resource,
                tuple(
                    (operator, key.lower(), tuple(str(v) for v in listed(values)))
                    for operator, keys in (one.get("Condition") or {}).items()
                    for key, values in keys.items()
                ),
            )
        )
    return tuple(statements)


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
