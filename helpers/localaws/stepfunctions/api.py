"""The Step Functions API: a request's JSON in, an answer's JSON out.

Stands where `moto.stepfunctions.urls` stands for moto's backend (`url_bases`, `url_paths`).
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

from helpers.asl.json_text import encode, parse
from helpers.localaws import ids
from helpers.localaws.iam import access
from helpers.localaws.stepfunctions import checks, errors
from helpers.localaws.stepfunctions.callbacks import tokens
from helpers.localaws.stepfunctions.operations import (  # noqa: F401 - they register themselves
    activities,
    executions,
    machines,
    map_runs,
    versions,
)
from helpers.localaws.stepfunctions.operations.table import TABLE, Body
from helpers.localaws.stepfunctions.registry import backend_for

_TARGET = re.compile(r"AWSStepFunctions\.(\w+)")
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")
_CONTENT = {"Content-Type": "application/x-amz-json-1.0"}


def call(name: str, body: Any, account: str, region: str) -> Body:
    """Carry out one operation; raises ApiError."""
    work = TABLE.get(name)
    if work is None:
        raise errors.ApiError(
            "UnknownOperationException", f"The local endpoint does not know the operation {name}"
        )
    checks.check(name, body)
    return work(backend_for(account, region), body)


def respond(
    target: str, authorization: str, data: bytes, token: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Answer an HTTP request: its X-Amz-Target, Authorization, body and X-Amz-Security-Token."""
    headers = {**_CONTENT, "x-amzn-RequestId": ids.uuid4()}
    named = _TARGET.fullmatch(target or "")
    scope = _SCOPE.search(authorization or "")
    region = scope.group(1) if scope else os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    try:
        if named is None:
            raise errors.ApiError("UnknownOperationException", "The request names no operation")
        try:
            body = parse(data.decode()) if data else {}
        except ValueError as error:
            raise errors.ApiError(
                "SerializationException", f"The body is no JSON: {error}"
            ) from None
        account = os.environ.get("MOTO_ACCOUNT_ID", "123456789012")
        _check_caller(authorization, token, named.group(1), body, region)
        answer = call(named.group(1), body, account, region)
    except errors.ApiError as error:
        headers["x-amzn-ErrorType"] = error.code
        text = json.dumps({"__type": error.code, "message": error.message, **error.fields})
        return 400, headers, text.encode()
    return 200, headers, encode(answer).encode("utf-8", "surrogatepass")


def _check_caller(authorization: str, token: str | None, name: str, body: Any, region: str) -> None:
    """Refuse what the policies of whoever calls do not allow."""
    who = access.caller(authorization, token)
    if who is None:
        return
    request = body if isinstance(body, dict) else {}
    if isinstance(request.get("taskToken"), str):  # whose task it is decides who may answer
        request = {**request, "resourceArn": tokens.about(request["taskToken"])}
    why = access.refusal(who, "stepfunctions", name, request, region)
    if why is not None:
        raise errors.ApiError("AccessDeniedException", why)


def _dispatch(request: Any, full_url: str, headers: Any) -> tuple[int, dict[str, str], bytes]:
    """What moto's server calls."""
    get = request.headers.get
    target, authorization = get("X-Amz-Target", ""), get("Authorization", "")
    return respond(target, authorization, request.get_data(), get("X-Amz-Security-Token"))


url_bases = [r"https?://(?:sync-)?states\.(.+)\.amazonaws.com"]
url_paths = {"{0}/$": _dispatch}
