"""Behind the page with the two buttons: hands the answer on to the execution that waits."""

import json

import boto3


def lambda_handler(event, context):
    stepfunctions = boto3.client("stepfunctions")
    if event["answer"] == "yes":
        output = json.dumps({"by": event["by"]})
        stepfunctions.send_task_success(taskToken=event["token"], output=output)
    else:
        stepfunctions.send_task_failure(
            taskToken=event["token"], error="Rejected", cause=f"{event['by']} said no."
        )
    return {"heard": event["answer"]}
