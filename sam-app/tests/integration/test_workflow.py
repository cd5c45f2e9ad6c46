"""One real trade on a deployed stack: start the workflow, wait for it, find the item in the table.

Name the stack in AWS_SAM_STACK_NAME. Where that stack is, boto3 takes from its usual settings.
"""

import json
import os
import time

import boto3
import pytest
from botocore.exceptions import ClientError

LIMIT = 120  # seconds; a trade takes about one


@pytest.fixture(scope="module")
def stack():
    """The stack's outputs, and the name that its table was given."""
    name = os.environ.get("AWS_SAM_STACK_NAME")
    if not name:
        pytest.fail("Which stack? Name it, for example: AWS_SAM_STACK_NAME=demo-sam pytest …")
    cloudformation = boto3.client("cloudformation")
    try:
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        pytest.fail(f"No stack {name} here. Deploy it first: sam build && sam deploy. ({error})")
    table = cloudformation.describe_stack_resource(
        StackName=name, LogicalResourceId="TransactionTable"
    )
    return {
        "table": table["StackResourceDetail"]["PhysicalResourceId"],
        **{output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]},
    }


@pytest.fixture(scope="module")
def execution(stack):
    """The ARN of a trade that was started here and has ended well."""
    client = boto3.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=stack["StockTradingStateMachineArn"])[
        "executionArn"
    ]
    deadline = time.monotonic() + LIMIT
    while (now := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        if time.monotonic() > deadline:
            client.stop_execution(executionArn=arn, cause="the integration test gave up on it")
            pytest.fail(f"The trade was still running after {LIMIT} s, so it was stopped.")
        time.sleep(0.5)
    assert now["status"] == "SUCCEEDED", f"{now.get('error')}: {now.get('cause')}"
    return arn


@pytest.fixture(scope="module")
def outputs(execution):
    """What each state passed on, by the state's name, in the order in which the states ran."""
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
    events = [e for page in pages.paginate(executionArn=execution) for e in page["events"]]
    exits = [e["stateExitedEventDetails"] for e in events if "stateExitedEventDetails" in e]
    return {exit["name"]: json.loads(exit["output"]) for exit in exits}


def test_the_price_decided_the_branch(outputs):
    price = outputs["Check Stock Value"]["stock_price"]
    branch = "Buy Stock" if price <= 50 else "Sell Stock"
    assert list(outputs) == ["Check Stock Value", "Buy or Sell?", branch, "Record Transaction"]


def test_the_trade_is_in_the_table(stack, outputs):
    trade = outputs.get("Buy Stock") or outputs["Sell Stock"]
    item = boto3.client("dynamodb").get_item(
        TableName=stack["table"], Key={"Id": {"S": trade["id"]}}, ConsistentRead=True
    )["Item"]
    assert item == {
        "Id": {"S": trade["id"]},
        "Type": {"S": trade["type"]},
        "Price": {"N": trade["price"]},
        "Quantity": {"N": trade["qty"]},
        "Timestamp": {"S": trade["timestamp"]},
    }
