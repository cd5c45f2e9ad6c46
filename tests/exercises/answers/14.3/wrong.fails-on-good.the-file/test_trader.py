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

import pytest
from walking import Fails, walk

WORKFLOW = Path(__file__).with_name("workflow.asl.json").read_text()
STEPS = {"buy": "Buy Stock", "sell": "Sell Stock"}


def went(price, side, **more):
    """A walk in which all goes well, but for what `more` says of the step of that name."""
    trade = {"id": "t-1", "type": side, "price": "7", "qty": "3", "timestamp": "nine o'clock"}
    answers = {
        "Check Stock Value": [{"stock_price": price}],
        "Buy Stock": [trade],
        "Sell Stock": [trade],
        "Record Transaction": [{}],
    }
    answers |= {name: [*failures, *answers[name]] for name, failures in more.items()}
    return walk(WORKFLOW, {}, answers)


def test_rule():
    assert '"NumericLessThanEquals": 50' in WORKFLOW


@pytest.mark.parametrize(("price", "side"), [(0, "buy"), (50, "buy"), (51, "sell"), (100, "sell")])
def test_trades_and_records(price, side):
    walked = went(price, side)
    assert walked.status == "SUCCEEDED"
    assert [name for name, _ in walked.calls] == [
        "Check Stock Value",
        STEPS[side],
        "Record Transaction",
    ]
    assert walked.calls[1][1] == {"stock_price": price}
    assert walked.calls[2][1] == {
        "TableName": "trades",
        "Item": {
            "Id": {"S": "t-1"},
            "Type": {"S": side},
            "Price": {"N": "7"},
            "Quantity": {"N": "3"},
            "Timestamp": {"S": "nine o'clock"},
        },
    }


@pytest.mark.parametrize(
    ("step", "price", "side", "times"),
    [
        ("Check Stock Value", 7, "buy", 5),
        ("Buy Stock", 7, "buy", 3),
        ("Sell Stock", 93, "sell", 3),
        ("Record Transaction", 7, "buy", 5),
    ],
)
def test_what_fails_is_tried_again(step, price, side, times):
    assert went(price, side, **{step: [Fails("Broker.Down")] * times}).status == "SUCCEEDED"
    failed = went(price, side, **{step: [Fails("Broker.Down")] * (times + 1)})
    assert (failed.status, failed.error) == ("FAILED", "Broker.Down")
