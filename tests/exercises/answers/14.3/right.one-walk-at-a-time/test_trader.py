import json
import unittest
from pathlib import Path

import walking

TEXT = Path(__file__).with_name("workflow.asl.json").read_text()
BOUGHT = {"id": "b", "type": "buy", "price": "1", "qty": "2", "timestamp": "3"}
SOLD = {"id": "s", "type": "sell", "price": "4", "qty": "5", "timestamp": "6"}
DOWN = walking.Fails("X")


def walk(price, check=(), buy=(), sell=(), record=()):
    return walking.walk(
        TEXT,
        {"from": "a test"},
        {
            "Check Stock Value": [*check, {"stock_price": price}],
            "Buy Stock": [*buy, BOUGHT],
            "Sell Stock": [*sell, SOLD],
            "Record Transaction": [*record, {"SdkHttpMetadata": {}}],
        },
    )


class Trader(unittest.TestCase):
    def test_all(self):
        for price in range(45, 56):
            _, (name, given), (_, recorded) = walk(price).calls
            trade = BOUGHT if price <= 50 else SOLD
            self.assertEqual(name, "Buy Stock" if price <= 50 else "Sell Stock")
            self.assertEqual(given["stock_price"], price)
            values = {next(iter(value.values())) for value in recorded["Item"].values()}
            self.assertEqual(values, set(trade.values()))
            self.assertEqual(recorded["Item"]["Price"], {"N": trade["price"]})

    def test_failures(self):
        for step, most, price in (("check", 5, 1), ("buy", 3, 1), ("sell", 3, 99), ("record", 5, 1)):
            with self.subTest(step):
                self.assertEqual(walk(price, **{step: [DOWN] * most}).status, "SUCCEEDED")
                self.assertEqual(walk(price, **{step: [DOWN] * (most + 1)}).status, "FAILED")
