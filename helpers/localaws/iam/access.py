"""Is this call allowed to whoever makes it? Asked once for each, before it is carried out.

moto asks "may they?" at one place for every service; the hook is there. Services that are not
moto's ask here themselves.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from helpers.localaws.account import ACCOUNT
from helpers.localaws.iam import ENFORCED, needs, principals, record, tokens
from helpers.localaws.iam.principals import Principal

SERVICES = {"dynamodb", "events", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs", "ssm"} | {
    "stepfunctions",
    "kinesis",
}
"""Services whose calls are checked when a function makes them, as boto3 names them."""

_KEY = re.compile(r"(?:Credential=|X-Amz-Credential=|AWSAccessKeyId=)([A-Z0-9]{16,128})")

_plain: Any = None


def install() -> None:
    """Put the hook in place. Imports a little of moto."""
    global _plain
    from moto.core.authorization import ActionAuthenticatorMixin

    if _plain is None:
        _plain = ActionAuthenticatorMixin._authenticate_and_authorize_action
        ActionAuthenticatorMixin._authenticate_and_authorize_action = _authorize


def enforced() -> bool:
    """Are users and sessions of roles held to their policies?"""
    return os.environ.get(ENFORCED) == "1"


def caller(authorization: str, session_token: str | None, query: str = "") -> Principal | None:
    """Who makes a request that is to be checked; None for one who may do everything.

    authorization: the header. query: the request's query string, which has the key if it was
    signed beforehand.
    """
    function = tokens.caller(session_token)
    if function is not None:
        name, role = function
        return principals.of_role(role, name)
    if not enforced():
        return None
    key = _KEY.search(authorization) or _KEY.search(query)
    return principals.of_key(key[1], ACCOUNT) if key else None


def refusal(
    who: Principal,
    service: str,
    operation: str | None,
    request: Mapping[str, Any] | str,
    region: str,
) -> str | None:
    """Why somebody may not do it, in AWS's words; None if they may.

    service: as boto3 names it. request: the operation's parameters, or for S3 the ARN that moto
    found; an operation of S3 is an action of IAM's, as moto tells it.
    """
    if not operation:
        return None
    if isinstance(request, str):
        asked = [(f"{service}:{operation}", needs.of_s3(operation, request))]
    else:
        asked = needs.needs(service, operation, dict(request), region, ACCOUNT)
    for action, about in asked:
        why = first_refusal(who, action, about, region)
        if why is not None:
            return why if service != "s3" else re.sub(r"(resource: )(\S+)", r'\1"\2"', why, count=1)
    return None


def first_refusal(who: Principal, action: str, about: str, region: str) -> str | None:
    """Why somebody may not do one thing, noted; None if they may."""
    why = who.refusal(action, about, region)
    if enforced():
        record.note(who.named, action, about, why is None)
    return why


def _authorize(self: Any, iam_request_cls: type, resource: str = "*") -> None:
    """For ActionAuthenticatorMixin._authenticate_and_authorize_action; self is the response."""
    get = self.headers.get
    session_token = get("X-Amz-Security-Token")
    who = caller(get("Authorization", ""), session_token, self.parsed_url.query)
    if who is None:
        if tokens.caller(session_token) is None:
            _plain(self, iam_request_cls, resource)
        return
    service = self.boto3_service_name
    if service not in SERVICES and tokens.caller(session_token) is not None:
        return
    operation = self._get_action()
    request = resource if service == "s3" else _request(self)
    why = refusal(who, service, operation, request, self.region)
    if why is not None:
        raise _denied(service, why)


def _request(response: Any) -> dict[str, Any]:
    """A request's parameters, as far as they tell what it is about."""
    params = getattr(response, "params", None)
    if isinstance(params, dict) and params:
        return params
    given: dict[str, Any] = {}
    for name, values in response.querystring.items():
        given[name] = values[0] if isinstance(values, list) and values else values
    try:
        body = json.loads(response.body or b"null")
    except (ValueError, TypeError):
        body = None
    if isinstance(body, dict):
        given |= body
    return given | dict(response.uri_match or {})


_QUERY = {"autoscaling", "cloudformation", "elb", "elbv2", "iam", "rds", "sns", "sts"}
"""Services that answer in XML, S3 apart."""


def _denied(service: str, why: str) -> Exception:
    from moto.core.exceptions import JsonRESTError, _RESTError

    if service == "s3":
        from moto.s3.exceptions import S3ClientError

        return S3ClientError("AccessDenied", why)
    if service in _QUERY:
        error = _RESTError("AuthorizationError" if service == "sns" else "AccessDenied", why)
        error.code = 403
        return error
    name = "AccessDenied" if service in ("cloudwatch", "sqs") else "AccessDeniedException"
    error = JsonRESTError(name, why)
    error.description = json.dumps({"__type": name, "code": name, "message": why, "Message": why})
    error.code = 403 if service in ("lambda", "sqs") else 400
    return error
