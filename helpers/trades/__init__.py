"""The trades in the TransactionTable as a DataFrame: what was held, spent, earned, and the profit.

    ledger = trades.read("demo-sam")          # a stack's table; a table's name or ARN will do too
    print(trades.summary(ledger))
    trades.compare(ledger, trades.replay(ledger, threshold=30))

A ledger is a DataFrame with one row a trade, in the order of time:

    time       when it was traded, in UTC
    type       "buy" or "sell"; any other moves no shares
    price      dollars a share
    qty        shares traded, always positive
    cash_flow  dollars that came in: price × qty of a sale, minus that of a purchase
    position   shares held after the trade
    cash       all cash flows so far: below zero, more was spent than earned
    profit     cash + position × price: what you would have if you closed the position at the
               price of this trade, the last one known
    id         the trade's own

Nothing checks that a seller holds what it sells; the mock market lets you. The position may
therefore go below zero (a *short* position): shares that would have to be bought back. The
formula holds there too, since buying them back costs position × price.
"""

from __future__ import annotations

from helpers.trades.errors import NoSuchTable, TradesError, Unreachable
from helpers.trades.figures import gain, held, many, moment, money, number
from helpers.trades.ledger import THRESHOLD, checked, from_items, replay, simulate, since
from helpers.trades.table import read
from helpers.trades.values import as_numbers
from helpers.trades.words import (
    Turnover,
    compare,
    names_of,
    other_types,
    summary,
    turnover,
    type_of,
)

__all__ = [
    "THRESHOLD",
    "NoSuchTable",
    "TradesError",
    "Turnover",
    "Unreachable",
    "as_numbers",
    "checked",
    "compare",
    "from_items",
    "gain",
    "held",
    "many",
    "moment",
    "money",
    "names_of",
    "number",
    "other_types",
    "read",
    "replay",
    "simulate",
    "since",
    "summary",
    "turnover",
    "type_of",
]
