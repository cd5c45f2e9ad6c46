from datetime import datetime

import app


def test_trades():
    trades = [app.lambda_handler({"stock_price": price}, None) for price in range(101)]
    assert len({trade["id"] for trade in trades}) == 101
    for price, trade in enumerate(trades):
        assert trade["price"] == str(price)
        assert trade["type"] == "buy"
        assert trade["qty"] in [str(n) for n in range(1, 11)]
        assert datetime.fromisoformat(trade["timestamp"]).utcoffset().total_seconds() == 0


def test_bad_events():
    for event in ({}, {"price": 3}, {"stock": {"stock_price": 3}}):
        try:
            app.lambda_handler(event, None)
        except Exception:
            continue
        raise AssertionError(event)
