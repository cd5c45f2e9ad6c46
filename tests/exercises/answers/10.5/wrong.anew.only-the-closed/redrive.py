"""Takes up what failed while the exchange was closed: python redrive.py STATE_MACHINE_ARN"""

import sys

import boto3

stepfunctions = boto3.client("stepfunctions")


def take_up(machine: str) -> None:
    """Let each execution of `machine` that failed with ExchangeClosed go on where it failed."""
    pages = stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="FAILED"
    )
    for one in [one for page in pages for one in page["executions"]]:
        run = stepfunctions.describe_execution(executionArn=one["executionArn"])
        if run.get("error") == "ExchangeClosed" and run["redriveStatus"] == "REDRIVABLE":
            stepfunctions.start_execution(stateMachineArn=machine, input=run["input"])
            print("again:", one["name"])


if __name__ == "__main__":
    take_up(sys.argv[1])
