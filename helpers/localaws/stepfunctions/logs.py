"""Events of executions in CloudWatch Logs, where a machine's loggingConfiguration asks for them."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from typing import Any

from helpers.asl.json_text import dump
from helpers.localaws.stepfunctions.history import without_data
from helpers.localaws.turns.clock import clock

LOG = logging.getLogger(__name__)

_FATAL = ("ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut")
_ERROR = (
    *_FATAL,
    "ActivityFailed",
    "ActivityScheduleFailed",
    "ActivityTimedOut",
    "EvaluationFailed",
    "FailStateEntered",
    "LambdaFunctionFailed",
    "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed",
    "LambdaFunctionTimedOut",
    "MapIterationAborted",
    "MapIterationFailed",
    "MapRunAborted",
    "MapRunFailed",
    "MapStateAborted",
    "MapStateFailed",
    "ParallelStateAborted",
    "ParallelStateFailed",
    "TaskFailed",
    "TaskStartFailed",
    "TaskStateAborted",
    "TaskSubmitFailed",
    "TaskTimedOut",
    "WaitStateAborted",
)
_LEVELS = {"ALL": None, "ERROR": _ERROR, "FATAL": _FATAL}
"""Which events a level has; None is all of them."""


def writer(
    configuration: dict[str, Any], arn: str, machine_name: str
) -> Callable[[dict[str, Any]], None] | None:
    """A listener for the history of the execution `arn`; None where nothing is to be logged."""
    level = configuration.get("level", "OFF")
    if level not in _LEVELS:
        return None
    groups = [
        one["cloudWatchLogsLogGroup"]["logGroupArn"]
        for one in configuration.get("destinations", [])
        if "cloudWatchLogsLogGroup" in one
    ]
    if not groups:
        return None
    chosen, whole = _LEVELS[level], bool(configuration.get("includeExecutionData"))
    now = clock.now()
    stream = f"states/{machine_name}/{now:%Y-%m-%d-%H-%M}/{zlib.crc32(arn.encode()):08x}"

    def write(event: dict[str, Any]) -> None:
        if chosen is None or event["type"] in chosen:
            entry = _entry(event if whole else without_data(event), arn)
            for group in groups:
                _put(group, stream, entry, int(event["timestamp"] * 1000))

    return write


def _entry(event: dict[str, Any], arn: str) -> str:
    details = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    return dump(
        {
            "id": str(event["id"]),
            "type": event["type"],
            "details": details,
            "previous_event_id": str(event["previousEventId"]),
            "event_timestamp": str(int(event["timestamp"] * 1000)),
            "execution_arn": arn,
            "redrive_count": "0",
        }
    )


def _put(group_arn: str, stream: str, message: str, timestamp: int) -> None:
    from moto.logs.models import logs_backends

    parts = group_arn.split(":")
    if len(parts) < 7:
        return
    group = logs_backends[parts[4]][parts[3]].groups.get(parts[6])
    if group is None:
        return  # AWS loses what it cannot deliver
    try:
        if stream not in group.streams:
            group.create_log_stream(stream)
        # not by way of the backend's put_log_events, which refuses what the simulated clock dates
        group.streams[stream].put_log_events([{"timestamp": timestamp, "message": message}])
    except Exception:
        LOG.exception("an event was not logged to %s", group_arn)
