"""Operations on Map Runs."""

# ruff: noqa: D103 - an operation does what AWS's API reference says of it
from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.localaws.stepfunctions import errors
from helpers.localaws.stepfunctions.operations.table import Body, operation, page, with_token

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.backend import LocalStepFunctionsBackend


@operation
def describe_map_run(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    return backend.map_run(body["mapRunArn"]).describe()


@operation
def list_map_runs(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    arn = body["executionArn"]
    backend.facts(arn)
    runs = [run for run in backend.map_runs.values() if run.execution_arn == arn]
    items, token = page(sorted(runs, key=lambda run: run.start, reverse=True), body)
    told = [
        {
            "executionArn": run.execution_arn,
            "mapRunArn": run.arn,
            "stateMachineArn": run.machine_arn,
            "startDate": run.start,
            **({} if run.stop is None else {"stopDate": run.stop}),
        }
        for run in items
    ]
    return with_token({"mapRuns": told}, token)


@operation
def update_map_run(backend: LocalStepFunctionsBackend, body: Body) -> Body:
    run = backend.map_run(body["mapRunArn"])
    if run.stop is not None:
        raise errors.ApiError(
            "ValidationException",
            f"Map Run '{run.arn}' is not in a RUNNING state, so it cannot be updated",
            reason="CANNOT_UPDATE_COMPLETED_MAP_RUN",
        )
    if not {"maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"} & set(body):
        raise errors.ApiError(
            "ValidationException",
            "At least one of maxConcurrency, toleratedFailureCount and toleratedFailurePercentage "
            "must be given",
            reason="MISSING_REQUIRED_PARAMETER",
        )
    run.concurrency = body.get("maxConcurrency", run.concurrency)
    run.tolerated_count = body.get("toleratedFailureCount", run.tolerated_count)
    run.tolerated_percentage = float(
        body.get("toleratedFailurePercentage", run.tolerated_percentage)
    )
    return {}
