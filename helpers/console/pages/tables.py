"""Tables: how one is keyed and what it holds: read through, or asked for by key, and filtered."""

from __future__ import annotations

from typing import Any

from helpers.console import attributes, trades_chart
from helpers.console.aws import Problem, attempt
from helpers.console.page import Page, Refused

ROWS = 20  # tables on a page: each is described
ITEMS = 50  # on a page
COLUMNS = 8  # attributes beside each other; an item's own page has all
CUT = 120  # characters of a value in the table
COMPARISONS = {
    "=": "#a = :a",
    "<>": "#a <> :a",
    "<": "#a < :a",
    "<=": "#a <= :a",
    ">": "#a > :a",
    ">=": "#a >= :a",
    "begins with": "begins_with(#a, :a)",
    "contains": "contains(#a, :a)",
    "exists": "attribute_exists(#a)",
    "does not exist": "attribute_not_exists(#a)",
}
"""Filters, by their words; `#a` the attribute, `:a` the value."""
ORDERS = {
    "=": "#s = :s",
    "<": "#s < :s",
    "<=": "#s <= :s",
    ">": "#s > :s",
    ">=": "#s >= :s",
    "begins with": "begins_with(#s, :s)",
    "between": "#s BETWEEN :s AND :t",
}
"""What a query may say of the sort key."""


class Tables(Page):
    """All tables."""

    template = "tables.html"
    section = "tables"

    def show(self) -> dict[str, Any]:
        """A page of them, each described, and `more`: where the next begins."""
        given: dict[str, Any] = {"Limit": ROWS}
        if after := self.get_query_argument("after", ""):
            given["ExclusiveStartTableName"] = after
        answer = self.aws.client("dynamodb").list_tables(**given)
        told = self.aws.at_once(self._told, answer["TableNames"])
        return {
            "tables": list(zip(answer["TableNames"], told, strict=True)),
            "more": answer.get("LastEvaluatedTableName", ""),
            "keys": keys,
        }

    def _told(self, table: str) -> dict[str, Any] | Problem:
        client = self.aws.client("dynamodb")
        return attempt(lambda: dict(client.describe_table(TableName=table)["Table"]))


class Table(Page):
    """One table, by its name."""

    template = "table.html"
    section = "tables"

    def show(self, name: str) -> dict[str, Any]:
        """How it is set up, and a page of the items that were asked for."""
        client = self.aws.client("dynamodb")
        table = client.describe_table(TableName=name)["Table"]
        asked = {one: self.get_query_argument(one, "", strip=False) for one in _ASKED}
        items = self._items(table, asked)
        rows = [] if isinstance(items, Problem) else _sorted(items["rows"], asked["sort"])
        columns = _columns(rows, keys(table))
        return {
            "table": table,
            "keys": keys,
            "asked": asked,
            "indexes": _indexes(table),
            "orders": ORDERS,
            "comparisons": COMPARISONS,
            "kinds": {"S": "string", "N": "number", "BOOL": "boolean"},
            "items": items,
            "rows": rows,
            "columns": columns[:COLUMNS],
            "others": len(columns) - COLUMNS,
            "value": attributes,
            "cut": CUT,
            "key": lambda item: attributes.key(item, keys(table)),
            "stream": table.get("StreamSpecification", {}),
            "expiry": attempt(
                lambda: client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            ),
            # the chart is of all items, and takes a second to draw: not again with each page
            "are_trades": not any(asked.values()) and trades_chart.are_trades(rows),
        }

    def _items(self, table: dict[str, Any], asked: dict[str, str]) -> dict[str, Any] | Problem:
        """A page of the items, `more` where the next begins, and how many were looked at."""
        try:
            given = _question(table, asked)
        except Refused as error:  # the form stays, with what was typed
            return error.problem
        return attempt(lambda: self._answered(given))

    def _answered(self, given: dict[str, Any]) -> dict[str, Any]:
        ask = "query" if "KeyConditionExpression" in given else "scan"
        answer = getattr(self.aws.client("dynamodb"), ask)(**given)
        last = answer.get("LastEvaluatedKey")
        return {
            "rows": answer["Items"],
            "looked": answer["ScannedCount"],
            "is_query": ask == "query",
            "more": attributes.key(last, last) if last else "",
        }


