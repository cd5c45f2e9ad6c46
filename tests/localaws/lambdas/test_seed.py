"""The market seed, as the functions feel it."""

import random
from pathlib import Path

from helpers.localaws import lambdas
from helpers.localaws.lambdas import market

ROOT = Path(__file__).resolve().parents[3]


def draws(function, count):
    """The prices that a function draws in `count` invocations."""
    prices = []
    for _ in range(count):
        random.seed(market.next_draw(function))
        prices.append(random.randint(0, 100))
    return prices


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
