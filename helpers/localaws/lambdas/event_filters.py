"""FilterCriteria of event source mappings: which patterns there are, and what fits one.

Sources: docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html and
.../dg/with-sqs-filtering.html. Imports moto's EventBridge, whose patterns these are, when used.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.localaws.lambdas.errors import InvalidParameter

MOST = 10
"""So many patterns may a mapping have (five, before one asks AWS for more)."""
COMPARISONS = {
    "anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix",
    "wildcard",
}  # fmt: skip


def check(criteria: dict[str, Any] | None) -> None:
    """Refuse criteria with a pattern that is none. Raises errors.InvalidParameter."""
    filters = (criteria or {}).get("Filters") or []
    if len(filters) > MOST:
        raise InvalidParameter(f"Number of filters exceeds the limit of {MOST}.")
    for one in filters:
        if not _is_pattern(_read(one.get("Pattern"))):
            raise InvalidParameter("Invalid filter pattern definition.")


def _read(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _is_pattern(pattern: Any) -> bool:
    return isinstance(pattern, dict) and all(
        _is_field(name, value) for name, value in pattern.items()
    )


def _is_field(name: str, value: Any) -> bool:
    if name == "$or":
        return isinstance(value, list) and bool(value) and all(map(_is_pattern, value))
    if isinstance(value, dict):
        return bool(value) and _is_pattern(value)
    return isinstance(value, list) and bool(value) and all(map(_is_condition, value))


def _is_condition(condition: Any) -> bool:
    if isinstance(condition, dict):
        return len(condition) == 1 and condition.keys() <= COMPARISONS
    return not isinstance(condition, list)


def fits(criteria: dict[str, Any] | None, record: dict[str, Any], data: str) -> bool:
    """Does a record fit one of the patterns? It does where there is none.

    record: as the function would be given it. data: the member of it that the sender filled, in
    which a pattern finds JSON as JSON and any other text as text.
    """
    patterns = [_read(one.get("Pattern")) for one in (criteria or {}).get("Filters") or []]
    if not patterns:
        return True
    inside = _read(record[data])
    seen = record | {data: inside} if isinstance(inside, dict) else record
    return any(_fits(pattern, seen) for pattern in patterns)


def _fits(pattern: dict[str, Any], record: dict[str, Any]) -> bool:
    from moto.events.models import EventPattern

    return EventPattern("", pattern).matches_event(record)
