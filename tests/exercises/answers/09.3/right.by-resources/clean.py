"""Deletes the log groups that a deleted stack's functions left. Try it: python clean.py STACK"""

import sys

import boto3


def clean(stack: str) -> None:
    """Delete the log groups of the functions of `stack`, which is gone, and no others."""
    logs, cloudformation = boto3.client("logs"), boto3.resource("cloudformation")
    there = {
        group["logGroupName"]
        for page in logs.get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
    }
    gone = boto3.client("cloudformation").list_stacks(StackStatusFilter=["DELETE_COMPLETE"])
    for one in gone["StackSummaries"]:
        if one["StackName"] == stack:
            for resource in cloudformation.Stack(one["StackId"]).resource_summaries.all():
                name = f"/aws/lambda/{resource.physical_resource_id}"
                if resource.resource_type == "AWS::Lambda::Function" and name in there:
                    logs.delete_log_group(logGroupName=name)


if __name__ == "__main__":
    clean(sys.argv[1])
