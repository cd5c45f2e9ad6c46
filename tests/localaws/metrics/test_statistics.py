"""Statistics by the API: of which periods, which statistics, which metrics; what is refused."""

import datetime as dt
import uuid

import pytest
from botocore.exceptions import ClientError

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def metric(sky):
    """Puts values of a new metric, at times."""
    name = f"metric-{uuid.uuid4().hex[:8]}"

    def put(*values, when=None, **options):
        extra = {} if when is None else {"Timestamp": when}
        data = [{"MetricName": name, "Value": value} | extra | options for value in values]
        sky.watch.put_metric_data(Namespace="Tests", MetricData=data)

    put.name = name
    return put


def query(name, stat="Sum", period=60, identity="m", **options):
    about = {"Namespace": "Tests", "MetricName": name}
    return {
        "Id": identity,
        "MetricStat": {"Metric": about, "Period": period, "Stat": stat},
    } | options


def results(sky, start, end, *queries, **options):
    found = sky.watch.get_metric_data(
        StartTime=start, EndTime=end, MetricDataQueries=list(queries), **options
    )
    return {one["Id"]: (one["Timestamps"], one["Values"]) for one in found["MetricDataResults"]}


def test_all_statistics(sky, metric):
    metric(*range(1, 101))
    told = {
        stat: sky.points("Tests", metric.name, stat)[0][1]
        for stat in (
            "Sum",
            "Average",
            "Minimum",
            "Maximum",
            "SampleCount",
            "p50",
            "p90",
            "p99",
            "p99.9",
        )
    }
    assert told == {
        "Sum": 5050, "Average": 50.5, "Minimum": 1, "Maximum": 100, "SampleCount": 100,
        "p50": 50, "p90": 90, "p99": 99, "p99.9": 100,
    }  # fmt: skip


def test_percentiles_of_many_different_values_are_right_within_a_percent(sky, metric):
    values = [float(number) for number in range(1, 5001)]
    for begin in range(0, 5000, 100):
        data = {"MetricName": metric.name, "Values": values[begin : begin + 100]}
        sky.watch.put_metric_data(Namespace="Tests", MetricData=[data])
    for percent in (1, 50, 90, 99):
        # all of them, however many minutes it took to put them
        found = sky.points("Tests", metric.name, f"p{percent}", period=3600 * 21)
        assert found[0][1] == pytest.approx(5000 * percent / 100, rel=0.01)


def test_sets_of_statistics_count_and_have_no_percentiles(sky, metric):
    told = {"SampleCount": 4, "Sum": 20, "Minimum": 1, "Maximum": 10}
    data = {"MetricName": metric.name, "StatisticValues": told}
    sky.watch.put_metric_data(Namespace="Tests", MetricData=[data])
    assert sky.points("Tests", metric.name, "Average")[0][1] == 5
    found = sky.watch.get_metric_statistics(
        Namespace="Tests", MetricName=metric.name, Period=60, ExtendedStatistics=["p50"],
        StartTime=sky.now() - HOUR, EndTime=sky.now() + HOUR,
    )["Datapoints"]  # fmt: skip
    assert "p50" not in found[0].get("ExtendedStatistics", {})


def test_periods_begin_at_the_start_rounded_down_to_a_minute_and_leave_out_the_end(sky, metric):
    base = sky.now().replace(minute=7, second=0, microsecond=0) - 5 * HOUR
    for minute in range(10):
        metric(1.0, when=base + minute * MINUTE)
    start = base + dt.timedelta(minutes=1, seconds=42)
    found = sky.points("Tests", metric.name, "Sum", start, base + 9 * MINUTE, 300)
    assert found == [(base + MINUTE, 5), (base + 6 * MINUTE, 3)]


def test_far_back_starts_are_rounded_down_further(sky, metric):
    for days, step in ((16, 5 * MINUTE), (64, HOUR)):
        base = sky.now().replace(minute=40, second=0, microsecond=0) - dt.timedelta(days=days)
        metric(1.0, when=base + 3 * MINUTE)
        start = base + 2 * MINUTE
        found = sky.points("Tests", metric.name, "Sum", start, base + HOUR, 3600)
        begins = base if step < HOUR else base.replace(minute=0)
        assert found == [(begins, 1)]


