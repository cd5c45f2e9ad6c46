"""The errors with which the Step Functions API refuses a request, in AWS's words."""

# ruff: noqa: D103 - each gives the error that its name says
from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal: AWS's error code, its words, and fields that some errors carry besides."""

    def __init__(self, code: str, message: str, **fields: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields


def validation(value: Any, field: str, constraint: str) -> ApiError:
    """A parameter that breaks a constraint of the API's model."""
    return ApiError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy "
        f"constraint: Member must {constraint}",
    )


def machine_missing(arn: str) -> ApiError:
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def execution_missing(arn: str) -> ApiError:
    return ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def invalid_arn(arn: str, why: str | None = None) -> ApiError:
    return ApiError("InvalidArn", f"Invalid Arn: '{why or f'Invalid ARN prefix: {arn}'}'")


def resource_missing(arn: str) -> ApiError:
    return ApiError("ResourceNotFound", f"Resource not found: '{arn}'", resourceName=arn)


def invalid_token() -> ApiError:
    return ApiError("InvalidToken", "Invalid Token: 'Invalid token'")


def revision_missing(arn: str) -> ApiError:
    return ApiError(
        "ResourceNotFound", "Request references a resource that does not exist.", resourceName=arn
    )
