import os
import unittest
from unittest import mock

import app
from botocore.exceptions import ClientError


def failure(code):
    return ClientError({"Error": {"Code": code}}, "PutItem")


class Recorder(unittest.TestCase):
    def test_all(self):
        trade = dict(id="a", type="buy", price="1", qty="9", timestamp="t")
        answers = [{}, failure("ConditionalCheckFailedException"), failure("AccessDenied")]
        with (
            mock.patch.dict(os.environ, TABLE="one"),
            mock.patch.object(app.dynamodb, "put_item", side_effect=answers) as put,
        ):
            self.assertTrue(app.lambda_handler(trade, None)["recorded"])
            self.assertFalse(app.lambda_handler(trade, None)["recorded"])
            self.assertRaises(ClientError, app.lambda_handler, trade, None)
        for call in put.call_args_list:
            self.assertEqual(call.kwargs["TableName"], "one")
            self.assertTrue(call.kwargs["ConditionExpression"])
            item = call.kwargs["Item"]
            self.assertEqual(item["Price"], {"N": "1"})
            self.assertEqual(item["Quantity"], {"N": "9"})
            self.assertEqual({k for v in item.values() for k in v}, {"S", "N"})
