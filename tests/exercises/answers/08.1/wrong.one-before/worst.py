def worst(items):
    position = cash = profit = 0
    found, deepest, last = None, 0, None
    for item in sorted(items, key=lambda item: item["Timestamp"]["S"]):
        price, quantity = int(item["Price"]["N"]), int(item["Quantity"]["N"])
        bought = quantity if item["Type"]["S"] == "buy" else -quantity
        position += bought
        cash -= bought * price
        before, profit = profit, cash + position * price
        if profit - before < deepest:
            found, deepest = last, profit - before
        last = item["Id"]["S"]
    return found
