"""The load benchmark in short: what its five minutes by hand ask, asked for some seconds."""

import pytest

from benchmarks import load


@pytest.fixture(scope="module")
def report(module_endpoint):
    """Twenty clients at once for eight seconds."""
    site = load.Site(module_endpoint.url, module_endpoint.env)
    return load.Clients(site).run(clients=20, seconds=8)


def test_twenty_clients_at_once_break_no_promise(report):
    assert report.broken == []
    assert report.executions["SUCCEEDED"] > 0
    assert report.items >= report.executions["SUCCEEDED"]
    assert sum(report.calls.values()) > 200


def test_the_clients_made_every_kind_of_call(report):
    assert len(report.calls) == 15
    assert report.refusals.keys() >= {"ExecutionDoesNotExist", "NoSuchKey"}


def test_growth_is_told():
    """Threads that pile up are named, and so are those that outlive the clients."""

    def looks(*threads):
        return [load.Usage(n, count, 100, 5, 0) for n, count in enumerate(threads)]

    assert load.growth(looks(*[50] * 10)) == []
    assert load.growth(looks(*range(50, 150, 10), 50)) == ["threads grew from 90 to 135 under load"]
    assert load.growth(looks(120, 173, 160, 190, 150, 190, 188, 160, 193, 190, 60)) == []
    assert load.growth(looks(*[50] * 9, 80)) == ["threads: 80 after the load, 50 in it"]


def test_a_lost_and_a_doubled_trade_are_told():
    status = {"a": "SUCCEEDED", "b": "SUCCEEDED", "c": "ABORTED"}
    sound = {"a": ["1"], "b": ["2"], "c": ["3"]}
    assert load.misplaced(status, sound, {"1", "2"}) == []
    assert load.misplaced(status, sound, {"1", "2", "3"}) == [], "aborted after it was recorded"
    assert "b SUCCEEDED" in load.misplaced(status, sound, {"1"})[0]
    assert "a SUCCEEDED" in load.misplaced(status, sound | {"a": ["1", "4"]}, {"1", "2", "4"})[0]
    assert load.misplaced(status, sound, {"1", "2", "5"}) == ["the item 5 belongs to 0 executions"]
