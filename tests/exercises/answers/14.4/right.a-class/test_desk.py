import json
import os
import time
import unittest
import uuid

import boto3

LIMIT = float(os.environ["PATIENCE"])


class Desk(unittest.TestCase):
    def setUp(self):
        stack = boto3.resource("cloudformation").Stack(os.environ["AWS_SAM_STACK_NAME"])
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.outputs}
        self.table = boto3.resource("dynamodb").Table(self.outputs["BookName"])
        self.client = boto3.client("stepfunctions")
        self.id = uuid.uuid4().hex
        self.addCleanup(self.table.delete_item, Key={"Id": self.id})

    def run_desk(self, price):
        started = self.client.start_execution(
            stateMachineArn=self.outputs["DeskArn"],
            name=uuid.uuid4().hex,
            input=json.dumps({"id": self.id, "price": price}),
        )
        begun = time.time()
        while time.time() - begun < LIMIT:
            found = self.client.describe_execution(executionArn=started["executionArn"])
            if found["status"] != "RUNNING":
                return found["status"]
            time.sleep(0.1)
        return "TOO SLOW"

    def test_buys_once(self):
        self.assertEqual(self.run_desk(50), "SUCCEEDED")
        self.assertEqual(self.run_desk(51), "FAILED")
        item = self.table.get_item(Key={"Id": self.id}, ConsistentRead=True)["Item"]
        self.assertEqual((item["Side"], item["Price"]), ("buy", 50))

    def test_sells(self):
        self.assertEqual(self.run_desk(51), "SUCCEEDED")
        item = self.table.get_item(Key={"Id": self.id}, ConsistentRead=True)["Item"]
        self.assertEqual((item["Side"], item["Price"]), ("sell", 51))
