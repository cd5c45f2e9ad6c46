"""The endpoint's own routes, /_local/…: status, reset, clock, market. JSON in, JSON out."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from helpers.localaws import errors
from helpers.localaws.clock import clock
from helpers.localaws.http import Environ

if TYPE_CHECKING:
    from helpers.localaws.server import Endpoint

Route = Callable[["Endpoint", dict[str, Any]], Any]


def status(endpoint: Endpoint, _: dict[str, Any]) -> dict[str, Any]:
    """What runs here since when, and what the simulated clock says."""
    return {
        "pid": os.getpid(),
        "ready": endpoint.ready.is_set(),
        "uptime": round(time.monotonic() - endpoint.started, 3),
        "now": clock.now().isoformat(),
        "offset": clock.offset,
        "realtime": clock.realtime,
    }


ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/_local/status"): status,
}


def respond(
    endpoint: Endpoint, environ: Environ, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer a request for one of the routes."""
    route = ROUTES.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
    if route is None:
        refusal = errors.Refusal("404 Not Found", "NotFound", "There is no such control route.")
        return errors.answer(refusal, environ, start_response)
    body = environ["wsgi.input"].read(65536)
    arguments = json.loads(body) if body else {}
    answer = route(endpoint, arguments)
    start_response("200 OK", [("Content-Type", "application/json")])
    if isinstance(answer, Iterator):
        return (json.dumps(line).encode() + b"\n" for line in answer)
    return [json.dumps(answer).encode() + b"\n"]
