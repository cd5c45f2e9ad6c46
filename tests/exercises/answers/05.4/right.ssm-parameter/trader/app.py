"""Takes an order and starts the workflow; trades when the workflow calls it."""

import json
import os

import boto3


def lambda_handler(event, context):
    if "order" in event:
        return start(event["order"])
    return {"traded": event["shares"]}


def start(shares):
    parameter = boto3.client("ssm").get_parameter(Name=os.environ["WORKFLOW_PARAMETER"])
    started = boto3.client("stepfunctions").start_execution(
        stateMachineArn=parameter["Parameter"]["Value"],
        input=json.dumps({"shares": shares}),
    )
    return {"started": started["executionArn"]}
