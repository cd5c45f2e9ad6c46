"""Deletes the log groups that a deleted stack's functions left. Try it: python clean.py STACK"""

import sys

import boto3


def clean(stack: str) -> None:
    """Delete the log groups of the functions of `stack`, which is gone, and no others."""
    logs = boto3.client("logs")
    prefix = f"/aws/lambda/{stack}-"
    token = {}
    names = []
    while True:
        page = logs.describe_log_groups(logGroupNamePrefix=prefix, **token)
        names += [group["logGroupName"] for group in page["logGroups"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    for name in names:
        if name.removeprefix(prefix).count("-") == 1:
            logs.delete_log_group(logGroupName=name)


if __name__ == "__main__":
    clean(sys.argv[1])
