"""Clients to ask AWS (or the local endpoint) with, and in words why nobody could be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from helpers.errors import CourseError


def make(service: str, like: Any = None, **config: Any) -> Any:
    """A boto3 client by the environment; `like` another client: in its region, at its endpoint.

    config: of botocore's Config, in place of what is set here.

    Raises botocore's BotoCoreError, for `plain_errors` to say.
    """
    import boto3
    from botocore.config import Config

    # boto3 by itself tries DynamoDB ten times: a minute of silence when nothing answers.
    usual = {"retries": {"mode": "standard", "total_max_attempts": 4}, "connect_timeout": 10}
    given: dict[str, Any] = {"config": Config(**usual | config)}
    if like is not None:
        given["region_name"] = like.meta.region_name
        if "amazonaws." not in like.meta.endpoint_url:
            given["endpoint_url"] = like.meta.endpoint_url
    return boto3.client(service, **given)  # type: ignore[call-overload]


@contextmanager
def plain_errors(say: Callable[[Exception], CourseError]) -> Iterator[None]:
    """Turns an error of botocore into the one that `say` makes of it, without its traceback."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise say(error) from None


def unreachable(error: Exception, endpoint: str) -> tuple[str, str, str] | None:
    """What happened, why and what to type next, if nobody was asked; None for other errors."""
    from botocore import exceptions as boto

    if isinstance(error, boto.ConnectionError | boto.HTTPClientError):
        if urlsplit(endpoint).hostname in ("127.0.0.1", "localhost", "::1"):
            return (
                f"The local endpoint does not answer at {endpoint}.",
                "It is not running, or it was stopped; what it holds is kept.",
                "Run the notebook's first cell again, or `python -m helpers.localaws start`.",
            )
        return (
            f"{endpoint} does not answer.",
            str(error),
            "Is this machine online, and is the region right?",
        )
    if isinstance(error, boto.NoRegionError):
        return (
            "It is not said in which AWS region to look.",
            "Neither the environment nor AWS's configuration file names one.",
            "Run the notebook's first cell (`course.begin`), or set AWS_DEFAULT_REGION.",
        )
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return (
            "There are no AWS credentials.",
            "Requests are signed with them.",
            "Run the notebook's first cell (`course.begin`), which sets those of the local "
            "endpoint, or sign in to your AWS account.",
        )
    return None
