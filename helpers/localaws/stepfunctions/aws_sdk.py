"""Any service's API as a Task: requests and answers in the spelling that AWS uses there."""

from __future__ import annotations

import base64
import os
import re
import threading
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from helpers.asl.json_text import dump
from helpers.localaws import ids
from helpers.localaws.front.dates import http_date
from helpers.localaws.stepfunctions.answers import ServiceError, metadata
from helpers.localaws.turns.clock import clock

_BOTO_NAMES = {
    "apigatewayv2": "apigatewayv2",
    "applicationautoscaling": "application-autoscaling",
    "bedrockruntime": "bedrock-runtime",
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "cognitoidentity": "cognito-identity",
    "cognitoidentityprovider": "cognito-idp",
    "configservice": "config",
    "databasemigration": "dms",
    "dynamodbstreams": "dynamodbstreams",
    "elasticache": "elasticache",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearch": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "rdsdata": "rds-data",
    "resourcegroups": "resource-groups",
    "resourcegroupstaggingapi": "resourcegroupstaggingapi",
    "route53": "route53",
    "servicediscovery": "servicediscovery",
    "sfn": "stepfunctions",
    "states": "stepfunctions",
}
"""What boto3 calls a service whose name in a Resource ARN it does not know."""

ERROR_NAMES = {
    "dynamodb": "DynamoDb",
    "lambda": "Lambda",
    "s3": "S3",
    "sfn": "Sfn",
    "sns": "Sns",
    "sqs": "Sqs",
    "ssm": "Ssm",
    "sts": "Sts",
    "iam": "Iam",
    "secretsmanager": "SecretsManager",
    "cloudwatchlogs": "CloudWatchLogs",
    "eventbridge": "EventBridge",
}
"""What AWS's Java SDK, whose names Step Functions uses in errors, calls a service."""

_NOT_HERE = "Not yet implemented"
"""What moto answers for a service that it does not have."""

_lock = threading.Lock()


class NotHere(Exception):
    """The endpoint has no such service, or not this action of it."""


def boto_name(service: str) -> str:
    """What boto3 calls the service that a Resource ARN names."""
    return _BOTO_NAMES.get(service.lower(), service.lower())


@lru_cache(maxsize=64)
def client(service: str, region: str) -> Any:
    """A boto3 client whose requests moto answers in this process, without HTTP.

    Raises ValueError for a service that boto3 does not know.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import UnknownServiceError
    from moto.core.botocore_stubber import BotocoreStubber

    from helpers.localaws.on_moto import mends

    mends.late(service)
    settings = Config(
        ignore_configured_endpoint_urls=True,
        retries={"total_max_attempts": 1},
        parameter_validation=True,
        inject_host_prefix=False,
        response_checksum_validation="when_required",  # Step Functions asks S3 for no checksums
    )
    try:
        with _lock:
            made = boto3.client(
                service,
                region_name=region,
                config=settings,
                aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "local"),
                aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "local"),
            )
    except UnknownServiceError as error:
        raise ValueError(str(error)) from None
    stub = BotocoreStubber()
    stub.enabled = True
    made.meta.events.register("before-send", stub)
    return made


def method(service: str, action: str) -> str | None:
    """The name of the boto3 method for an action such as `putItem`; None if there is none."""
    made = client(boto_name(service), os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
    names: dict[str, str] = {
        operation.lower(): name for name, operation in made.meta.method_to_api_mapping.items()
    }
    return names.get(action.lower())


Check = Callable[[str, str, dict[str, Any]], None]
"""Is told boto3's name of the service, the operation and the request; raises ServiceError."""


