"""All buys of a day. Try it: python query.py TABLE 2026-11-23"""

import sys

import boto3


def buys(table_name: str, day: str) -> list[dict]:
    """Return the items of all buys of `day` (UTC, "2026-11-23"), whole, in the order of time."""
    client = boto3.client("dynamodb")
    keys, more = [], {}
    while True:
        page = client.query(
            TableName=table_name,
            IndexName="by-type-and-time",
            KeyConditionExpression="#type = :buy AND begins_with(#time, :day)",
            ExpressionAttributeNames={"#type": "Type", "#time": "Timestamp"},
            ExpressionAttributeValues={":buy": {"S": "buy"}, ":day": {"S": day}},
            **more,
        )
        keys += [item["Id"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    return [client.get_item(TableName=table_name, Key={"Id": key})["Item"] for key in keys]


if __name__ == "__main__":
    for item in buys(*sys.argv[1:]):
        print(item["Timestamp"], item["Id"], item["Quantity"], "at", item["Price"])
