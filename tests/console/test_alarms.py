"""The pages of alarms: state and why, in words, a picture, history; actions switched off."""

import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from helpers.console.metric_chart import Chart

MARKUP = "<script>alert(1)</script><b>bold</b>'\"&"


@pytest.fixture(scope="session")
def cloudwatch(endpoint):
    return endpoint.client("cloudwatch")


@pytest.fixture
def make(cloudwatch):
    """Sets alarms on a metric of its own that is at least 2; the name of one."""

    def make(alarm="", **options):
        alarm = f"alarm-{uuid.uuid4().hex[:8]}{alarm}"
        settings = {
            "Namespace": "Own", "MetricName": alarm, "Statistic": "Sum", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 2,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        }  # fmt: skip
        cloudwatch.put_metric_alarm(AlarmName=alarm, **settings | options)
        return alarm

    return make


def address(alarm):
    return f"/alarms/one?alarm={quote(alarm, safe='')}"


def test_alarms_are_listed_by_state_and_paged(visitor, cloudwatch, make):
    tail = uuid.uuid4().hex[:8]
    made = [make() for _ in range(2)]
    cloudwatch.set_alarm_state(AlarmName=made[1], StateValue="ALARM", StateReason=f"tried {tail}")
    page = visitor.words("/alarms?prefix=alarm-")
    assert page.index(made[1]) < page.index(made[0]), "those in alarm stand first"
    assert f"tried {tail}" in page and "the sum over 1 min, is at least 2 in one period" in page
    only = visitor.words("/alarms?prefix=alarm-&state=ALARM")
    assert made[1] in only and made[0] not in only
    assert "No alarm is so." in visitor.words("/alarms?prefix=none")
    more = [make("-many") for _ in range(51)]
    first = visitor.get("/alarms?prefix=alarm-").text
    after = first.split('">More alarms')[0].rpartition('href="')[2].replace("&amp;", "&")
    both = first + visitor.words(after)
    assert first.count('<tr><td><a href="') == 50 and all(one in both for one in more)


def test_an_alarm_says_why_and_draws_what_it_saw(visitor, cloudwatch, make):
    alarm = make(AlarmDescription=MARKUP)
    assert "No value has come" in visitor.words(address(alarm))
    at = datetime.now(UTC) - timedelta(minutes=2)
    cloudwatch.put_metric_data(
        Namespace="Own", MetricData=[{"MetricName": alarm, "Value": 3, "Timestamp": at}]
    )
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason=MARKUP)
    page = visitor.words(address(alarm))
    assert "data:image/svg+xml" in page and "1 value breaches it" in page
    assert f'Alarm "{alarm}" created' in page and "Nobody: it has no actions." in page
    assert "<script>alert" not in visitor.get(address(alarm)).text


def test_what_it_watches_and_whom_it_tells_are_links(visitor, make):
    topic = "arn:aws:sns:us-east-1:123456789012:people"
    function = "arn:aws:lambda:us-east-1:123456789012:function:mend:live"
    names = {"FunctionName": "mend", "QueueName": "orders", "Region": "north"}
    alarm = make(
        Dimensions=[{"Name": key, "Value": value} for key, value in names.items()],
        AlarmActions=[topic, function],
    )
    page = visitor.words(address(alarm))
    for where in ("/functions/mend", "/queues/orders", f"/topics/{topic}"):
        assert f'href="{where}"' in page
    assert page.count('href="/functions/mend"') == 2 and "<code>north</code>" in page


def test_names_with_signs_of_addresses_are_found(visitor, make):
    alarm = make("/a#b?c&d <b>bold</b> 股票 سعر%2F")
    listed = visitor.get(f"/alarms?prefix={alarm[:14]}").text
    where = listed.split("<tbody><tr><td>")[1].split('"')[1].replace("&amp;", "&")
    page = visitor.get(where)
    assert page.status_code == 200 and "<b>bold" not in page.text
    assert "/a#b?c&d <b>bold</b> 股票 سعر%2F</h1>" in visitor.words(where)


def test_expressions_and_composite_alarms(visitor, cloudwatch, make):
    one = make("-one")
    metric = {"Metric": {"Namespace": "Own", "MetricName": "m"}, "Period": 300, "Stat": "p99"}
    cloudwatch.put_metric_alarm(
        AlarmName=f"{one}-rate",
        Metrics=[
            {"Id": "e", "Expression": "m * 2", "Label": "twice"},
            {"Id": "m", "MetricStat": metric, "ReturnData": False},
        ],
        EvaluationPeriods=3, DatapointsToAlarm=2, Threshold=0.5,
        ComparisonOperator="LessThanThreshold", TreatMissingData="breaching",
    )  # fmt: skip
    page = visitor.words(address(f"{one}-rate"))
    assert "twice, m * 2, is less than 0.5 in 2 of 3 periods" in page
    assert "as if it breached" in page
    cloudwatch.put_composite_alarm(AlarmName=f"{one}-all", AlarmRule=f'ALARM("{one}")')
    assert f'href="{address(one)}"' in visitor.words(address(f"{one}-all"))


def test_actions_are_switched_off_and_on(visitor, account, reader, cloudwatch, make):
    alarm = make(AlarmActions=["arn:aws:sns:us-east-1:123456789012:people"])

    def is_on():
        told = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return told[0]["ActionsEnabled"]

    assert "tells nobody" in visitor.post(address(alarm), do="disable").text and not is_on()
    visitor.post(address(alarm), do="enable")
    assert is_on() and visitor.post(address(alarm)).status_code == 400
    asked = account.post(address(alarm), do="disable").text
    assert f"Disable the actions of the alarm {alarm}?" in asked and is_on()
    assert reader.post(address(alarm), do="disable", sure="yes").status_code == 403 and is_on()
    assert "Switch its actions off" not in reader.words(address(alarm))
    account.post(address(alarm), do="disable", sure="yes")
    assert not is_on()


def test_an_alarm_that_is_not_there(visitor):
    answer = visitor.get("/alarms/one?alarm=none")
    assert answer.status_code == 400 and "There is no alarm none." in answer.text
    assert visitor.get("/alarms/one").status_code == 400


def test_a_chart_marks_what_breaches_by_shape():
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    values = [(begin + timedelta(minutes=n), float(n)) for n in range(4)]
    chart = Chart(MARKUP, values, begin, begin + timedelta(hours=1), 2.0, lambda one: one >= 2)
    picture = chart.picture()
    assert picture.svg.count("<circle") == 2 and picture.svg.count('width="8"') == 2
    assert "threshold 2" in picture.svg and "<script>" not in picture.svg
    assert picture.text.endswith("the latest 3. The threshold is 2; 2 values breach it.")
    flat = Chart("none", values[:1], begin, begin, None, lambda one: False).picture()
    assert "threshold" not in flat.svg
