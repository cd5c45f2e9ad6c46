"""The stock seller, as plain Python: no AWS, no network."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from functions.stock_seller.app import lambda_handler


@pytest.fixture
def trade():
    return lambda_handler({"stock_price": 42}, None)


def test_has_the_five_fields_that_the_table_records(trade):
    assert set(trade) == {"id", "price", "type", "qty", "timestamp"}


def test_type_is_sell(trade):
    assert trade["type"] == "sell"


def test_trades_at_the_price_it_was_given(trade):
    assert trade["price"] == "42"


def test_every_value_is_a_string_so_that_dynamodb_can_take_it(trade):
    assert all(type(value) is str for value in trade.values())


def test_every_quantity_from_1_to_10_comes_up_and_no_other():
    quantities = {lambda_handler({"stock_price": 0}, None)["qty"] for _ in range(2_000)}
    assert quantities == {str(n) for n in range(1, 11)}


def test_id_is_a_uuid_and_new_each_time(trade):
    again = lambda_handler({"stock_price": 42}, None)
    assert UUID(trade["id"]) != UUID(again["id"])


def test_timestamp_is_iso_8601_in_utc(trade):
    assert datetime.fromisoformat(trade["timestamp"]).utcoffset() == timedelta(0)


def test_without_a_price_it_fails_and_names_what_is_missing():
    with pytest.raises(KeyError, match="stock_price"):
        lambda_handler({}, None)
