"""Times in requests to CloudWatch Logs: a client's now is the simulated now. Imports moto."""

from __future__ import annotations

from typing import Any

from moto.logs.models import LogsBackend

from helpers.localaws.turns.present import meant_ms

_plain_filter = LogsBackend.filter_log_events
_plain_get = LogsBackend.get_log_events
_plain_put = LogsBackend.put_log_events


def install() -> None:
    """Put the hooks in place."""
    LogsBackend.filter_log_events = _filter_log_events
    LogsBackend.get_log_events = _get_log_events
    LogsBackend.put_log_events = _put_log_events


def _filter_log_events(
    self: LogsBackend,
    log_group_name: str,
    log_stream_names: list[str],
    start_time: int,
    end_time: int,
    *more: Any,
    **named: Any,
) -> Any:
    """For LogsBackend.filter_log_events."""
    end: Any = meant_ms(end_time)
    return _plain_filter(self, log_group_name, log_stream_names, start_time, end, *more, **named)


def _get_log_events(self: LogsBackend, *given: Any, **named: Any) -> Any:
    """For LogsBackend.get_log_events, whose times moto names."""
    if named.get("end_time") is not None:
        named["end_time"] = meant_ms(named["end_time"])
    return _plain_get(self, *given, **named)


def _put_log_events(
    self: LogsBackend, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
) -> Any:
    """For LogsBackend.put_log_events, which refuses what is older than two weeks."""
    dated: list[Any] = [one | {"timestamp": meant_ms(one["timestamp"])} for one in log_events]
    times = [one["timestamp"] for one in dated]
    in_order = times == sorted(times)
    return _plain_put(self, log_group_name, log_stream_name, dated if in_order else log_events)
