"""An error in the words and the wire format that AWS gives it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.localaws.http import Environ


@dataclass(frozen=True)
class Refusal:
    """An answer that is an error: HTTP status line, AWS's error code, and words for a person."""

    status: str
    code: str
    message: str


def answer(refusal: Refusal, environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
    """Answer a request with an error, in the format that its caller reads."""
    data = json.dumps({"__type": refusal.code, "message": refusal.message}).encode()
    start_response(refusal.status, [("Content-Type", "application/json")])
    return [data]
