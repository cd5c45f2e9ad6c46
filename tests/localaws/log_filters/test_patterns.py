"""Filter patterns of CloudWatch Logs, by themselves and over HTTP."""

import time

import pytest
from botocore.exceptions import ClientError

from helpers.localaws.log_filters.pattern import InvalidPattern, compiled

PLAIN = ["[ERROR] 400 BAD REQUEST", "[ERROR] 401 UNAUTHORIZED", "[WARN] 500 INTERNAL ERROR", "ok"]
JSON = [
    '{"level": "ERROR", "n": 5, "who": {"name": "Ann", "tags": ["a", "b"]}, "x": null}',
    '{"level": "WARN", "n": 3, "done": true}',
    "no JSON",
]
LINES = ['127.0.0.1 ann "GET /a" 404 120', '127.0.0.1 bob "GET /b" 200 90', "short line"]


@pytest.mark.parametrize(
    ("pattern", "messages", "expected"),
    [
        ("", PLAIN, [0, 1, 2, 3]),
        ("ERROR", PLAIN, [0, 1, 2]),
        ("ERROR 401", PLAIN, [1]),
        ("error", PLAIN, []),
        ('"BAD REQUEST"', PLAIN, [0]),
        ("?400 ?500", PLAIN, [0, 2]),
        ("ERROR -INTERNAL", PLAIN, [0, 1]),
        ("-ERROR", PLAIN, [3]),
        ("ERROR ?400", PLAIN, [0, 1, 2]),
        ("%4[0-9]{2}%", PLAIN, [0, 1]),
        ('{ $.level = "ERROR" }', JSON, [0]),
        ('{ $.level != "ERROR" }', JSON, [1]),
        ("{ $.level = ERR* }", JSON, [0]),
        ("{ $.n > 4 }", JSON, [0]),
        ("{ $.n >= 3 && $.level = WARN }", JSON, [1]),
        ('{ ($.n = 5 || $.n = 3) && $.who.name = "Ann" }', JSON, [0]),
        ('{ $.who.tags[1] = "b" }', JSON, [0]),
        ('{ $.who.tags[*] = "a" }', JSON, [0]),
        ("{ $.x IS NULL }", JSON, [0]),
        ("{ $.done IS TRUE }", JSON, [1]),
        ("{ $.done NOT EXISTS }", JSON, [0]),
        ("{ $.level = %^W% }", JSON, [1]),
        ("{ $.nothing = 1 }", JSON, []),
        ("{ $.nothing != 1 }", JSON, []),
        ("{ $.who = * || $.who.tags != 1 }", JSON, []),  # an object and a list are no values
        ("{ $.n = 5.0 }", JSON, [0]),
        ("{ $.n < 1e3 && $.n > +4 }", JSON, [0]),
        ('{ $.level = "ERR*" && $.done NOT EXISTS }', JSON, [0]),
        ("[ip, user, request, status, size]", LINES, [0, 1]),
        ("[ip, user, request, status = 4*, size]", LINES, [0]),
        ("[ip, user, request, status = 200 || status = 404, size > 100]", LINES, [0]),
        ('[ip, user = bob, ...]', LINES, [1]),
        ("[..., size < 100]", LINES, [1]),
        ('[ip, user, request = "*/a", ...]', LINES, [0]),
    ],
)  # fmt: skip
def test_what_fits(pattern, messages, expected):
    test = compiled(pattern).fits
    assert [n for n, message in enumerate(messages) if test(message)] == expected


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        *[(pattern, "Invalid filter pattern") for pattern in (
            "{ $.a }", "{ a = 1 }", "{ ($.a = 1 }", "{ $.a > b }", "{ $.a = }", "{ $.a IS ODD }",
            "{ $.a NOT NULL }", "{ $.a = 1 2 }", "{}", "[a = ]", "[..., a, ...]",
            "[a = 1 && b = 2]", "%[%", "{ $.a = %[% }", "{ $.a = $.b }",
        )],
        ("{ $.a = 1", "If a filter pattern starts with '{' it must end with '}'"),
        ("[a, b", "If a filter pattern starts with '[' it must end with ']'"),
        ("two-words", "Invalid character(s) in term 'two-words'"),
        ("ERROR: ?x", "Invalid character(s) in term 'ERROR:'"),
        ('"not closed', "Invalid character(s) in term '\"not'"),
        ("%(a)%", "Invalid character(s) in term '%(a)%'"),
    ],
)  # fmt: skip
def test_what_is_no_pattern(pattern, said):
    with pytest.raises(InvalidPattern) as caught:
        compiled(pattern)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("pattern", "message", "found"),
    [
        ("ERROR", PLAIN[0], {}),
        ("{ $.n = * && $.who.tags[1] = b && $.x IS NULL }", JSON[0],
         {"$.n": "5", "$.who.tags[1]": "b"}),
        ("{ $.done IS TRUE || $.level = * }", JSON[1], {"$.done": "true", "$.level": "WARN"}),
        # the example of AWS's guide
        ("[..., request=*.html*, status_code=4*,]",
         '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
         {"$1": "127.0.0.1", "$2": "-", "$3": "frank", "$4": "10/Oct/2000:13:25:15 -0700",
          "$request": "GET /index.html HTTP/1.0", "$status_code": "404", "$7": "1534"}),
    ],
)  # fmt: skip
def test_what_is_found_in_a_message(pattern, message, found):
    assert compiled(pattern).found(message) == found


def test_expressions_are_counted():
    assert compiled("%a% -%b%").expressions == 2
    assert compiled("{ $.a = %a% || $.b != %b% }").expressions == 2
    assert compiled("[a = %a%, b]").expressions == 1
    assert compiled("{ $.a = 1 }").expressions == compiled("a").expressions == 0


def test_an_expression_that_searches_for_years_ends():
    began = time.monotonic()
    assert not compiled(f"%^{'a*' * 30}b$%").fits("a" * 60 + "!")
    assert time.monotonic() - began < 20


def test_a_group_has_a_plain_name_and_keeps_its_events_for_days_that_aws_knows(endpoint):
    logs = endpoint.client("logs")
    with pytest.raises(ClientError) as caught:
        logs.create_log_group(logGroupName="my group")
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidParameterException"
    assert "Value 'my group' at 'logGroupName' failed" in error["Message"]
    logs.create_log_group(logGroupName="/days")
    with pytest.raises(ClientError) as caught:
        logs.put_retention_policy(logGroupName="/days", retentionInDays=4)
    error = caught.value.response["Error"]
    assert "Value '4' at 'retentionInDays' failed" in error["Message"]
    logs.put_retention_policy(logGroupName="/days", retentionInDays=5)


def test_over_http(endpoint):
    logs = endpoint.client("logs")
    logs.create_log_group(logGroupName="/filtered")
    logs.create_log_stream(logGroupName="/filtered", logStreamName="one")
    stamp = logs.describe_log_groups(logGroupNamePrefix="/filtered")["logGroups"][0]["creationTime"]
    logs.put_log_events(
        logGroupName="/filtered",
        logStreamName="one",
        logEvents=[{"timestamp": stamp, "message": message} for message in JSON],
    )
    found = logs.filter_log_events(logGroupName="/filtered", filterPattern="{ $.n < 4 }")
    assert [event["message"] for event in found["events"]] == [JSON[1]]
    with pytest.raises(ClientError) as caught:
        logs.filter_log_events(logGroupName="/filtered", filterPattern="{ $.n < }")
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"
