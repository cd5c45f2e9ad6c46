"""Calls from a state machine to other services of the endpoint, without HTTP."""

from __future__ import annotations

import logging
import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from helpers.asl.json_text import dump, parse
from helpers.localaws import ids
from helpers.localaws.front.dates import http_date
from helpers.localaws.iam import needs, principals
from helpers.localaws.on_moto.mends import expression_attributes
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.gate import gate

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.callbacks import Queue
    from helpers.localaws.stepfunctions.distributed import MapRun
    from helpers.localaws.stepfunctions.executions import Execution, Facts
    from helpers.localaws.stepfunctions.program import Program

LOG = logging.getLogger(__name__)


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


class Services:
    """The other services, as one account sees them."""

    def __init__(self, account: str) -> None:
        self.account = account

    def _check(
        self, role: str | None, action: str, resource: str, region: str, status: int
    ) -> None:
        why = principals.refusal(role, action, resource, region)
        if why is not None:
            refused = ServiceError("AccessDeniedException", why, status)
            refused.modelled = False
            raise refused

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
        from helpers.localaws import lambdas

        with self._lambda(arn, qualifier, role):
            return lambdas.invoke(arn, payload, qualifier=qualifier, client_context=client_context)

    def send(
        self, arn: str, payload: bytes, qualifier: str | None, role: str | None, *, dry: bool
    ) -> None:
        """Invoke a function as an event, or only see whether one may (dry)."""
        from helpers.localaws import lambdas

        with self._lambda(arn, qualifier, role):
            if not dry:
                lambdas.send(arn, payload, qualifier=qualifier)

    @contextmanager
    def _lambda(self, arn: str, qualifier: str | None, role: str | None) -> Iterator[None]:
        """Raise what Lambda raises as a ServiceError, also if the role may not invoke."""
        from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException
        from moto.core.exceptions import ServiceException

        parts = arn.split(":")
        function = ":".join(parts[:7]) if len(parts) > 6 else arn
        known = arn if qualifier is None else f"{function}:{qualifier}"
        self._check(role, "lambda:InvokeFunction", known, parts[3], 403)
        try:
            yield
        except UnknownFunctionException:
            raise ServiceError(
                "ResourceNotFoundException", f"Function not found: {known}", 404
            ) from None
        except LambdaClientError as error:
            raise ServiceError(error.error_type, error.message, error.code or 400) from None
        except ServiceException as error:
            status = getattr(error, "status", None) or getattr(error, "STATUS", 400)
            raise ServiceError(error.code, error.message, status) from None

    def lambda_metadata(self, payload: str, version: str | None) -> dict[str, Any]:
        """SdkHttpMetadata and SdkResponseMetadata of an Invoke."""
        request_id, length = ids.uuid4(), str(len(payload.encode()))
        date = http_date(clock.time())
        trace = f"Root=1-{int(clock.time()):08x}-{ids.digits(24)};Parent="
        trace += f"{ids.digits(16)};Sampled=0;Lineage=1:{ids.digits(8)}:0"
        return metadata(
            request_id,
            [
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
            self._check(role, f"dynamodb:{operation}", table, region, 400)
        answer = _DYNAMODB.call(operation, parameters, self.account, region)
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
        from helpers.localaws.stepfunctions import aws_sdk

        def check(boto_service: str, operation: str, request: dict[str, Any]) -> None:
            status = 403 if boto_service == "s3" else 400
            for action, about in needs.needs(
                boto_service, operation, request, region, self.account
            ):
                self._check(role, action, about, region, status)

        with gate:
            return aws_sdk.call(service, action, parameters, region, sdk=sdk, check=check)

    # -- Step Functions itself

    def activity(self, arn: str) -> Queue | None:
        """The queue of an activity; None if there is no such activity."""
        from helpers.localaws.stepfunctions.backend import backend_of

        return backend_of(arn).queue(arn)

    def start_execution(
        self, arn: Any, name: Any, text: str, *, role: str | None = None
    ) -> dict[str, Any]:
        """StartExecution as a Task gives its answer; raises ServiceError."""
        from helpers.localaws.stepfunctions import backend, errors

        try:
            if not isinstance(arn, str) or (name is not None and not isinstance(name, str)):
                raise errors.ApiError("ValidationException", "StateMachineArn and Name are strings")
            region = arn.split(":")[3] if arn.count(":") > 5 else ""
            self._check(role, "states:StartExecution", arn, region, 400)
            started = backend.start(arn, name, text, pulls=None)
        except errors.ApiError as error:
            raise ServiceError(error.code, error.message) from None
        facts = backend.backend_of(started).facts(started, awaited=True)
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

    def add_map_run(self, map_run: MapRun) -> None:
        """Let DescribeMapRun know of a Map Run."""
        from helpers.localaws.stepfunctions.backend import backend_of

        backend_of(map_run.execution_arn).map_runs[map_run.arn] = map_run

    def map_run(self, arn: str) -> MapRun | None:
        """A Map Run; None if it is not known."""
        from helpers.localaws.stepfunctions.backend import backend_of

        return backend_of(arn).map_runs.get(arn)

    def facts(self, arn: str) -> Facts:
        """What is known of an execution."""
        from helpers.localaws.stepfunctions.backend import backend_of

        return backend_of(arn).facts(arn)

    def take_up(self, arn: str, program: Program) -> Execution:
        """A child that did not succeed, ready to go on; program: of the Map's processor."""
        from helpers.localaws.stepfunctions.backend import backend_of

        backend = backend_of(arn)
        return backend.take_up(backend.facts(arn), program)

    def adopt(self, child: Execution) -> None:
        """Let the API know of a child execution of a Map Run."""
        from helpers.localaws.stepfunctions.backend import backend_of

        backend = backend_of(child.facts.machine_arn)
        backend.adopt(child)
        backend.announce(child.facts)

    def execution_ended(self, arn: str) -> bool:
        """Whether an execution that was started here has ended."""
        from helpers.localaws.stepfunctions.backend import backend_of

        return backend_of(arn).facts(arn).status != "RUNNING"

    def stop_execution(self, arn: str) -> None:
        """Abort an execution that nobody waits for any more."""
        from helpers.localaws.stepfunctions.backend import backend_of

        backend_of(arn).stop_execution(arn)

    def describe_execution(self, arn: str, *, parsed: bool) -> dict[str, Any]:
        """DescribeExecution as `startExecution.sync` gives it; parsed: `.sync:2`, JSON for text."""
        from helpers.localaws.stepfunctions.api import call

        region, account = arn.split(":")[3:5]
        told = call("DescribeExecution", {"executionArn": arn}, account, region)
        result: dict[str, Any] = {}
        for name, value in told.items():
            if name in ("startDate", "stopDate", "redriveDate"):
                value = int(value * 1000)
            elif name in ("inputDetails", "outputDetails"):
                value = {"Included": value["included"]}
            elif parsed and name in ("input", "output"):
                value = parse(value)
            result[name[0].upper() + name[1:]] = value
        return dict(sorted(result.items()))


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


_TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]+|arn:aws[\w-]*:dynamodb:[\w-]+:\d{12}:table/[\w.-]+")
_REQUIRED = {
    "GetItem": ("TableName", "Key"),
    "PutItem": ("TableName", "Item"),
    "UpdateItem": ("TableName", "Key"),
    "DeleteItem": ("TableName", "Key"),
}
_ANSWERS = ("Attributes", "ConsumedCapacity", "Item", "ItemCollectionMetrics")


def _checked(operation: str, parameters: Any) -> dict[str, Any]:
    """A request as DynamoDB takes it; what it refuses is refused in its words."""
    if not isinstance(parameters, dict):
        raise ServiceError("SerializationException", "Start of structure or map found where not "
                           "expected.")  # fmt: skip
    wrong = []
    for name in _REQUIRED[operation]:
        value, shown = parameters.get(name), name[0].lower() + name[1:]
        if value is None:
            wrong.append(f"Value null at '{shown}' failed to satisfy constraint: "
                         "Member must not be null")  # fmt: skip
        elif name == "TableName" and not (isinstance(value, str) and _TABLE_NAME.fullmatch(value)):
            wrong.append(
                f"Value '{value}' at '{shown}' failed to satisfy constraint: Member must satisfy "
                "regular expression pattern: [a-zA-Z0-9_.-]+"
            )
        elif name != "TableName":
            _check_attributes(value)
    _check_attributes(parameters.get("ExpressionAttributeValues") or {})
    if wrong:
        many = "error" if len(wrong) == 1 else "errors"
        raise ServiceError(
            "ValidationException", f"{len(wrong)} validation {many} detected: {'; '.join(wrong)}"
        )
    return {name: value for name, value in parameters.items() if value is not None}


def _check_attributes(attributes: Any) -> None:
    """Attribute values are objects with one type each, and `N` is written as a string."""
    if not isinstance(attributes, dict):
        raise ServiceError("SerializationException", "Unexpected value type in payload")
    for value in attributes.values():
        if not isinstance(value, dict):
            raise ServiceError("SerializationException", "Unexpected value type in payload")
        if len(value) != 1:
            raise ServiceError(
                "ValidationException",
                "Supplied AttributeValue "
                + ("is empty, must contain exactly one of the supported datatypes" if not value
                   else "has more than one datatypes set, must contain exactly one of the "
                   "supported datatypes"),
            )  # fmt: skip
        kind, inner = next(iter(value.items()))
        if kind in ("S", "N", "B") and not isinstance(inner, str):
            raise ServiceError("SerializationException",
                               f"{_kind(inner)} value cannot be converted to String")  # fmt: skip
        if kind == "M":
            _check_attributes(inner)
        elif kind == "L":
            for item in inner if isinstance(inner, list) else ():
                _check_attributes({"item": item})


def _copied(value: Any) -> Any:
    """A copy of a JSON value, all the way down: moto keeps and changes what it is given."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _kind(value: Any) -> str:
    return {bool: "BOOLEAN", int: "NUMBER", float: "NUMBER"}.get(type(value), "STRUCTURE")


class _DynamoDB:
    """Moto's DynamoDB, called with the parameters of a request and no HTTP around them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handler: Any = None

    def call(self, operation: str, parameters: Any, account: str, region: str) -> dict[str, Any]:
        """The answer as JSON has it; raises ServiceError."""
        from moto.core.exceptions import ServiceException
        from moto.dynamodb.responses import DynamoHandler
        from werkzeug.exceptions import HTTPException

        handler = DynamoHandler()
        handler.current_account, handler.region = account, region
        handler.headers, handler.response_headers = {}, {}
        handler.body = handler.params = _copied(_checked(operation, parameters))
        undefined = expression_attributes.undefined(handler.body)
        if undefined is not None:
            raise ServiceError("ValidationException", undefined)
        action = getattr(handler, f"{operation[:-4].lower()}_item")
        try:
            with gate, self._lock:  # two writers at once would lose an item
                answer = action()
        except ServiceException as error:
            raise ServiceError(error.code, error.message) from None
        except HTTPException as error:
            code = getattr(error, "error_type", None) or "InternalServerError"
            message = getattr(error, "message", None) or error.description or ""
            raise ServiceError(code.rpartition("#")[2], message, error.code or 400) from None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            LOG.warning("DynamoDB's %s stumbled over a task's fields", operation, exc_info=True)
            raise ServiceError(
                "ValidationException",
                f"1 validation error detected: what is given for {operation} cannot be read "
                f"({type(error).__name__}: {error})",
            ) from None
        result = answer.result or {}
        told = {name: result[name] for name in _ANSWERS if result.get(name) not in (None, {}, [])}
        if parameters.get("ReturnConsumedCapacity", "NONE") == "NONE":
            told.pop("ConsumedCapacity", None)  # moto tells it always
        return told


_DYNAMODB = _DynamoDB()
