"""Alarms on the simulated clock: when they change, what they do then, and how they are told."""

import datetime as dt
import json
import time

import pytest
from botocore.exceptions import ClientError

MINUTE = dt.timedelta(minutes=1)
INSUFFICIENT = "INSUFFICIENT_DATA"


def test_an_alarm_begins_without_data_and_goes_off_at_the_end_of_the_minute(sky):
    sky.next_minute()
    alarm = sky.alarm()
    told = sky.described(alarm)
    assert (told["StateValue"], told["StateReason"]) == (
        INSUFFICIENT, "Unchecked: Initial alarm creation",
    )  # fmt: skip
    sky.measure(alarm, 1.0, 1.0)
    assert sky.state(alarm) == INSUFFICIENT
    minute = sky.next_minute()
    assert sky.state(alarm) == "ALARM"
    [(state, when)] = sky.changes(alarm)
    assert (state, when) == ("ALARM", minute)
    told = sky.described(alarm)
    when = f"{minute - MINUTE:%d/%m/%y %H:%M:%S}"
    assert told["StateReason"] == (
        f"Threshold Crossed: 1 out of the last 1 datapoints [2.0 ({when})] was greater than the "
        "threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    data = json.loads(told["StateReasonData"])
    assert data["recentDatapoints"] == [2.0]
    assert data["threshold"] == 1.0
    assert data["statistic"] == "Sum"


def test_one_that_must_not_go_off_does_not(sky):
    alarm = sky.alarm()
    sky.measure(alarm, 1.0)
    sky.next_minute()
    assert sky.state(alarm) == "OK"


def test_without_more_data_it_goes_back_after_its_evaluation_range(sky):
    sky.next_minute()
    alarm = sky.alarm()
    sky.measure(alarm, 5.0)
    sky.advance(20 * 60)
    (first, began), (then, ended) = sky.changes(alarm)
    assert (first, then) == ("ALARM", INSUFFICIENT)
    assert ended - began == 3 * MINUTE


@pytest.mark.parametrize(
    ("missing", "states"),
    [
        ("missing", ["ALARM", INSUFFICIENT]),
        ("ignore", ["ALARM"]),
        ("breaching", ["ALARM"]),
        ("notBreaching", ["ALARM", "OK"]),
    ],
)
def test_what_is_missing_is_treated_as_said(sky, missing, states):
    sky.next_minute()
    alarm = sky.alarm(TreatMissingData=missing)
    sky.measure(alarm, 5.0)
    sky.advance(600)
    assert [state for state, _ in sky.changes(alarm)] == states


def test_without_any_data_missing_data_decides_alone(sky):
    quiet = sky.alarm(TreatMissingData="notBreaching")
    heart = sky.alarm(TreatMissingData="breaching")
    sky.advance(120)
    assert sky.state(quiet) == "OK"
    assert sky.state(heart) == "ALARM"


def test_m_out_of_n(sky):
    sky.next_minute()
    alarm = sky.alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    states = []
    for value in (0.0, 5.0, 0.0, 5.0, 0.0, 0.0):
        sky.measure(alarm, value)
        sky.next_minute()
        states.append(sky.state(alarm))
    assert states == ["OK", "OK", "OK", "ALARM", "OK", "OK"]


def test_longer_periods_slide_by_the_minute(sky):
    sky.next_minute()
    alarm = sky.alarm(Period=300, Threshold=3.0)
    for _ in range(4):
        sky.measure(alarm, 1.0)
        sky.next_minute()
    assert sky.state(alarm) == "ALARM"
    sky.advance(3600)
    assert [state for state, _ in sky.changes(alarm)][:2] == ["OK", "ALARM"]


def test_percentiles_and_expressions(sky):
    sky.next_minute()
    slow = sky.alarm(Statistic=None, ExtendedStatistic="p90", Threshold=50)
    sky.measure(slow, *[1.0] * 95, *[100.0] * 5)
    rate = "error-rate"
    stat = lambda name, identity: {  # noqa: E731
        "Id": identity,
        "ReturnData": False,
        "MetricStat": {
            "Metric": {"Namespace": "Tests", "MetricName": name}, "Period": 60, "Stat": "Sum",
        },
    }  # fmt: skip
    sky.watch.put_metric_alarm(
        AlarmName=rate, EvaluationPeriods=1, Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        Metrics=[
            stat("bad", "bad"), stat("all", "whole"),
            {"Id": "share", "Expression": "100 * bad / whole", "ReturnData": True},
        ],
    )  # fmt: skip
    sky.watch.put_metric_data(
        Namespace="Tests",
        MetricData=[{"MetricName": "bad", "Value": 1}, {"MetricName": "all", "Value": 4}],
    )
    sky.next_minute()
    assert sky.state(slow) == "OK"
    assert sky.state(rate) == "ALARM"
    assert "[25.0 (" in sky.described(rate)["StateReason"]


def test_an_alarm_on_what_a_function_does(sky):
    name = sky.function("def handler(event, context):\n    raise ValueError\n")
    sky.next_minute()
    alarm = sky.alarm(
        Namespace="AWS/Lambda", MetricName="Errors", Threshold=0.0,
        Dimensions=[{"Name": "FunctionName", "Value": name}],
    )  # fmt: skip
    sky.lambdas.invoke(FunctionName=name, Payload="null")
    sky.next_minute()
    assert sky.state(alarm) == "ALARM"


def test_alarms_on_a_queue_see_what_no_request_says(sky):
    name, url, _ = sky.queue()
    dimensions = [{"Name": "QueueName", "Value": name}]
    sky.next_minute()
    common = {"Namespace": "AWS/SQS", "Dimensions": dimensions, "Statistic": "Maximum"}
    any_message = sky.alarm(
        MetricName="ApproximateNumberOfMessagesVisible", Threshold=0.0, **common
    )
    old = sky.alarm(MetricName="ApproximateAgeOfOldestMessage", Threshold=7200.0, **common)
    began = sky.now()
    sky.sqs.send_message(QueueUrl=url, MessageBody='"1"')
    sky.advance(4 * 3600)
    assert sky.state(any_message) == "ALARM"
    [(first, _), (then, when)] = sky.changes(old)
    assert (first, then) == ("OK", "ALARM")
    assert dt.timedelta(hours=2) <= when - began < dt.timedelta(hours=2, minutes=2)
    sky.received(url)
    sky.next_minute()
    sky.advance(180)
    assert sky.state(any_message) == sky.state(old) == "OK"
    sky.advance(7 * 3600)
    assert sky.state(any_message) == INSUFFICIENT, "an idle queue tells nothing"


def test_a_tables_missing_data_is_ignored(sky):
    sky.next_minute()
    client, dimension = sky.endpoint.client("dynamodb"), {"Name": "TableName", "Value": "trades"}
    client.create_table(
        TableName="trades",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    alarm = sky.alarm(
        Namespace="AWS/DynamoDB", MetricName="ConsumedWriteCapacityUnits", Threshold=0.0,
        Dimensions=[dimension],
    )  # fmt: skip
    client.put_item(TableName="trades", Item={"Id": {"S": "1"}})
    sky.advance(3600)
    assert [state for state, _ in sky.changes(alarm)] == ["ALARM"]


# -- what they do


def test_a_topic_is_told_as_aws_tells_it(sky):
    topic, url = sky.topic()
    sky.next_minute()
    alarm = sky.alarm(
        AlarmActions=[topic], OKActions=[topic], AlarmDescription="too many",
        Dimensions=[{"Name": "a", "Value": "b"}], TreatMissingData="notBreaching",
    )  # fmt: skip
    sky.measure(alarm, 9.0, Dimensions=[{"Name": "a", "Value": "b"}])
    minute = sky.next_minute()
    [sent] = sky.received(url)
    assert sent["Subject"] == f'ALARM: "{alarm}" in US East (N. Virginia)'
    told = json.loads(sent["Message"])
    described = sky.described(alarm)
    assert told == {
        "AlarmName": alarm,
        "AlarmDescription": "too many",
        "AWSAccountId": "123456789012",
        "AlarmConfigurationUpdatedTimestamp": told["AlarmConfigurationUpdatedTimestamp"],
        "NewStateValue": "ALARM",
        "NewStateReason": described["StateReason"],
        "StateChangeTime": told["StateChangeTime"],
        "Region": "US East (N. Virginia)",
        "AlarmArn": described["AlarmArn"],
        "OldStateValue": INSUFFICIENT,
        "OKActions": [topic],
        "AlarmActions": [topic],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": described["MetricName"],
            "Namespace": "Tests",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"value": "b", "name": "a"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 1.0,
            "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "",
        },
    }
    assert told["StateChangeTime"].startswith(f"{minute:%Y-%m-%dT%H:%M}")
    assert told["StateChangeTime"].endswith("+0000")
    sky.advance(600)
    assert [json.loads(one["Message"])["NewStateValue"] for one in sky.received(url)] == ["OK"]
    actions = sky.watch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action")
    assert [one["HistorySummary"] for one in actions["AlarmHistoryItems"]] == [
        f"Successfully executed action {topic}"
    ] * 2


def test_a_function_is_told_as_aws_tells_it(sky):
    _, url, _ = sky.queue()
    name = sky.function(
        "import boto3, json\n"
        "def handler(event, context):\n"
        f"    boto3.client('sqs').send_message(QueueUrl={url!r}, MessageBody=json.dumps(event))\n"
    )
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    sky.next_minute()
    alarm = sky.alarm(AlarmActions=[arn])
    sky.measure(alarm, 5.0)
    sky.next_minute()
    [event] = sky.received(url)
    described = sky.described(alarm)
    assert {k: v for k, v in event.items() if k not in ("time", "alarmData")} == {
        "source": "aws.cloudwatch",
        "alarmArn": described["AlarmArn"],
        "accountId": "123456789012",
        "region": "us-east-1",
    }
    data = event["alarmData"]
    assert data["alarmName"] == alarm
    assert (data["previousState"]["value"], data["state"]["value"]) == (INSUFFICIENT, "ALARM")
    assert data["state"]["reason"] == described["StateReason"]
    assert json.loads(data["state"]["reasonData"])["recentDatapoints"] == [5.0]
    [metric] = data["configuration"]["metrics"]
    assert metric["metricStat"] == {
        "metric": {
            "namespace": "Tests", "name": described["MetricName"], "dimensions": {},
        },
        "period": 60,
        "stat": "Sum",
    }  # fmt: skip


def test_a_rule_of_the_default_bus_hears_of_it(sky):
    _, url, queue = sky.queue()
    sky.next_minute()
    alarm = sky.alarm()
    sky.rule(
        {
            "source": ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            "detail": {"alarmName": [alarm], "state": {"value": ["ALARM"]}},
        },
        queue,
    )
    sky.measure(alarm, 5.0)
    sky.advance(600)
    [event] = sky.received(url)
    assert event["resources"] == [sky.described(alarm)["AlarmArn"]]
    assert event["detail"]["previousState"]["value"] == INSUFFICIENT
    assert event["detail"]["configuration"]["metrics"][0]["returnData"] is True


def test_actions_can_be_disabled_and_one_that_fails_is_noted(sky):
    topic, url = sky.topic()
    gone = topic + "-gone"
    alarm = sky.alarm(AlarmActions=[gone, topic])
    sky.watch.disable_alarm_actions(AlarmNames=[alarm])
    assert sky.described(alarm)["ActionsEnabled"] is False
    sky.watch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    assert sky.received(url) == []
    sky.watch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="a test")
    sky.watch.enable_alarm_actions(AlarmNames=[alarm])
    sky.watch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    assert len(sky.received(url)) == 1
    found = sky.watch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action")
    summaries = sorted(one["HistorySummary"] for one in found["AlarmHistoryItems"])
    assert len(summaries) == 2
    assert summaries[0].startswith(f"Failed to execute action {gone}")


