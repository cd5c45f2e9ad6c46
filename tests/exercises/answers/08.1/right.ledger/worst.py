from helpers import trades


def worst(items):
    ledger = trades.from_items(items)
    steps = ledger["profit"].diff()
    if ledger.empty or not (steps < 0).any():
        return None
    return str(ledger.loc[steps.idxmin(), "id"])
