"""What DynamoDB says of the expressions of a request before it looks at any item.

Reserved words, names and values that nobody gives or nobody uses, and paths that quarrel: moto
lets some of them pass, stumbles over others, and mixes up which expression it speaks of.

Since 2026 PutItem, UpdateItem and DeleteItem put `1 validation error detected: ` in front
(github.com/ExtendDB/extenddb/issues/64 and 365, moto's tests that were run against AWS); reads and
transactions do not (github.com/ExtendDB/extenddb/pull/173, github.com/getmoto/moto/issues/8582).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from helpers.localaws.on_moto.mends import document_paths
from helpers.localaws.on_moto.mends.document_paths import Read

_NAMES, _VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
_KINDS = (
    (_NAMES, "names", "name used in the document path", "name"),
    (_VALUES, "values", "value used in expression", "value"),
)
_LONGEST = 4096
"""Bytes of an expression; moto reads those of any length, the longer the slower.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""
_ENVELOPE = "1 validation error detected: "
_WRITES = {
    "PutItem": "ConditionExpression is null",
    "UpdateItem": "UpdateExpression is null and ConditionExpression is null",
    "DeleteItem": "ConditionExpression is null",
}
"""Operations with the envelope, and what they miss if there are values and no expression."""


def problem(operation: str, request: dict[str, Any]) -> str | None:
    """What DynamoDB says of the first thing that is wrong with a request's expressions.

    operation: of the API, such as `PutItem`. None if nothing is found.

    >>> problem("Scan", {"FilterExpression": "status = :s"})
    'Invalid FilterExpression: Attribute name is a reserved keyword; reserved keyword: status'
    """
    if why := _aimless(operation, request):
        return enveloped(operation, why)
    for part in _parts(operation, request):
        why = _of_expressions(part)
        if why is not None:
            return enveloped(operation, why)
    return None


def enveloped(operation: str, why: str) -> str:
    """Words about an expression, as the operation tells them."""
    return _ENVELOPE + why if operation in _WRITES else why


def _parts(operation: str, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a request that have expressions, names and values of their own."""
    yield request
    if operation == "BatchGetItem":
        yield from _dicts(list((request.get("RequestItems") or {}).values()))
    elif operation in ("TransactGetItems", "TransactWriteItems"):
        for item in _dicts(request.get("TransactItems")):
            yield from _dicts(list(item.values()))


def _dicts(values: Any) -> list[dict[str, Any]]:
    return [one for one in values or () if isinstance(one, dict)]


def _aimless(operation: str, request: dict[str, Any]) -> str | None:
    """Names or values without any expression; transactions take them."""
    if any(kind.endswith("Expression") for kind, _ in _expressions(request)):
        return None
    if request.get(_VALUES) and operation in _WRITES:
        return f"{_VALUES} can only be specified when using expressions: {_WRITES[operation]}"
    return f"{_NAMES} can only be specified when using expressions" if request.get(_NAMES) else None


def _expressions(part: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (kind, str(text))
        for kind, text in part.items()
        if kind.endswith("Expression") and text is not None
    ]


def _of_expressions(part: dict[str, Any]) -> str | None:
    if part.get(_NAMES) == {}:
        return f"{_NAMES} must not be empty"
    for kind, text in _expressions(part):
        if len(text.encode()) > _LONGEST:
            return f"Invalid {kind}: Expression size has exceeded the maximum allowed size;"
    found = [(kind, document_paths.read(kind, text)) for kind, text in _expressions(part)]
    for kind, read in found:
        if why := _reserved(read) or _undefined(read, part) or _quarrel(read, part):
            return f"Invalid {kind}: {why}"
    return _unused([read for _, read in found], part) if found else None


def _reserved(read: Read) -> str | None:
    for word in read.words:
        if word.upper() in _reserved_words():
            return f"Attribute name is a reserved keyword; reserved keyword: {word}"
    return None


@functools.cache
def _reserved_words() -> frozenset[str]:
    from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

    return frozenset(ReservedKeywords.get_reserved_keywords())


def _undefined(read: Read, part: dict[str, Any]) -> str | None:
    for parameter, member, used, kind in _KINDS:
        given = part.get(parameter) or {}
        for name in getattr(read, member):
            if name not in given:
                return f"An expression attribute {used} is not defined; attribute {kind}: {name}"
    return None


def _quarrel(read: Read, part: dict[str, Any]) -> str | None:
    names = part.get(_NAMES) or {}
    return document_paths.quarrel([document_paths.resolved(one, names) for one in read.targets])


def _unused(found: list[Read], part: dict[str, Any]) -> str | None:
    for parameter, member, _, _ in _KINDS:
        used = {name for read in found for name in getattr(read, member)}
        unused = [name for name in part.get(parameter) or {} if name not in used]
        if unused:
            keys = ", ".join(unused)
            return f"Value provided in {parameter} unused in expressions: keys: {{{keys}}}"
    return None
