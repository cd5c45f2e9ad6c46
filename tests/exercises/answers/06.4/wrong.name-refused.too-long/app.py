"""Starts one execution for one order. Whoever calls it may call it twice."""

import json
import os

import boto3

stepfunctions = boto3.client("stepfunctions")


def lambda_handler(event: dict, context: object) -> dict:
    """Start the workflow for the order `event`; return the execution's ARN.

    `event["id"]` is the order's id: a text of any length. Two events with one id are one order.
    """
    machine = os.environ["STATE_MACHINE"]
    name = ''.join(c if c.isalnum() else f'-{ord(c)}' for c in event['id'])
    try:
        started = stepfunctions.start_execution(
            stateMachineArn=machine,
            name=name,
            input=json.dumps(event),
        )
    except stepfunctions.exceptions.ExecutionAlreadyExists:
        return {"execution": f"{machine.replace(':stateMachine:', ':execution:')}:{name}"}
    return {"execution": started["executionArn"]}
