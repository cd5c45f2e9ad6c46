"""Where moto's CloudWatch Logs asks: patterns are read here, and metric filters make metrics.

Imports moto.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import (
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)
from moto.logs.models import LogGroup, LogsBackend, LogStream, logs_backends
from moto.logs.responses import LogsResponse
from moto.logs.utils import EventMessageFilter

from helpers.localaws.log_filters import checks, emitting, searching
from helpers.localaws.log_filters.searching import read

_NOT_HERE = ("applyOnTransformedLogs", "emitSystemFieldDimensions", "fieldSelectionCriteria")
_PAGE = 50


def install() -> None:
    """Put the hooks in place."""
    EventMessageFilter.__init__ = _init_filter
    searching.install()
    LogStream.put_log_events = _put_log_events
    LogGroup.to_describe_dict = _to_describe_dict
    LogsBackend.delete_log_group = _delete_log_group
    LogsBackend.put_metric_filter = _put_metric_filter
    LogsBackend.describe_metric_filters = _describe_metric_filters
    LogsBackend.delete_metric_filter = _delete_metric_filter
    LogsResponse.put_metric_filter = _answer_put_metric_filter
    LogsResponse.describe_metric_filters = _answer_describe_metric_filters
    LogsResponse.test_metric_filter = _answer_test_metric_filter


def _init_filter(self: EventMessageFilter, pattern: str) -> None:
    """For EventMessageFilter.__init__, which knows words only: all else lets every event pass."""
    self.matches = read(pattern or "").fits


# -- events come in


_plain_put_log_events = LogStream.put_log_events


def _put_log_events(self: LogStream, log_events: list[dict[str, Any]]) -> str:
    """For LogStream.put_log_events, by which every event comes in, whoever wrote it."""
    token = _plain_put_log_events(self, log_events)
    group = self.log_group
    filters = _of(logs_backends[group.account_id][group.region], group.name)
    if filters:
        emitting.emit(group.region, filters, log_events)
    return token


def _of(backend: LogsBackend, group: str) -> list[dict[str, Any]]:
    """The metric filters of a log group, in the order of their names."""
    filters = backend.filters.metric_filters
    if not filters:
        return []
    return sorted((f for f in filters if f["logGroupName"] == group), key=lambda f: f["filterName"])


# -- the filters of a group


_plain_describe_group = LogGroup.to_describe_dict
_plain_delete_log_group = LogsBackend.delete_log_group


def _to_describe_dict(self: LogGroup) -> dict[str, Any]:
    """For LogGroup.to_describe_dict, which counts no metric filters."""
    backend = logs_backends[self.account_id][self.region]
    return _plain_describe_group(self) | {"metricFilterCount": len(_of(backend, self.name))}


def _delete_log_group(self: LogsBackend, log_group_name: str) -> None:
    """For LogsBackend.delete_log_group, which leaves the group's filters to the next one."""
    _plain_delete_log_group(self, log_group_name)
    kept = [f for f in self.filters.metric_filters if f["logGroupName"] != log_group_name]
    self.filters.metric_filters = kept


def _put_metric_filter(
    self: LogsBackend,
    filter_name: str,
    filter_pattern: str,
    log_group_name: str,
    metric_transformations: list[dict[str, Any]],
) -> None:
    """For LogsBackend.put_metric_filter, which takes everything, and the same name twice."""
    if log_group_name not in self.groups:
        raise ResourceNotFoundException()
    there = _of(self, log_group_name)
    old = next((one for one in there if one["filterName"] == filter_name), None)
    try:
        for transformation in metric_transformations:
            checks.check(filter_pattern, transformation)
        checks.check_room(filter_pattern, (one for one in there if one is not old))
    except checks.Invalid as error:
        raise InvalidParameterException(str(error)) from None
    except checks.TooMany:
        raise LimitExceededException() from None
    new = {
        "filterName": filter_name,
        "filterPattern": filter_pattern,
        "metricTransformations": metric_transformations,
        "creationTime": int(unix_time_millis(utcnow())),
        "logGroupName": log_group_name,
    }
    kept = [one for one in self.filters.metric_filters if one is not old]
    self.filters.metric_filters = [*kept, new]


def _describe_metric_filters(
    self: LogsBackend,
    prefix: str | None = None,
    log_group_name: str | None = None,
    metric_name: str | None = None,
    metric_namespace: str | None = None,
) -> list[dict[str, Any]]:
    """For LogsBackend.describe_metric_filters, which finds name and namespace apart."""
    if log_group_name is not None and log_group_name not in self.groups:
        raise ResourceNotFoundException()
    filters = [
        one
        for one in self.filters.metric_filters
        if one["filterName"].startswith(prefix or "")
        and log_group_name in (None, one["logGroupName"])
        and (
            metric_name is None
            or any(
                (made["metricName"], made["metricNamespace"]) == (metric_name, metric_namespace)
                for made in one["metricTransformations"]
            )
        )
    ]
    return sorted(filters, key=lambda one: (one["filterName"], one["logGroupName"]))


def _delete_metric_filter(
    self: LogsBackend, filter_name: str | None = None, log_group_name: str | None = None
) -> None:
    """For LogsBackend.delete_metric_filter, which misses none that is not there."""
    if log_group_name not in self.groups:
        raise ResourceNotFoundException()
    there = self.filters.metric_filters
    kept = [
        one
        for one in there
        if (one["filterName"], one["logGroupName"]) != (filter_name, log_group_name)
    ]
    if len(kept) == len(there):
        raise ResourceNotFoundException("The specified metric filter does not exist.")
    self.filters.metric_filters = kept


# -- by the API


_plain_answer_put_metric_filter = LogsResponse.put_metric_filter
_plain_answer_describe_metric_filters = LogsResponse.describe_metric_filters


def _answer_put_metric_filter(self: LogsResponse) -> str:
    """For LogsResponse.put_metric_filter, which overlooks what it does not have."""
    for name in _NOT_HERE:
        if self._get_param(name):
            raise InvalidParameterException(f"The local endpoint's metric filters have no {name}.")
    return _plain_answer_put_metric_filter(self)


def _answer_describe_metric_filters(self: LogsResponse) -> str:
    """For LogsResponse.describe_metric_filters, which knows no pages."""
    filters = json.loads(_plain_answer_describe_metric_filters(self))["metricFilters"]
    token, size = self._get_param("nextToken"), int(self._get_param("limit") or _PAGE)
    begin = 0
    if token:
        if not token.isdigit():
            raise InvalidParameterException("The specified nextToken is invalid.")
        begin = int(token)
    answer: dict[str, Any] = {"metricFilters": filters[begin : begin + size]}
    if begin + size < len(filters):
        answer["nextToken"] = str(begin + size)
    return json.dumps(answer)


def _answer_test_metric_filter(self: LogsResponse) -> str:
    """For TestMetricFilter, which moto does not have."""
    pattern = read(self._get_param("filterPattern"))
    matches = [
        {"eventNumber": number, "eventMessage": message, "extractedValues": fields}
        for number, message in enumerate(self._get_param("logEventMessages"), 1)
        if (fields := pattern.found(message)) is not None
    ]
    return json.dumps({"matches": matches})
