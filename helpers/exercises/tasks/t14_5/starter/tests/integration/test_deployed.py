"""The fee, as it is deployed: the stack is named in AWS_SAM_STACK_NAME."""

import json
import os

import boto3


def test_a_small_order_costs_five_dollars():
    stack = os.environ["AWS_SAM_STACK_NAME"]
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    name = described["Outputs"][0]["OutputValue"]
    order = json.dumps({"shares": 1, "price": 90})
    answer = boto3.client("lambda").invoke(FunctionName=name, Payload=order)
    assert json.load(answer["Payload"]) == {"fee": 5}
