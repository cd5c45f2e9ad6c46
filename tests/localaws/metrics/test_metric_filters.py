"""Metric filters: what comes into a log group becomes values of metrics, at the events' times."""

import datetime as dt
import itertools
import json

import pytest
from botocore.exceptions import ClientError

from tests.workshop import stack_at_rest, until

from .test_templates import deployed

MINUTE = dt.timedelta(minutes=1)
_numbers = itertools.count()


@pytest.fixture(scope="module")
def logs(sky):
    return sky.endpoint.client("logs")


@pytest.fixture
def group(logs):
    """The name of a log group of its own, with a stream `s`."""
    name = f"/filtered/{next(_numbers)}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    return name


def put(logs, group, pattern, filter="f", **transformation):
    """Put a metric filter that counts in a namespace named as the group."""
    made = {"metricName": "m", "metricNamespace": f"T{group}", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName=group, filterName=filter, filterPattern=pattern,
        metricTransformations=[made | transformation],
    )  # fmt: skip


def write(logs, group, when, *messages):
    """Write messages of that time."""
    stamp = int(when.timestamp() * 1000)
    events = [
        {"timestamp": stamp, "message": one if isinstance(one, str) else json.dumps(one)}
        for one in messages
    ]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def refusal(call, **request):
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def refused(logs, group, pattern, **options):
    with pytest.raises(ClientError) as caught:
        put(logs, group, pattern, **options)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


# -- what becomes of events


def test_events_that_fit_are_counted_at_their_own_time(sky, logs, group):
    put(logs, group, "ERROR -expected")
    begin = sky.now().replace(second=0, microsecond=0) - 5 * MINUTE
    write(logs, group, begin, "ERROR 1", "ERROR expected", "fine", "ERROR 2")
    write(logs, group, begin + 2 * MINUTE, "ERROR 3")
    assert sky.points(f"T{group}", "m", "Sum") == [(begin, 2.0), (begin + 2 * MINUTE, 1.0)]
    data = sky.watch.get_metric_data(
        StartTime=begin, EndTime=begin + 5 * MINUTE,
        MetricDataQueries=[{"Id": "m", "MetricStat": {
            "Metric": {"Namespace": f"T{group}", "MetricName": "m"}, "Period": 300,
            "Stat": "Sum"}}],
    )  # fmt: skip
    assert data["MetricDataResults"][0]["Values"] == [3.0]
    listed = sky.watch.list_metrics(Namespace=f"T{group}")["Metrics"]
    assert listed == [{"Namespace": f"T{group}", "MetricName": "m", "Dimensions": []}]


def test_what_came_before_the_filter_is_not_counted(sky, logs, group):
    write(logs, group, sky.now(), "ERROR")
    put(logs, group, "ERROR")
    assert sky.stat(f"T{group}", "m") is None
    write(logs, group, sky.now(), "ERROR")
    assert sky.stat(f"T{group}", "m") == 1


def test_a_value_and_a_unit_come_from_json(sky, logs, group):
    put(logs, group, "{ $.took = * }", metricValue="$.took", unit="Milliseconds")
    write(logs, group, sky.now(), {"took": 12.5}, {"took": "30"}, {"took": "long"}, {"other": 7})
    assert sky.stat(f"T{group}", "m", "SampleCount") == 2
    assert sky.stat(f"T{group}", "m", "Maximum") == 30
    assert sky.stat(f"T{group}", "m", "p50") == 12.5
    [point] = sky.watch.get_metric_statistics(
        Namespace=f"T{group}", MetricName="m", Period=3600, Statistics=["Sum"],
        StartTime=sky.now() - dt.timedelta(hours=1), EndTime=sky.now() + MINUTE,
    )["Datapoints"]  # fmt: skip
    assert (point["Sum"], point["Unit"]) == (42.5, "Milliseconds")


def test_a_value_comes_from_a_field_between_spaces(sky, logs, group):
    put(logs, group, "[..., status=4*, size]", metricValue="$size")
    write(logs, group, sky.now(), "a b 404 120", "a b 200 99", "x 400 -", "404 3")
    assert sky.stat(f"T{group}", "m", "Sum") == 123


def test_a_value_is_of_a_field_that_the_pattern_names(sky, logs, group):
    put(logs, group, "{ $.a = 1 }", metricValue="$.b")
    write(logs, group, sky.now(), {"a": 1, "b": 5})
    assert sky.stat(f"T{group}", "m") is None


