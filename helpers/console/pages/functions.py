"""Functions: how one is set up, its code as deployed, how it ran lately; send it a test event."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from helpers.console import clock, code, invocations
from helpers.console.aws import Aws, Problem, attempt
from helpers.console.log_events import field
from helpers.console.page import Page, Refused

ROWS = 50  # functions on a page, as many as AWS tells in an answer
STREAMS = 5  # of a function's log, the latest ones, that are looked through
LINES = 500  # of each
SHOWN = 20  # invocations
LONGEST_RUN = 900  # seconds that AWS lets a function run
LONGEST_ANSWER = 1_000_000  # characters that are shown
COUNTED = ("Invocations", "Errors", "Throttles")


class Functions(Page):
    """All functions."""

    template = "functions.html"
    section = "functions"

    def show(self) -> dict[str, Any]:
        """A page of them, and `more`: where the next begins, "" on the last."""
        given: dict[str, Any] = {"MaxItems": ROWS}
        if after := self.get_query_argument("after", ""):
            given["Marker"] = after
        answer = self.aws.client("lambda").list_functions(**given)
        return {
            "functions": answer["Functions"],
            "more": answer.get("NextMarker", ""),
            "changed": changed,
        }


class Function(Page):
    """One function, by its name or ARN."""

    template = "function.html"
    section = "functions"

    def show(self, name: str) -> dict[str, Any]:
        """Its configuration, code, the latest invocations and how many failed in the last day."""
        told = self.aws.client("lambda").get_function(FunctionName=name)
        config = told["Configuration"]
        group = log_group(config)
        return {
            "function": config,
            "tags": told.get("Tags", {}),
            "reserved": told.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
            "group": group,
            "code": self._code(told),
            "invocations": attempt(lambda: _latest(self.aws, group)),
            "counts": attempt(lambda: _counts(self.aws, config["FunctionName"])),
            "event": self.get_argument("event", "{}", strip=False),
            "answer": None,
            "changed": changed,
            "field": field,
            "live": self.link("live", "functions", name),
        }

    def version(self, name: str) -> str:
        """Its revision, and when it last logged something."""
        config = self.aws.client("lambda").get_function_configuration(FunctionName=name)
        streams = [
            (one["logStreamName"], one.get("lastIngestionTime"))
            for one in _streams(self.aws, log_group(config))
        ]
        return repr((config.get("RevisionId"), config.get("State"), streams))

    def act(self, name: str) -> dict[str, Any]:
        """Send it the test event; what it answers is kept nowhere, so it is shown at once."""
        if self.get_body_argument("do", "") != "test":
            raise Refused(Problem("Nothing was asked for."))
        text = self._event()
        client = self.aws.patient("lambda", LONGEST_RUN + 30)
        given = client.invoke(FunctionName=name, Payload=text.encode(), LogType="Tail")
        return {**self.show(name), "event": text, "answer": _answer(given)}

    def question(self, name: str) -> str:
        """On an account it is asked, since the function does there what it does."""
        if self.aws.is_local:
            return ""
        try:
            self._event()
        except Refused:
            return ""  # `act` will say so
        return f"Run the function {name} with this event? It runs on AWS and is billed."

    def _event(self) -> str:
        """The event that was typed; raises Refused if it is no JSON."""
        text = self.get_body_argument("event", "", strip=False).strip() or "{}"
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused(
                Problem(
                    "The event is not JSON, so the function was not run.",
                    f"{error}.",
                    "Mend it in the form below and send it again.",
                )
            ) from None
        return text

    def _code(self, told: dict[str, Any]) -> code.Code | Problem | None:
        """Its files; None where they are many bytes and have not been asked for."""
        config, where = told["Configuration"], told.get("Code", {})
        if image := where.get("ImageUri"):
            return Problem("Its code is a container image, so no files are shown.", image)
        wanted = self.get_query_argument("file", "")
        is_asked = wanted or self.get_query_argument("code", "")
        if config.get("CodeSize", 0) > code.UNASKED and not is_asked:
            return None
        data = code.fetch(where.get("Location", ""))
        if isinstance(data, Problem):
            return data
        return code.read(data, config.get("Handler", ""), wanted)


def changed(config: dict[str, Any]) -> datetime | None:
    """When a function was changed last."""
    text = config.get("LastModified")
    return datetime.fromisoformat(text) if text else None


def log_group(config: dict[str, Any]) -> str:
    """The name of the log group that a function writes to."""
    named = config.get("LoggingConfig", {}).get("LogGroup")
    return str(named or f"/aws/lambda/{config['FunctionName']}")


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    """What Invoke gave: the text, what went wrong, the end of the log and what that reports."""
    text = given["Payload"].read().decode("utf-8", "replace")
    log = base64.b64decode(given.get("LogResult", "")).decode("utf-8", "replace")
    failed = None
    if given.get("FunctionError"):
        failed = _error(text)
    return {
        "text": text[:LONGEST_ANSWER],
        "missing": max(0, len(text) - LONGEST_ANSWER),
        "failed": failed,
        "log": log,
        "report": invocations.report(log),
    }


def _error(text: str) -> Problem:
    """An exception of the function's, or an error of Lambda's, from the answer's text."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = {}
    told = told if isinstance(told, dict) else {}
    kind, message = told.get("errorType"), told.get("errorMessage", "")
    trace = told.get("stackTrace")
    where = "".join(map(str, trace)).strip() if isinstance(trace, list) else ""
    return Problem(f"The function failed: {kind or 'error'}", str(message), where)


def _streams(aws: Aws, group: str) -> list[dict[str, Any]]:
    """The streams that were written to last; none where nothing was ever logged."""
    logs = aws.client("logs")
    try:
        answer = logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=STREAMS
        )
    except logs.exceptions.ResourceNotFoundException:
        return []  # the group is made when a function runs first
    return list(answer["logStreams"])


def _latest(aws: Aws, group: str) -> list[invocations.Invocation]:
    """The latest invocations, the last one first."""
    found: list[invocations.Invocation] = []
    for stream in _streams(aws, group):
        name = stream["logStreamName"]
        answer = aws.client("logs").get_log_events(
            logGroupName=group, logStreamName=name, limit=LINES, startFromHead=False
        )
        found += invocations.read(answer["events"], name)
    found.sort(key=lambda one: one.ended, reverse=True)
    return found[:SHOWN]


def _counts(aws: Aws, name: str) -> dict[str, int]:
    """How many invocations, errors and throttled ones there were in the last day."""
    now = clock.read(aws).now
    client = aws.client("cloudwatch")

    def count(metric: str) -> int:
        answer = client.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - timedelta(days=1),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )
        return round(sum(one["Sum"] for one in answer["Datapoints"]))

    return {metric: count(metric) for metric in COUNTED}