def test_get_metric_data_is_newest_first_and_calculates(sky, metric):
    base = sky.now().replace(second=0, microsecond=0) - HOUR
    metric(2.0, 4.0, when=base)
    metric(6.0, when=base + MINUTE)
    queries = (
        query(metric.name, identity="s", ReturnData=False),
        query(metric.name, "SampleCount", identity="n"),
        {"Id": "average", "Expression": "s / n", "Label": "per one"},
        {"Id": "all", "Expression": "FILL(n, 0)"},
    )
    found = results(sky, base, base + 3 * MINUTE, *queries)
    assert found == {
        "n": ([base + MINUTE, base], [1, 2]),
        "average": ([base + MINUTE, base], [6, 3]),
        "all": ([base + 2 * MINUTE, base + MINUTE, base], [0, 1, 2]),
    }
    found = results(sky, base, base + 3 * MINUTE, *queries, ScanBy="TimestampAscending")
    assert found["n"] == ([base, base + MINUTE], [2, 1])


def test_dimensions_have_to_be_all_there(sky, metric):
    metric(1.0, Dimensions=[{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}])
    assert sky.stat("Tests", metric.name, a="1", b="2") == 1
    assert sky.stat("Tests", metric.name, a="1") is None
    assert sky.stat("Tests", metric.name) is None
    listed = sky.watch.list_metrics(Namespace="Tests", Dimensions=[{"Name": "a"}])["Metrics"]
    assert metric.name in {one["MetricName"] for one in listed}


def test_a_unit_that_is_asked_for_has_to_be_the_one(sky, metric):
    metric(1.0, Unit="Seconds")
    metric(3.0, Unit="Count")

    def told(**options):
        found = sky.watch.get_metric_statistics(
            Namespace="Tests", MetricName=metric.name, Period=86_400, Statistics=["Sum"],
            StartTime=sky.now() - HOUR, EndTime=sky.now() + HOUR, **options,
        )["Datapoints"]  # fmt: skip
        return {(one["Unit"], one["Sum"]) for one in found}

    assert told(Unit="Seconds") == {("Seconds", 1.0)}
    assert told() == {("Seconds", 1.0), ("Count", 3.0)}


def test_metrics_are_listed_by_pages_and_for_two_weeks(sky):
    space = f"Pages-{uuid.uuid4().hex[:8]}"
    for begin in range(0, 600, 200):
        data = [{"MetricName": f"m{number:03}", "Value": 1} for number in range(begin, begin + 200)]
        sky.watch.put_metric_data(Namespace=space, MetricData=data)
    pages = list(sky.watch.get_paginator("list_metrics").paginate(Namespace=space))
    assert [len(page["Metrics"]) for page in pages] == [500, 100]
    sky.advance(14 * 86_400 + 120)
    assert sky.watch.list_metrics(Namespace=space)["Metrics"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"Period": 60}, "exceeds the limit of 1,440"),
        ({"Period": 61}, "multiple of 60"),
        ({"Statistics": None}, "Must specify either"),
        ({"Statistics": ["Median"]}, "Member must satisfy enum value set"),
        ({"ExtendedStatistics": ["tm90"]}, "not supported"),
        ({"EndTime": dt.datetime(2020, 1, 1)}, "must be less than"),
    ],
)
def test_what_get_metric_statistics_refuses(sky, options, said):
    settings = {
        "Namespace": "Tests", "MetricName": "m", "Period": 3600, "Statistics": ["Sum"],
        "StartTime": sky.now() - dt.timedelta(days=2), "EndTime": sky.now(),
    } | options  # fmt: skip
    with pytest.raises(ClientError, match=said):
        sky.watch.get_metric_statistics(**{k: v for k, v in settings.items() if v is not None})


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ([{"Id": "a"}], "MetricStat is required"),
        ([{"Id": "a", "Expression": "b + 1"}], "no metric with the id 'b'"),
        ([{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}], "in a circle"),
        ([{"Id": "a", "Expression": "SELECT MAX(x) FROM y"}], "Metrics Insights"),
        ([query("m", "tm90")], "does not know the statistic tm90"),
        ([query("m"), {"Id": "a", "Expression": "METRICS()"}], "several series"),
    ],
)
def test_what_get_metric_data_refuses(sky, queries, said):
    with pytest.raises(ClientError, match=said):
        results(sky, sky.now() - HOUR, sky.now(), *queries)
