"""The stock checker, as plain Python: no AWS, no network."""

from functions.stock_checker.app import lambda_handler


def test_gives_a_price_and_nothing_else():
    assert set(lambda_handler({}, None)) == {"stock_price"}


def test_price_is_a_whole_number():
    assert type(lambda_handler({}, None)["stock_price"]) is int


def test_every_price_from_0_to_100_comes_up_and_no_other():
    prices = {lambda_handler({}, None)["stock_price"] for _ in range(10_000)}
    assert prices == set(range(101))


def test_does_not_look_at_its_input():
    assert "stock_price" in lambda_handler({"anything": "at all"}, None)
