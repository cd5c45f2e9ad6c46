"""Executions that a Task starts, and may wait for: `states:startExecution`."""

from __future__ import annotations

from typing import Any

from helpers.asl.json_text import dump
from helpers.localaws import ids
from helpers.localaws.front.dates import http_date
from helpers.localaws.stepfunctions import descriptions, errors
from helpers.localaws.stepfunctions.answers import ServiceError, metadata
from helpers.localaws.stepfunctions.facts import RUNNING
from helpers.localaws.stepfunctions.registry import backend_of
from helpers.localaws.stepfunctions.services import check_allowed
from helpers.localaws.turns.clock import clock


def start(arn: Any, name: Any, text: str, role: str) -> dict[str, Any]:
    """StartExecution as a Task gives its answer; raises ServiceError.

    arn, name: as the state's fields have them. text: the input, JSON. role: must be allowed it.
    """
    try:
        if not isinstance(arn, str) or (name is not None and not isinstance(name, str)):
            raise errors.ApiError("ValidationException", "StateMachineArn and Name are strings")
        region = arn.split(":")[3] if arn.count(":") > 5 else ""
        check_allowed(role, "states:StartExecution", arn, region)
        facts = backend_of(arn).start_execution(arn, name, text, pulls=None, awaited=True)
    except errors.ApiError as error:
        raise ServiceError(error.code, error.message) from None
    body = dump({"executionArn": facts.arn, "startDate": facts.start})
    request_id = ids.uuid4()
    headers = [
        ("x-amzn-RequestId", request_id),
        ("connection", "keep-alive"),
        ("Content-Length", str(len(body))),
        ("Date", http_date(clock.time())),
        ("Content-Type", "application/x-amz-json-1.0"),
    ]
    told = metadata(request_id, headers)
    return {"ExecutionArn": facts.arn, **told, "StartDate": int(facts.start * 1000)}


def ended(arn: str) -> bool:
    """Whether an execution that was started here has ended."""
    return backend_of(arn).facts(arn).status != RUNNING


def stop(arn: str) -> None:
    """Abort an execution that nobody waits for any more."""
    backend_of(arn).stop_execution(arn)


def result(arn: str, *, parsed: bool) -> dict[str, Any]:
    """An execution as `startExecution.sync` gives it; parsed: `.sync:2`, JSON for text."""
    return descriptions.as_result(backend_of(arn).facts(arn), parsed=parsed)
