"""Hostile requests, in short: by hand `python benchmarks/hostile.py` sends twenty thousand."""

import gzip
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import hostile

SEEDS = st.integers(0, 10**6)
"""What a request is made from: `benchmarks/hostile.py --seed N --requests 1` repeats it."""
SHORT = settings(
    max_examples=settings.default.max_examples // 4,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def target(module_endpoint):
    """An endpoint with something in it."""
    made = hostile.Target(module_endpoint.url, module_endpoint.env)
    hostile.seeded(made)
    return made


@pytest.mark.parametrize("service", hostile.SERVICES)
def test_a_service_answers_in_time_and_in_awss_words(target, service):
    """A failure of moto's own is allowed if its cause is in the log: nothing else is."""

    @SHORT
    @given(SEEDS)
    def attacked(seed):
        since = hostile.size(target.log)
        made, _, wrong = hostile.a_call(target, service, seed)
        if wrong in ("500 InternalFailure", "500 InternalError"):
            assert "site-packages" in hostile.logged(target.log, since), f"ours: {made}"
        else:
            assert wrong is None, f"{wrong}: {made}"

    attacked()
    assert hostile.still_works(target) is None


def test_what_is_nearly_http_is_answered_or_closed(target):
    @settings(SHORT, max_examples=SHORT.max_examples * 6)
    @given(SEEDS)
    def attacked(seed):
        made, _, wrong = hostile.some_bytes(target, seed)
        assert wrong is None, f"{wrong}: {made.body[:300]}"

    attacked()
    assert hostile.still_works(target) is None


def test_the_control_routes_take_nothing_odd(target):
    target.control("POST", "/_local/reset", b"{}")  # an advance over rules may take long

    @settings(SHORT, max_examples=SHORT.max_examples * 4)
    @given(SEEDS)
    def attacked(seed):
        made, _, wrong = hostile.a_control(target, seed)
        assert wrong is None, f"{wrong}: {made}"

    attacked()
    assert hostile.still_works(target) is None


def json_request(target, operation, body, **headers):
    made = hostile.Request("dynamodb", operation, "POST", "/", "",
                           {"X-Amz-Target": f"DynamoDB_20120810.{operation}",
                            "Content-Type": "application/x-amz-json-1.0"} | headers,
                           body)  # fmt: skip
    return target.send(made)


@pytest.mark.parametrize(
    ("operation", "body", "code", "words"),
    [
        ("DescribeTable", b"{}", "ValidationException", "Value null at 'tableName'"),
        ("DescribeTable", b'{"TableName": []}', "SerializationException", "list value"),
        ("DescribeTable", b'{"TableName": "a', "SerializationException", "Unterminated"),
        ("DescribeTable", b'{"\xff": 1}', "SerializationException", "codec"),
        ("DescribeTable", b"[" * 100_000, "SerializationException", "recursion"),
        ("FlyToMoon", b"{}", "UnknownOperationException", "FlyToMoon"),
        ("call_action", b"{}", "UnknownOperationException", "call_action"),
        ("__init__", b"{}", "UnknownOperationException", "__init__"),
        ("", b"{}", "UnknownOperationException", "names no operation"),
    ],
)
def test_a_request_that_moto_cannot_read_is_refused_as_aws_does(
    target, operation, body, code, words
):
    since = hostile.size(target.log)
    answer = json_request(target, operation, body)
    assert (answer.status, answer.code) == (400, code)
    assert words in json.loads(answer.body)["message"]
    assert hostile.logged(target.log, since) == "nothing logged"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Action=ListRoles&Version=2010-05-08&MaxItems=many", "MalformedInput"),
        ("Action=FlyToMoon&Version=2010-05-08", "InvalidAction"),
        ("Action=SetupClass&Version=2010-05-08", "InvalidAction"),
        ("Version=2010-05-08", "MissingAction"),
    ],
)
def test_a_form_that_moto_cannot_read_is_refused_as_aws_does(target, body, code):
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    made = hostile.Request("iam", "", "POST", "/", "", form, body.encode())
    answer = target.send(made)
    assert (answer.status, answer.code) == (400, code)


def test_a_compressed_body_may_not_unpack_to_gigabytes(target):
    """100 KB that unpack to 100 MB are refused, and what is small passes."""
    bomb = gzip.compress(bytes(105_000_000))
    assert len(bomb) < 200_000
    answer = json_request(target, "ListTables", bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status, answer.code) == (413, "RequestEntityTooLargeException")
    small = gzip.compress(b"{}")
    assert json_request(target, "ListTables", small, **{"Content-Encoding": "gzip"}).status == 200


def test_a_body_that_only_claims_to_be_compressed(target):
    answer = json_request(target, "ListTables", b"{}", **{"Content-Encoding": "gzip"})
    assert (answer.status, answer.code) == (400, "SerializationException")


def test_a_rule_without_a_name_is_not_kept(target):
    """Moto would keep it, and fail at every list of rules from then on."""
    head = {"X-Amz-Target": "AWSEvents.PutRule", "Content-Type": "application/x-amz-json-1.1"}
    body = b'{"EventPattern": "{\\"source\\": [\\"x\\"]}"}'
    answer = target.send(hostile.Request("events", "", "POST", "/", "", head, body))
    assert (answer.status, answer.code) == (400, "ValidationException")
    head = head | {"X-Amz-Target": "AWSEvents.ListRules"}
    assert target.send(hostile.Request("events", "", "POST", "/", "", head, b"{}")).status == 200


@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/recorder/start-recording"])
def test_motos_own_routes_are_closed(target, path):
    """They would empty half of the endpoint, or write files where it stands."""
    made = hostile.Request("sts", "", "POST", path, "", {}, b"")
    assert target.send(made).code in ("NotImplemented", "UnknownOperationException")


def test_a_schedule_that_cannot_be_listed_is_not_kept(target):
    """Moto would keep a target without ARN, and fail at every list from then on."""
    body = json.dumps({
        "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"RoleArn": "arn:aws:iam::123456789012:role/x"},
    }).encode()  # fmt: skip
    made = hostile.Request("scheduler", "", "POST", "/schedules/half", "",
                           {"Content-Type": "application/json"}, body)  # fmt: skip
    answer = target.send(made)
    assert (answer.status, answer.code) == (400, "ValidationException")
    listed = target.send(hostile.Request("scheduler", "", "GET", "/schedules", "", {}, b""))
    assert (listed.status, json.loads(listed.body)["Schedules"]) == (200, [])


def test_a_function_without_code_is_not_kept(target):
    body = json.dumps({
        "FunctionName": "half", "Role": "arn:aws:iam::123456789012:role/x", "Runtime": "python3.12",
        "Handler": "a.b", "Code": {"S3Bucket": "hostile-bucket"},
    }).encode()  # fmt: skip
    made = hostile.Request("lambda", "", "POST", "/2015-03-31/functions", "", {}, body)
    answer = target.send(made)
    assert (answer.status, answer.code) == (400, "InvalidParameterValueException")
    listed = hostile.Request("lambda", "", "GET", "/2015-03-31/functions", "", {}, b"")
    assert json.loads(target.send(listed).body)["Functions"] == []


def test_the_same_seed_makes_the_same_request():
    """So that a failure can be repeated."""
    made = [hostile.Maker(random.Random("s3 7"), {}).request("s3") for _ in range(2)]
    assert made[0] == made[1]
