"""Tests of the desk, on a stack that stands. Its name is in AWS_SAM_STACK_NAME.

    AWS_SAM_STACK_NAME=demo-sam-tested-desk python -m pytest -q exercises/14.4

The desk is started with an order, {"id": "…", "price": 7}. It buys up to 50 and sells above, and
writes each order into its book: Id, Side (buy or sell) and Price. An Id that is there already it
refuses: the execution fails.
"""

import json
import os
import time

import boto3
import pytest

PATIENCE = float(os.environ.get("PATIENCE", "60"))
"""Seconds after which an execution that has not ended counts as failed. The check sets it to 4."""


@pytest.fixture(scope="module")
def outputs():
    """The stack's outputs: DeskArn and BookName."""
    cloudformation = boto3.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=os.environ["AWS_SAM_STACK_NAME"])["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def test_the_book_is_in_order(outputs):
    for item in boto3.client("dynamodb").scan(TableName=outputs["BookName"])["Items"]:
        assert item["Side"]["S"] in ("buy", "sell")
