"""Tests of the buyer. Run them with: python -m pytest -q exercises/02.3"""

from datetime import datetime

import pytest
from app import lambda_handler


@pytest.fixture
def trade():
    return lambda_handler({"stock_price": 42}, None)


def test_has_the_five_fields(trade):
    assert set(trade) == {"id", "price", "type", "qty", "timestamp"}


def test_trades_at_the_price_of_the_event_as_text(trade):
    assert trade["price"] == "42"


def test_buys(trade):
    assert trade["type"] == "buy"


def test_buys_1_to_10_shares(trade):
    assert isinstance(trade["qty"], str)
    assert 1 <= int(trade["qty"]) <= 10


def test_every_trade_has_an_id_of_its_own(trade):
    assert lambda_handler({"stock_price": 42}, None)["id"] != trade["id"]


def test_the_time_has_a_zone(trade):
    assert datetime.fromisoformat(trade["timestamp"]).tzinfo is not None
