def worst(items):
    found, deepest, last = None, 0, None
    for item in sorted(items, key=lambda item: item["Timestamp"]["S"]):
        price = int(item["Price"]["N"])
        if last is not None and price - last < deepest:
            found, deepest = item["Id"]["S"], price - last
        last = price
    return found
