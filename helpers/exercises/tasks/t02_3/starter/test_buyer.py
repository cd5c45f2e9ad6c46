"""Tests of the buyer. Run them with: python -m pytest -q exercises/02.3"""

from app import lambda_handler


def test_returns_a_trade():
    trade = lambda_handler({"stock_price": 42}, None)
    assert trade
