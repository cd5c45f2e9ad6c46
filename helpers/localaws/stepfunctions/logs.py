"""Events of executions in CloudWatch Logs, where a machine's loggingConfiguration asks for them."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.asl.json_text import dump
from helpers.localaws.stepfunctions.facts import Facts
from helpers.localaws.stepfunctions.history import without_data
from helpers.localaws.turns.clock import clock

if TYPE_CHECKING:
    from moto.logs.models import LogGroup

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


_PROOF = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions"
_PROVED = (
    "Permissions are set correctly to allow AWS CloudWatch Logs to write into your logs while "
    "creating a subscription."
)


def writer(configuration: dict[str, Any], facts: Facts) -> Callable[[dict[str, Any]], None] | None:
    """A listener for the history of an execution; None where nothing is to be logged."""
    level = configuration.get("level", "OFF")
    streams = [(one, _stream(one, facts)) for one in _groups(configuration)]
    if level not in _LEVELS or not streams:
        return None
    chosen, whole = _LEVELS[level], bool(configuration.get("includeExecutionData"))

    def write(event: dict[str, Any]) -> None:
        if chosen is None or event["type"] in chosen:
            entry = _entry(event if whole else without_data(event), facts)
            for group, stream in streams:
                _put(group, stream, entry, int(event["timestamp"] * 1000))

    return write


def begin_delivery(configuration: dict[str, Any] | None) -> None:
    """Leave the stream in the log groups with which AWS finds out that it may write there."""
    if configuration is None or configuration.get("level", "OFF") == "OFF":
        return
    for arn in _groups(configuration):
        group = _log_group(arn)
        if group is not None and _PROOF not in group.streams:
            _put(arn, _PROOF, _PROVED, int(clock.time() * 1000))


def _groups(configuration: dict[str, Any]) -> list[str]:
    """The ARNs of the log groups that a machine logs into."""
    return [
        one["cloudWatchLogsLogGroup"]["logGroupArn"]
        for one in configuration.get("destinations", [])
        if "cloudWatchLogsLogGroup" in one
    ]


def _stream(group_arn: str, facts: Facts) -> str:
    """The stream that a machine's executions have together, in this log group."""
    group, mine = _log_group(group_arn), f"states/{facts.machine_name}/"
    streams = () if group is None else [one for one in list(group.streams) if one.startswith(mine)]
    if streams:
        return max(streams)
    code = zlib.crc32(facts.machine_arn.encode())
    return f"{mine}{clock.now():%Y-%m-%d-%H-%M}/{code:08x}"


def _entry(event: dict[str, Any], facts: Facts) -> str:
    details = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    return dump(
        {
            "id": str(event["id"]),
            "type": event["type"],
            "details": details,
            "previous_event_id": str(event["previousEventId"]),
            "event_timestamp": str(int(event["timestamp"] * 1000)),
            "execution_arn": facts.arn,
            "redrive_count": str(facts.redrive_count),
        }
    )


def _log_group(arn: str) -> LogGroup | None:
    from moto.logs.models import logs_backends

    parts = arn.split(":")
    return None if len(parts) < 7 else logs_backends[parts[4]][parts[3]].groups.get(parts[6])


def _put(group_arn: str, stream: str, message: str, timestamp: int) -> None:
    group = _log_group(group_arn)
    if group is None:
        return  # AWS loses what it cannot deliver
    try:
        if stream not in group.streams:
            group.create_log_stream(stream)
        # not by way of the backend's put_log_events, which refuses what the simulated clock dates
        group.streams[stream].put_log_events([{"timestamp": timestamp, "message": message}])
    except Exception:
        LOG.exception("an event was not logged to %s", group_arn)
