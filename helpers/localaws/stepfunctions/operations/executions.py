"""Operations on executions."""

# ruff: noqa: D103 - an operation does what AWS's API reference says of it
from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers.localaws.stepfunctions import descriptions, errors
from helpers.localaws.stepfunctions.history import without_data
from helpers.localaws.stepfunctions.keeping import history_read
from helpers.localaws.stepfunctions.operations.table import (
    Body,
    operation,
    page,
    read_token,
    token_of,
    with_token,
)

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.backend import LocalStepFunctionsBackend


@operation
def start_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.start_execution(
        body["stateMachineArn"], body.get("name"), body.get("input"), body.get("traceHeader")
    )
    return {"executionArn": facts.arn, "startDate": facts.start}


@operation
def start_sync_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.start_sync_execution(
        body["stateMachineArn"], body.get("name"), body.get("input"), body.get("traceHeader")
    )
    stop = facts.stop if facts.stop is not None else facts.start
    answer: Body = {
        "executionArn": facts.arn,
        "stateMachineArn": facts.machine_arn,
        "name": facts.name,
        "startDate": facts.start,
        "stopDate": stop,
        "status": facts.status if facts.status in ("SUCCEEDED", "TIMED_OUT") else "FAILED",
        "input": facts.input,
        "inputDetails": {"included": True},
        "billingDetails": {
            "billedMemoryUsedInMB": 64,
            "billedDurationInMilliseconds": max(100, math.ceil((stop - facts.start) * 10) * 100),
        },
    }
    for name in ("output", "error", "cause"):
        if getattr(facts, name) is not None:
            answer[name] = getattr(facts, name)
    answer["outputDetails"] = {"included": True}
    if facts.trace_header is not None:
        answer["traceHeader"] = facts.trace_header
    return answer


@operation
def redrive_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return {"redriveDate": backend.redrive_execution(body["executionArn"]).redrive_date}


@operation
def stop_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.stop_execution(body["executionArn"], body.get("error"), body.get("cause"))
    return {"stopDate": facts.stop}


@operation
def describe_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    facts = backend.facts(body["executionArn"])
    return descriptions.described(facts, with_data=body.get("includedData") != "METADATA_ONLY")


@operation
def list_executions(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    before = None
    if body.get("nextToken"):
        before = read_token(body["nextToken"])
        if not isinstance(before, list) or len(before) != 2:
            raise errors.invalid_token()
    executions, following = backend.list_page(
        body.get("stateMachineArn"),
        body.get("mapRunArn"),
        body.get("statusFilter"),
        body.get("redriveFilter"),
        body.get("maxResults") or 100,
        before,
    )
    return with_token(
        {"executions": [descriptions.listed(facts) for facts in executions]},
        None if following is None else token_of(following),
    )


@operation
def get_execution_history(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    events = backend.events(body["executionArn"])
    if body.get("reverseOrder"):
        events = events[::-1]
    items, token = page(events, body)
    if token is None:
        history_read()
    if body.get("includeExecutionData") is False:
        items = [without_data(event) for event in items]
    return with_token({"events": items}, token)


@operation
def describe_state_machine_for_execution(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return backend.describe_machine_of(body["executionArn"], body.get("includedData"))
