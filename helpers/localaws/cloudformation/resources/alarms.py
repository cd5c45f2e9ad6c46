"""AWS::CloudWatch::Alarm."""

from __future__ import annotations

from typing import Any

from .base import Made, Request, ResourceType


def _backend(request: Request) -> Any:
    from moto.cloudwatch.models import cloudwatch_backends

    return cloudwatch_backends[request.account][request.region]


class Alarm(ResourceType):
    """A metric alarm."""

    service = "CloudWatch"

    def create(self, request: Request) -> Made:
        """Create the alarm."""
        name = self.name(request)
        alarm = self._put(request, name)
        return Made(name, {"Arn": alarm.alarm_arn})

    def update(self, request: Request) -> Made | None:
        """Put it anew under its name."""
        self._put(request, request.physical_id)
        return None

    def delete(self, request: Request) -> None:
        """Delete the alarm."""
        _backend(request).delete_alarms([request.physical_id])

    def exists(self, request: Request) -> bool:
        """Return whether the alarm is there."""
        return request.physical_id in _backend(request).alarms

    def _put(self, request: Request, name: str) -> Any:
        wanted = request.properties
        return _backend(request).put_metric_alarm(
            name=name,
            namespace=wanted.get("Namespace"),
            metric_name=wanted.get("MetricName"),
            comparison_operator=wanted["ComparisonOperator"],
            evaluation_periods=wanted["EvaluationPeriods"],
            period=wanted.get("Period"),
            threshold=wanted.get("Threshold"),
            statistic=wanted.get("Statistic"),
            description=wanted.get("AlarmDescription"),
            dimensions=[
                {"Name": d["Name"], "Value": d["Value"]} for d in wanted.get("Dimensions") or []
            ],
            alarm_actions=wanted.get("AlarmActions") or [],
            datapoints_to_alarm=wanted.get("DatapointsToAlarm"),
            extended_statistic=wanted.get("ExtendedStatistic"),
            ok_actions=wanted.get("OKActions") or [],
            insufficient_data_actions=wanted.get("InsufficientDataActions") or [],
            unit=wanted.get("Unit"),
            actions_enabled=wanted.get("ActionsEnabled", True),
            treat_missing_data=wanted.get("TreatMissingData"),
            evaluate_low_sample_count_percentile=wanted.get("EvaluateLowSampleCountPercentile"),
            threshold_metric_id=wanted.get("ThresholdMetricId"),
            tags=request.tag_list(),
        )
