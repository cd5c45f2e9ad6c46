"""What AWS says of a key that is none of the table's, and of an index that is not there.

Imports moto.
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.localaws.on_moto.mends import batches
from helpers.localaws.on_moto.mends.malformed import refused

_BY_KEY = ("GetItem", "UpdateItem", "DeleteItem")

_plain_query = DynamoHandler.query


def problem(operation: str, request: dict[str, Any], tables: dict[str, Table]) -> str | None:
    """What DynamoDB says of the key that an operation is given, if it does not fit the table.

    tables: those that there are, by their names.
    """
    if operation not in _BY_KEY or not isinstance(request.get("Key"), dict):
        return None
    table = tables.get(str(request.get("TableName")).rpartition("/")[2])
    return None if table is None else batches.misfit(table, request["Key"])


def install() -> None:
    """Put the hook in place."""
    DynamoHandler.query = _query


def _query(self: DynamoHandler) -> Any:
    """For DynamoHandler.query, which looks for a key among the filters when none is given."""
    if not (self.body.get("KeyConditionExpression") or self.body.get("KeyConditions")):
        raise refused(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
            "request."
        )
    table = self.dynamodb_backend.tables.get(self.body.get("TableName"))
    index = self.body.get("IndexName")
    if table is not None and index is not None and index not in _indexes(table):
        raise refused(f"The table does not have the specified index: {index}")
    return _plain_query(self)


def _indexes(table: Table) -> set[str]:
    return {index.name for index in table.all_indexes() if getattr(index, "name", None)}
