"""How another service answered: its refusal, and what is told of the HTTP that AWS has there."""

from __future__ import annotations

from typing import Any

from helpers.localaws import ids


class ServiceError(Exception):
    """A service refused a request.

    code: AWS's error code, e.g. ResourceNotFoundException. status: of HTTP. modelled: whether the
    API's model has this error, so that AWS's SDKs have a class for it; shape: its name there.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.request_id = ids.uuid4()
        self.modelled = True
        self.shape = code

    def name(self, service: str) -> str:
        """The error name that Step Functions gives it."""
        if service == "DynamoDB" and self.code in _PLAIN_DYNAMODB:
            return "DynamoDB.AmazonDynamoDBException"
        if service == "Lambda" and self.code in _PLAIN_LAMBDA:
            return "Lambda.AWSLambdaException"
        return f"{service}.{self.code}"

    def cause(self, service: str) -> str:
        """The words in which Step Functions passes it on."""
        return (
            f"{self.message} (Service: {service}; Status Code: {self.status}; "
            f"Error Code: {self.code}; Request ID: {self.request_id}; Proxy: null)"
        )


_PLAIN_DYNAMODB = ("ValidationException", "AccessDeniedException", "SerializationException")
_PLAIN_LAMBDA = ("AccessDeniedException", "ValidationException")
"""Codes for which AWS's SDK has no class of its own: they get the name of the base class."""


def metadata(request_id: str, headers: list[tuple[str, str]], status: int = 200) -> dict[str, Any]:
    """What Step Functions tells of the HTTP answer, in the result of an optimized integration."""
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers},
            "HttpHeaders": dict(sorted(headers, key=lambda header: header[0].lower())),
            "HttpStatusCode": status,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }
