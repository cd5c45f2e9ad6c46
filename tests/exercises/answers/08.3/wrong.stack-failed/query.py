"""All buys of a day. Try it: python query.py TABLE 2026-11-23"""

import sys

import boto3
from boto3.dynamodb.conditions import Key


def buys(table_name: str, day: str) -> list[dict]:
    """Return the items of all buys of `day` (UTC, "2026-11-23"), whole, in the order of time."""
    table = boto3.resource("dynamodb").Table(table_name)
    asked = {
        "IndexName": "by-type-and-time",
        "KeyConditionExpression": Key("Type").eq("buy") & Key("Timestamp").begins_with(day),
    }
    page = table.query(**asked)
    items = page["Items"]
    while "LastEvaluatedKey" in page:
        page = table.query(**asked, ExclusiveStartKey=page["LastEvaluatedKey"])
        items += page["Items"]
    return items


if __name__ == "__main__":
    for item in buys(*sys.argv[1:]):
        print(item["Timestamp"], item["Id"], item["Quantity"], "at", item["Price"])
