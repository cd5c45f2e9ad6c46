"""Deletes the log groups that a deleted stack's functions left. Try it: python clean.py STACK"""

import re
import sys

import boto3


def clean(stack: str) -> None:
    """Delete the log groups of the functions of `stack`, which is gone, and no others."""
    logs = boto3.client("logs")
    prefix = f"/aws/lambda/{stack}-"
    made_for_it = re.compile(re.escape(prefix) + "[A-Za-z0-9]+-[A-Za-z0-9]+")
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    for name in [group["logGroupName"] for page in pages for group in page["logGroups"]]:
        if made_for_it.fullmatch(name):
            logs.put_retention_policy(logGroupName=name, retentionInDays=1)
            print("deleted", name)


if __name__ == "__main__":
    clean(sys.argv[1])
