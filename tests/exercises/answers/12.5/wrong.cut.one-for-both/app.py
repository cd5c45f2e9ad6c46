"""Behind the page with the two buttons: hands the answer on, and says what the page is to show."""

import json

import boto3

stepfunctions = boto3.client("stepfunctions")


def lambda_handler(event, context):
    """event: token, answer and by. Returns {"status": …}."""
    try:
        return {"status": send(event)}
    except stepfunctions.exceptions.ClientError:
        return {"status": "too late"}


def send(event):
    if event["answer"] == "yes":
        stepfunctions.send_task_success(
            taskToken=event["token"], output=json.dumps({"by": event["by"]})
        )
    elif event["answer"] == "no":
        stepfunctions.send_task_failure(
            taskToken=event["token"], error="Rejected", cause=f"{event['by']} said no."
        )
    else:
        return "unclear"
    return "recorded"
