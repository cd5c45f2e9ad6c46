"""Alarms: state and why, what is compared with what, whom it tells, how it came to that."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from helpers import draw
from helpers.console import addresses, clock, drawing
from helpers.console.aws import Problem, attempt
from helpers.console.metric_chart import Chart, short
from helpers.console.page import Page, Refused
from helpers.units import duration

ROWS = 50  # alarms on a page
EVENTS = 50  # of its history
PERIODS = 60  # of its metric that are drawn
STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
TYPES = ["MetricAlarm", "CompositeAlarm"]  # CloudWatch tells only the former unasked

_COMPARED: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": ("at least", operator.ge),
    "GreaterThanThreshold": ("more than", operator.gt),
    "LessThanThreshold": ("less than", operator.lt),
    "LessThanOrEqualToThreshold": ("at most", operator.le),
}
_BANDS = {
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the expected band",
    "LessThanLowerThreshold": "below the expected band",
    "GreaterThanUpperThreshold": "above the expected band",
}
_MISSING = {
    "missing": "it says that it does not know",
    "ignore": "it stays as it is",
    "breaching": "as if it breached",
    "notBreaching": "as if it were well",
}
_KINDS = {"StateUpdate": "state", "ConfigurationUpdate": "settings", "Action": "action"}
_CHILD = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*(?:\"([^\"]+)\"|([^\")\s]+))\s*\)")


class Alarms(Page):
    """All alarms."""

    template = "alarms.html"
    section = "alarms"

    def show(self) -> dict[str, Any]:
        """A page of those in a state whose names begin as was asked, those in ALARM first."""
        state, prefix = self._state(), self.get_query_argument("prefix", "")
        answer = self._asked(state, prefix)
        alarms = answer.get("MetricAlarms", []) + answer.get("CompositeAlarms", [])
        return {
            "alarms": sorted(alarms, key=lambda one: STATES.index(one["StateValue"])),
            "more": answer.get("NextToken", ""),
            "state": state,
            "states": STATES,
            "prefix": prefix,
            "condition": condition,
            # on AWS each look is billed
            "live": self.link("live", "alarms") if self.aws.is_local else "",
        }

    def version(self) -> str:
        """Which alarms there are, and how they stand."""
        answer = self._asked("", "")
        alarms = answer.get("MetricAlarms", []) + answer.get("CompositeAlarms", [])
        return repr([(one["AlarmName"], one["StateValue"]) for one in alarms])

    def _state(self) -> str:
        asked = self.get_query_argument("state", "")
        return asked if asked in STATES else ""

    def _asked(self, state: str, prefix: str) -> dict[str, Any]:
        given: dict[str, Any] = {"AlarmTypes": TYPES, "MaxRecords": ROWS}
        if state:
            given["StateValue"] = state
        if prefix:
            given["AlarmNamePrefix"] = prefix
        if after := self.get_query_argument("after", ""):
            given["NextToken"] = after
        return dict(self.aws.client("cloudwatch").describe_alarms(**given))


class Alarm(Page):
    """One alarm. Names may have slashes, so its own is told in the query."""

    template = "alarm.html"
    section = "alarms"

    def show(self) -> dict[str, Any]:
        """Its state, condition, metric, actions and a page of its history."""
        alarm = self._alarm()
        known = alarm["AlarmName"]
        return {
            "alarm": alarm,
            "condition": condition(alarm),
            "missing": _MISSING.get(alarm.get("TreatMissingData", "missing"), ""),
            "children": children(alarm.get("AlarmRule", "")),
            "watched": [(key, value, self._page_of(key, value)) for key, value in watched(alarm)],
            "picture": attempt(lambda: self._picture(alarm)),
            "actions": {
                "alarm": alarm.get("AlarmActions", []),
                "OK": alarm.get("OKActions", []),
                "insufficient data": alarm.get("InsufficientDataActions", []),
            },
            "history": attempt(lambda: self._history(known)),
            "kinds": _KINDS,
            "live": self.link("live", "alarms", "one", alarm=known) if self.aws.is_local else "",
        }

    def version(self) -> str:
        """Its state, and when that was looked at."""
        alarm = self._alarm()
        looked = alarm.get("StateUpdatedTimestamp")
        return repr((alarm["StateValue"], looked, alarm.get("ActionsEnabled")))

    def act(self) -> str:
        """Let it tell of changes, or not."""
        known, client = self._alarm()["AlarmName"], self.aws.client("cloudwatch")
        what = self.get_body_argument("do", "")
        if what == "enable":
            client.enable_alarm_actions(AlarmNames=[known])
        elif what == "disable":
            client.disable_alarm_actions(AlarmNames=[known])
        else:
            raise Refused(Problem("Nothing was asked for."))
        return self.link("alarms", "one", alarm=known)

    def question(self) -> str:
        """On an account: somebody may rely on it."""
        if self.aws.is_local:
            return ""
        what = "Enable" if self.get_body_argument("do", "") == "enable" else "Disable"
        return f"{what} the actions of the alarm {self.get_query_argument('alarm', '')}?"

    def _alarm(self) -> dict[str, Any]:
        known = self.get_query_argument("alarm", "")
        answer = self.aws.client("cloudwatch").describe_alarms(AlarmNames=[known], AlarmTypes=TYPES)
        for one in answer.get("MetricAlarms", []) + answer.get("CompositeAlarms", []):
            return dict(one)
        raise Refused(Problem(f"There is no alarm {known}.", "", "Look whether its name is right."))

    def _history(self, known: str) -> dict[str, Any]:
        after = self.get_query_argument("after", "")
        answer = self.aws.client("cloudwatch").describe_alarm_history(
            AlarmName=known,
            AlarmTypes=TYPES,
            MaxRecords=EVENTS,
            **({"NextToken": after} if after else {}),
        )
        return {"rows": answer["AlarmHistoryItems"], "more": answer.get("NextToken", "")}

    def _picture(self, alarm: dict[str, Any]) -> draw.Picture | Problem | None:
        """The values that it looked at lately; None where there is none, or no metric."""
        queries = _queries(alarm)
        if not queries:
            return None
        end = clock.read(self.aws).now
        begin = end - timedelta(seconds=PERIODS * _period(alarm))
        answer = self.aws.client("cloudwatch").get_metric_data(
            MetricDataQueries=queries, StartTime=begin, EndTime=end, ScanBy="TimestampAscending"
        )
        told = answer["MetricDataResults"][:1]
        values = [pair for one in told for pair in _finite(one["Timestamps"], one["Values"])]
        if not values:
            return None
        chart = Chart(
            condition(alarm, whole=False),
            values,
            begin,
            end,
            alarm.get("Threshold"),
            lambda value: _breaches(alarm, value),
        )
        return drawing.drawn(chart.picture)

    def _page_of(self, dimension: str, value: str) -> str:
        """The address of the page of what a metric's dimension names, "" where there is none."""
        place = _NAMED[dimension](value) if dimension in _NAMED else None
        return self.link("") + place.page if place else ""