class Item(Page):
    """One item, by its key: everything in it."""

    template = "item.html"
    section = "tables"

    def show(self, name: str) -> dict[str, Any]:
        """Its attributes with their types."""
        try:
            key = attributes.unkeyed(self.get_query_argument("key", ""))
        except ValueError:
            raise Refused(
                Problem("This address names no item.", "", "Choose one on the table's page.")
            ) from None
        client = self.aws.client("dynamodb")
        item = client.get_item(TableName=name, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            raise Refused(Problem("There is no such item any more.", "", "Look at the table."))
        first = [one for one in key if one in item]
        return {
            "table": name,
            "item": item,
            "names": first + sorted(set(item) - set(first)),
            "key": first,
            "value": attributes,
        }


class Trades(Page):
    """The trades of a table as a chart."""

    template = "trades.html"
    section = "tables"

    def show(self, name: str) -> dict[str, Any]:
        """The chart and its words."""
        return {"table": name, "chart": trades_chart.drawn(name)}


_ASKED = ("index", "pk", "order", "sk", "sk2", "down", "attr", "how", "kind", "value", "sort")
_ASKED += ("after",)


def keys(told: dict[str, Any]) -> list[str]:
    """The names of a table's or an index's key, the partition key first."""
    schema = sorted(told["KeySchema"], key=lambda one: one["KeyType"] != "HASH")
    return [one["AttributeName"] for one in schema]


def _indexes(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What may be asked by key: "" the table itself, then its indexes by their names."""
    found = {"": table}
    for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        found |= {one["IndexName"]: one for one in table.get(kind, [])}
    return found


def _question(table: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
    """What Query or Scan is to be given. Raises Refused for what was typed wrong."""
    given: dict[str, Any] = {"TableName": table["TableName"], "Limit": ITEMS}
    names, values = {}, {}
    if asked["index"]:
        given["IndexName"] = asked["index"]
    if asked["pk"]:
        part = _indexes(table).get(asked["index"], table)
        kinds = {
            one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]
        }
        hash_key, *sort_key = keys(part)
        given["KeyConditionExpression"] = "#p = :p"
        names["#p"], values[":p"] = hash_key, _typed(asked["pk"], kinds[hash_key])
        if sort_key and asked["sk"] and asked["order"] in ORDERS:
            given["KeyConditionExpression"] += f" AND {ORDERS[asked['order']]}"
            names["#s"], values[":s"] = sort_key[0], _typed(asked["sk"], kinds[sort_key[0]])
            if asked["order"] == "between":
                values[":t"] = _typed(asked["sk2"], kinds[sort_key[0]])
        given["ScanIndexForward"] = not asked["down"]
    if asked["attr"] and asked["how"] in COMPARISONS:
        given["FilterExpression"] = COMPARISONS[asked["how"]]
        names["#a"] = asked["attr"]
        if ":a" in given["FilterExpression"]:
            values[":a"] = _typed(asked["value"], asked["kind"] or "S")
    if names:
        given["ExpressionAttributeNames"] = names
    if values:
        given["ExpressionAttributeValues"] = values
    if asked["after"]:
        try:
            given["ExclusiveStartKey"] = attributes.unkeyed(asked["after"])
        except ValueError:
            raise Refused(
                Problem("This address names no place in the table.", "", "Begin again.")
            ) from None
    return given


def _typed(words: str, descriptor: str) -> dict[str, Any]:
    try:
        return attributes.typed(words, descriptor)
    except ValueError:
        kind = attributes.KINDS.get(descriptor, "value")
        how = " It is typed in Base64." if descriptor == "B" else ""
        raise Refused(
            Problem(f"“{words}” is no {kind}, so nothing was looked for.", how.strip())
        ) from None


def _columns(rows: list[dict[str, Any]], key: list[str]) -> list[str]:
    """The names of all attributes, those of the key first, then the most frequent."""
    counts: dict[str, int] = {}
    for row in rows:
        for one in row:
            counts[one] = counts.get(one, 0) + 1
    others = sorted((one for one in counts if one not in key), key=lambda one: -counts[one])
    return [*key, *others]


def _sorted(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """The rows of a page by one attribute, numbers by size; "-" before its name turns it round."""
    wanted = column.removeprefix("-")
    if not wanted:
        return rows
    has = [row for row in rows if wanted in row]
    has.sort(key=lambda row: _rank(row[wanted]), reverse=column.startswith("-"))
    return has + [row for row in rows if wanted not in row]


def _rank(value: dict[str, Any]) -> tuple[int, float, str]:
    if "N" in value:
        return 0, float(value["N"]), ""
    return 1, 0.0, attributes.text(value)
