"""The market seed: the same draws in every run, whatever worker serves which event."""

import itertools
import random
from pathlib import Path

import pytest

from helpers.localaws import lambdas
from helpers.localaws.lambdas import market

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def no_seed_afterwards():
    """Leave the market to chance again."""
    market.set_seed(None)
    yield
    market.set_seed(None)


def draws(function, count):
    """What a function draws that asks for a price in each of `count` invocations."""
    prices = []
    for _ in range(count):
        random.seed(market.next_draw(function))
        prices.append(random.randint(0, 100))
    return prices


def test_without_a_seed_chance_decides():
    assert market.seed() is None
    assert market.next_draw("StockCheckerFunction") is None


def test_the_courses_first_trade_is_a_buy_at_2_and_its_month_is_lively():
    market.set_seed(market.COURSE_SEED)
    month = draws("StockCheckerFunction", 720)
    assert month[0] == 2
    assert month[1] > 50  # the second is a sell
    buys = [price for price in month if price <= 50]
    assert 330 < len(buys) < 400
    changes = sum((a <= 50) != (b <= 50) for a, b in itertools.pairwise(month))
    assert changes > 300


def test_setting_the_seed_starts_the_counts_anew():
    market.set_seed(7)
    first = draws("A", 5)
    market.set_seed(7)
    assert draws("A", 5) == first
    market.set_seed(8)
    assert draws("A", 5) != first


def test_functions_draw_independently():
    market.set_seed(7)
    alone = draws("A", 6)
    market.set_seed(7)
    mixed = []
    for _ in range(6):
        draws("B", 3)
        mixed += draws("A", 1)
    assert mixed == alone
    assert draws("B", 6) != alone


@pytest.mark.parametrize("seed", ["7", 1.5, True, [1]])
def test_a_seed_is_a_whole_number(seed):
    market.set_seed(3)
    with pytest.raises(ValueError, match="a market seed is a whole number or null"):
        market.set_seed(seed)
    assert market.seed() == 3


@pytest.mark.parametrize(
    ("name", "tags", "logical"),
    [
        ("demo-sam-StockCheckerFunction-aB3dE5gH7jK9", {}, "StockCheckerFunction"),
        ("demo-StockCheckerFunction-0123456789AB", None, "StockCheckerFunction"),
        ("my-own-name", {}, "my-own-name"),
        ("StockCheckerFunction", {}, "StockCheckerFunction"),
        ("named", {"aws:cloudformation:logical-id": "StockSellerFunction"}, "StockSellerFunction"),
    ],
)
def test_the_name_without_what_a_deployment_adds(name, tags, logical):
    assert market.logical_name(name, tags) == logical


def test_the_environment_sets_it(monkeypatch):
    monkeypatch.setenv("LOCALAWS_MARKET_SEED", "42")
    market.seed_from_environment()
    assert market.seed() == 42
    monkeypatch.setenv("LOCALAWS_MARKET_SEED", "many")
    with pytest.raises(ValueError, match="LOCALAWS_MARKET_SEED is 'many'; it must be a whole"):
        market.seed_from_environment()


def stock(function):
    """The text of one of the stock trader's functions."""
    found = sorted((ROOT / "sam-app").rglob(f"functions/{function}/app.py"))
    return found[0].read_text()


def test_the_stock_traders_own_functions_follow_the_seed(functions):
    name = "demo-StockCheckerFunction-aB3dE5gH7jK9"
    checker = functions.make(
        stock("stock_checker"), handler="app.lambda_handler", FunctionName=name
    )
    buyer = functions.make(stock("stock_buyer"), handler="app.lambda_handler")

    def run():
        market.set_seed(market.COURSE_SEED)
        prices = [functions.value(checker)["stock_price"] for _ in range(12)]
        bought = [functions.value(buyer, {"stock_price": 2})["qty"] for _ in range(6)]
        return prices, bought

    prices, bought = run()
    assert prices[0] == 2
    market.set_seed(market.COURSE_SEED)
    assert prices == draws("StockCheckerFunction", 12)
    assert run() == (prices, bought)
    ids = {functions.value(buyer, {"stock_price": 2})["id"] for _ in range(3)}
    assert len(ids) == 3  # ids stay random


def test_the_worker_makes_no_difference(functions):
    arn = functions.make("import random\ndef handler(e, c): return random.random()\n")
    market.set_seed(1)
    warm = [functions.value(arn) for _ in range(4)]
    market.set_seed(1)
    cold = []
    for _ in range(4):
        cold.append(functions.value(arn))
        lambdas.stop_all()
    assert warm == cold


def test_without_a_seed_workers_do_not_draw_alike(functions):
    arn = functions.make("import random\ndef handler(e, c): return random.random()\n")
    market.set_seed(1)
    first = functions.value(arn)
    market.set_seed(None)
    seen = [functions.value(arn) for _ in range(3)]
    lambdas.stop_all()
    seen += [functions.value(arn) for _ in range(3)]
    lambdas.stop_all()
    seen.append(functions.value(arn))
    assert len({first, *seen}) == 8