def test_the_default_value_is_for_events_that_do_not_fit(sky, logs, group):
    put(logs, group, "ERROR", defaultValue=0)
    begin = sky.now().replace(second=0, microsecond=0) - 3 * MINUTE
    write(logs, group, begin, "fine", "fine")
    write(logs, group, begin + MINUTE, "fine", "ERROR")
    assert sky.points(f"T{group}", "m", "Sum") == [(begin, 0.0), (begin + MINUTE, 1.0)]
    assert sky.points(f"T{group}", "m", "Average")[1] == (begin + MINUTE, 0.5)


def test_dimensions_are_values_of_fields(sky, logs, group):
    put(
        logs, group, "{ $.level = ERROR && ($.code = * || $.who = *) }",
        dimensions={"Code": "$.code", "By": "$.who"},
    )  # fmt: skip
    write(
        logs, group, sky.now(),
        {"level": "ERROR", "code": 7, "who": "Ann"},
        {"level": "ERROR", "code": 7, "who": "Ann"},
        {"level": "ERROR", "code": 8, "who": "Bob"},
        {"level": "ERROR", "code": 9},  # a dimension has a value
        {"level": "INFO", "code": 7, "who": "Ann"},
    )  # fmt: skip
    assert sky.stat(f"T{group}", "m", Code="7", By="Ann") == 2
    assert sky.stat(f"T{group}", "m", Code="8", By="Bob") == 1
    assert len(sky.watch.list_metrics(Namespace=f"T{group}")["Metrics"]) == 2


def test_several_filters_look_at_the_same_events(sky, logs, group):
    put(logs, group, "", filter="all", metricName="all")
    put(logs, group, "ERROR", filter="errors", metricName="errors")
    put(logs, group, "WARN", filter="errors", metricName="warnings")  # in the place of the other
    write(logs, group, sky.now(), "ERROR", "WARN", "x")
    assert sky.stat(f"T{group}", "all") == 3
    assert sky.stat(f"T{group}", "errors") is None
    assert sky.stat(f"T{group}", "warnings") == 1


def test_an_alarm_sees_it(sky, logs, group):
    alarm = sky.alarm(Namespace=f"T{group}", MetricName="m", TreatMissingData="notBreaching")
    put(logs, group, '{ $.message = "no money" }')
    sky.next_minute()
    write(logs, group, sky.now(), {"message": "no money"}, {"message": "no money"})
    assert sky.state(alarm) != "ALARM"
    sky.next_minute()
    assert sky.state(alarm) == "ALARM"
    sky.advance(600)
    assert sky.state(alarm) == "OK"


# -- who writes


def test_what_a_function_says_is_looked_at(sky, logs):
    name = sky.function("def handler(event, context):\n    print('bought', event['n'])\n")
    group = f"/aws/lambda/{name}"
    logs.create_log_group(logGroupName=group)
    put(logs, group, "[word=bought, shares]", metricValue="$shares", metricName="bought")
    put(logs, group, "[w=REPORT, ..., memory, mb]", filter="reports", metricName="reports")
    for shares in (3, 4):
        sky.lambdas.invoke(FunctionName=name, Payload=json.dumps({"n": shares}))
    assert sky.stat(f"T{group}", "bought") == 7
    assert sky.stat(f"T{group}", "reports") == 2


