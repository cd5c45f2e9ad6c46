"""Contract with moto 5.2.5: what filter patterns and metric filters rely on."""

import inspect

import helpers.localaws.on_moto.core  # noqa: F401 - moto is imported after the environment is settled


def parameters(function):
    return list(inspect.signature(function).parameters)


def test_where_log_events_come_in():
    """Hook: LogStream.put_log_events, which is called by whoever writes to a log group."""
    from moto.logs.models import LogGroup, LogsBackend, LogStream

    assert parameters(LogStream.put_log_events) == ["self", "log_events"]
    backend = LogsBackend("us-east-1", "123456789012")
    group = backend.create_log_group("/hooks", {})
    assert (group.name, group.region, group.account_id) == ("/hooks", "us-east-1", "123456789012")
    group.create_log_stream("s")
    assert group.streams["s"].log_group is group
    assert "stream.put_log_events(" in inspect.getsource(LogGroup.put_log_events)


def test_how_filters_are_kept():
    """Hooks: put_, describe_ and delete_metric_filter of LogsBackend, to_describe_dict."""
    from moto.logs.models import LogGroup, LogsBackend

    backend = LogsBackend("us-east-1", "123456789012")
    assert backend.filters.metric_filters == [], "moto keeps metric filters elsewhere now"
    assert parameters(LogsBackend.put_metric_filter) == [
        "self", "filter_name", "filter_pattern", "log_group_name", "metric_transformations"
    ]  # fmt: skip
    assert parameters(LogsBackend.describe_metric_filters) == [
        "self", "prefix", "log_group_name", "metric_name", "metric_namespace"
    ]  # fmt: skip
    assert parameters(LogsBackend.delete_metric_filter) == [
        "self", "filter_name", "log_group_name"
    ]  # fmt: skip
    assert parameters(LogsBackend.delete_log_group) == ["self", "log_group_name"]
    assert "metricFilterCount" in LogGroup("123456789012", "us-east-1", "/h").to_describe_dict()


def test_how_patterns_are_asked():
    """Hook: EventMessageFilter.__init__, and the answers of LogsResponse."""
    from moto.logs import responses, utils

    assert parameters(utils.EventMessageFilter.__init__) == ["self", "pattern"]
    assert parameters(utils.EventMessageFilter.matches) == ["self", "message"]
    for name in ("put_metric_filter", "describe_metric_filters"):
        assert parameters(getattr(responses.LogsResponse, name)) == ["self"]
    assert "def test_metric_filter" not in inspect.getsource(responses), "moto has it now"