def test_a_state_that_was_set_lasts_until_the_alarm_is_looked_at(sky):
    sky.next_minute()
    alarm = sky.alarm()
    sky.measure(alarm, 1.0)
    sky.next_minute()
    assert sky.state(alarm) == "OK"
    sky.watch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    assert sky.described(alarm)["StateReason"] == "a test"
    sky.next_minute()
    assert sky.state(alarm) == "OK"
    with pytest.raises(ClientError, match="Member must satisfy enum value set"):
        sky.watch.set_alarm_state(AlarmName=alarm, StateValue="FINE", StateReason="a test")


# -- composite alarms


def test_a_composite_alarm_follows_its_alarms(sky):
    topic, url = sky.topic()
    one, other = sky.alarm(), sky.alarm()
    both, none = f"both-of-{one}", f"none-of-{one}"
    sky.watch.put_composite_alarm(
        AlarmName=both, AlarmRule=f'ALARM("{one}") AND ALARM({other})', AlarmActions=[topic]
    )
    sky.watch.put_composite_alarm(AlarmName=none, AlarmRule=f"NOT ALARM({both})")
    assert (sky.state(both), sky.state(none)) == ("OK", "ALARM")
    sky.watch.set_alarm_state(AlarmName=one, StateValue="ALARM", StateReason="a test")
    assert sky.state(both) == "OK"
    sky.watch.set_alarm_state(AlarmName=other, StateValue="ALARM", StateReason="a test")
    assert (sky.state(both), sky.state(none)) == ("ALARM", "OK")
    told = json.loads(sky.received(url)[0]["Message"])
    assert told["NewStateReason"].startswith(
        f"{sky.described(other)['AlarmArn']} transitioned to ALARM at "
    )
    assert told["AlarmRule"] == f'ALARM("{one}") AND ALARM({other})'
    only = sky.watch.describe_alarms(AlarmNames=[both])
    assert only["MetricAlarms"] == only["CompositeAlarms"] == [], "composite ones are asked for"


