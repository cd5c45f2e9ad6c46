"""Deletes the log groups that a deleted stack's functions left. Try it: python clean.py STACK"""

import sys

import boto3


def clean(stack: str) -> None:
    """Delete the log groups of the functions of `stack`, which is gone, and no others."""
    logs = boto3.client("logs")
    cloudformation = boto3.client("cloudformation")
    deleted = cloudformation.get_paginator("list_stacks").paginate(
        StackStatusFilter=["DELETE_COMPLETE"]
    )
    ids = [s["StackId"] for p in deleted for s in p["StackSummaries"] if s["StackName"] == stack]
    functions = {
        event["PhysicalResourceId"]
        for one in ids
        for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=one)
        for event in page["StackEvents"]
        if event["ResourceType"] == "AWS::Lambda::Function" and event.get("PhysicalResourceId")
    }
    for function in functions:
        try:
            logs.delete_log_group(logGroupName=f"/aws/lambda/{function}")
        except logs.exceptions.ResourceNotFoundException:
            pass


if __name__ == "__main__":
    clean(sys.argv[1])
