from itertools import pairwise


def worst(items):
    held, falls = 0, []
    for one, other in pairwise(sorted(items, key=lambda i: i["Timestamp"]["S"])):
        held += int(one["Quantity"]["N"]) * (1 if one["Type"]["S"] == "buy" else -1)
        change = float(other["Price"]["N"]) - float(one["Price"]["N"])
        falls.append((held * change, other["Timestamp"]["S"], other["Id"]["S"]))
    deepest = min(falls, default=(0, "", None))
    return deepest[2] if deepest[0] < 0 else None
