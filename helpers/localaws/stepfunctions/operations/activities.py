"""Operations on activities, and on tasks that somebody outside carries out."""

# ruff: noqa: D103 - an operation does what AWS's API reference says of it
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.localaws.stepfunctions import machines
from helpers.localaws.stepfunctions.callbacks import tokens
from helpers.localaws.stepfunctions.operations.table import (
    Body,
    operation,
    page,
    seconds,
    with_token,
)

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.backend import LocalStepFunctionsBackend


@operation
def create_activity(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    made = backend.make_activity(
        body["name"], body.get("tags"), body.get("encryptionConfiguration")
    )
    return {"activityArn": made.arn, "creationDate": seconds(made.creation_date)}


@operation
def describe_activity(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    activity = backend.activity(body["activityArn"])
    keys = machines.encryption_of(activity.encryption_configuration)
    return {**_activity(activity), "encryptionConfiguration": keys}


def _activity(activity: Any) -> Body:
    return {
        "activityArn": activity.arn,
        "name": activity.name,
        "creationDate": seconds(activity.creation_date),
    }


@operation
def list_activities(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    items, token = page(list(backend.activities.values()), body)
    return with_token({"activities": [_activity(item) for item in items]}, token)


@operation
def delete_activity(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    backend.remove_activity(body["activityArn"])
    return {}


@operation
def get_activity_task(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    arn = body["activityArn"]
    backend.activity(arn)
    queue = backend.queue(arn)
    task = None if queue is None else queue.take(body.get("workerName"))
    return {} if task is None else {"taskToken": task.token, "input": task.input}


@operation
def send_task_success(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    tokens.succeed(body["taskToken"], body["output"])
    return {}


@operation
def send_task_failure(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    tokens.fail(body["taskToken"], body.get("error"), body.get("cause"))
    return {}


@operation
def send_task_heartbeat(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    tokens.heartbeat(body["taskToken"])
    return {}
