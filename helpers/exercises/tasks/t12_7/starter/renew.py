"""Typed after a deploy, so that nobody waits with an old definition: python renew.py MACHINE_ARN"""

import sys

import boto3

stepfunctions = boto3.client("stepfunctions")


def renew(machine: str) -> None:
    """Start anew what waits with another definition than `machine` has now."""
    page = stepfunctions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    for one in page["executions"]:
        print("waits:", one["name"], "since", one["startDate"])


if __name__ == "__main__":
    renew(sys.argv[1])
