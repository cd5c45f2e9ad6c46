"""Where moto's CloudWatch Logs asks: a query is run by this package. Imports moto."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from moto.logs import models
from moto.logs.models import LogQuery, LogsBackend

from helpers.localaws.account import ACCOUNT
from helpers.localaws.logs_insights import fields, language, running
from helpers.localaws.on_moto.mends.malformed import refused
from helpers.localaws.turns import present


def install() -> None:
    """Put the hooks in place."""
    models.execute_query = _execute_query
    LogQuery.to_result_json = _to_result_json
    LogsBackend.start_query = _start_query


_plain_start_query = LogsBackend.start_query


def _start_query(
    self: LogsBackend, log_group_names: list[str], start_time: int, end_time: int, query_string: str
) -> str:
    """For LogsBackend.start_query: what cannot be read or carried out is refused."""
    end_time = _meant(end_time)
    try:
        return _plain_start_query(self, log_group_names, start_time, end_time, query_string)
    except (language.MalformedQuery, ValueError) as error:
        raise refused(str(error), "MalformedQueryException") from None
    except (language.NotHere, TypeError) as error:
        message = f"The local endpoint cannot carry out this query: it does not have {error}."
        raise refused(message, "MalformedQueryException") from None


def _meant(when: int) -> int:
    """The end of a range, a client's now being the simulated now; seconds or ms."""
    moved = present.meant_ms(when) if _is_millis(when) else present.meant(when)
    return when if moved == when or moved is None else math.ceil(moved)


def _execute_query(
    log_groups: list[Any], query: str, start_time: int, end_time: int
) -> running.Rows:
    """For moto.logs.models.execute_query, which knows three commands. Times: seconds or ms."""
    first, last = _millis(start_time), _millis(end_time, 999)
    return running.run(language.read(query), _events(log_groups, first, last))


def _events(log_groups: list[Any], first: float, last: float) -> Iterator[dict[str, Any]]:
    events = [
        (event.timestamp, event.event_id, event, name, group.name)
        for group in log_groups
        for name, stream in group.streams.items()
        for event in stream.events
        if first <= event.timestamp <= last
    ]
    events.sort(key=lambda one: one[:2])
    for _, _, event, stream, group in events:
        yield fields.of(event, stream, group, ACCOUNT)


def _millis(when: int, rest: int = 0) -> int:
    """AWS takes both: what is too large for seconds are milliseconds. rest: of a second."""
    return when if _is_millis(when) else when * 1000 + rest


def _is_millis(when: int) -> bool:
    return when > 100_000_000_000


def _to_result_json(self: LogQuery) -> dict[str, Any]:
    """For LogQuery.to_result_json, which tells nothing of how much was looked at."""
    rows = self.results
    counted = {
        "recordsMatched": float(getattr(rows, "matched", len(rows))),
        "recordsScanned": float(getattr(rows, "scanned", len(rows))),
        "bytesScanned": float(getattr(rows, "size", 0)),
    }
    shown = [[{"field": name, "value": text} for name, text in row.items()] for row in rows]
    return {"results": shown, "statistics": counted, "status": self.status}
