"""A function's own AWS calls: made as its execution role, refused where that does not allow them.

A worker's session token names the role and the function. moto asks "may they?" at one place for
every service; the hook there asks IAM for such a token, and lets every other caller pass as before.
"""

from __future__ import annotations

import json
import re
from typing import Any

TOKEN = "localaws-role:"
"""How a function's session token begins; its name, a colon and the ARN of its role follow."""

SERVICES = {"dynamodb", "events", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs", "ssm"} | {
    "stepfunctions",
    "kinesis",
}
"""Services whose calls are checked, as boto3 names them."""

_plain: Any = None


def token(function: str, role: str) -> str:
    """The session token of a function's workers."""
    return f"{TOKEN}{function}:{role}"


def caller(session_token: str | None) -> tuple[str, str] | None:
    """The function's name and its role's ARN, if a function's token it is."""
    if not session_token or not session_token.startswith(TOKEN):
        return None
    function, _, role = session_token.removeprefix(TOKEN).partition(":")
    return function, role


def install() -> None:
    """Put the hook in place. Imports a little of moto."""
    global _plain
    from moto.core.authorization import ActionAuthenticatorMixin

    if _plain is None:
        _plain = ActionAuthenticatorMixin._authenticate_and_authorize_action
        ActionAuthenticatorMixin._authenticate_and_authorize_action = _authorize


def _authorize(self: Any, iam_request_cls: type, resource: str = "*") -> None:
    """For ActionAuthenticatorMixin._authenticate_and_authorize_action; self is the response."""
    session_token = self.headers.get("X-Amz-Security-Token")
    if caller(session_token) is None:
        _plain(self, iam_request_cls, resource)
        return
    service = self.boto3_service_name
    if service not in SERVICES:
        return
    operation = self._get_action()
    why = refusal(
        session_token,
        service,
        operation,
        resource if service == "s3" else _request(self),
        self.region,
        self.current_account,
    )
    if why is not None:
        raise _denied(service, why)


def refusal(
    session_token: str | None,
    service: str,
    operation: str | None,
    request: dict[str, Any] | str,
    region: str,
    account: str,
) -> str | None:
    """Why the function with this session token may not do it, in AWS's words; None if it may.

    service: as boto3 names it. request: the operation's parameters, or for S3 the ARN that moto
    found; an operation of S3 is an action of IAM's, as moto tells it.
    """
    who = caller(session_token)
    if who is None or not operation:
        return None
    from helpers.localaws.stepfunctions import permissions, resources

    function, role = who
    if isinstance(request, str):
        asked = [(f"{service}:{operation}", "" if request.endswith(":::*") else request)]
    else:
        asked = resources.needs(service, operation, request, region, account)
    refusals = (permissions.refusal(role, action, about, region) for action, about in asked)
    why = next((found for found in refusals if found is not None), None)
    if why is None:
        return None
    # the session of a function's role is called like the function
    why = re.sub(r"(assumed-role/[^/]+)/\S+", rf"\1/{function}", why, count=1)
    return re.sub(r" on resource: (\S+)", r' on resource: "\1"', why) if service == "s3" else why


def _request(response: Any) -> dict[str, Any]:
    """A request's parameters, as far as they tell what it is about."""
    params = getattr(response, "params", None)
    if isinstance(params, dict) and params:
        return params
    found: dict[str, Any] = {}
    for name, values in response.querystring.items():
        found[name] = values[0] if isinstance(values, list) and values else values
    try:
        body = json.loads(response.body or b"null")
    except (ValueError, TypeError):
        body = None
    if isinstance(body, dict):
        found |= body
    return found | dict(response.uri_match or {})


def _denied(service: str, why: str) -> Exception:
    from moto.core.exceptions import JsonRESTError, _RESTError

    if service == "s3":
        from moto.s3.exceptions import S3ClientError

        return S3ClientError("AccessDenied", why)
    if service == "sns":
        error = _RESTError("AuthorizationError", why)
        error.code = 403
        return error
    name = "AccessDenied" if service == "sqs" else "AccessDeniedException"
    error = JsonRESTError(name, why)
    error.description = json.dumps({"__type": name, "code": name, "message": why, "Message": why})
    error.code = 403 if service in ("lambda", "sqs") else 400
    return error
