"""Behind the page with the two buttons."""

import json

import boto3
from botocore.exceptions import ClientError

TOLD = {"TaskTimedOut": "too late", "InvalidToken": "unknown"}


def lambda_handler(event, context):
    client, answer = boto3.client("stepfunctions"), event["answer"]
    if answer not in ("yes", "no"):
        return {"status": "unclear"}
    try:
        if answer == "yes":
            client.send_task_success(
                taskToken=event["token"], output=json.dumps({"by": event["by"]})
            )
        else:
            client.send_task_failure(taskToken=event["token"], error="Rejected", cause="No.")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in TOLD:
            raise
        return {"status": TOLD[code]}
    return {"status": "recorded"}
