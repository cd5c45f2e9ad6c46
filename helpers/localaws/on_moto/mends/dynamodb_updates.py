"""Writes of DynamoDB that fail half-way, and what its streams tell of writes.

moto changes an item action by action, makes a new one of its key alone first, and tells a stream of
each; a transaction tells before it knows whether it holds. On AWS what fails changes nothing, and a
stream has one record for each change (docs.aws.amazon.com/amazondynamodb/latest/developerguide/
Streams.html). Imports moto.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, UpdateExpressionExecutor
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult, ProjectionExpressionParser


def install() -> None:
    """Put the hooks in place."""
    DynamoDBBackend.update_item = _update_item
    DynamoDBBackend.transact_write_items = _transact_write_items
    UpdateExpressionExecutor.execute = _execute
    StreamShard.add = _add
    DynamoHandler.transact_get_items = _transact_get_items


class _Held:
    """Stands in for a table's stream, and keeps what it is told; who reads finds the stream."""

    def __init__(self, shard: StreamShard) -> None:
        self.shard = shard
        self.records: list[tuple[Any, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shard, name)

    def __deepcopy__(self, memo: dict[int, Any]) -> _Held:
        return self  # of moto's copy of a table, which takes its place if a transaction fails

    def add(self, old: Any, new: Any) -> None:
        """Note a change."""
        self.records.append((old, new))


@contextmanager
def _held_back(tables: dict[str, Table], names: set[str]) -> Iterator[dict[str, _Held]]:
    """Keep changes from the streams of tables within the block.

    tables: a backend's, which may be others after the block. Gives what the streams were told.
    """
    known = {name: tables[name].stream_shard for name in names if name in tables}
    shards = {name: shard for name, shard in known.items() if shard is not None}
    held = {name: _Held(shard) for name, shard in shards.items()}
    for name, one in held.items():
        tables[name].stream_shard = one
    try:
        yield held
    finally:
        for name, shard in shards.items():
            tables[name].stream_shard, shard.table = shard, tables[name]


_plain_update_item = DynamoDBBackend.update_item


def _update_item(self: DynamoDBBackend, table_name: str, key: Any, *more: Any, **named: Any) -> Any:
    """For DynamoDBBackend.update_item, which leaves a new item when it fails, and tells the stream
    of it twice when it does not.
    """
    if self.get_item(table_name, key) is not None:
        return _plain_update_item(self, table_name, key, *more, **named)
    table = self.get_table(table_name)
    with _held_back(self.tables, {table.name}):
        try:
            item = _plain_update_item(self, table_name, key, *more, **named)
        except Exception:
            table.delete_item(*self.get_keys_value(table, key))
            raise
    if table.stream_shard is not None:
        table.stream_shard.add(None, item)
    return item


_plain_execute = UpdateExpressionExecutor.execute


def _execute(self: UpdateExpressionExecutor, node: Any = None) -> None:
    """For UpdateExpressionExecutor.execute, which leaves what it did before it fails.

    node: the part of the expression that it calls itself for.
    """
    if node is not None:
        _plain_execute(self, node)
        return
    before = pickle.dumps(self.item.attrs, pickle.HIGHEST_PROTOCOL)
    try:
        _plain_execute(self)
    except Exception:
        self.item.attrs = pickle.loads(before)
        raise


_plain_transact_write_items = DynamoDBBackend.transact_write_items


def _transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """For DynamoDBBackend.transact_write_items, which tells the streams of what is then undone, and
    does not undo it where a table goes by its ARN.
    """
    items = [{how: _by_name(asked) for how, asked in item.items()} for item in transact_items]
    names = {asked["TableName"] for item in items for asked in item.values()}
    with _held_back(self.tables, names) as held:
        _plain_transact_write_items(self, items)
    for name, told in held.items():
        for old, new in told.records:
            self.tables[name].stream_shard.add(old, new)


def _by_name(asked: dict[str, Any]) -> dict[str, Any]:
    return {**asked, "TableName": asked["TableName"].rpartition("/")[2]}


_plain_add = StreamShard.add


def _add(self: StreamShard, old: Any, new: Any) -> None:
    """For StreamShard.add: what changes nothing makes no record."""
    if old is None or new is None or old.to_json() != new.to_json():
        _plain_add(self, old, new)


_plain_transact_get_items = DynamoHandler.transact_get_items


def _transact_get_items(self: DynamoHandler) -> Any:
    """For DynamoHandler.transact_get_items, which gives all of an item."""
    answer = _plain_transact_get_items(self)
    for item, told in zip(self.body["TransactItems"], answer.result["Responses"], strict=True):
        asked = item["Get"]
        if told and asked.get("ProjectionExpression"):
            paths = ProjectionExpressionParser(
                asked["ProjectionExpression"], asked.get("ExpressionAttributeNames")
            ).parse()
            found = self.dynamodb_backend.get_item(asked["TableName"], asked["Key"], paths)
            told |= DynamoResult(found.describe_attrs(attributes=None)).result
    return answer