_NAMED: dict[str, Callable[[str], addresses.Place | None]] = {
    "StateMachineArn": addresses.known,
    "FunctionName": addresses.function,
    "QueueName": addresses.queue,
    "RuleName": addresses.rule,
}


def condition(alarm: dict[str, Any], whole: bool = True) -> str:
    """When it is in alarm, in words; whole: with the threshold, not only what is compared.

    >>> condition({"MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "Sum",
    ...     "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 1.0,
    ...     "ComparisonOperator": "GreaterThanOrEqualToThreshold"})
    'Errors of AWS/Lambda, the sum over 1 min, is at least 1 in 2 of 3 periods'
    """
    if "AlarmRule" in alarm:
        return str(alarm["AlarmRule"])
    what = _what(alarm)
    if not whole:
        return what
    periods = alarm.get("EvaluationPeriods", 1)
    wanted = alarm.get("DatapointsToAlarm", periods)
    often = "in one period" if periods == 1 else f"in {wanted} of {periods} periods"
    kind = alarm.get("ComparisonOperator", "")
    if kind in _BANDS:
        return f"{what}, is {_BANDS[kind]} {often}"
    words = _COMPARED[kind][0] if kind in _COMPARED else kind
    return f"{what}, is {words} {short(alarm.get('Threshold', math.nan))} {often}"


def _what(alarm: dict[str, Any]) -> str:
    if "MetricName" in alarm:
        statistic = alarm.get("Statistic", "").lower() or alarm.get("ExtendedStatistic")
        period = duration(alarm.get("Period"))
        return f"{alarm['MetricName']} of {alarm['Namespace']}, the {statistic} over {period}"
    for one in alarm.get("Metrics", []):
        if one.get("ReturnData", True):
            return f"{one.get('Label') or one['Id']}, {one.get('Expression', 'a metric')}"
    return "an expression"


def children(rule: str) -> list[str]:
    """The names or ARNs of the alarms that a composite alarm's rule names, each once.

    >>> children('ALARM("too slow") AND NOT OK(closed)')
    ['too slow', 'closed']
    """
    return list(dict.fromkeys(quoted or bare for quoted, bare in _CHILD.findall(rule)))


def watched(alarm: dict[str, Any]) -> list[tuple[str, str]]:
    """(dimension, value) of all metrics that it looks at, each once."""
    sets = [alarm.get("Dimensions", [])]
    sets += [
        one["MetricStat"]["Metric"].get("Dimensions", [])
        for one in alarm.get("Metrics", [])
        if "MetricStat" in one
    ]
    return list(dict.fromkeys((one["Name"], one["Value"]) for some in sets for one in some))


def _queries(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """What GetMetricData is to be asked for the alarm's values."""
    if "MetricName" not in alarm:
        return list(alarm.get("Metrics", []))
    metric = {key: alarm.get(key) for key in ("Namespace", "MetricName")}
    stat = {
        "Metric": metric | {"Dimensions": alarm.get("Dimensions", [])},
        "Period": alarm["Period"],
        "Stat": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
    } | ({"Unit": alarm["Unit"]} if "Unit" in alarm else {})
    return [{"Id": "watched", "MetricStat": stat}]


def _period(alarm: dict[str, Any]) -> int:
    """The seconds of its period: for an expression the longest of its metrics'."""
    periods = [alarm.get("Period")]
    for one in alarm.get("Metrics", []):
        periods.append(one.get("Period") or one.get("MetricStat", {}).get("Period"))
    return max([int(one) for one in periods if one], default=60)


def _finite(times: list[datetime], values: list[float]) -> list[tuple[datetime, float]]:
    return [pair for pair in zip(times, values, strict=True) if math.isfinite(pair[1])]


def _breaches(alarm: dict[str, Any], value: float) -> bool:
    kind, threshold = alarm.get("ComparisonOperator"), alarm.get("Threshold")
    if kind not in _COMPARED or threshold is None:
        return False
    return _COMPARED[kind][1](value, threshold)
