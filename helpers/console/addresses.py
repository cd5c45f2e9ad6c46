"""Where the page of a thing stands, below whatever address the console itself has.

Notebooks and Jupyter's server read this too: it imports next to nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from helpers.errors import CourseError

NAME = "console"
"""The console's path below Jupyter's address."""

CONSOLE, TARGET = "COURSE_CONSOLE", "COURSE_CONSOLE_TARGET"
"""Variables in which Jupyter's server tells its kernels where the console is, and what it shows."""


def page(*parts: str, **query: str) -> str:
    """A page's address, each part of its path quoted; of the query only what is not empty.

    >>> page("executions", "arn:aws:a/b"), page("logs", "group", name="/aws/x", after="")
    ('executions/arn:aws:a%2Fb', 'logs/group?name=%2Faws%2Fx')
    """
    path = "/".join(quote(part, safe=":") for part in parts)
    asked = "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items() if value)
    return f"{path}?{asked}" if asked else path


class Place(NamedTuple):
    """A page's address, and what the page is of in a few words."""

    page: str
    title: str


def of(arn: str) -> Place:
    """The page of whatever has that ARN.

    Raises CourseError if it is no ARN, or of nothing that the console shows.

    >>> of("arn:aws:events:us-east-1:123456789012:rule/hourly").page
    'rules/default/hourly'
    """
    if place := known(arn):
        return place
    raise CourseError(
        f"The console has no page of {arn!r}.",
        "It finds one by an ARN, such as that of an execution or a state machine.",
        "Open its first page, console.link(), and go on from there.",
    )


def known(arn: str) -> Place | None:
    """As `of`, but None where the console has no page for it.

    A version or an alias leads to its function or state machine, a subscription to its topic.
    """
    service, kind, name = _parts(arn)
    match service, kind:
        case "states", "execution" | "express":
            return Place(page("executions", arn), f"execution {name.rpartition(':')[2]}")
        case "states", "mapRun":
            return Place(page("mapruns", arn), f"Map Run {name.rpartition(':')[2]}")
        case "states", "stateMachine":
            plain, qualifier, _ = name.partition(":")
            whole = arn[: -len(name) + len(plain)] if qualifier else arn
            return Place(page("machines", whole), f"state machine {plain}")
        case "cloudformation", "stack":
            # its name would be that of another one, once this is deleted
            return Place(page("stacks", arn), f"stack {name.partition('/')[0]}")
        case "events", "rule":
            return rule(*reversed(name.rsplit("/", 1)))
        case "scheduler", "schedule":
            return Place(page("schedules", *name.split("/", 1)), f"schedule {name}")
        case "lambda", "function":
            return function(name.partition(":")[0])
        case "dynamodb", "table":
            return table(name.partition("/")[0])
        case "s3", name:
            return bucket(name)
        case "logs", "log-group":
            return log(name.removesuffix(":*"))
        case "sqs", name:
            return queue(name)
        case "sns", topic:
            return Place(
                page("topics", arn.removesuffix(f":{name}") if name else arn), f"topic {topic}"
            )
        case "cloudwatch", "alarm":
            return alarm(name)
    return None


def made(kind: str, name: str) -> Place | None:
    """The page of what a stack made: its type, and the name that it has on AWS; None without one.

    >>> made("AWS::Events::Rule", "own|hourly").page, made("AWS::IAM::Role", "r")
    ('rules/own/hourly', None)
    """
    if not name or name.startswith("arn:"):
        return known(name)
    match kind:
        case "AWS::Events::Rule":
            return rule(*reversed(name.split("|", 1)))
        case "AWS::Lambda::Function":
            return function(name)
        case "AWS::S3::Bucket":
            return bucket(name)
        case "AWS::DynamoDB::Table":
            return table(name)
        case "AWS::SQS::Queue":
            return queue(name.rpartition("/")[2])
        case "AWS::Logs::LogGroup":
            return log(name)
        case "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm":
            return alarm(name)
    return None


def stack(name: str) -> Place:
    """The page of a stack."""
    return Place(page("stacks", name), f"stack {name}")


def rule(name: str, bus: str = "default") -> Place:
    """The page of a rule."""
    return Place(page("rules", bus, name), f"rule {name}")


def function(name: str) -> Place:
    """The page of a function."""
    return Place(page("functions", name), f"function {name}")


def table(name: str) -> Place:
    """The page of a table."""
    return Place(page("tables", name), f"table {name}")


def bucket(name: str) -> Place:
    """The page of a bucket."""
    return Place(page("buckets", name), f"bucket {name}")


def queue(name: str) -> Place:
    """The page of a queue."""
    return Place(page("queues", name), f"queue {name}")


def alarm(name: str) -> Place:
    """The page of an alarm."""
    return Place(page("alarms", "one", alarm=name), f"alarm {name}")


def log(group: str) -> Place:
    """The page of a log group."""
    return Place(page("logs", "group", name=group), f"log {group}")


def _parts(arn: str) -> tuple[str, str, str]:
    """Of an ARN the service, the kind of thing and its name; of other texts nothing."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return "", "", ""
    kind, *name = re.split("[:/]", parts[5], maxsplit=1)
    return parts[2], kind, "".join(name)
