"""Opens a basket, deals with one order of it, tells what came of all."""

import json
import os
import time
from functools import cache


class NotABasket(Exception):
    """There is no name or no list of orders in it."""


def opened(event, context):
    """The basket's orders, each with its position."""
    if not isinstance(event, dict) or not isinstance(event.get("basket"), str):
        raise NotABasket("it has no name")
    if not isinstance(event.get("orders"), list):
        raise NotABasket("it has no list of orders")
    return [{"position": place, "order": order} for place, order in enumerate(event["orders"])]


def dealt(event, context):
    """What became of one order: booked, known, or the reason why neither."""
    position, order = event["position"], event["order"]
    reason = amiss(order)
    if reason is None and not claim(order):
        return {"known": True}
    if reason is None:
        price, reason = ask(order)
        close(order["id"], price)
    return {"booked": True} if reason is None else {"position": position, "reason": reason}


def told(event, context):
    """The answer."""
    outcomes = event["outcomes"]
    return {
        "basket": event["basket"],
        "booked": sum("booked" in one for one in outcomes),
        "known": sum("known" in one for one in outcomes),
        "failed": [one for one in outcomes if "reason" in one],
    }


def amiss(order):
    """The first field that is not as it should be, or None."""
    if not isinstance(order, dict):
        return "id"
    for name in ("id", "stock"):
        if not isinstance(order.get(name), str) or not order[name]:
            return name
    if order.get("side") not in ("buy", "sell"):
        return "side"
    quantity = order.get("quantity")
    if type(quantity) is not int or not 1 <= quantity <= 1000:
        return "quantity"
    return None


def claim(order):
    """Take the order up; False if somebody has done so before."""
    dynamodb = client("dynamodb")
    try:
        dynamodb.put_item(
            TableName=os.environ["BOOK"],
            Item={
                "Id": {"S": order["id"]},
                "Stock": {"S": order["stock"]},
                "Side": {"S": order["side"]},
                "Quantity": {"N": str(order["quantity"])},
                "Outcome": {"S": "taken up"},
            },
            ConditionExpression="attribute_not_exists(Id)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def ask(order):
    """The exchange's price, or None and a reason."""
    from botocore.exceptions import ReadTimeoutError

    while True:
        try:
            answer = client("lambda").invoke(
                FunctionName=os.environ["EXCHANGE"], Payload=json.dumps(order)
            )
        except ReadTimeoutError:
            return None, "timeout"
        said = json.load(answer["Payload"])
        if "FunctionError" not in answer:
            return said["price"], None
        if said["errorType"] != "ExchangeBusy":
            return None, said["errorType"]
        time.sleep(0.2)


def close(name, price):
    """Complete the row."""
    values = {":outcome": {"S": "failed" if price is None else "booked"}}
    change = "SET Outcome = :outcome"
    if price is not None:
        values[":price"] = {"N": str(price)}
        change += ", Price = :price"
    client("dynamodb").update_item(
        TableName=os.environ["BOOK"],
        Key={"Id": {"S": name}},
        UpdateExpression=change,
        ExpressionAttributeValues=values,
    )


@cache
def client(service):
    """A client that waits four seconds, and asks nothing twice by itself."""
    import boto3
    from botocore.config import Config

    patience = {"read_timeout": 4, "retries": {"total_max_attempts": 1}}
    return boto3.client(service, config=Config(**patience) if service == "lambda" else None)
