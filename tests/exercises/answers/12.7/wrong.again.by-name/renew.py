"""Typed after a deploy, so that nobody waits with an old definition: python renew.py MACHINE_ARN"""

import sys

import boto3

stepfunctions = boto3.client("stepfunctions")


def renew(machine: str) -> None:
    """Start anew what waits with another definition than `machine` has now."""
    pages = stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    for one in [one for page in pages for one in page["executions"]]:
        arn = one["executionArn"]
        if one["name"].startswith("new-"):
            continue
        given = stepfunctions.describe_execution(executionArn=arn)["input"]
        stepfunctions.stop_execution(executionArn=arn, error="Renewed", cause="started anew")
        stepfunctions.start_execution(stateMachineArn=machine, input=given)
        print("renewed:", one["name"])


if __name__ == "__main__":
    renew(sys.argv[1])
