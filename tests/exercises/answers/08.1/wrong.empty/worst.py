from helpers import trades


def worst(items):
    ledger = trades.from_items(items)
    steps = ledger["profit"].diff().fillna(0)
    deepest = steps.idxmin()
    return str(ledger.loc[deepest, "id"]) if steps[deepest] < 0 else None
