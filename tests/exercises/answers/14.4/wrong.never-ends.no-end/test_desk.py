"""Tests of the desk, on a stack that stands. Its name is in AWS_SAM_STACK_NAME.

    AWS_SAM_STACK_NAME=demo-sam-tested-desk python -m pytest -q exercises/14.4

The desk is started with an order, {"id": "…", "price": 7}. It buys up to 50 and sells above, and
writes each order into its book: Id, Side (buy or sell) and Price. An Id that is there already it
refuses: the execution fails.
"""

import json
import os
import time
import uuid

import boto3
import pytest

PATIENCE = float(os.environ.get("PATIENCE", "60"))
"""Seconds after which an execution that has not ended counts as failed. The check sets it to 4."""

stepfunctions = boto3.client("stepfunctions")
dynamodb = boto3.client("dynamodb")


@pytest.fixture(scope="module")
def outputs():
    """The stack's outputs: DeskArn and BookName."""
    cloudformation = boto3.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=os.environ["AWS_SAM_STACK_NAME"])["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


@pytest.fixture
def order(outputs):
    """An Id that nobody had before; what was booked under it is taken out again."""
    name = f"test-{uuid.uuid4()}"
    yield name
    dynamodb.delete_item(TableName=outputs["BookName"], Key={"Id": {"S": name}})


def ended(outputs, order, price):
    """The status in which an execution with that order has ended."""
    arn = stepfunctions.start_execution(
        stateMachineArn=outputs["DeskArn"], input=json.dumps({"id": order, "price": price})
    )["executionArn"]
    deadline = time.monotonic() + PATIENCE
    while (now := stepfunctions.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.2)
    return now["status"]


@pytest.mark.parametrize(("price", "side"), [(7, "buy"), (93, "sell")])
def test_books_an_order(outputs, order, price, side):
    assert ended(outputs, order, price) == "SUCCEEDED"
    found = dynamodb.get_item(
        TableName=outputs["BookName"], Key={"Id": {"S": order}}, ConsistentRead=True
    )
    assert found["Item"] == {"Id": {"S": order}, "Side": {"S": side}, "Price": {"N": str(price)}}


def test_refuses_an_id_that_is_there(outputs, order):
    assert ended(outputs, order, 7) == "SUCCEEDED"
    assert ended(outputs, order, 8) == "FAILED"
