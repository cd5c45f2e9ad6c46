"""Who may call: this workspace's own keys, from this machine, and no page of another site.

The endpoint runs code, so a request passes only if it is signed with a secret that this endpoint
gave out: the workspace's own, or that of an access key or role session made here. Another user of
the machine does not know it, and a page in the learner's browser neither; a foreign `Host` (a name
that was made to point here) and a cross-site `Origin` are refused even so. The head of a request is
judged before its body is read.
"""

from __future__ import annotations

import re
import time
from typing import BinaryIO, Protocol

from helpers.localaws.account import ACCOUNT
from helpers.localaws.front import bodies, proofs, sigv4
from helpers.localaws.front.http import Environ
from helpers.localaws.front.refusals import Refusal
from helpers.localaws.iam import keys
from helpers.localaws.turns.clock import clock

BODY_LIMIT = 256 * 1024 * 1024
"""Bytes of one request's body: an S3 object or part of a multipart upload."""
CODE_LIMIT = 100 * 1024 * 1024
"""Bytes of the body of a call to Lambda; a function's zip is the largest."""
CALL_LIMIT = 20 * 1024 * 1024
"""Bytes of the body of a call to any other service; DynamoDB takes the most, 16 MB."""
CONTROL_LIMIT = 64 * 1024

_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OWN_KEYS = (
    "This local endpoint takes only the keys of its own workspace; in a terminal, "
    'eval "$(python -m helpers.localaws env)" sets them.'
)

UNKNOWN_KEY = Refusal(
    "403 Forbidden",
    "UnrecognizedClientException",
    f"The security token included in the request is invalid. {_OWN_KEYS}",
    (("query", "InvalidClientTokenId"), ("s3", "InvalidAccessKeyId")),
)
NOT_SIGNED = Refusal(
    "403 Forbidden",
    "MissingAuthenticationTokenException",
    f"Request is missing Authentication Token. {_OWN_KEYS}",
    (("query", "MissingAuthenticationToken"), ("s3", "AccessDenied")),
)
WRONG_SIGNATURE = Refusal(
    "403 Forbidden",
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details. "
    + _OWN_KEYS,
    (("query", "SignatureDoesNotMatch"), ("s3", "SignatureDoesNotMatch")),
)
SESSION_ENDED = Refusal(
    "403 Forbidden",
    "ExpiredTokenException",
    "The security token included in the request is expired",
    (("query", "ExpiredToken"),),
)
SESSION_ENDED_S3 = Refusal("400 Bad Request", "ExpiredToken", "The provided token has expired.")
EXPIRED = Refusal("403 Forbidden", "AccessDenied", "Request has expired")
OTHER_BODY = Refusal(
    "400 Bad Request",
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
)
TOO_LARGE = Refusal(
    "413 Content Too Large",
    "RequestEntityTooLargeException",
    f"The local endpoint takes {BODY_LIMIT >> 20} MB in one upload to S3, {CODE_LIMIT >> 20} MB in "
    f"a call to Lambda and {CALL_LIMIT >> 20} MB in any other.",
    (("s3", "EntityTooLarge"),),
)
NO_LENGTH = Refusal(
    "411 Length Required",
    "MissingContentLength",
    "You must provide the Content-Length HTTP header.",
)
OTHER_SITE = Refusal("403 Forbidden", "AccessDenied", "A web page may not call the local endpoint.")
NO_CONTROL = Refusal(
    "403 Forbidden",
    "AccessDenied",
    "The header X-Localaws-Signature must prove, for this address and once, that its sender knows "
    "the secret access key of this endpoint's workspace.",
)

SKEW = 60.0
"""By so many seconds a signer's clock may be ahead; one that is further ahead is the simulated."""


class Own(Protocol):
    """The workspace's own keys, and who tells whether a control request was made with them."""

    access_key: str
    secret_key: str
    judge: proofs.Judge


