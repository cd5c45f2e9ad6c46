"""Metrics and alarms are there after a restart, and alarms go on where they were."""

import datetime as dt

import pytest
from kept_world import Restartable

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def kept(module_endpoint):
    return Restartable(module_endpoint)


def now(kept):
    return dt.datetime.fromisoformat(kept.endpoint.control("/_local/clock")["now"])


def told(kept):
    """Every hour's sum of a metric of one's own, and the alarms with what became of them."""
    watch = kept.endpoint.client("cloudwatch")
    found = watch.get_metric_statistics(
        Namespace="Tests", MetricName="m", Period=3600, Statistics=["Sum", "Maximum"],
        ExtendedStatistics=["p50"], StartTime=now(kept) - dt.timedelta(days=40), EndTime=now(kept),
    )["Datapoints"]  # fmt: skip
    history = watch.describe_alarm_history()["AlarmHistoryItems"]
    alarms = watch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return (
        sorted((one["Timestamp"], one["Sum"], one["ExtendedStatistics"]["p50"]) for one in found),
        [(one["AlarmName"], one["HistorySummary"], one["Timestamp"]) for one in history],
        [(one["AlarmName"], one["StateValue"]) for one in alarms["MetricAlarms"]],
        [(one["AlarmName"], one["StateValue"]) for one in alarms["CompositeAlarms"]],
    )


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_all_is_told_again(kept, how):
    watch = kept.endpoint.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="m", Namespace="Tests", MetricName="m", Statistic="Maximum", Period=60,
        EvaluationPeriods=1, Threshold=3, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )  # fmt: skip
    watch.put_composite_alarm(AlarmName="follows", AlarmRule="ALARM(m)")
    begin = now(kept) - dt.timedelta(days=2)
    data = [
        {"MetricName": "m", "Value": number % 5, "Timestamp": begin + number * MINUTE}
        for number in range(2800)  # more than a page of them
    ]
    for first in range(0, len(data), 700):
        watch.put_metric_data(Namespace="Tests", MetricData=data[first : first + 700])
    kept.endpoint.control("/_local/clock", {"advance": 120})
    kept.settle()
    before = told(kept)
    assert before[0] and before[1]
    kept.restart(how)
    assert told(kept) == before
    # the alarm is watched: the value of this minute makes it go off
    watch = kept.endpoint.client("cloudwatch")
    watch.put_metric_data(Namespace="Tests", MetricData=[{"MetricName": "m", "Value": 9}])
    kept.endpoint.control("/_local/clock", {"advance": 60})
    assert told(kept)[2:] == ([("m", "ALARM")], [("follows", "ALARM")])
    kept.endpoint.control("/_local/clock", {"advance": 1800})
    assert told(kept)[2:] == ([("m", "OK")], [("follows", "OK")])


def test_a_metric_filter_goes_on_counting(kept):
    logs = kept.endpoint.client("logs")
    logs.create_log_group(logGroupName="/kept")
    logs.create_log_stream(logGroupName="/kept", logStreamName="s")
    logs.put_metric_filter(
        logGroupName="/kept", filterName="f", filterPattern="ERROR",
        metricTransformations=[{
            "metricName": "of-the-log", "metricNamespace": "Tests", "metricValue": "1"}],
    )  # fmt: skip

    def write():
        event = {"timestamp": int(now(kept).timestamp() * 1000), "message": "ERROR"}
        kept.endpoint.client("logs").put_log_events(
            logGroupName="/kept", logStreamName="s", logEvents=[event]
        )

    write()
    kept.settle()
    kept.restart("kill")
    write()
    [point] = kept.endpoint.client("cloudwatch").get_metric_statistics(
        Namespace="Tests", MetricName="of-the-log", Period=3600, Statistics=["Sum"],
        StartTime=now(kept) - 30 * MINUTE, EndTime=now(kept) + MINUTE,
    )["Datapoints"]  # fmt: skip
    assert point["Sum"] == 2


def test_a_reset_forgets_them(kept):
    kept.endpoint.control("/_local/reset", {})
    assert told(kept) == ([], [], [], [])
    assert kept.endpoint.client("cloudwatch").list_metrics()["Metrics"] == []
