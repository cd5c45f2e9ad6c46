"""The table of the operations, and what several of them need: times, and pages of lists."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from helpers.localaws.stepfunctions import errors

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.backend import LocalStepFunctionsBackend

Body = dict[str, Any]
Operation = Callable[["LocalStepFunctionsBackend", Body], Body]
"""Gets the backend of the caller's account and region, and the request; raises ApiError."""

TABLE: dict[str, Operation] = {}
"""The operations by AWS's names."""


def operation(function: Operation) -> Operation:
    """Register the function for the operation whose name it has, in snake case."""
    name = "".join(part.capitalize() for part in function.__name__.split("_"))
    TABLE[name] = function
    return function


def seconds(when: datetime) -> float:
    """A time as the API gives it."""
    return round(when.timestamp(), 3)


def token_of(value: Any) -> str:
    """A nextToken that stands for a place in a list; `read_token` gives the place again."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def read_token(token: str) -> Any:
    """What a nextToken of `token_of` stands for; raises ApiError for another."""
    try:
        return json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError):
        raise errors.invalid_token() from None


def page(items: list[Any], body: Body, default: int = 100) -> tuple[list[Any], str | None]:
    """The items that `maxResults` and `nextToken` ask for, and the next token."""
    count = body.get("maxResults") or default
    first = 0
    if body.get("nextToken"):
        first = read_token(body["nextToken"])
        if not isinstance(first, int) or first < 0:
            raise errors.invalid_token()
    last = first + count
    return items[first:last], token_of(last) if last < len(items) else None


def with_token(answer: Body, token: str | None) -> Body:
    """The answer, with the nextToken that there is."""
    if token is not None:
        answer["nextToken"] = token
    return answer
