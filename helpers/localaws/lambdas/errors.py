"""Errors of the Lambda API that moto does not have, with AWS's names, status codes and words.

Source: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. Imports moto: import it late.
"""

from __future__ import annotations

import json

from moto.awslambda.exceptions import LambdaClientError

SYNCHRONOUS_LIMIT = 6_291_456
"""Largest event of a synchronous invoke, in bytes."""
ASYNCHRONOUS_LIMIT = 1_048_576
"""Largest event of an asynchronous invoke, in bytes (256 KB until October 2025)."""


class _Error(LambdaClientError):
    """An error with the members that AWS's have: Type, message, and perhaps Reason."""

    type = "User"

    def __init__(self, name: str, message: str, **members: str) -> None:
        super().__init__(name, message)
        self.description = json.dumps({"Type": self.type, "message": message, **members})


class InvalidRequestContent(_Error):
    """The event is not JSON."""

    code = 400

    def __init__(self, why: str) -> None:
        super().__init__(
            "InvalidRequestContentException",
            f"Could not parse request body into json: Could not parse payload into json: {why}",
        )


class RequestTooLarge(_Error):
    """The event is larger than AWS takes."""

    code = 413

    def __init__(self, size: int, kind: str, limit: int) -> None:
        super().__init__(
            "RequestTooLargeException",
            f"{size} byte payload is too large for the {kind} invocation type "
            f"(limit {limit} bytes)",
        )


class TooManyRequests(_Error):
    """As many invocations are under way as the function may have."""

    code = 429

    def __init__(self) -> None:
        super().__init__(
            "TooManyRequestsException",
            "Rate Exceeded.",
            Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        )


class PreconditionFailed(_Error):
    """The function is not what the caller took it for: it has changed since."""

    code = 412

    def __init__(self) -> None:
        super().__init__(
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest RevisionId. Call the "
            "GetFunction/GetAlias API to retrieve the latest RevisionId for your resource.",
        )


class InvalidRuntime(_Error):
    """The function's runtime cannot be run here."""

    code = 502

    def __init__(self, message: str) -> None:
        super().__init__("InvalidRuntimeException", message)


class InvalidZipFile(_Error):
    """The function's code cannot be unpacked."""

    code = 502

    def __init__(self, message: str) -> None:
        super().__init__("InvalidZipFileException", message)


class ServiceError(_Error):
    """This machine could not start a process for the function."""

    code = 500
    type = "Service"

    def __init__(self, message: str) -> None:
        super().__init__("ServiceException", message)


class InvalidParameter(_Error):
    """A request that AWS refuses."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterValueException", message)


class ResourceConflict(_Error):
    """There is such a thing already, or something needs what is to go."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class ValidationError(_Error):
    """A member of a request is not what AWS's model says of it."""

    code = 400

    def __init__(self, value: object, member: str, constraint: str) -> None:
        super().__init__(
            "ValidationException",
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
            f"constraint: Member must {constraint}",
        )
