"""Many writes in one request of DynamoDB: which of them are for one item, and which are repeated.

docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and
…/API_TransactWriteItems.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from helpers.localaws.on_moto.mends.malformed import refused
from helpers.localaws.turns.clock import clock

_MOST_WRITES = 25
_NO_KEY = "The provided key element does not match the schema"
_DONE = "_transactions_done"
"""The attribute of a backend of moto's that keeps what was done, and so outlasts a restart."""
_REMEMBERED = 600.0
"""Seconds for which a client request token counts."""
_LONGEST_TOKEN = 36
_MISMATCH = (
    "DynamoDB rejected the request because you retried a request with a different payload but with "
    "an idempotent token that was already used."
)


def problem(requests: dict[str, list[Any]], table_of: Callable[[str], Any]) -> str | None:
    """What is wrong with the writes of a BatchWriteItem; None if nothing is.

    requests: its RequestItems. table_of: gives moto's table of a name, or raises.
    """
    if sum(map(len, requests.values())) > _MOST_WRITES:
        return "Too many items requested for the BatchWriteItem call"
    seen: set[Any] = set()
    for name, writes in requests.items():
        table = table_of(name)
        attributes = _key_types(table)
        for item in _items(writes):
            if misfit(table, {one: item[one] for one in attributes if one in item}):
                return _NO_KEY
            key = name, *(_value(item[attribute]) for attribute in attributes)
            if key in seen:
                return "Provided list of item keys contains duplicates"
            seen.add(key)
    return None


def misfit(table: Any, key: dict[str, Any]) -> str | None:
    """What DynamoDB says of a key that has not the attributes of the table's, or other types.

    A value that is none is for `malformed` to tell.
    """
    types = _key_types(table)
    if not all(isinstance(value, dict) and len(value) == 1 for value in key.values()):
        return None
    fits = key.keys() == types.keys() and all(types[name] in key[name] for name in types)
    return None if fits else _NO_KEY


def _key_types(table: Any) -> dict[str, str]:
    """The attributes of a table's key, and the type of each."""
    types = {one["AttributeName"]: one["AttributeType"] for one in table.attr}
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name is not None]
    return {name: types[name] for name in names}


def _items(writes: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for write in writes:
        put = write.get("PutRequest")
        yield write["DeleteRequest"]["Key"] if put is None else put["Item"]


def _value(attribute: dict[str, Any]) -> tuple[str, Any]:
    """What is equal when two keys are: 1 and 1.0 are one number."""
    kind, value = next(iter(attribute.items()))
    return kind, Decimal(value).normalize() if kind == "N" else value


def reasons(items: Iterable[dict[str, Any]], table_of: Callable[[str], Any]) -> list[str | None]:
    """What is wrong with the key of each item of a TransactWriteItems; None where it is right."""
    asked = [next(iter(item.values())) for item in items]
    return [_reason(table_of(one["TableName"]), one) for one in asked]


def _reason(table: Any, asked: dict[str, Any]) -> str | None:
    if "Item" not in asked:
        return misfit(table, asked.get("Key") or {})
    start, item = "One or more parameter values were invalid:", asked["Item"]
    for name, kind in _key_types(table).items():
        if name not in item:
            return f"{start} Missing the key {name} in the item"
        if kind not in item[name]:
            actual = next(iter(item[name]), "")
            return f"{start} Type mismatch for key {name} expected: {kind} actual: {actual}"
    return None


def long_token(request: dict[str, Any]) -> str | None:
    """What DynamoDB says of a client request token that is too long."""
    token = str(request.get("ClientRequestToken") or "")
    if len(token) <= _LONGEST_TOKEN:
        return None
    return (
        f"1 validation error detected: Value '{token}' at 'clientRequestToken' failed to satisfy "
        f"constraint: Member must have length less than or equal to {_LONGEST_TOKEN}"
    )


def was_done(backend: Any, request: dict[str, Any]) -> bool:
    """Whether this TransactWriteItems has been carried out, within the last ten minutes.

    Raises the refusal of another request with the same token.
    """
    known = vars(backend).get(_DONE, {}).get(request.get("ClientRequestToken"))
    if known is None or known[1] <= clock.time():
        return False
    if known[0] != _digest(request):
        raise refused(_MISMATCH, "IdempotentParameterMismatchException")
    return True


def note_done(backend: Any, request: dict[str, Any]) -> None:
    """Remember a TransactWriteItems that has been carried out, and forget those of long ago."""
    token, now = request.get("ClientRequestToken"), clock.time()
    if not token:
        return
    done = vars(backend).setdefault(_DONE, {})
    while done and done[oldest := next(iter(done))][1] <= now:
        del done[oldest]
    done.pop(token, None)
    done[token] = _digest(request), now + _REMEMBERED


def _digest(request: dict[str, Any]) -> str:
    """What is equal when two requests are but for their tokens, in whatever order they say it."""
    content = {name: value for name, value in request.items() if name != "ClientRequestToken"}
    text = json.dumps(content, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()