@pytest.mark.parametrize(
    ("rule", "said"),
    [("ALARM(", "it ends too early"), ("ALARM(self)", "cannot name the alarm itself")],
)
def test_what_is_no_rule_is_refused(sky, rule, said):
    with pytest.raises(ClientError, match=said):
        sky.watch.put_composite_alarm(AlarmName="self", AlarmRule=rule)


# -- the rest of the API


def test_changing_an_alarm_keeps_its_state_and_deleting_it_ends_it(sky):
    alarm = sky.alarm(MetricName="same")
    sky.watch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    sky.alarm(AlarmName=alarm, MetricName="same", Threshold=7)
    told = sky.described(alarm)
    assert (told["StateValue"], told["Threshold"]) == ("ALARM", 7.0)
    history = sky.watch.describe_alarm_history(
        AlarmName=alarm, HistoryItemType="ConfigurationUpdate", ScanBy="TimestampAscending"
    )["AlarmHistoryItems"]
    assert [one["HistorySummary"] for one in history] == [
        f'Alarm "{alarm}" created', f'Alarm "{alarm}" updated',
    ]  # fmt: skip
    sky.watch.delete_alarms(AlarmNames=[alarm])
    assert sky.watch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"] == []
    with pytest.raises(ClientError):
        sky.watch.delete_alarms(AlarmNames=[alarm])