def test_what_a_state_machine_logs_is_looked_at(sky, logs, group):
    put(logs, group, '{ $.type = "ExecutionFailed" }')
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"]
    machine = sky.machine(
        sky.failing,
        loggingConfiguration={
            "level": "ALL", "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        },
    )  # fmt: skip
    before = sky.now()
    sky.run(machine)
    until(lambda: sky.stat(f"T{group}", "m") == 1)
    [(when, _)] = sky.points(f"T{group}", "m", "Sum")
    assert before.replace(second=0, microsecond=0) <= when <= sky.now()


# -- by the API


def test_filters_are_told_by_name_and_in_pages(sky, logs, group):
    for name in ("b", "a", "c"):
        put(logs, group, "ERROR", filter=name, metricName=name)
    told = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert [one["filterName"] for one in told] == ["a", "b", "c"]
    when = dt.datetime.fromtimestamp(told[0]["creationTime"] / 1000, dt.UTC)
    assert abs(when - sky.now()) < MINUTE
    assert told[1] | {"creationTime": 0} == {
        "filterName": "b", "filterPattern": "ERROR", "logGroupName": group, "creationTime": 0,
        "metricTransformations": [
            {"metricName": "b", "metricNamespace": f"T{group}", "metricValue": "1"}],
    }  # fmt: skip
    [described] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert described["metricFilterCount"] == 3
    pages = logs.get_paginator("describe_metric_filters").paginate(
        logGroupName=group, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["metricFilters"]) for page in pages] == [2, 1]
    by_metric = {"metricName": "c", "metricNamespace": f"T{group}"}
    assert [
        one["filterName"] for one in logs.describe_metric_filters(**by_metric)["metricFilters"]
    ] == ["c"]
    by_prefix = logs.describe_metric_filters(logGroupName=group, filterNamePrefix="b")
    assert len(by_prefix["metricFilters"]) == 1


def test_a_filter_that_is_deleted_counts_no_more(sky, logs, group):
    put(logs, group, "ERROR")
    write(logs, group, sky.now(), "ERROR")
    logs.delete_metric_filter(logGroupName=group, filterName="f")
    write(logs, group, sky.now(), "ERROR")
    assert sky.stat(f"T{group}", "m") == 1
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []
    code, message = refusal(logs.delete_metric_filter, logGroupName=group, filterName="f")
    assert (code, message) == (
        "ResourceNotFoundException", "The specified metric filter does not exist."
    )  # fmt: skip


def test_a_groups_filters_go_with_it(logs, group):
    put(logs, group, "ERROR")
    logs.delete_log_group(logGroupName=group)
    code, _ = refusal(logs.describe_metric_filters, logGroupName=group)
    assert code == "ResourceNotFoundException"
    logs.create_log_group(logGroupName=group)
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []


def test_a_pattern_is_tried_out(logs):
    found = logs.test_metric_filter(
        filterPattern="{ $.n > 1 && $.who = * }",
        logEventMessages=['{"n": 1}', '{"n": 2, "who": "Ann"}', "no JSON"],
    )["matches"]
    assert found == [{
        "eventNumber": 2, "eventMessage": '{"n": 2, "who": "Ann"}',
        "extractedValues": {"$.n": "2", "$.who": "Ann"},
    }]  # fmt: skip
    said = refusal(logs.test_metric_filter, filterPattern="{ $.n > }", logEventMessages=["x"])
    assert said == ("InvalidParameterException", "Invalid filter pattern")


# -- what is refused