def call(
    service: str, action: str, parameters: Any, region: str, *, sdk: bool, check: Check
) -> dict[str, Any]:
    """Make a request; the answer is in AWS's spelling, JSON values only.

    Raises ServiceError, and NotHere for what nothing here can answer.
    sdk: an `aws-sdk` integration, whose answers tell nothing of HTTP; else an optimized one.
    check: whether the request may be made.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    from helpers.localaws.on_moto.mends.malformed import Wrong

    try:
        made = client(boto_name(service), region)
    except ValueError as error:
        raise NotHere from error
    name = method(service, action)
    if name is None:
        raise ServiceError("UnknownOperationException", f"There is no action {action}")
    operation = made.meta.service_model.operation_model(made.meta.method_to_api_mapping[name])
    request = {}
    if operation.input_shape is not None:
        request = _request(operation.input_shape, parameters)
        _say_text(operation, parameters, request)
    if isinstance(request, dict):
        check(boto_name(service), operation.name, request)
    try:
        answer = getattr(made, name)(**request)
    except NotImplementedError as error:
        raise NotHere from error
    except ClientError as error:
        if error.response["Error"].get("Message") == _NOT_HERE:
            raise NotHere from error
        details, about = error.response["Error"], error.response["ResponseMetadata"]
        refused = ServiceError(
            details.get("QueryErrorCode") or details.get("Code", "Unknown"),
            details.get("Message", ""),
            about.get("HTTPStatusCode", 400),
        )
        refused.request_id = about.get("RequestId") or refused.request_id
        known = {shape.error_code: shape.name for shape in operation.error_shapes}
        known |= {name: name for name in known.values()}
        refused.modelled = refused.code in known
        refused.shape = known.get(refused.code, refused.code)
        raise refused from None
    except ParamValidationError as error:
        raise _invalid(operation, request, str(error)) from None
    except BotoCoreError as error:
        raise ServiceError("SdkClientException", str(error)) from None
    except Wrong as error:
        status = int(error.refusal.status.split()[0])
        refused = ServiceError(error.refusal.code, error.refusal.message, status)
        refused.modelled = False
        raise refused from None
    about = answer.pop("ResponseMetadata", {})
    shape = operation.output_shape
    result = {} if shape is None else _answer(shape, answer, pascal=True, millis=not sdk)
    if sdk:
        return result
    return {**result, **_metadata(about, result)}


def _say_text(operation: Any, parameters: Any, request: Any) -> None:
    """Let S3 know that a body is text, as AWS's Java SDK does if the caller says nothing else.

    A body of bytes is a file that the endpoint itself writes.
    """
    shape = operation.input_shape
    body = shape.serialization.get("payload")
    if (
        isinstance(request, dict)
        and body in request
        and "ContentType" in shape.members
        and shape.members[body].serialization.get("streaming")
        and not isinstance(parameters.get(body), bytes)
    ):
        request.setdefault("ContentType", "text/plain; charset=UTF-8")


def _invalid(operation: Any, request: Any, why: str) -> ServiceError:
    """The service's own refusal of a request that boto3 would not send.

    why: boto3's words, for what the service's model does not say more of.
    """
    from helpers.localaws.on_moto.violations import WrongType, message, violations

    service = operation.service_model.service_name
    try:
        wrong = violations(operation.input_shape, request)
    except WrongType as error:
        refused = ServiceError("SerializationException", str(error))
        refused.modelled = False
        return refused
    given = request if isinstance(request, dict) else {}
    missing = [name for name in operation.input_shape.required_members if name not in given]
    if missing and service in ("sqs", "sns"):
        code, words = "MissingParameter", f"The request must contain the parameter {missing[0]}."
    else:
        code, words = "ValidationException", message(wrong) if wrong else why
    refused = ServiceError(code, words)
    refused.modelled = False
    return refused


def _metadata(about: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    headers = {name.lower(): str(value) for name, value in about.get("HTTPHeaders", {}).items()}
    request_id = ids.uuid4()
    told = [
        ("x-amzn-RequestId", request_id),
        ("connection", "keep-alive"),
        ("Content-Length", headers.get("content-length") or str(len(dump(result).encode()))),
        ("Date", http_date(clock.time())),
        ("Content-Type", headers.get("content-type", "application/x-amz-json-1.0")),
    ]
    return metadata(request_id, told, about.get("HTTPStatusCode", 200))


def _request(shape: Any, value: Any) -> Any:
    """`value` as boto3 wants it: names as in the model, blobs as bytes, JSON where text belongs."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        names = {name.lower(): name for name in shape.members}
        request = {}
        for name, inner in value.items():
            known = names.get(name.lower(), name)
            if inner is None:
                continue
            member = shape.members.get(known)
            request[known] = inner if member is None else _request(member, inner)
        return request
    if kind == "list" and isinstance(value, list):
        return [_request(shape.member, inner) for inner in value]
    if kind == "map" and isinstance(value, dict):
        return {name: _request(shape.value, inner) for name, inner in value.items()}
    if kind == "string" and not isinstance(value, str):
        return dump(value)
    if kind == "blob" and isinstance(value, bytes):
        return value  # a file that the endpoint itself writes, such as a Map's results
    if kind == "blob" and shape.serialization.get("streaming"):
        return dump(value).encode()  # also a string is written with its quotation marks
    if kind == "blob":
        return (value if isinstance(value, str) else dump(value)).encode()
    return value


def _answer(shape: Any, value: Any, *, pascal: bool, millis: bool) -> Any:
    """What boto3 gave, as JSON: names in PascalCase, times as AWS writes them."""
    kind = getattr(shape, "type_name", None)
    if kind == "structure" and isinstance(value, dict):
        return {
            _pascal(name) if pascal else name: _answer(
                shape.members.get(name), inner, pascal=pascal, millis=millis
            )
            for name, inner in value.items()
        }
    if kind == "list" and isinstance(value, list):
        return [_answer(shape.member, inner, pascal=pascal, millis=millis) for inner in value]
    if kind == "map" and isinstance(value, dict):
        return {
            name: _answer(shape.value, inner, pascal=pascal, millis=millis)
            for name, inner in value.items()
        }
    if isinstance(value, datetime):
        if millis:
            return int(value.timestamp() * 1000)
        text = value.isoformat(timespec="milliseconds")
        return re.sub(r"\+00:00$", "Z", text)
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    read: Callable[[], bytes] | None = getattr(value, "read", None)
    if read is not None:
        return read().decode("utf-8", "replace")
    return value


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]
