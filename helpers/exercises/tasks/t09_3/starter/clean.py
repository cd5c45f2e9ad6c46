"""Deletes the log groups that a deleted stack's functions left. Try it: python clean.py STACK"""

import sys

import boto3


def clean(stack: str) -> None:
    """Delete the log groups of the functions of `stack`, which is gone, and no others."""
    logs = boto3.client("logs")
    prefix = f"/aws/lambda/{stack}-"
    for group in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
        name = group["logGroupName"]
        logs.delete_log_group(logGroupName=name)
        print("deleted", name)


if __name__ == "__main__":
    clean(sys.argv[1])
