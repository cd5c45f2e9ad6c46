"""An alarm as it was put, the state it is in, and what has become of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from helpers.localaws.account import ACCOUNT
from helpers.localaws.metrics.evaluating import INSUFFICIENT, Condition
from helpers.localaws.turns.clock import clock

KEPT = 30 * 86_400
"""Seconds for which the history of an alarm is kept."""
MOST = 500
"""So many entries of it are kept."""

_NUMBERS = {"Threshold": float, "EvaluationPeriods": int, "DatapointsToAlarm": int, "Period": int}


class Alarm:
    """A metric alarm, or a composite one.

    settings: what was put, by the names of the API. Times in POSIX seconds.
    """

    def __init__(self, region: str, settings: dict[str, Any]) -> None:
        now = clock.time()
        self.region = region
        self.name: str = settings["AlarmName"]
        self.alarm_arn = f"arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{self.name}"
        self.state_value, self.state_reason = INSUFFICIENT, "Unchecked: Initial alarm creation"
        self.state_reason_data: str | None = None
        self.state_since = self.state_updated = now
        self.history: list[dict[str, Any]] = []
        self.put(settings)

    def put(self, settings: dict[str, Any]) -> None:
        """Take other settings; the state stays."""
        self.settings = {name: v for name, v in settings.items() if v is not None}
        for name, kind in _NUMBERS.items():
            if name in self.settings:
                self.settings[name] = kind(float(self.settings[name]))
        enabled = self.settings.get("ActionsEnabled", True)
        self.actions_enabled = str(enabled).lower() != "false"
        self.configured = clock.time()

    # -- what moto asks of an alarm

    @property
    def rule(self) -> str | None:
        """The rule of a composite alarm."""
        return self.settings.get("AlarmRule")

    # -- what it looks at

    @property
    def queries(self) -> list[dict[str, Any]]:
        """What it looks at, as GetMetricData takes it; one of them is the alarm's value."""
        settings = self.settings
        if settings.get("Metrics"):
            return settings["Metrics"]
        metric = {name: settings.get(name) for name in ("Namespace", "MetricName", "Dimensions")}
        stat = {
            "Metric": metric,
            "Period": settings["Period"],
            "Stat": settings.get("Statistic") or settings.get("ExtendedStatistic"),
            "Unit": settings.get("Unit"),
        }
        return [{"Id": "m1", "MetricStat": stat, "ReturnData": True}]

    @property
    def watched_id(self) -> str:
        """The id of the query whose values are compared with the threshold."""
        queries = self.queries
        chosen = [q for q in queries if str(q.get("ReturnData", True)).lower() != "false"]
        return (chosen or queries)[0]["Id"]

    @property
    def period(self) -> int:
        """The length of its periods, in seconds."""
        if self.settings.get("Period"):
            return self.settings["Period"]
        queries = self.queries
        periods = [int(q["MetricStat"]["Period"]) for q in queries if "MetricStat" in q]
        periods += [int(q["Period"]) for q in queries if q.get("Period")]
        return max(periods, default=60)

    @property
    def condition(self) -> Condition:
        """When it is to go off. What is missing of a table's metrics is ignored, if nothing else
        is said.
        """
        settings = self.settings
        spaces = {
            q["MetricStat"]["Metric"].get("Namespace") for q in self.queries if "MetricStat" in q
        }
        default = "ignore" if spaces == {"AWS/DynamoDB"} else "missing"
        return Condition(
            settings["ComparisonOperator"],
            settings["Threshold"],
            settings["EvaluationPeriods"],
            settings.get("DatapointsToAlarm") or settings["EvaluationPeriods"],
            settings.get("TreatMissingData") or default,
        )

    # -- what has become of it

    def note(self, kind: str, summary: str, data: dict[str, Any]) -> None:
        """Add to its history."""
        now = clock.time()
        self.history.append(
            {
                "when": now,
                "kind": kind,
                "summary": summary,
                "data": json.dumps({"version": "1.0", **data}, separators=(",", ":")),
            }
        )
        kept = self.history[-MOST:]
        self.history = [one for one in kept if one["when"] > now - KEPT]

    def described(self) -> dict[str, Any]:
        """As DescribeAlarms gives it."""
        kept = {k: v for k, v in self.settings.items() if k not in ("Tags", "ActionsEnabled")}
        lists = ("OKActions", "AlarmActions", "InsufficientDataActions")
        return {
            **kept,
            **{name: self.settings.get(name) or [] for name in lists},
            **({} if self.rule else {"Dimensions": self.settings.get("Dimensions") or []}),
            "AlarmArn": self.alarm_arn,
            "ActionsEnabled": self.actions_enabled,
            "AlarmConfigurationUpdatedTimestamp": moment(self.configured),
            "StateValue": self.state_value,
            "StateReason": self.state_reason,
            "StateReasonData": self.state_reason_data,
            "StateUpdatedTimestamp": moment(self.state_updated),
            "StateTransitionedTimestamp": moment(self.state_since),
        }


_OF_MOTO = {
    "AlarmName": "name",
    "AlarmDescription": "description",
    "Namespace": "namespace",
    "MetricName": "metric_name",
    "ComparisonOperator": "comparison_operator",
    "EvaluationPeriods": "evaluation_periods",
    "DatapointsToAlarm": "datapoints_to_alarm",
    "Period": "period",
    "Threshold": "threshold",
    "Statistic": "statistic",
    "ExtendedStatistic": "extended_statistic",
    "AlarmActions": "alarm_actions",
    "OKActions": "ok_actions",
    "InsufficientDataActions": "insufficient_data_actions",
    "Unit": "unit",
    "ActionsEnabled": "actions_enabled",
    "TreatMissingData": "treat_missing_data",
    "AlarmRule": "rule",
}


def from_moto(region: str, alarm: Any) -> Alarm:
    """One of moto's alarms as one of these."""
    settings = {name: getattr(alarm, theirs) for name, theirs in _OF_MOTO.items()}
    settings["Dimensions"] = [{"Name": d.name, "Value": d.value} for d in alarm.dimensions]
    return Alarm(region, settings)


def moment(seconds: float) -> datetime:
    """A time as answers have it."""
    return datetime.fromtimestamp(seconds, UTC)


def written(seconds: float) -> str:
    """A time as CloudWatch's messages have it.

    >>> written(0)
    '1970-01-01T00:00:00.000+0000'
    """
    text = moment(round(seconds, 3)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{text[:-3]}+0000"
