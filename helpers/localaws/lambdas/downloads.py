"""Where a function's zip can be fetched for ten minutes, as GetFunction tells: a presigned address.

On AWS it leads to a bucket of Lambda's own; here the endpoint answers at the same path.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from helpers.localaws.account import ACCOUNT
from helpers.localaws.front import refusals
from helpers.localaws.front.http import Environ

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

SECONDS = 600
_PATH = re.compile(r"/awslambda-([a-z0-9-]+)-tasks/snapshots/\d+/([\w-]+)-([0-9a-f]{64})")
_NONE = refusals.Refusal("404 Not Found", "NoSuchKey", "The specified key does not exist.")


def address(function: LambdaFunction) -> str:
    """The presigned address of the zip. Raises RuntimeError outside the endpoint's process."""
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    from helpers.localaws.cloudformation.mailbox import endpoint_url
    from helpers.localaws.process import workspace

    own = workspace.current()
    bucket = f"awslambda-{function.region}-tasks"
    key = f"snapshots/{function.account_id}/{function.function_name}-{_digest(function)}"
    request = AWSRequest("GET", f"{endpoint_url()}/{bucket}/{key}")
    keys = Credentials(own.access_key, own.secret_key)
    S3SigV4QueryAuth(keys, "s3", function.region, expires=SECONDS).add_auth(request)
    return str(request.url)


def is_one(environ: Environ) -> bool:
    """Is this request for an address that `address` gave?"""
    return environ["PATH_INFO"].startswith("/awslambda-") and bool(
        _PATH.fullmatch(environ["PATH_INFO"])
    )


def respond(environ: Environ, start_response: Any) -> Iterable[bytes]:
    """The zip; the guard has checked the signature, and only this endpoint's own key is right."""
    from helpers.localaws.process import workspace

    signer = parse_qs(environ["QUERY_STRING"]).get("X-Amz-Credential", [""])[0].partition("/")[0]
    match = _PATH.fullmatch(environ["PATH_INFO"])
    assert match is not None
    data = _zip(*match.groups()) if signer == workspace.current().access_key else None
    if data is None:
        return refusals.answer(_NONE, environ, start_response)
    start_response(
        "200 OK", [("Content-Type", "application/zip"), ("Content-Length", str(len(data)))]
    )
    return [data]


def _digest(function: LambdaFunction) -> str:
    return base64.b64decode(function.code_sha_256).hex()


def _zip(region: str, name: str, digest: str) -> bytes | None:
    """The code of the function or version that has this digest; None if it has other by now."""
    from moto.awslambda.models import lambda_backends

    backends = lambda_backends[ACCOUNT]
    group = backends[region]._lambdas._functions.get(name) if region in backends.regions else None
    for one in [group["latest"], *group["versions"]] if group else []:
        if one is not None and one.__dict__.get("code_bytes") and _digest(one) == digest:
            return bytes(one.code_bytes)
    return None
