"""The control routes: status, reset, clock, market."""

import json
from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def ask(module_endpoint):
    """Send a request with the key; returns status and the JSON lines of the answer."""

    def ask(method, path, body=None):
        connection = HTTPConnection(urlsplit(module_endpoint.url).netloc, timeout=60)
        sent = body.encode() if isinstance(body, str) else body
        connection.request(method, path, sent, module_endpoint.proof(method, path, sent))
        response = connection.getresponse()
        found = [json.loads(line) for line in response.read().splitlines()]
        connection.close()
        return response.status, found

    return ask


def test_status_says_what_runs(ask, module_endpoint):
    status, (found,) = ask("GET", "/_local/status")
    assert status == 200
    assert found["url"] == module_endpoint.url
    assert found["home"] == str(module_endpoint.home)
    assert 0 < found["uptime"] < 600
    assert found["mode"] == "jump"
    assert found["memory"] > 10_000_000
    assert found["processes"] >= 1
    assert datetime.fromisoformat(found["now"]).utcoffset() == timedelta(0)


def test_an_advance_says_from_when_to_when(ask):
    before = datetime.fromisoformat(ask("GET", "/_local/clock")[1][0]["now"])
    status, lines = ask("POST", "/_local/clock", '{"advance": 7200}')
    assert status == 200
    started, ended = (datetime.fromisoformat(lines[-1][k]) for k in ("started", "ended"))
    assert before <= started < before + timedelta(seconds=10)
    assert timedelta(hours=2) <= ended - started < timedelta(hours=2, seconds=5)
    assert lines[-1]["fired"] == 0


def test_a_long_advance_shows_progress(ask, module_endpoint):
    """Lines come while it runs, each with the time that it has reached."""
    logs = module_endpoint.client("logs")
    logs.create_log_group(logGroupName="/progress")
    events = module_endpoint.client("events")
    events.put_rule(Name="often", ScheduleExpression="rate(1 minute)")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/progress"
    events.put_targets(Rule="often", Targets=[{"Id": "1", "Arn": group}])
    _, lines = ask("POST", "/_local/clock", json.dumps({"advance": 60 * 20_000}))
    events.remove_targets(Rule="often", Ids=["1"])
    events.delete_rule(Name="often")
    assert lines[-1]["fired"] == 20_000
    progress = lines[:-1]
    assert len(progress) >= 2
    assert [p["fired"] for p in progress] == sorted(p["fired"] for p in progress)
    assert [p["now"] for p in progress] == sorted(p["now"] for p in progress)
    assert len({p["goal"] for p in progress}) == 1


def test_the_mode(ask):
    assert ask("POST", "/_local/clock", '{"mode": "realtime"}')[1][0]["mode"] == "realtime"
    assert ask("GET", "/_local/clock")[1][0]["mode"] == "realtime"
    assert ask("POST", "/_local/clock", '{"mode": "jump"}')[1][0]["mode"] == "jump"


def test_the_market_seed(ask):
    assert ask("POST", "/_local/market", '{"seed": 42}') == (200, [{"seed": 42}])
    assert ask("GET", "/_local/market") == (200, [{"seed": 42}])
    assert ask("POST", "/_local/market", '{"seed": null}') == (200, [{"seed": None}])


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/_local/clock", "{}", "advance"),
        ("/_local/clock", '{"advance": "3h"}', "advance"),
        ("/_local/clock", '{"advance": -1}', "advance"),
        ("/_local/clock", '{"advance": 1e12}', "ten years"),
        ("/_local/clock", '{"advance": NaN}', "advance"),
        ("/_local/clock", '{"advance": true}', "advance"),
        ("/_local/clock", '{"mode": "fast"}', "realtime"),
        ("/_local/clock", '{"mode": ["jump"]}', "realtime"),
        ("/_local/clock", '{"advance": 1, "mode": "jump"}', "advance"),
        ("/_local/clock", "[1]", "JSON object"),
        ("/_local/clock", "{", "not JSON"),
        ("/_local/clock", "[" * 60_000, "not JSON"),
        ("/_local/clock", b"\xff\xfe", "not JSON"),
        ("/_local/market", '{"seed": 1.5}', "whole number"),
        ("/_local/market", '{"seed": true}', "whole number"),
        ("/_local/market", "{}", "seed"),
    ],
)
def test_a_body_that_is_wrong_is_explained(ask, path, body, words):
    status, (found,) = ask("POST", path, body)
    assert status == 400
    assert words in found["message"]


def test_a_body_that_is_too_large_is_refused(ask):
    assert ask("POST", "/_local/clock", "x" * 100_000)[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/_local/nowhere", 404), ("GET", "/_local/", 404), ("DELETE", "/_local/clock", 405),
     ("POST", "/_local/status", 405), ("GET", "/_local/reset", 405)],
)  # fmt: skip
def test_what_there_is_not_is_said_with_what_there_is(ask, method, path, status):
    found, (answer,) = ask(method, path)
    assert found == status
    assert "POST /_local/clock" in answer["message"]


def test_reset_empties_everything(ask, module_endpoint):
    role = module_endpoint.role("reset")
    s3 = module_endpoint.client("s3")
    s3.create_bucket(Bucket="to-be-emptied")
    s3.put_object(Bucket="to-be-emptied", Key="k", Body=b"x" * 10_000_000)
    states = module_endpoint.client("stepfunctions")
    waits = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9e6, "End": True}}}
    machine = states.create_state_machine(name="waits", definition=json.dumps(waits), roleArn=role)[
        "stateMachineArn"
    ]
    events = module_endpoint.client("events")
    events.put_rule(Name="starts", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="starts", Targets=[{"Id": "1", "Arn": machine, "RoleArn": role}])
    ask("POST", "/_local/clock", '{"mode": "realtime"}')
    running = states.start_execution(stateMachineArn=machine)["executionArn"]
    assert states.describe_execution(executionArn=running)["status"] == "RUNNING"
    ask("POST", "/_local/market", '{"seed": 1}')

    assert ask("POST", "/_local/reset", "{}") == (200, [{}])

    assert s3.list_buckets()["Buckets"] == []
    assert states.list_state_machines()["stateMachines"] == []
    assert events.list_rules()["Rules"] == []
    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        states.describe_execution(executionArn=running)
    found = ask("GET", "/_local/status")[1][0]
    assert (found["offset"], found["mode"], found["market_seed"]) == (0.0, "jump", None)
    assert (found["next"], found["stacks"]) == ({}, {})
    assert ask("POST", "/_local/clock", '{"advance": 86400}')[1][-1]["fired"] == 0
    s3.create_bucket(Bucket="to-be-emptied")
    s3.delete_bucket(Bucket="to-be-emptied")


def test_reset_in_the_middle_of_an_advance_ends_it(ask, module_endpoint):
    import threading

    logs = module_endpoint.client("logs")
    logs.create_log_group(logGroupName="/endless")
    events = module_endpoint.client("events")
    events.put_rule(Name="often", ScheduleExpression="rate(1 minute)")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/endless"
    events.put_targets(Rule="often", Targets=[{"Id": "1", "Arn": group}])
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(ask("POST", "/_local/clock", '{"advance": 300000000}'))
    )
    thread.start()
    while not ask("GET", "/_local/clock")[1][0]["offset"] > 86400:
        pass
    assert ask("POST", "/_local/reset", "{}")[0] == 200
    thread.join(30)
    assert not thread.is_alive()
    assert answers[0][0] == 200
    assert ask("GET", "/_local/clock")[1][0]["offset"] == 0.0
