"""A client's now is the simulated now, where it ends a range or dates what was measured."""

import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from helpers.localaws.turns import present
from helpers.localaws.turns.clock import clock
from tests.workshop import make_function, until

DAYS = 20
"""More than two weeks: AWS takes no older log event, and shows no older metric."""


@pytest.fixture(scope="module")
def ahead(module_endpoint):
    """An endpoint whose clock is ahead of this machine's, with a log event of before and after."""
    logs = module_endpoint.client("logs")
    logs.create_log_group(logGroupName="group")
    logs.create_log_stream(logGroupName="group", logStreamName="stream")
    write(module_endpoint, "before")
    module_endpoint.control("/_local/clock", {"advance": DAYS * 86_400})
    write(module_endpoint, "after")
    return module_endpoint


def now_ms():
    return int(time.time() * 1000)


def simulated(endpoint):
    return datetime.fromisoformat(endpoint.control("/_local/clock")["now"]).timestamp()


def write(endpoint, text):
    answer = endpoint.client("logs").put_log_events(
        logGroupName="group", logStreamName="stream",
        logEvents=[{"timestamp": now_ms(), "message": text}],
    )  # fmt: skip
    assert "rejectedLogEventsInfo" not in answer


def test_log_events_are_dated_and_found_by_the_simulated_clock(ahead):
    logs = ahead.client("logs")
    since = now_ms() - 600_000
    asked = {"logGroupName": "group", "startTime": since, "endTime": now_ms()}
    found = logs.filter_log_events(**asked)["events"]
    assert [one["message"] for one in found] == ["before", "after"]
    assert abs(found[1]["timestamp"] / 1000 - simulated(ahead)) < 60
    got = logs.get_log_events(**asked, logStreamName="stream", startFromHead=True)["events"]
    assert [one["message"] for one in got] == ["before", "after"]


def test_a_range_that_ended_before_ends_there(ahead):
    logs = ahead.client("logs")
    asked = {"logGroupName": "group", "endTime": now_ms() + 60_000}
    found = logs.filter_log_events(**asked)["events"]
    assert [one["message"] for one in found] == ["before"]


def test_a_query_goes_up_to_the_simulated_now(ahead):
    logs = ahead.client("logs")
    for factor in (1, 1000):
        end = int(time.time() * factor)
        query = logs.start_query(
            logGroupName="group", startTime=end - 600 * factor, endTime=end,
            queryString="fields @message | sort @timestamp",
        )["queryId"]  # fmt: skip
        rows = until(lambda q=query: logs.get_query_results(queryId=q)["results"])
        assert [row[0]["value"] for row in rows] == ["before", "after"]


def test_values_are_dated_and_found_by_the_simulated_clock(ahead):
    watch, now = ahead.client("cloudwatch"), datetime.now(UTC)
    watch.put_metric_data(
        Namespace="Mine", MetricData=[{"MetricName": "M", "Timestamp": now, "Value": 7}]
    )
    minutes = {"StartTime": now - timedelta(hours=1), "EndTime": now, "Period": 60}
    metric = {"Namespace": "Mine", "MetricName": "M"}
    (point,) = watch.get_metric_statistics(**metric, **minutes, Statistics=["Sum"])["Datapoints"]
    assert point["Sum"] == 7
    assert abs(point["Timestamp"].timestamp() - simulated(ahead)) < 120
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    del minutes["Period"]
    answer = watch.get_metric_data(**minutes, MetricDataQueries=[query])
    assert answer["MetricDataResults"][0]["Values"] == [7]


def test_an_alarms_history_goes_up_to_the_simulated_now(ahead):
    watch = ahead.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="alarm", Namespace="Mine", MetricName="M", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    found = watch.describe_alarm_history(AlarmName="alarm", EndDate=datetime.now(UTC))
    assert found["AlarmHistoryItems"]


def fetched(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_presigned_urls_last_as_long_as_they_say(ahead):
    """By this machine's clock those that are signed here; by the simulated a function's."""
    s3 = ahead.client("s3")
    s3.create_bucket(Bucket="presigned-ahead")
    s3.put_object(Bucket="presigned-ahead", Key="key", Body=b"hello")
    stored = {"Bucket": "presigned-ahead", "Key": "key"}
    assert fetched(s3.generate_presigned_url("get_object", stored, ExpiresIn=60)) == 200
    role = ahead.role("role-that-signs", allow="s3:*")
    name = make_function(
        ahead.client("lambda"), role,
        "import boto3\nfrom botocore.config import Config\n"
        "def handler(event, context):\n"
        "    s3 = boto3.client('s3', config=Config(signature_version='s3v4'))\n"
        f"    return s3.generate_presigned_url('get_object', {stored!r}, ExpiresIn=60)\n",
        Timeout=20,
    )["FunctionName"]  # fmt: skip
    answer = ahead.client("lambda").invoke(FunctionName=name)
    url = answer["Payload"].read().decode().strip('"')
    assert fetched(url) == 200
    ahead.control("/_local/clock", {"advance": 120})
    assert fetched(url) == 403
    assert fetched(s3.generate_presigned_url("get_object", stored, ExpiresIn=60)) == 200


def test_what_is_meant(monkeypatch):
    wall = time.time()
    assert present.meant(wall) == wall
    monkeypatch.setattr(clock, "_offset", 3600.0)
    assert present.meant(wall) == wall + 3600
    assert present.meant(wall - 60) == wall - 60
    assert present.meant(wall + 60) == wall + 60
    assert present.meant_ms(None) is None


def test_hooks():
    """Hooks: helpers.localaws.on_moto.mends.log_times, on LogsBackend."""
    import inspect

    from helpers.localaws.on_moto.mends import log_times

    def parameters(function):
        return list(inspect.signature(function).parameters)

    assert parameters(log_times._plain_filter)[:5] == [
        "self", "log_group_name", "log_stream_names", "start_time", "end_time",
    ], "hook LogsBackend.filter_log_events: moto's takes other arguments now"  # fmt: skip
    assert "end_time" in parameters(log_times._plain_get)
    assert parameters(log_times._plain_put) == [
        "self", "log_group_name", "log_stream_name", "log_events",
    ], "hook LogsBackend.put_log_events: moto's takes other arguments now"  # fmt: skip
