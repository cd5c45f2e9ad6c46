"""Starts one execution for one order. Whoever calls it may call it twice."""

import hashlib
import json
import os
import re

import boto3

stepfunctions = boto3.client("stepfunctions")


def name_of(order_id: str) -> str:
    """Some of the id, for whoever reads it, and a digest, so that it is no other's."""
    digest = hashlib.blake2b(order_id.encode(), digest_size=16).hexdigest()
    return f"{re.sub('[^A-Za-z0-9]+', '-', order_id)[:40]}-{digest}"


def lambda_handler(event: dict, context: object) -> dict:
    """Start the workflow for the order `event`; return the execution's ARN.

    `event["id"]` is the order's id: a text of any length. Two events with one id are one order.
    """
    machine = os.environ["STATE_MACHINE"]
    name = name_of(event["id"])
    try:
        started = stepfunctions.start_execution(
            stateMachineArn=machine,
            name=name,
            input=json.dumps(event),
        )
    except stepfunctions.exceptions.ExecutionAlreadyExists:
        return {"execution": f"{machine.replace(':stateMachine:', ':execution:')}:{name}"}
    return {"execution": started["executionArn"]}
