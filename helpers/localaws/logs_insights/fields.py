"""What a log event has: the fields that Logs Insights finds in it by itself.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from typing import Any

MOST_OF_JSON = 200
_REPORT = re.compile(
    r"(?P<name>Duration|Billed Duration|Memory Size|Max Memory Used|Init Duration): "
    r"(?P<value>[\d.]+) (?P<unit>ms|MB)"
)
_NAMES = {
    "Duration": "@duration",
    "Billed Duration": "@billedDuration",
    "Memory Size": "@memorySize",
    "Max Memory Used": "@maxMemoryUsed",
    "Init Duration": "@initDuration",
}
_REQUEST = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_LAMBDA = re.compile(r"(START|END|REPORT) RequestId: ")


def of(event: Any, stream: str, group: str, account: str) -> dict[str, Any]:
    """The fields of an event of moto's: numbers as float, all else as text."""
    message = str(event.message)
    fields: dict[str, Any] = {
        "@timestamp": float(event.timestamp),
        "@ingestionTime": float(event.ingestion_time),
        "@message": message,
        "@logStream": stream,
        "@log": f"{account}:{group}",
        "@ptr": str(event.event_id),
    }
    if group.startswith("/aws/lambda/"):
        fields |= _of_lambda(message)
    if message.lstrip().startswith("{"):
        fields |= _of_json(message)
    return fields


def _of_lambda(message: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    kind = _LAMBDA.match(message)
    if kind:
        fields["@type"] = kind[1]
    request = _REQUEST.search(message)
    if request:
        fields["@requestId"] = request[0]
    if kind and kind[1] == "REPORT":
        for one in _REPORT.finditer(message):
            value = float(one["value"])
            fields[_NAMES[one["name"]]] = value * 1_000_000 if one["unit"] == "MB" else value
    return fields


def _of_json(message: str) -> dict[str, Any]:
    try:
        body = json.loads(message)
    except ValueError:
        return {}
    fields: dict[str, Any] = {}
    waiting = [("", body)]
    while waiting and len(fields) < MOST_OF_JSON:
        path, value = waiting.pop(0)
        if isinstance(value, dict):
            waiting += [(f"{path}.{key}" if path else str(key), one) for key, one in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}.{index}", one) for index, one in enumerate(value)]
        elif isinstance(value, bool):
            fields[path] = "1" if value else "0"
        elif isinstance(value, int | float):
            fields[path] = float(value)
        elif value is not None:
            fields[path] = str(value)
    return fields
