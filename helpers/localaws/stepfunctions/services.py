"""Calls from a state machine to other services of the endpoint, without HTTP."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helpers.asl.json_text import dump
from helpers.localaws import ids, lambdas
from helpers.localaws.front.dates import http_date
from helpers.localaws.iam import needs, principals
from helpers.localaws.stepfunctions import aws_sdk, dynamodb
from helpers.localaws.stepfunctions.answers import ServiceError, metadata
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.gate import gate


def check_allowed(
    role: str | None, action: str, resource: str, region: str, status: int = 400
) -> None:
    """Raise the ServiceError with which a service refuses what the role's policies do not allow.

    role: its ARN, None for whoever may do all. status: of HTTP, as the service has it.
    """
    why = principals.refusal(role, action, resource, region)
    if why is not None:
        refused = ServiceError("AccessDeniedException", why, status)
        refused.modelled = False
        raise refused


class Services:
    """The other services, as one account sees them."""

    def __init__(self, account: str) -> None:
        self.account = account

    # -- Lambda

    def invoke(
        self,
        arn: str,
        payload: bytes,
        *,
        qualifier: str | None = None,
        client_context: str | None = None,
        role: str | None = None,
    ) -> Any:
        """Invoke a function and wait for its answer; raises ServiceError."""
        with self._lambda(arn, qualifier, role):
            return lambdas.invoke(arn, payload, qualifier=qualifier, client_context=client_context)

    def send(
        self, arn: str, payload: bytes, qualifier: str | None, role: str | None, *, dry: bool
    ) -> str:
        """Invoke a function as an event, or only see whether one may (dry): the request id."""
        with self._lambda(arn, qualifier, role):
            return ids.uuid4() if dry else lambdas.send(arn, payload, qualifier=qualifier)

    @contextmanager
    def _lambda(self, arn: str, qualifier: str | None, role: str | None) -> Iterator[None]:
        """Raise what Lambda raises as a ServiceError, also if the role may not invoke."""
        from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException
        from moto.core.exceptions import ServiceException

        parts = arn.split(":")
        function = ":".join(parts[:7]) if len(parts) > 6 else arn
        known = arn if qualifier is None else f"{function}:{qualifier}"
        check_allowed(role, "lambda:InvokeFunction", known, parts[3], 403)
        try:
            yield
        except UnknownFunctionException:
            if ":" not in known[len(function) :]:
                known = f"{function}:$LATEST"
            raise ServiceError(
                "ResourceNotFoundException", f"Function not found: {known}", 404
            ) from None
        except LambdaClientError as error:
            raise ServiceError(error.error_type, error.message, error.code or 400) from None
        except ServiceException as error:
            status = getattr(error, "status", None) or getattr(error, "STATUS", 400)
            raise ServiceError(error.code, error.message, status) from None

    def lambda_metadata(
        self, request_id: str, payload: str = "", version: str | None = None, log: str | None = None
    ) -> dict[str, Any]:
        """SdkHttpMetadata and SdkResponseMetadata of an Invoke.

        request_id: as in the function's log. log: its end, if asked for.
        """
        length = str(len(payload.encode()))
        date = http_date(clock.time())
        trace = f"Root=1-{int(clock.time()):08x}-{ids.digits(24)};Parent="
        trace += f"{ids.digits(16)};Sampled=0;Lineage=1:{ids.digits(8)}:0"
        return metadata(
            request_id,
            [
                *([("X-Amz-Log-Result", log)] if log is not None else []),
                *([("X-Amz-Executed-Version", version)] if version is not None else []),
                ("x-amzn-Remapped-Content-Length", "0"),
                ("Connection", "keep-alive"),
                ("x-amzn-RequestId", request_id),
                ("Content-Length", length),
                ("Date", date),
                ("X-Amzn-Trace-Id", trace),
                ("Content-Type", "application/json"),
            ],
        )

    # -- DynamoDB

    def dynamodb(
        self, operation: str, parameters: Any, region: str, *, role: str | None = None
    ) -> dict[str, Any]:
        """GetItem, PutItem, UpdateItem or DeleteItem; raises ServiceError."""
        name = parameters.get("TableName") if isinstance(parameters, dict) else None
        if isinstance(name, str):
            table = name
            if not name.startswith("arn:"):
                table = f"arn:aws:dynamodb:{region}:{self.account}:table/{name}"
            check_allowed(role, f"dynamodb:{operation}", table, region)
        answer = dynamodb.call(operation, parameters, self.account, region)
        body = dump(answer).encode()
        request_id = ids.digits(32).upper() + "VV4KQNSO5AEMVJF66Q9ASUAAJG"[:20]
        spelled = "x-amzn-requestid" if operation == "GetItem" else "x-amzn-RequestId"
        headers = [
            ("Server", "Server"),
            ("Connection", "keep-alive"),
            (spelled, request_id),
            ("x-amz-crc32", str(zlib.crc32(body))),
            ("Content-Length", str(len(body))),
            ("Date", http_date(clock.time())),
            ("Content-Type", "application/x-amz-json-1.0"),
        ]
        return {**answer, **metadata(request_id, headers)}

    # -- any other service

    def request(
        self,
        service: str,
        action: str,
        parameters: Any,
        region: str,
        role: str | None,
        *,
        sdk: bool,
    ) -> dict[str, Any]:
        """An action of any service; raises ServiceError. sdk: as in `aws_sdk.call`."""

        def check(boto_service: str, operation: str, request: dict[str, Any]) -> None:
            status = 403 if boto_service == "s3" else 400
            for action, about in needs.needs(
                boto_service, operation, request, region, self.account
            ):
                check_allowed(role, action, about, region, status)

        with gate:
            return aws_sdk.call(service, action, parameters, region, sdk=sdk, check=check)
