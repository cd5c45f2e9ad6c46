"""Tests of the whole trader, which promises:

1. It checks the price, and is told {"stock_price": …}. At 50 or less it buys, above it sells. The
   buyer or seller is given {"stock_price": …}, and answers with the trade.
2. Each trade is recorded in the table trades, as an item with five values: Id, Type, Price,
   Quantity and Timestamp, which are the trade's own.
3. What fails is tried again: the check five times, buying and selling three times, recording five
   times. If it fails still, the execution fails.

Run them with: python -m pytest -q exercises/14.3
"""

from pathlib import Path

from walking import walk

WORKFLOW = Path(__file__).with_name("workflow.asl.json").read_text()
TRADE = {"id": "t-1", "type": "buy", "price": "7", "qty": "3", "timestamp": "2026-11-02T09:00:00Z"}


def test_a_purchase():
    went = walk(
        WORKFLOW,
        {},
        {
            "Check Stock Value": [{"stock_price": 7}],
            "Buy Stock": [TRADE],
            "Sell Stock": [TRADE],
            "Record Transaction": [{}],
        },
    )
    assert went.status == "SUCCEEDED"
