"""Carries out an order, or refuses it. What it returns and raises is as it should be."""

PRICES = {"ACME": 80, "MOON": 3, "OAK": 12.5}


def lambda_handler(order, context):
    print("got an order:", order)
    if order["quantity"] < 1:
        print("refused!")
        return {"id": order["id"], "traded": False, "reason": "nothing to trade"}
    if order["stock"] not in PRICES:
        print("refused!")
        return {"id": order["id"], "traded": False, "reason": f"no market for {order['stock']}"}
    amount = PRICES[order["stock"]] * order["quantity"] + order["client"]["fee"]
    print(f"traded for {amount} dollars")
    return {"id": order["id"], "traded": True, "amount": amount}