def check(environ: Environ, own: Own) -> Refusal | None:
    """Why this request is refused, or None if it may pass; its body has then been read."""
    refusal = _elsewhere(environ)
    if refusal is not None:
        return refusal
    if environ["PATH_INFO"].startswith("/_local/"):
        return _control(environ, own)
    try:
        claim = sigv4.claim(environ)
    except sigv4.Malformed as error:
        return Refusal("400 Bad Request", "IncompleteSignature", f"Cannot check who calls: {error}")
    if claim is None:
        return NOT_SIGNED
    secret = own.secret_key
    if claim.access_key != own.access_key:
        made = keys.known(claim.access_key, ACCOUNT)
        if made is None or made.status != "Active":
            return UNKNOWN_KEY
        if keys.has_ended(made, clock.time()):
            return SESSION_ENDED_S3 if claim.service == "s3" else SESSION_ENDED
        secret = made.secret_access_key
    if claim.expires is not None and claim.expires < _signers_time(claim):
        return EXPIRED
    return _signed(environ, claim, secret)


def _signers_time(claim: sigv4.Claim) -> float:
    """Now, by the clock of who has presigned: functions go by the simulated one."""
    now = time.time()
    return clock.time() if claim.signed is not None and claim.signed > now + SKEW else now


def _control(environ: Environ, own: Own) -> Refusal | None:
    """Refuse whoever does not know the secret, and what was meant for another port."""
    sent, host = environ.get("HTTP_X_LOCALAWS_SIGNATURE", ""), environ.get("HTTP_HOST", "")
    if host.rpartition(":")[2] != environ["SERVER_PORT"]:
        return NO_CONTROL
    if not own.judge.accepts(sent, environ["REQUEST_METHOD"], host, environ["PATH_INFO"]):
        return NO_CONTROL
    body = _read_body(environ, CONTROL_LIMIT)
    if body is None:
        return TOO_LARGE
    if not proofs.is_body_of(sent, bodies.sha256(body)):
        return NO_CONTROL
    environ["localaws.proof"] = proofs.answer(own.secret_key, sent)
    return None


def _elsewhere(environ: Environ) -> Refusal | None:
    """Refuse what a page of another site, or a name that was made to point here, sends."""
    for host in (environ.get("localaws.authority"), environ.get("HTTP_HOST", "")):
        if host is not None and not _HOST.fullmatch(host):
            return Refusal(
                "403 Forbidden", "AccessDenied", f"There is nothing here for host {host[:100]!r}."
            )
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and origin != f"http://{environ['HTTP_HOST']}":
        return OTHER_SITE
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
        return OTHER_SITE
    return None


def _signed(environ: Environ, claim: sigv4.Claim, secret: str) -> Refusal | None:
    """Read the body and check the signature, whichever can be first."""
    is_s3 = claim.service == "s3"
    limit = _LIMITS.get(claim.service, CALL_LIMIT)
    if int(environ.get("CONTENT_LENGTH") or 0) > limit:
        return TOO_LARGE
    if is_s3 and "HTTP_TRANSFER_ENCODING" in environ:
        length = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "")
        if not length.isascii() or not length.isdigit() or len(length) > 15:
            return NO_LENGTH  # S3 takes chunks only from who says how much there is in them
        if int(length) > limit:
            return TOO_LARGE
    stated = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if stated is None and claim.presigned and is_s3:
        stated = sigv4.UNSIGNED
    if stated is not None and not sigv4.signed_by(secret, claim, environ, stated):
        return WRONG_SIGNATURE
    body = _read_body(environ, limit)
    if body is None:
        return TOO_LARGE
    if stated is None:
        right = sigv4.signed_by(secret, claim, environ, bodies.sha256(body))
        return None if right else WRONG_SIGNATURE
    if _SHA256.fullmatch(stated) and stated != bodies.sha256(body):
        return OTHER_BODY
    return None


_LIMITS = {"s3": BODY_LIMIT, "lambda": CODE_LIMIT}


def _read_body(environ: Environ, limit: int) -> BinaryIO | None:
    """The whole body, which is then also where the app reads it; None if it is too large."""
    length = environ.get("CONTENT_LENGTH")
    if int(length or 0) > limit:
        return None
    read = bodies.read(environ["wsgi.input"], limit, None if length is None else int(length))
    if read is None:
        return None
    body, size = read
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(size)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return body