@pytest.mark.parametrize(
    ("pattern", "options", "message"),
    [
        ("{ $.a = 1", {}, "If a filter pattern starts with '{' it must end with '}'"),
        ("two-words", {}, "Invalid character(s) in term 'two-words'"),
        ("{ $.a = * }", {"dimensions": {"A": "$.a"}, "defaultValue": 0},
         "Invalid metric transformation: dimensions and default value are mutually exclusive "
         "properties"),
        ("?ERROR ?WARN", {"dimensions": {"A": "$.a"}},
         "The specified filter pattern does not support dimensions"),
        ("x", {"filter": "a:b"}, "Value 'a:b' at 'filterName' failed to satisfy constraint"),
        ("x", {"metricName": "a*b"},
         "Value 'a*b' at 'metricTransformations.1.member.metricName' failed to satisfy"),
        ("x", {"unit": "Furlongs"},
         "Value 'Furlongs' at 'metricTransformations.1.member.unit' failed to satisfy"),
        ("x" * 1025, {}, "Member must have length less than or equal to 1024"),
        ("{ $.a = * }", {"dimensions": dict.fromkeys("abcd", "$.a")}, "at most 3 dimensions"),
        ("{ $.a = * }", {"dimensions": {"A": "always"}}, "names no field"),
        ("x", {"metricValue": "one"}, "metricValue is neither a number nor a field: one"),
        ("%a% %b% %c%", {}, "at most 2 regular expressions"),
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused(logs, group, pattern, options, message):
    code, said = refused(logs, group, pattern, **options)
    assert code == "InvalidParameterException"
    assert message in said
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []


def test_what_is_not_here_is_refused(logs, group):
    made = {"metricName": "m", "metricNamespace": "T", "metricValue": "1"}
    code, said = refusal(
        logs.put_metric_filter, logGroupName=group, filterName="f", filterPattern="x",
        metricTransformations=[made], emitSystemFieldDimensions=["@aws.account"],
    )  # fmt: skip
    assert code == "InvalidParameterException"
    assert said == "The local endpoint's metric filters have no emitSystemFieldDimensions."


def test_a_group_has_a_hundred_filters_and_five_with_expressions(logs, group):
    assert refused(logs, "/nowhere", "x")[0] == "ResourceNotFoundException"
    for number in range(5):
        put(logs, group, "%a%", filter=f"e{number}")
    put(logs, group, "%b%", filter="e0")  # no new one
    assert refused(logs, group, "%a%", filter="e5") == (
        "LimitExceededException", "Resource limit exceeded."
    )  # fmt: skip
    for number in range(95):
        put(logs, group, "x", filter=f"n{number}")
    assert refused(logs, group, "x", filter="one too many")[0] == "LimitExceededException"
    put(logs, group, "y", filter="n0")


# -- in a template


def template(pattern="{ $.level = ERROR }", **transformation):
    made = {"MetricName": "m", "MetricNamespace": "OfTemplate", "MetricValue": 1}
    return {
        "Resources": {
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}},
            "Errors": {
                "Type": "AWS::Logs::MetricFilter",
                "Properties": {
                    "LogGroupName": {"Ref": "Group"}, "FilterPattern": pattern,
                    "MetricTransformations": [made | transformation],
                },
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Namespace": "OfTemplate", "MetricName": "m", "Statistic": "Sum",
                    "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                },
            },
        },
        "Outputs": {"Group": {"Value": {"Ref": "Group"}}, "Filter": {"Value": {"Ref": "Errors"}},
                    "Alarm": {"Value": {"Ref": "Alarm"}}},
    }  # fmt: skip


def test_a_template_makes_changes_and_deletes_it(sky, logs):
    out = deployed(sky, "filtered", template(DefaultValue="0"))
    assert out["Filter"].startswith("filtered-Errors-")
    logs.create_log_stream(logGroupName=out["Group"], logStreamName="s")
    sky.next_minute()
    write(logs, out["Group"], sky.now(), {"level": "ERROR"})
    sky.next_minute()
    assert sky.state(out["Alarm"]) == "ALARM"

    changed = template("{ $.level = WARN }", Dimensions=[{"Key": "Level", "Value": "$.level"}])
    assert deployed(sky, "filtered", changed, "UPDATE_COMPLETE") == out
    write(logs, out["Group"], sky.now(), {"level": "ERROR"}, {"level": "WARN"})
    assert sky.stat("OfTemplate", "m", Level="WARN") == 1
    [told] = logs.describe_metric_filters(logGroupName=out["Group"])["metricFilters"]
    assert told["metricTransformations"] == [{
        "metricName": "m", "metricNamespace": "OfTemplate", "metricValue": "1",
        "dimensions": {"Level": "$.level"}}]  # fmt: skip

    sky.endpoint.client("cloudformation").delete_stack(StackName="filtered")
    by_metric = {"metricName": "m", "metricNamespace": "OfTemplate"}
    until(lambda: not logs.describe_metric_filters(**by_metric)["metricFilters"])


def test_a_template_is_told_why_a_filter_cannot_be(sky):
    client = sky.endpoint.client("cloudformation")
    broken = template("?ERROR ?WARN", Dimensions=[{"Key": "Level", "Value": "$.level"}])
    client.create_stack(StackName="unfiltered", TemplateBody=json.dumps(broken))
    assert stack_at_rest(client, "unfiltered")["StackStatus"] == "ROLLBACK_COMPLETE"
    events = client.describe_stack_events(StackName="unfiltered")["StackEvents"]
    [why] = [
        one["ResourceStatusReason"] for one in events
        if one["LogicalResourceId"] == "Errors" and one["ResourceStatus"] == "CREATE_FAILED"
    ]  # fmt: skip
    assert (
        "Invalid request provided: AWS::Logs::MetricFilter. The specified filter pattern does not "
        "support dimensions (Service: CloudWatchLogs, Status Code: 400, Request ID: "
    ) in why
    assert "HandlerErrorCode: InvalidRequest" in why
