"""The exchange. It is not yours: it stands for a house that you call and cannot change."""

import json
import os
import random
import time

SLOW, STEADY, QUICK = 8, 1.5, 0.01
"""Seconds until it answers."""


class ExchangeBusy(Exception):
    """It has done nothing. Ask again."""


class UnknownStock(Exception):
    """It has done nothing, and never will."""


def lambda_handler(order, context):
    """Carry out an order, each time that it is asked to, and tell the price of the moment."""
    began, stock = time.time(), order.get("stock")
    if stock in ("SLOW", "BUSY", "NONE"):
        asked = times(order["id"])
        if stock == "NONE":
            raise UnknownStock("There is no stock of that name.")
        if stock == "BUSY" and asked <= 2:
            raise ExchangeBusy("Too many orders at the moment.")
    time.sleep({"SLOW": SLOW, "STEADY": STEADY}.get(stock, QUICK))
    price = random.randint(1, 100)
    print(json.dumps({"order": order, "price": price, "began": began, "ended": time.time()}))
    return {"id": order.get("id"), "price": price}


def times(order_id):
    """How often it was asked for this order, with this time."""
    import boto3  # takes a moment, and most orders can do without

    counted = boto3.client("dynamodb").update_item(
        TableName=os.environ["ASKED"],
        Key={"id": {"S": order_id}},
        UpdateExpression="ADD Times :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return int(counted["Attributes"]["Times"]["N"])
