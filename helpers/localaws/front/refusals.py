"""An error in AWS's words and in the wire format that its caller reads."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from helpers.localaws.front.http import Environ

_SERVICE = re.compile(
    r"Credential=[^/,\s]+/\d+/[^/]+/([^/]+)/|X-Amz-Credential=[^&]+?%2F([^&%]+)%2Faws4"
)


@dataclass(frozen=True)
class Refusal:
    """An answer that is an error: HTTP status line, AWS's error code, and words for a person.

    codes: the code where a protocol has one of its own: "json", "query", "s3".
    """

    status: str
    code: str
    message: str
    codes: tuple[tuple[str, str], ...] = ()

    def code_for(self, protocol: str) -> str:
        """The error code as services of this protocol call it."""
        return dict(self.codes).get(protocol, self.code)


def protocol(environ: Environ) -> str:
    """The wire format of a request: control, cbor, json, query, ec2, s3 or rest-json."""
    if environ["PATH_INFO"].startswith("/_local/"):
        return "control"
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return "cbor"
    if "HTTP_X_AMZ_TARGET" in environ:
        return "json"
    service = service_of(environ)
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return "ec2" if service == "ec2" else "query"
    return "s3" if service in ("s3", "") else "rest-json"


def service_of(environ: Environ) -> str:
    """The signing name of the service that a request is for; empty if it is not signed."""
    scope = _SERVICE.search(environ.get("HTTP_AUTHORIZATION", "") or environ["QUERY_STRING"])
    return (scope[1] or scope[2]) if scope else ""


def answer(refusal: Refusal, environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
    """Answer a request with an error, in the format that its caller reads."""
    form = protocol(environ)
    code = refusal.code_for({"ec2": "query", "cbor": "json", "rest-json": "json"}.get(form, form))
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    if form in ("query", "ec2", "s3"):
        headers += [("Content-Type", "text/xml" if form != "s3" else "application/xml")]
        data = _xml(form, code, refusal.message, request_id).encode()
    elif form == "cbor":
        headers += [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        data = b"\xa2" + b"".join(map(_cbor, ("__type", code, "message", refusal.message)))
    else:
        kind = {"json": "application/x-amz-json-1.0"}.get(form, "application/json")
        headers += [("Content-Type", kind), ("x-amzn-ErrorType", code)]
        data = json.dumps({"__type": code, "message": refusal.message}).encode()
    start_response(refusal.status, headers)
    return [data]


def _xml(form: str, code: str, message: str, request_id: str) -> str:
    error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if form == "s3":
        inner = f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
    elif form == "ec2":
        inner = (
            f"<Response><Errors><Error>{error}</Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    else:
        inner = (
            f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{inner}'


def _cbor(text: str) -> bytes:
    """A text string as RFC 8949 writes it."""
    data = text.encode()
    size = len(data)
    if size < 24:
        return bytes([0x60 | size]) + data
    if size < 256:
        return b"\x78" + bytes([size]) + data
    return b"\x79" + size.to_bytes(2, "big") + data[:65535]
