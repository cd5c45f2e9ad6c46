"""Where the console looks: the clients, whose account it is, and why something cannot be shown."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from helpers import clients, target, units
from helpers.console import models

Error = ClientError | BotoCoreError | ResponseParserError
"""What asking AWS may end with: a refusal, no answer, or one that is none of AWS's."""

ERRORS = (ClientError, BotoCoreError, ResponseParserError)
"""The same, to be caught."""

_AGENT = "serverless-workflows-course-console"
"""Named once, as CloudTrail shows it: boto3's own name is put together for each request anew."""

_DENIED = (
    *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"),
    "403",  # where the answer has no body
)
_ABSENT = (
    *("InternalFailure", "NotImplemented", "UnknownOperationException", "UnknownOperation"),
    *("InvalidAction", "UnsupportedOperation", "501", "404"),
)
LONGEST = 500  # characters that are told of an answer which cannot be read
_ACTION = re.compile(r"perform: ([\w-]+:\w+)")


T, S = TypeVar("T"), TypeVar("S")
AT_ONCE = 4  # requests of one page; more are no faster


@dataclass(frozen=True)
class Problem:
    """Why something is not shown or not done: what happened, why, what to do."""

    what: str
    why: str = ""
    then: str = ""


@dataclass
class Aws:
    """One account in one region, or an endpoint that answers as AWS does.

    place: what `target.activate` found. read_only: nothing may be changed.
    """

    place: target.Target
    read_only: bool = False

    def __post_init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()  # sessions of boto3 are not safe among threads
        models.use()
        self._asking = ThreadPoolExecutor(AT_ONCE)  # not the pages' own, which wait for it

    @property
    def is_local(self) -> bool:
        """Is it the endpoint on this machine, where nothing costs anything?"""
        return self.place.name == target.LOCAL

    @property
    def is_other(self) -> bool:
        """Is it another program that answers as AWS does, maybe not in everything?"""
        return not self.is_local and self.place.url is not None

    def client(self, service: str) -> Any:
        """A boto3 client, made once."""
        return self._made(service)

    def patient(self, service: str, seconds: int) -> Any:
        """A client that waits so long and asks once: for what is not to be done twice."""
        return self._made(service, read_timeout=seconds, retries={"total_max_attempts": 1})

    def _made(self, service: str, **config: Any) -> Any:
        with self._making:
            known = f"{service} {config}"
            if known not in self._clients:
                self._clients[known] = clients.make(service, user_agent=_AGENT, **config)
            return self._clients[known]

    def pages(self, service: str, operation: str, key: str, /, **given: Any) -> list[Any]:
        """What stands under `key` in all pages of a list's answer.

        Raises botocore's errors, for `problem` to say.
        """
        paginator = self.client(service).get_paginator(operation)
        return [one for page in paginator.paginate(**given) for one in page.get(key, [])]

    def at_once(self, ask: Callable[[S], T], about: Iterable[S]) -> list[T]:
        """What `ask` gives for each, in their order; some are asked for at the same time."""
        return list(self._asking.map(ask, about))


def attempt(ask: Callable[[], T]) -> T | Problem:
    """What `ask` gives, or why it cannot: so a page shows the rest where one part is missing."""
    try:
        return ask()
    except ERRORS as error:
        return problem(error)


def is_denied(error: BaseException | None) -> bool:
    """Did AWS refuse it for want of a permission?"""
    return isinstance(error, ClientError) and error.response["Error"].get("Code") in _DENIED


def problem(error: Error) -> Problem:
    """What a learner is told of an error of AWS's, or of nobody having answered."""
    if isinstance(error, ResponseParserError):
        return Problem("What was answered cannot be read.", units.shorten(str(error), LONGEST))
    if isinstance(error, BotoCoreError):
        where = getattr(error, "kwargs", {}).get("endpoint_url", "The endpoint")
        return Problem(*(clients.unreachable(error, where) or (str(error),)))
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    asked = f"{error.operation_name}"
    if is_denied(error):
        action = match[1] if (match := _ACTION.search(message)) else asked
        return Problem(
            f"You may not do this here: {action} is missing.",
            message,
            f"Ask whoever looks after the account for the permission {action}.",
        )
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in _ABSENT or (status in (404, 501) and not message):
        return Problem(f"This endpoint does not answer {asked}.", message or code)
    return Problem(message or code, f"{code}, says {asked}." if message else "")
