"""What DynamoDB writes of tables: namespace AWS/DynamoDB. Hooks into moto.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html. A write
takes a unit for each KB of the item, a read half a unit for each 4 KB, a whole one where it is to
be consistent, and twice as much in a transaction. What a Query or a Scan with a filter has looked
at and not given is taken to be as large as what it gave.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from helpers.localaws.item_sizes import size_of
from helpers.localaws.metrics.ledger import Dimensions
from helpers.localaws.metrics.noting import Subject, note

NAMESPACE = "AWS/DynamoDB"
READ, WRITE = "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"
_CONDITION = "ConditionalCheckFailedException"
_CANCELLED = "TransactionCanceledException"
_plain: dict[str, Callable[[Any], Any]] = {}


def hook() -> None:
    """Put the hooks in place, once moto's DynamoDB is imported."""
    from moto.dynamodb.responses import DynamoHandler

    for method, operation in _OPERATIONS.items():
        _plain.setdefault(method, getattr(DynamoHandler, method))
        setattr(DynamoHandler, method, _counted(method, operation))


def _counted(method: str, operation: str) -> Callable[[Any], Any]:
    def counted(self: Any) -> Any:
        began = time.perf_counter()
        size = _size_before(self, operation)
        try:
            answer = _plain[method](self)
        except Exception as error:
            _note_error(self, error)
            raise
        took = round((time.perf_counter() - began) * 1000, 3)
        if operation == "PutItem":  # what a trade does: the short way
            table = _name(self.body["TableName"])
            note(_of_table(self.region, table, WRITE), (_writes(size_of(self.body["Item"])),))
            note(_of_operation(self.region, table, operation), (took,))
            return answer
        for table, metric, units in _consumed(self, operation, answer, size):
            note(_of_table(self.region, _name(table), metric), (units,))
        for table in {table for table, _ in _tables(self.body)}:
            note(_of_operation(self.region, _name(table), operation), (took,))
        return answer

    counted.__name__ = method
    counted.__doc__ = f"For DynamoHandler.{method}."
    return counted


def _note_error(handler: Any, error: Exception) -> None:
    code = getattr(error, "code", None) or getattr(error, "error_type", "")
    if not isinstance(code, str):
        code = getattr(error, "error_type", "")
    if _CONDITION in code or _CANCELLED in code:
        reasons = getattr(error, "cancellation_reasons", None) or [{"Code": _CONDITION[:-9]}]
        failed = float(sum("ConditionalCheckFailed" in str(one) for one in reasons))
        table = handler.body.get("TableName")
        if table is None:  # a transaction: the first of its tables stands for it
            table = next((name for name, _ in _tables(handler.body)), None)
        if table is not None and failed:
            subject = _of_table(handler.region, _name(table), "ConditionalCheckFailedRequests")
            note(subject, (failed,))
            note(_of_table(handler.region, _name(table), WRITE), (failed,))
        return
    if hasattr(error, "code") or hasattr(error, "error_type"):
        note(_of_user(handler.region), (1.0,))


@functools.lru_cache(512)
def _of_table(region: str, table: str, metric: str) -> Subject:
    return Subject(region, NAMESPACE, ((("TableName", table),),), (metric,))


@functools.lru_cache(512)
def _of_operation(region: str, table: str, operation: str) -> Subject:
    about: Dimensions = (("Operation", operation), ("TableName", table))
    return Subject(region, NAMESPACE, (about,), ("SuccessfulRequestLatency",))


@functools.lru_cache(64)
def _of_user(region: str) -> Subject:
    return Subject(region, NAMESPACE, ((),), ("UserErrors",))


_OPERATIONS = {
    "put_item": "PutItem",
    "get_item": "GetItem",
    "update_item": "UpdateItem",
    "delete_item": "DeleteItem",
    "query": "Query",
    "scan": "Scan",
    "batch_get_item": "BatchGetItem",
    "batch_write_item": "BatchWriteItem",
    "transact_get_items": "TransactGetItems",
    "transact_write_items": "TransactWriteItems",
}


def _tables(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The tables that a request is about, each with what is asked of it."""
    if "TableName" in body:
        yield body["TableName"], body
    for table, asked in (body.get("RequestItems") or {}).items():
        yield table, asked
    for one in body.get("TransactItems") or ():
        for asked in one.values():
            yield asked["TableName"], asked


def _size_before(handler: Any, operation: str) -> int:
    """How large the item is that a request deletes."""
    if operation != "DeleteItem":
        return 0
    return _stored(handler, handler.body.get("TableName"), handler.body.get("Key"))


def _consumed(
    handler: Any, operation: str, answer: Any, size: int
) -> Iterator[tuple[str, str, float]]:
    """The tables that a request has used, with READ or WRITE and the units."""
    body = handler.body
    if operation == "DeleteItem":
        yield body["TableName"], WRITE, _writes(size)
    elif operation == "UpdateItem":
        yield body["TableName"], WRITE, _writes(_stored(handler, body["TableName"], body["Key"]))
    elif operation == "GetItem":
        item = answer.result.get("Item") or {}
        yield body["TableName"], READ, _reads(size_of(item), body.get("ConsistentRead"))
    elif operation in ("Query", "Scan"):
        result = answer.result
        given = sum(size_of(item) for item in result.get("Items") or ())
        count, looked_at = result.get("Count") or 0, result.get("ScannedCount") or 0
        whole = given * looked_at / count if count else 0
        yield body["TableName"], READ, _reads(whole, body.get("ConsistentRead"))
    elif operation == "BatchGetItem":
        for table, items in (answer.result.get("Responses") or {}).items():
            consistent = (body["RequestItems"].get(table) or {}).get("ConsistentRead")
            units = sum(_reads(size_of(item), consistent) for item in items)
            yield table, READ, units or _reads(0, consistent)
    elif operation == "BatchWriteItem":
        for table, asked in body["RequestItems"].items():
            put = [(one.get("PutRequest") or {}).get("Item") or {} for one in asked]
            yield table, WRITE, sum(_writes(size_of(item)) for item in put)
    elif operation == "TransactGetItems":
        responses = answer.result.get("Responses") or []
        for (table, _), one in zip(_tables(body), responses, strict=False):
            yield table, READ, 2 * _reads(size_of(one.get("Item") or {}), True)
    else:
        for table, asked in _tables(body):
            size = size_of(asked["Item"]) if "Item" in asked else 0
            yield table, WRITE, 2 * _writes(size or _stored(handler, table, asked.get("Key")))


def _writes(size: float) -> float:
    return float(math.ceil(size / 1024)) if size > 1024 else 1.0


def _reads(size: float, consistent: Any) -> float:
    return max(math.ceil(size / 4096), 1) * (1.0 if consistent else 0.5)


def _stored(handler: Any, table: Any, key: Any) -> int:
    """How large the item of a key is now; 0 if there is none."""
    try:
        item = handler.dynamodb_backend.get_item(table, key)
    except Exception:  # the request itself will say what is wrong
        return 0
    return size_of(item.attrs) if item else 0


def _name(table: str) -> str:
    """A table's name, also where its ARN is given."""
    return table.rpartition("/")[2]
