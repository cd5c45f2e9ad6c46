"""At which trade of a month did profit fall the most? Try it: python worst.py TABLE"""

import sys

import boto3


def worst(items: list[dict]) -> str | None:
    """Return the Id of the trade at which profit fell the most; None if it never fell.

    items: as a scan of the table gives them, in no order:

        {"Id": {"S": "4f0c…"}, "Type": {"S": "buy"}, "Price": {"N": "42"}, "Quantity": {"N": "3"},
         "Timestamp": {"S": "2026-11-23T09:07:24.103552+00:00"}}
    """
    position = cash = profit = 0
    found, deepest = None, 10**9
    for item in sorted(items, key=lambda item: item["Timestamp"]["S"]):
        price, quantity = int(item["Price"]["N"]), int(item["Quantity"]["N"])
        bought = quantity if item["Type"]["S"] == "buy" else -quantity
        position += bought
        cash -= bought * price
        before, profit = profit, cash + position * price
        if profit - before < deepest:
            found, deepest = item["Id"]["S"], profit - before
    return found


if __name__ == "__main__":
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=sys.argv[1])
    print(worst([item for page in pages for item in page["Items"]]))
