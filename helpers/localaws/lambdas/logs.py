"""Log lines of the functions go straight into moto's CloudWatch Logs, one put for each invoke."""

from __future__ import annotations

from datetime import datetime

from helpers.localaws.lambdas.settings import Settings
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.gate import gate


def put(settings: Settings, stream_name: str, lines: list[tuple[int, str]]) -> None:
    """Write `lines`, (milliseconds since 1970, text), to the function's log group.

    Not by way of `put_log_events` of moto's backend: that compares with the wall clock and refuses
    what the simulated clock dates far ahead.
    """
    if lines:
        with gate:
            _put(settings, stream_name, lines)


def _put(settings: Settings, stream_name: str, lines: list[tuple[int, str]]) -> None:
    from moto.logs.models import logs_backends

    backend = logs_backends[settings.account][settings.region]
    group = backend.groups.get(settings.log_group)
    if group is None:
        backend.ensure_log_group(settings.log_group)
        group = backend.groups[settings.log_group]
        group.creation_time = _naive_now()
    stream = group.streams.get(stream_name)
    if stream is None:
        group.create_log_stream(stream_name)
        stream = group.streams[stream_name]
        stream.creation_time = _naive_now()
    stream.put_log_events([{"timestamp": when, "message": text} for when, text in lines])
    stream.last_ingestion_time = _naive_now()


def _naive_now() -> datetime:
    """The simulated time in the form in which moto keeps it: UTC without saying so."""
    return clock.now().replace(tzinfo=None)
