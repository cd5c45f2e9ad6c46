"""A function's invocations, read from the lines that Lambda itself writes to its log.

As text or as JSON: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers import units

_START = re.compile(r"START RequestId: (\S+)")
_REPORT = re.compile(r"REPORT RequestId: (\S+)")
_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,12})?) (?:ms|MB)")
_TIMED_OUT = re.compile(r"Task timed out after [\d.]+ seconds")
_ERROR = re.compile(r"\[ERROR\]\s+(.+)")
LONGEST = 200  # characters of an error that are told
MOST = 1e12  # of a number that can be meant


@dataclass
class Invocation:
    """One run of a function. Times in ms, memory in MB; None where the log does not tell.

    began, ended: what its first and last line are dated. error: "" where it ended well.
    """

    request: str
    stream: str
    began: datetime
    ended: datetime
    error: str = ""
    duration: float | None = None
    billed: float | None = None
    memory: float | None = None
    used: float | None = None
    init: float | None = None


def read(events: list[dict[str, Any]], stream: str) -> list[Invocation]:
    """The invocations that ended in the events of one stream, the oldest first.

    A worker runs one invocation after the other, so what stands between is of the same one.
    """
    found: list[Invocation] = []
    begins: datetime | None = None
    error = ""
    for event in events:
        when = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        kind, request, told = _said(event["message"])
        if kind == "start":
            begins, error = when, ""
        elif kind == "report":
            one = Invocation(request, stream, begins or when, when, **told)
            one.error = error or one.error
            found.append(one)
            begins, error = None, ""
        elif kind == "error" and not error:
            error = request
    return found


def apart(events: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The events of one stream, those of each invocation together, with its request's id.

    What stands before a start belongs to it, and what no report follows is of one that runs still.
    """
    found: list[tuple[str, list[dict[str, Any]]]] = []
    several: list[dict[str, Any]] = []
    request = ""
    for event in events:
        kind, told, _ = _said(event["message"])
        several.append(event)
        if kind == "start":
            request = told
        elif kind == "report":
            found.append((told, several))
            several, request = [], ""
    return [*found, (request, several)] if several else found


def report(log: str) -> Invocation | None:
    """What the end of a log says, as Invoke gives it."""
    lines = [{"timestamp": 0, "message": line} for line in log.splitlines()]
    found = read(lines, "")
    return found[-1] if found else None


def _said(message: str) -> tuple[str, str, dict[str, Any]]:
    """`start`, `report` or `error`, else ""; the request's id, or the error; the report's figures.

    >>> _said("START RequestId: 1-2 Version: $LATEST")
    ('start', '1-2', {})
    >>> _said("[ERROR] ValueError: no price")
    ('error', 'ValueError: no price', {})
    """
    if message.startswith("{"):
        return _said_in_json(message)
    if match := _START.match(message):
        return "start", match[1], {}
    if match := _REPORT.match(message):
        return "report", match[1], _figures(message)
    if match := _TIMED_OUT.search(message):
        return "error", match[0], {}
    if match := _ERROR.match(message):
        return "error", units.shorten(match[1], LONGEST), {}
    return "", "", {}


def _figures(line: str) -> dict[str, Any]:
    """What a REPORT line tells, its fields apart by tabs."""
    fields = dict(part.split(": ", 1) for part in line.strip().split("\t") if ": " in part)

    def number(name: str) -> float | None:
        match = _NUMBER.fullmatch(fields.get(name, ""))
        return float(match[1]) if match else None

    return {
        "duration": number("Duration"),
        "billed": number("Billed Duration"),
        "memory": number("Memory Size"),
        "used": number("Max Memory Used"),
        "init": number("Init Duration"),
        "error": fields.get("Error Type") or fields.get("Status", ""),
    }


def _said_in_json(message: str) -> tuple[str, str, dict[str, Any]]:
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        return "", "", {}
    record = told.get("record")
    record = record if isinstance(record, dict) else {}
    request = str(record.get("requestId", ""))
    if told.get("type") == "platform.start":
        return "start", request, {}
    if told.get("type") == "platform.report":
        return "report", request, _metrics(record)
    if told.get("level") in ("ERROR", "CRITICAL") and "errorMessage" in told:
        words = f"{told.get('errorType', 'Error')}: {told['errorMessage']}"
        return "error", units.shorten(words, LONGEST), {}
    return "", "", {}


def _metrics(record: dict[str, Any]) -> dict[str, Any]:
    """What a platform.report record tells."""
    metrics = record.get("metrics")
    metrics = metrics if isinstance(metrics, dict) else {}
    status = record.get("status", "success")

    def number(name: str) -> float | None:
        told = metrics.get(name)  # a function may print what looks like a record
        return float(told) if isinstance(told, int | float) and 0 <= told < MOST else None

    return {
        "duration": number("durationMs"),
        "billed": number("billedDurationMs"),
        "memory": number("memorySizeMB"),
        "used": number("maxMemoryUsedMB"),
        "init": number("initDurationMs"),
        "error": str(record.get("errorType") or ("" if status == "success" else status)),
    }
