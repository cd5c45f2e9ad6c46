import json

PRICES = {"ACME": 80, "MOON": 3, "OAK": 12.5}


def lambda_handler(order, context):
    line = {"order": order["id"], "stock": order["stock"], "quantity": order["quantity"]}
    print(json.dumps({"event": "received", **line}))
    line["event"] = "failed"
    try:
        if order["quantity"] < 1:
            line |= {"event": "refused", "reason": "nothing to trade"}
        elif order["stock"] not in PRICES:
            line |= {"event": "refused", "reason": f"no market for {order['stock']}"}
        else:
            amount = PRICES[order["stock"]] * order["quantity"] + order["client"]["fee"]
            line |= {"event": "traded", "amount": amount}
            return {"id": order["id"], "traded": True, "amount": amount}
        return {"id": order["id"], "traded": False, "reason": line["reason"]}
    except KeyError as error:
        line["reason"] = f"KeyError: {error}"
        raise
    finally:
        print(json.dumps(line))
