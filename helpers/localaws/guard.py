"""Who may call: this workspace's own keys, from this machine, and no page of another site."""

from __future__ import annotations

import hmac
import re
from urllib.parse import parse_qs

from helpers.localaws import errors
from helpers.localaws.http import Environ
from helpers.localaws.workspace import Workspace

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


def check(environ: Environ, workspace: Workspace) -> errors.Refusal | None:
    """Why this request is refused, or None if it may pass."""
    refusal = _foreign(environ)
    if refusal is not None:
        return refusal
    if environ["PATH_INFO"].startswith("/_local/"):
        given = environ.get("HTTP_X_LOCALAWS_KEY", "")
        if hmac.compare_digest(given.encode(), workspace.secret_key.encode()):
            return None
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    key = found[1] if found else ""
    if not found and "X-Amz-Credential" in environ["QUERY_STRING"]:
        key = parse_qs(environ["QUERY_STRING"])["X-Amz-Credential"][0].split("/")[0]
    if not key:
        return errors.Refusal(
            "403 Forbidden", "MissingAuthenticationToken", "Missing Authentication Token"
        )
    if key != workspace.access_key:
        return errors.Refusal(
            "403 Forbidden",
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    return None


def _foreign(environ: Environ) -> errors.Refusal | None:
    host = environ.get("localaws.authority") or environ.get("HTTP_HOST", "")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if name.lower() not in _LOOPBACK_NAMES:
        return errors.Refusal("403 Forbidden", "AccessDenied", f"Not for the host {host[:100]!r}.")
    if environ.get("HTTP_ORIGIN") or environ.get("HTTP_SEC_FETCH_SITE") in (
        "cross-site",
        "same-site",
    ):
        return errors.Refusal("403 Forbidden", "AccessDenied", "No page of another site may call.")
    return None
