"""What an alarm does when its state changes: topics, functions and rules are told of it.

The messages: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html (Lambda) and
.../cloudwatch-and-eventbridge.html (EventBridge); what topics get is as AWS sends it.
"""

from __future__ import annotations

import functools
import json
import logging
import uuid
from typing import Any

from helpers.localaws.account import ACCOUNT
from helpers.localaws.metrics.alarms import Alarm, written
from helpers.localaws.turns.clock import clock

LOG = logging.getLogger(__name__)
_LISTS = {
    "OK": "OKActions",
    "ALARM": "AlarmActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}


def change(alarm: Alarm, state: str, reason: str, data: str | None) -> None:
    """Put an alarm into another state, and do what is to be done then. data: JSON."""
    before = _told(alarm)
    now = clock.time()
    alarm.state_value, alarm.state_reason, alarm.state_reason_data = state, reason, data
    alarm.state_since = alarm.state_updated = now
    old, new = before["value"], alarm.state_value
    alarm.note(
        "StateUpdate",
        f"Alarm updated from {old} to {new}",
        {"oldState": _remembered(before), "newState": _remembered(_told(alarm))},
    )
    from helpers.localaws.events import bus

    bus.publish(
        alarm.region,
        "aws.cloudwatch",
        "CloudWatch Alarm State Change",
        [alarm.alarm_arn],
        _data(alarm, before),
    )
    if alarm.actions_enabled:
        for arn in alarm.settings.get(_LISTS[state]) or []:
            _act(alarm, arn, before)


def _told(alarm: Alarm) -> dict[str, str]:
    told = {
        "value": alarm.state_value,
        "reason": alarm.state_reason,
        "timestamp": written(alarm.state_updated),
    }
    if alarm.state_reason_data:
        told["reasonData"] = alarm.state_reason_data
    return told


def _remembered(told: dict[str, str]) -> dict[str, Any]:
    state: dict[str, Any] = {"stateValue": told["value"], "stateReason": told["reason"]}
    if "reasonData" in told:
        state["stateReasonData"] = json.loads(told["reasonData"])
    return state


def _act(alarm: Alarm, arn: str, before: dict[str, str]) -> None:
    data = {"actionState": "Succeeded", "notificationResource": arn}
    try:
        summary = _tell(alarm, arn, before)
    except Exception as error:  # CloudWatch notes it and goes on
        LOG.warning("alarm %s: no action %s: %s", alarm.name, arn, error)
        data |= {"actionState": "Failed", "error": str(error)}
        summary = f"Failed to execute action {arn}. Received error: {str(error)[:500]}"
    alarm.note("Action", summary, data)


def _tell(alarm: Alarm, arn: str, before: dict[str, str]) -> str:
    parts = arn.split(":")
    service = parts[2] if len(parts) > 5 else ""
    if service == "sns":
        from moto.sns.models import sns_backends

        subject = f'{alarm.state_value}: "{alarm.name}" in {region_name(alarm.region)}'
        text = json.dumps(message(alarm, before), separators=(",", ":"), ensure_ascii=False)
        sns_backends[parts[4]][parts[3]].publish(message=text, arn=arn, subject=subject[:100])
    elif service == "lambda":
        from helpers.localaws import lambdas

        event = {
            "source": "aws.cloudwatch",
            "alarmArn": alarm.alarm_arn,
            "accountId": ACCOUNT,
            "time": written(clock.time()),
            "region": alarm.region,
            "alarmData": _data(alarm, before),
        }
        lambdas.send(arn, json.dumps(event).encode())
    else:
        raise ValueError("the local endpoint's alarms tell topics and functions, nothing else")
    return f"Successfully executed action {arn}"


def _data(alarm: Alarm, before: dict[str, str]) -> dict[str, Any]:
    """As EventBridge and functions get it."""
    configuration: dict[str, Any] = {}
    if alarm.settings.get("AlarmDescription"):
        configuration["description"] = alarm.settings["AlarmDescription"]
    if alarm.rule is not None:
        configuration["alarmRule"] = alarm.rule
    else:
        configuration["metrics"] = [_query(alarm, query) for query in alarm.queries]
    return {
        "alarmName": alarm.name,
        "state": _told(alarm),
        "previousState": before,
        "configuration": configuration,
    }


def _query(alarm: Alarm, query: dict[str, Any]) -> dict[str, Any]:
    made_up = not alarm.settings.get("Metrics")
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, alarm.alarm_arn)) if made_up else query["Id"]
    told: dict[str, Any] = {"id": name}
    if "MetricStat" in query:
        stat = query["MetricStat"]
        metric = stat["Metric"]
        told["metricStat"] = {
            "metric": {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "dimensions": {d["Name"]: d["Value"] for d in metric.get("Dimensions") or []},
            },
            "period": int(stat["Period"]),
            "stat": stat["Stat"],
        }
    else:
        told["expression"] = query["Expression"]
    if query.get("Label"):
        told["label"] = query["Label"]
    told["returnData"] = str(query.get("ReturnData", True)).lower() != "false"
    return told


def message(alarm: Alarm, before: dict[str, str]) -> dict[str, Any]:
    """What a topic is told of an alarm whose state was another before."""
    settings = alarm.settings
    told = {
        "AlarmName": alarm.name,
        "AlarmDescription": settings.get("AlarmDescription"),
        "AWSAccountId": ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": written(alarm.configured),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": written(alarm.state_since),
        "Region": region_name(alarm.region),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before["value"],
        "OKActions": settings.get("OKActions") or [],
        "AlarmActions": settings.get("AlarmActions") or [],
        "InsufficientDataActions": settings.get("InsufficientDataActions") or [],
    }
    if alarm.rule is not None:
        return told | {"AlarmRule": alarm.rule}
    return told | {"Trigger": _trigger(alarm)}


def _trigger(alarm: Alarm) -> dict[str, Any]:
    settings, condition = alarm.settings, alarm.condition
    judged = {
        "EvaluationPeriods": condition.periods,
        "DatapointsToAlarm": condition.needed,
        "ComparisonOperator": condition.comparison,
        "Threshold": condition.threshold,
        "TreatMissingData": settings.get("TreatMissingData") or "missing",
        "EvaluateLowSampleCountPercentile": settings.get("EvaluateLowSampleCountPercentile") or "",
    }
    if settings.get("Metrics"):
        return {"Period": alarm.period, **judged, "Metrics": settings["Metrics"]}
    if settings.get("ExtendedStatistic"):
        how = {"StatisticType": "ExtendedStatistic", "Statistic": settings["ExtendedStatistic"]}
    else:
        how = {"StatisticType": "Statistic", "Statistic": str(settings.get("Statistic")).upper()}
    return {
        "MetricName": settings["MetricName"],
        "Namespace": settings["Namespace"],
        **how,
        "Unit": settings.get("Unit"),
        "Dimensions": [
            {"value": d["Value"], "name": d["Name"]} for d in settings.get("Dimensions") or []
        ],
        "Period": alarm.period,
        **judged,
    }


@functools.lru_cache(64)
def region_name(region: str) -> str:
    """A region's name as people have it: `US East (N. Virginia)`."""
    import botocore.loaders

    for partition in botocore.loaders.create_loader().load_data("partitions")["partitions"]:
        if region in partition["regions"]:
            return partition["regions"][region].get("description", region)
    return region
