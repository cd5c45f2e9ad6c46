"""Carries out an order, or refuses it, and says in one line of JSON what became of it."""

import json

PRICES = {"ACME": 80, "MOON": 3, "OAK": 12.5}


def lambda_handler(order, context):
    try:
        answer = carry_out(order)
    except Exception as error:
        log("failed", order, reason=repr(error))
        raise
    if answer["traded"]:
        log("traded", order, amount=answer["amount"])
    else:
        log("refused", order, reason=answer["reason"])
    return {"event": "traded" if answer["traded"] else "refused", **answer}


def carry_out(order):
    if order["quantity"] < 1:
        return {"id": order["id"], "traded": False, "reason": "nothing to trade"}
    if order["stock"] not in PRICES:
        return {"id": order["id"], "traded": False, "reason": f"no market for {order['stock']}"}
    amount = PRICES[order["stock"]] * order["quantity"] + order["client"]["fee"]
    return {"id": order["id"], "traded": True, "amount": amount}


def log(event, order, **more):
    print(json.dumps({"event": event, "order": order["id"], **more}))
