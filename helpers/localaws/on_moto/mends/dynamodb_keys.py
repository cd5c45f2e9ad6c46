"""What AWS says of a query without a key, by an index that is not there, or by a reserved word.

Imports moto.
"""

from __future__ import annotations

import re
from typing import Any

from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords
from moto.dynamodb.responses import DynamoHandler

from helpers.localaws.on_moto.mends.malformed import refused

_plain_query = DynamoHandler.query


def install() -> None:
    """Put the hook in place."""
    DynamoHandler.query = _query


def _query(self: DynamoHandler) -> Any:
    """For DynamoHandler.query, which takes any word for a key, and looks for it among the filters
    when none is given.
    """
    if not (self.body.get("KeyConditionExpression") or self.body.get("KeyConditions")):
        raise refused(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
            "request."
        )
    if word := _reserved(str(self.body.get("KeyConditionExpression") or "")):
        raise refused(
            "Invalid KeyConditionExpression: Attribute name is a reserved keyword; reserved "
            f"keyword: {word}"
        )
    table = self.dynamodb_backend.tables.get(self.body.get("TableName"))
    index = self.body.get("IndexName")
    if table is not None and index is not None and index not in _indexes(table):
        raise refused(f"The table does not have the specified index: {index}")
    return _plain_query(self)


def _reserved(condition: str) -> str | None:
    """The first word of a key condition that is an attribute's name and may not be."""
    for word in re.findall(r"(?<![\w#:])[A-Za-z_]\w*", condition):
        is_operator = word.upper() in ("AND", "BETWEEN")
        if not is_operator and word.upper() in ReservedKeywords.get_reserved_keywords():
            return word
    return None


def _indexes(table: Table) -> set[str]:
    return {index.name for index in table.all_indexes() if getattr(index, "name", None)}
