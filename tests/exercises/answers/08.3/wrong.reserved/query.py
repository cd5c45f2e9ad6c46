"""All buys of a day. Try it: python query.py TABLE 2026-11-23"""

import sys

import boto3


def buys(table_name: str, day: str) -> list[dict]:
    """Return the items of all buys of `day` (UTC, "2026-11-23"), whole, in the order of time."""
    client = boto3.client("dynamodb")
    pages = client.get_paginator("query").paginate(
        TableName=table_name,
        IndexName="by-type-and-time",
        KeyConditionExpression="Type = :buy AND begins_with(Timestamp, :day)",
        ExpressionAttributeValues={":buy": {"S": "buy"}, ":day": {"S": day}},
    )
    return [item for page in pages for item in page["Items"]]


if __name__ == "__main__":
    for item in buys(*sys.argv[1:]):
        print(item["Timestamp"], item["Id"], item["Quantity"], "at", item["Price"])
