"""Checking the signature of an AWS request: Signature Version 4, and 2 for S3's presigned URLs.

Sources: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, and
docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html (version 2, which boto3 still uses
to presign S3 URLs for an endpoint of one's own).
"""

from __future__ import annotations

import base64
import calendar
import functools
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_from_bytes, unquote_to_bytes

from helpers.localaws.front.http import Environ

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
_UNRESERVED = "-_.~"
_V2_SUBRESOURCE = re.compile(
    "accelerate|acl|analytics|cors|delete|encryption|inventory|lifecycle|location|logging|metrics|"
    "notification|partNumber|policy|publicAccessBlock|replication|requestPayment|restore|select|"
    "select-type|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website|"
    "response-(cache-control|content-(disposition|encoding|language|type)|expires)"
)


class Malformed(ValueError):
    """The request says that it is signed, but not so that it can be checked."""


@dataclass(frozen=True)
class Claim:
    """What a request says about its signature. Times in POSIX seconds, by the signer's clock."""

    access_key: str
    signature: str
    date: str = ""
    scope: str = ""
    signed_headers: tuple[str, ...] = ()
    service: str = ""
    presigned: bool = False
    version2: bool = False
    signed: float | None = None
    expires: float | None = None


def claim(environ: Environ) -> Claim | None:
    """Who the request says has signed it; None if it is not signed at all.

    Raises Malformed.
    """
    authorization = environ.get("HTTP_AUTHORIZATION")
    if authorization is not None:
        return _claim_of_header(authorization, environ)
    query = environ["QUERY_STRING"]
    if "X-Amz-Algorithm=" in query:
        return _claim_of_query(query)
    if "AWSAccessKeyId=" in query and "Signature=" in query:
        return _claim_of_version2(query)
    return None


def _claim_of_header(authorization: str, environ: Environ) -> Claim:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise Malformed(f"{algorithm[:40]!r} is not taken here, {ALGORITHM} is")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    try:
        key, scope = _scope(fields["Credential"])
        names = tuple(fields["SignedHeaders"].split(";"))
        signature = fields["Signature"]
    except KeyError as error:
        raise Malformed(f"the Authorization header lacks {error.args[0]}") from None
    date = environ.get("HTTP_X_AMZ_DATE") or environ.get("HTTP_DATE", "")
    return Claim(key, signature, date, scope, names, scope.split("/")[2])


def _claim_of_query(query: str) -> Claim:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if given.get("X-Amz-Algorithm") != ALGORITHM:
        raise Malformed(f"{given.get('X-Amz-Algorithm', '')[:40]!r} is not taken here")
    try:
        key, scope = _scope(given["X-Amz-Credential"])
        names = tuple(given["X-Amz-SignedHeaders"].split(";"))
        date, signature = given["X-Amz-Date"], given["X-Amz-Signature"]
        signed_at = calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
        # AWS: at most a week. STS and others presign without a limit of their own.
        seconds = min(int(given.get("X-Amz-Expires", "3600")), 7 * 86400)
    except KeyError as error:
        raise Malformed(f"the query lacks {error.args[0]}") from None
    except ValueError:
        raise Malformed("X-Amz-Date or X-Amz-Expires cannot be read") from None
    return Claim(
        *(key, signature, date, scope, names, scope.split("/")[2]),
        presigned=True,
        signed=signed_at,
        expires=signed_at + seconds,
    )


def _claim_of_version2(query: str) -> Claim:
    given = dict(parse_qsl(query, keep_blank_values=True))
    expires = given.get("Expires", "")
    if not expires.isascii() or not expires.isdigit() or len(expires) > 12:
        raise Malformed("Expires cannot be read")
    return Claim(
        given["AWSAccessKeyId"],
        given["Signature"],
        service="s3",
        presigned=True,
        version2=True,
        expires=float(expires),
    )


def _scope(credential: str) -> tuple[str, str]:
    key, _, scope = credential.partition("/")
    if not re.fullmatch(r"[^/]+/[^/]+/[^/]+/aws4_request", scope):
        raise Malformed("the credential's scope cannot be read")
    return key, scope


def signed_by(secret: str, said: Claim, environ: Environ, body_hash: str) -> bool:
    """Is the request signed with `secret`, as `said` says it is?

    body_hash: what stands for the body in the signature: its SHA-256 in hex, or what the header
    x-amz-content-sha256 says.
    """
    if said.version2:
        expected = _version2(secret, environ)
    else:
        canonical = _canonical(said, environ, body_hash)
        to_sign = "\n".join(
            (ALGORITHM, said.date, said.scope, hashlib.sha256(canonical).hexdigest())
        )
        expected = hmac.new(_key(secret, said.scope), to_sign.encode(), "sha256").hexdigest()
    return hmac.compare_digest(expected.encode(), said.signature.encode())


@functools.lru_cache(maxsize=256)
def _key(secret: str, scope: str) -> bytes:
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _canonical(said: Claim, environ: Environ, body_hash: str) -> bytes:
    raw_path = environ["RAW_URI"].partition("?")[0] or "/"
    path = raw_path if said.service == "s3" else _quoted(_without_dots(raw_path).encode("latin-1"))
    headers = "".join(f"{name}:{_header(name, environ)}\n" for name in said.signed_headers)
    return "\n".join(
        (
            environ["REQUEST_METHOD"],
            path,
            _canonical_query(environ["QUERY_STRING"], said.presigned),
            headers,
            ";".join(said.signed_headers),
            body_hash,
        )
    ).encode("latin-1")


def _quoted(data: bytes, safe: str = "/" + _UNRESERVED) -> str:
    return quote_from_bytes(data, safe=safe)


def _without_dots(path: str) -> str:
    """RFC 3986's removal of dot segments, and of empty ones, as all services but S3 sign it."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if kept:
                kept.pop()
        elif part and part != ".":
            kept.append(part)
    slash = "/" if kept and path.endswith("/") else ""
    return "/" + "/".join(kept) + slash


def _canonical_query(query: str, presigned: bool) -> str:
    pairs = []
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        if presigned and name == "X-Amz-Signature":
            continue
        pairs.append(
            (
                _quoted(unquote_to_bytes(name), _UNRESERVED),
                _quoted(unquote_to_bytes(value), _UNRESERVED),
            )
        )
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _header(name: str, environ: Environ) -> str:
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = "HTTP_" + key
    return " ".join(environ.get(key, "").split())


def _version2(secret: str, environ: Environ) -> str:
    given = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    amz = sorted(
        f"{name[5:].lower().replace('_', '-')}:{' '.join(value.split())}\n"
        for name, value in environ.items()
        if name.startswith("HTTP_X_AMZ_")
    )
    resource = environ["RAW_URI"].partition("?")[0]
    wanted = sorted(
        (name, value) for name, value in given.items() if _V2_SUBRESOURCE.fullmatch(name)
    )
    if wanted:
        resource += "?" + "&".join(f"{name}={value}" if value else name for name, value in wanted)
    to_sign = "\n".join(
        (
            environ["REQUEST_METHOD"],
            environ.get("HTTP_CONTENT_MD5", ""),
            environ.get("CONTENT_TYPE", ""),
            given["Expires"],
            "".join(amz) + resource,
        )
    )
    digest = hmac.digest(secret.encode(), to_sign.encode("latin-1", "replace"), "sha1")
    return base64.b64encode(digest).decode()
