"""All buys of a day. Try it: python query.py TABLE 2026-11-23"""

import sys

import boto3


def buys(table_name: str, day: str) -> list[dict]:
    """Return the items of all buys of `day` (UTC, "2026-11-23"), whole, in the order of time."""
    pages = boto3.client("dynamodb").get_paginator("query").paginate(
        TableName=table_name,
        IndexName="types",
        KeyConditionExpression="#type = :buy AND #time BETWEEN :from AND :to",
        ExpressionAttributeNames={"#type": "Type", "#time": "Timestamp"},
        ExpressionAttributeValues={
            ":buy": {"S": "buy"},
            ":from": {"S": day},
            ":to": {"S": day + "T24"},
        },
    )
    return [item for page in pages for item in page["Items"]]


if __name__ == "__main__":
    for item in buys(*sys.argv[1:]):
        print(item["Timestamp"], item["Id"], item["Quantity"], "at", item["Price"])
