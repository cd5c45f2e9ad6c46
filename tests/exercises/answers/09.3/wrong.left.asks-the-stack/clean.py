"""Deletes the log groups that a deleted stack's functions left. Try it: python clean.py STACK"""

import sys

import boto3


def clean(stack: str) -> None:
    """Delete the log groups of the functions of `stack`, which is gone, and no others."""
    logs = boto3.client("logs")
    cloudformation = boto3.client("cloudformation")
    for one in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
        if one["ResourceType"] == "AWS::Lambda::Function":
            logs.delete_log_group(logGroupName=f"/aws/lambda/{one['PhysicalResourceId']}")


if __name__ == "__main__":
    clean(sys.argv[1])
