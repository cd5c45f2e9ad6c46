import re
import unittest

from app import lambda_handler


class Buyer(unittest.TestCase):
    def test_trade(self):
        for price in (0, 99):
            trade = lambda_handler({"stock_price": price}, None)
            self.assertEqual(trade["price"], f"{price}")
            self.assertEqual(trade["type"], "buy")
            self.assertRegex(trade["qty"], r"^([1-9]|10)$")
            self.assertTrue(re.search(r"(Z|[+-]\d\d:\d\d)$", trade["timestamp"]))

    def test_ids(self):
        ids = {lambda_handler({"stock_price": 1}, None)["id"] for _ in range(20)}
        self.assertEqual(len(ids), 20)

    def test_missing(self):
        self.assertRaises(KeyError, lambda_handler, {}, None)