def test_alarms_are_found_by_state_prefix_action_and_metric(sky):
    topic, _ = sky.topic()
    alarm = sky.alarm(AlarmName="found-by-prefix", AlarmActions=[topic], MetricName="findable")
    found = sky.watch.describe_alarms(
        AlarmNamePrefix="found-", StateValue=INSUFFICIENT, ActionPrefix=topic
    )
    assert [one["AlarmName"] for one in found["MetricAlarms"]] == [alarm]
    found = sky.watch.describe_alarms_for_metric(Namespace="Tests", MetricName="findable")
    assert [one["AlarmName"] for one in found["MetricAlarms"]] == [alarm]
    other = [{"Name": "a", "Value": "b"}]
    found = sky.watch.describe_alarms_for_metric(
        Namespace="Tests", MetricName="findable", Dimensions=other
    )
    assert found["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ComparisonOperator": "MoreThan"}, "comparisonOperator"),
        ({"TreatMissingData": "maybe"}, "treatMissingData"),
        ({"DatapointsToAlarm": 2}, "less than or equal to EvaluationPeriods"),
        ({"Statistic": None}, "Specify either Statistic or ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "x90"}, "not supported"),
        ({"Period": 90}, "whole minutes"),
        ({"EvaluationPeriods": 1441}, "more than a day"),
        ({"EvaluationPeriods": 200, "Period": 3600}, "more than seven days"),
        ({"Threshold": None}, "Threshold is required"),
    ],
)
def test_what_an_alarm_cannot_be(sky, options, said):
    with pytest.raises(ClientError, match=said):
        sky.alarm(**options)


# -- how much it costs to look


def test_a_year_without_data_is_not_looked_at_minute_by_minute(sky):
    sky.next_minute()
    alarms = [sky.alarm(TreatMissingData="notBreaching") for _ in range(20)]
    began = time.perf_counter()
    sky.advance(365 * 86_400)
    assert time.perf_counter() - began < 5, "half a million minutes were looked at"
    assert {sky.state(alarm) for alarm in alarms} == {"OK"}


def test_looking_at_alarms_is_no_firing(sky):
    alarm = sky.alarm()
    sky.measure(alarm, 5.0)
    assert sky.advance(600)["fired"] == 0
