"""EventBridge rules and schedules on the simulated clock: when they are due, and what they send."""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.localaws.events import targets
from helpers.localaws.events.expressions import InvalidExpression, parse
from tests.workshop import until

HOUR = 3600
ROLE = "arn:aws:iam::123456789012:role/schedules"


def utc(*parts):
    return datetime(*parts, tzinfo=UTC).timestamp()


def due(text, since, count=3, zone="UTC"):
    """The first times that an expression is due, as readable text in UTC."""
    expression, moment, found = parse(text, zone, scheduler=True), since, []
    while len(found) < count and (moment := expression.after(moment, since)) is not None:
        found.append(f"{datetime.fromtimestamp(moment, UTC):%a %Y-%m-%d %H:%M:%S}")
    return found


# -- expressions


def test_a_rate_counts_from_its_beginning():
    assert due("rate(1 hour)", utc(2026, 1, 1, 9, 12, 30)) == [
        "Thu 2026-01-01 10:12:30",
        "Thu 2026-01-01 11:12:30",
        "Thu 2026-01-01 12:12:30",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("cron(0 12 * * ? *)", "Thu 2026-01-01 12:00:00"),
        ("cron(0/15 9-17 ? * MON-FRI *)", "Thu 2026-01-01 09:15:00"),
        ("cron(15 10 ? * 6L *)", "Fri 2026-01-30 10:15:00"),
        ("cron(0 8 1 * ? *)", "Sun 2026-02-01 08:00:00"),
        ("cron(0 0 L * ? *)", "Sat 2026-01-31 00:00:00"),
        ("cron(0 0 L-3 * ? *)", "Wed 2026-01-28 00:00:00"),
        ("cron(0 0 3W * ? *)", "Fri 2026-01-02 00:00:00"),  # the 3rd is a Saturday
        ("cron(0 0 1W 2 ? *)", "Mon 2026-02-02 00:00:00"),  # the 1st is a Sunday; not in January
        ("cron(0 0 ? * 3#2 *)", "Tue 2026-01-13 00:00:00"),
        ("cron(0 0 ? * L *)", "Sat 2026-01-03 00:00:00"),
        ("cron(0 0 29 2 ? *)", "Tue 2028-02-29 00:00:00"),
        ("cron(0 0 1 JAN ? 2030)", "Tue 2030-01-01 00:00:00"),
        ("cron(0  10  ?  *  mon  *)", "Mon 2026-01-05 10:00:00"),
        ("at(2026-03-04T05:06:07)", "Wed 2026-03-04 05:06:07"),
    ],
)
def test_when_it_is_due(text, first):
    assert due(text, utc(2026, 1, 1, 9, 12, 30), 1) == [first]


@pytest.mark.parametrize(
    "text",
    ["", "rate(0 hours)", "rate(-1 hour)", "rate(1 second)",
     "rate(1.5 hours)", "rate(1 hour) ", "cron(0 12 * * *)", "cron(0 12 * * * *)",
     "cron(0 12 ? * ? *)", "cron(60 12 * * ? *)", "cron(0 24 * * ? *)", "cron(0 12 32 * ? *)",
     "cron(0 12 * 13 ? *)", "cron(0 12 ? * 8 *)", "cron(0 12 * * ? 1969)", "cron()", "hourly",
     "at(2026-13-01T00:00:00)", "at(tomorrow)"],
)  # fmt: skip
def test_what_is_no_expression(text):
    with pytest.raises(InvalidExpression):
        parse(text, scheduler=True)


@pytest.mark.parametrize("text", ["rate(1 hours)", "rate(2 hour)", "rate(1 minutes)"])
def test_only_a_rule_minds_singular_and_plural(text):
    assert parse(text, scheduler=True).seconds in (60, 3600, 7200)
    with pytest.raises(InvalidExpression):
        parse(text)


def test_rules_do_not_have_at():
    with pytest.raises(InvalidExpression):
        parse("at(2026-03-04T05:06:07)")


def test_a_past_year_is_never_due():
    assert due("cron(0 12 * * ? 2020)", utc(2026, 1, 1)) == []
    assert due("at(2020-01-01T00:00:00)", utc(2026, 1, 1)) == []


def test_a_time_zone():
    assert due("cron(30 8 ? * MON-FRI *)", utc(2026, 1, 1), 1, "Europe/Berlin") == [
        "Thu 2026-01-01 07:30:00"
    ]
    assert due("at(2026-07-01T12:00:00)", utc(2026, 1, 1), 1, "America/New_York") == [
        "Wed 2026-07-01 16:00:00"
    ]
    with pytest.raises(InvalidExpression, match="time zone"):
        parse("rate(1 hour)", "Mars/Olympus")


def test_an_hour_that_summer_time_skips_is_skipped():
    """In 2026 Berlin's clocks go from 02:00 to 03:00 on 29 March."""
    assert due("cron(30 2 * * ? *)", utc(2026, 3, 28, 0, 0), 3, "Europe/Berlin") == [
        "Sat 2026-03-28 01:30:00",
        "Mon 2026-03-30 00:30:00",
        "Tue 2026-03-31 00:30:00",
    ]


def test_an_hour_that_comes_twice_counts_once():
    """In 2026 Berlin's clocks go from 03:00 back to 02:00 on 25 October."""
    assert due("cron(30 2 * * ? *)", utc(2026, 10, 24, 12, 0), 2, "Europe/Berlin") == [
        "Sun 2026-10-25 00:30:00",
        "Mon 2026-10-26 01:30:00",
    ]


@settings(deadline=None)
@given(
    minute=st.integers(0, 59), hour=st.integers(0, 23), weekday=st.integers(1, 7),
    since=st.integers(1_700_000_000, 1_900_000_000),
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"]),
)  # fmt: skip
def test_a_weekly_cron_against_a_search_minute_by_minute(minute, hour, weekday, since, zone):
    expression = parse(f"cron({minute} {hour} ? * {weekday} *)", zone)
    found = expression.after(float(since), float(since))
    moment = since - since % 60 + 60
    while True:
        local = datetime.fromtimestamp(moment, ZoneInfo(zone))
        day = local.isoweekday() % 7 + 1
        if (local.minute, local.hour, day, local.fold) == (minute, hour, weekday, 0):
            break
        moment += 60
    assert found == moment


# -- what a target is given

EVENT = {
    "version": "0", "id": "e-1", "detail-type": "Scheduled Event", "source": "aws.events",
    "account": "123456789012", "time": "2026-01-01T10:00:00Z", "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/hourly"],
    "detail": {"who": 'a "b"', "n": 3, "list": [{"x": 1}, {"x": 2}]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ({}, EVENT),
        ({"Input": '{"a": 1}'}, {"a": 1}),
        ({"InputPath": "$.detail.list[1].x"}, 2),
        ({"InputPath": "$['detail-type']"}, "Scheduled Event"),
        ({"InputPath": "$.nowhere"}, None),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"t": "$.time", "n": "$.detail.n", "w": "$.detail.who"},
                    "InputTemplate": '{"at": <t>, "n": <n>, "text": "<w> at <t>", "rule": '
                    '"<aws.events.rule-name>"}',
                }
            },
            {
                "at": "2026-01-01T10:00:00Z",
                "n": 3,
                "text": 'a "b" at 2026-01-01T10:00:00Z',
                "rule": "hourly",
            },
        ),
        ({"InputTransformer": {"InputTemplate": '{"e": <aws.events.event.json>}'}}, {"e": EVENT}),
        ({"InputTransformer": {"InputTemplate": '"just text"'}}, "just text"),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"m": "$.missing"},
                    "InputTemplate": '[<m>,"<m>"]',
                }
            },
            [None, ""],
        ),
    ],
)
def test_what_a_target_is_given(target, wanted):
    text = targets.payload(target, EVENT, EVENT["resources"][0])
    assert json.loads(text) == wanted


# -- the real thing


@pytest.fixture(scope="module")
def aws(module_endpoint):
    """Clients by service name, on an endpoint with a state machine that hands its input on."""

    class Aws:
        endpoint = module_endpoint

        def __getattr__(self, service):
            return module_endpoint.client(service)

        def advance(self, **length):
            seconds = timedelta(**length).total_seconds()
            return module_endpoint.control("/_local/clock", {"advance": seconds})

        def executions(self, after=None):
            """Start, name and input of the executions since the one named `after`, oldest first."""
            found = []
            pages = self.stepfunctions.get_paginator("list_executions")
            for page in pages.paginate(stateMachineArn=self.machine):
                for one in page["executions"]:
                    if one["name"] == after:
                        return found[::-1]
                    described = self.stepfunctions.describe_execution(
                        executionArn=one["executionArn"]
                    )
                    assert described["status"] == "SUCCEEDED"
                    found.append((one["startDate"], described["name"], described["input"]))
            return found[::-1]

        def now(self):
            return datetime.fromisoformat(module_endpoint.control("/_local/clock")["now"])

        def next(self):
            return module_endpoint.control("/_local/clock")["next"]

    found = Aws()
    assert module_endpoint.role("schedules") == ROLE
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    found.machine = found.stepfunctions.create_state_machine(
        name="machine", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    return found


@pytest.fixture
def fired(aws):
    """Executions since the test began."""
    newest = aws.stepfunctions.list_executions(stateMachineArn=aws.machine, maxResults=1)
    before = [one["name"] for one in newest["executions"]] or [None]
    return lambda: aws.executions(after=before[0])


@pytest.fixture
def rule(aws):
    """Puts rules that start the machine; they are gone after the test."""
    made = []

    def put(expression, *, name="rule", state="ENABLED", **target):
        made.append(name)
        answer = aws.events.put_rule(Name=name, ScheduleExpression=expression, State=state)
        aws.events.put_targets(
            Rule=name, Targets=[{"Id": "1", "Arn": aws.machine, "RoleArn": ROLE} | target]
        )
        return answer["RuleArn"]

    yield put
    for name in set(made):
        aws.events.remove_targets(Rule=name, Ids=["1"])
        aws.events.delete_rule(Name=name)


def test_an_hourly_rule_fires_every_hour_from_when_it_was_made(aws, rule, fired):
    made = aws.now()
    arn = rule("rate(1 hour)")
    assert list(aws.next()) == [arn]
    assert aws.advance(minutes=59)["fired"] == 0
    assert aws.advance(hours=3)["fired"] == 3
    starts = [start - made for start, _, _ in fired()]
    assert [round(s.total_seconds() / HOUR, 2) for s in starts] == [1, 2, 3]


def test_the_event_is_awss(aws, rule, fired):
    arn = rule("rate(1 hour)")
    aws.advance(hours=1)
    ((start, name, text),) = fired()
    event = json.loads(text)
    assert list(event) == ["version", "id", "detail-type", "source", "account", "time", "region",
                           "resources", "detail"]  # fmt: skip
    assert re.fullmatch(r"[0-9a-f-]{36}", event.pop("id"))
    assert abs(datetime.fromisoformat(event.pop("time")) - start) < timedelta(seconds=1.5)
    assert event == {
        "version": "0", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "123456789012", "region": "us-east-1", "resources": [arn], "detail": {},
    }  # fmt: skip
    assert re.fullmatch(r"[0-9a-f-]{36}_[0-9a-f-]{36}", name)
    assert name.startswith(json.loads(text)["id"])


def test_a_disabled_rule_never_fires(aws, rule, fired):
    rule("rate(1 hour)", state="DISABLED")
    assert aws.advance(days=3)["fired"] == 0
    aws.events.enable_rule(Name="rule")
    aws.advance(minutes=30)
    aws.events.disable_rule(Name="rule")
    assert aws.advance(days=3)["fired"] == 0
    aws.events.enable_rule(Name="rule")
    aws.advance(minutes=59)
    assert fired() == []
    aws.advance(minutes=2)
    assert len(fired()) == 1, "it counts from when it was enabled"


def test_putting_a_rule_again_as_it_is_does_not_delay_it(aws, rule, fired):
    rule("rate(1 hour)")
    aws.advance(minutes=59)
    rule("rate(1 hour)")
    aws.advance(minutes=2)
    assert len(fired()) == 1
    rule("rate(2 hours)")
    aws.advance(minutes=90)
    assert len(fired()) == 1, "another rate counts anew"


def test_a_deleted_rule_fires_no_more(aws, rule, fired):
    rule("rate(1 hour)")
    aws.advance(hours=1)
    aws.events.remove_targets(Rule="rule", Ids=["1"])
    aws.events.delete_rule(Name="rule")
    assert aws.next() == {}
    assert aws.advance(days=1)["fired"] == 0
    assert len(fired()) == 1
    rule("rate(1 hour)", state="DISABLED")


def test_a_cron_rule(aws, rule, fired):
    rule("cron(0 9 ? * MON-FRI *)")
    aws.advance(days=14)
    starts = [start.astimezone(UTC) for start, _, _ in fired()]
    assert len(starts) == 10
    assert all((s.hour, s.minute) == (9, 0) and s.isoweekday() < 6 for s in starts)


def test_two_rules_fire_in_the_order_in_which_they_are_due(aws, rule, fired):
    rule("rate(2 hours)", name="two", Input='"two"')
    aws.advance(minutes=1)
    rule("rate(3 hours)", name="three", Input='"three"')
    aws.advance(hours=6)
    found = [json.loads(text) for _, _, text in fired()]
    assert found == ["two", "three", "two", "two", "three"]


def test_a_month_of_hours(aws, rule, fired):
    rule("rate(1 hour)", Input="{}")
    assert aws.advance(days=30)["fired"] == 720
    starts = [start for start, _, _ in fired()]
    assert len(starts) == 720
    gaps = [(b - a).total_seconds() for a, b in pairwise(starts)]
    assert all(abs(gap - HOUR) < 60 for gap in gaps)  # a busy machine is late now and then


def test_input_settings_reach_the_execution(aws, rule, fired):
    transformer = {"InputPathsMap": {"t": "$.time"}, "InputTemplate": '{"when": <t>}'}
    rule("rate(1 hour)", InputTransformer=transformer)
    aws.advance(hours=1)
    assert set(json.loads(fired()[0][2])) == {"when"}


@pytest.mark.parametrize(
    "expression", ["rate(1 hours)", "cron(0 12 * * *)", "at(2030-01-01T00:00:00)"]
)
def test_a_rule_that_aws_refuses(aws, expression):
    with pytest.raises(ClientError) as caught:
        aws.events.put_rule(Name="bad", ScheduleExpression=expression)
    assert caught.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Parameter ScheduleExpression is not valid.",
    }


def test_a_target_that_is_gone_stops_nothing(aws, rule, fired):
    rule("rate(1 hour)")
    gone = aws.machine.rpartition(":")[0] + ":gone"
    aws.events.put_targets(Rule="rule", Targets=[{"Id": "0", "Arn": gone, "RoleArn": ROLE}])
    try:
        aws.advance(hours=2)
        assert len(fired()) == 2
        assert "no delivery to " + gone in (aws.endpoint.home / "endpoint.log").read_text()
    finally:
        aws.events.remove_targets(Rule="rule", Ids=["0"])


def dead_letters(aws, name):
    """The bodies and the attributes of the messages in a queue."""
    url = aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found = aws.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    return [
        (
            json.loads(one["Body"]),
            {k: v["StringValue"] for k, v in one["MessageAttributes"].items()},
        )
        for one in found.get("Messages", [])
    ]


def test_what_a_rule_cannot_deliver_goes_to_the_dead_letter_queue(aws, rule):
    aws.sqs.create_queue(QueueName="dead")
    queue = "arn:aws:sqs:us-east-1:123456789012:dead"
    gone = "arn:aws:lambda:us-east-1:123456789012:function:gone"
    rule("rate(1 hour)", Arn=gone, DeadLetterConfig={"Arn": queue})
    aws.advance(hours=1)
    ((event, about),) = dead_letters(aws, "dead")
    assert event["detail-type"] == "Scheduled Event"
    assert about["RULE_ARN"] == event["resources"][0]
    assert (about["TARGET_ARN"], about["ERROR_CODE"]) == (gone, "NO_RESOURCE")
    assert "gone" in about["ERROR_MESSAGE"]


def test_what_a_schedule_cannot_deliver_goes_to_the_dead_letter_queue(aws, schedule):
    aws.sqs.create_queue(QueueName="late")
    queue = "arn:aws:sqs:us-east-1:123456789012:late"
    gone = aws.machine.rpartition(":")[0] + ":gone"
    arn = schedule("rate(1 hour)", target={
        "Arn": gone, "Input": '{"n": 1}', "DeadLetterConfig": {"Arn": queue},
    })  # fmt: skip
    aws.advance(seconds=1)
    ((given, about),) = dead_letters(aws, "late")
    assert given == {"n": 1}
    assert (about["SCHEDULE_ARN"], about["TARGET_ARN"]) == (arn, gone)
    assert about["ERROR_CODE"] == "NO_RESOURCE"
    assert {"EXECUTION_ID", "SCHEDULED_TIME", "ERROR_MESSAGE", "RETRY_ATTEMPTS"} < about.keys()


def test_a_rule_has_five_targets_and_a_name_of_plain_characters(aws, rule):
    rule("rate(1 hour)")
    queue = "arn:aws:sqs:us-east-1:123456789012:any"
    with pytest.raises(ClientError) as caught:
        aws.events.put_targets(
            Rule="rule", Targets=[{"Id": f"more-{n}", "Arn": queue} for n in range(5)]
        )
    assert caught.value.response["Error"]["Code"] == "LimitExceededException"
    with pytest.raises(ClientError) as caught:
        aws.events.put_rule(Name="my rule", ScheduleExpression="rate(1 hour)")
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "Value 'my rule' at 'name' failed" in caught.value.response["Error"]["Message"]


def test_queues_topics_and_log_groups_are_targets_too(aws, rule):
    queue = aws.sqs.create_queue(QueueName="queue")["QueueUrl"]
    other = aws.sqs.create_queue(QueueName="other")["QueueUrl"]
    topic = aws.sns.create_topic(Name="topic")["TopicArn"]
    prefix = "arn:aws:sqs:us-east-1:123456789012:"
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=prefix + "other")
    aws.logs.create_log_group(logGroupName="/rules/log")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/rules/log"
    rule("rate(1 hour)", Arn=prefix + "queue", Input='{"n": 1}')
    aws.events.put_targets(
        Rule="rule",
        Targets=[{"Id": "2", "Arn": topic, "Input": '"sent"'}, {"Id": "3", "Arn": group}],
    )
    try:
        aws.advance(hours=1)
    finally:
        aws.events.remove_targets(Rule="rule", Ids=["2", "3"])
    assert aws.sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == '{"n": 1}'
    assert '\\"sent\\"' in aws.sqs.receive_message(QueueUrl=other)["Messages"][0]["Body"]
    (logged,) = aws.logs.filter_log_events(logGroupName="/rules/log")["events"]
    assert json.loads(logged["message"])["source"] == "aws.events"
    assert abs(logged["timestamp"] / 1000 - aws.now().timestamp()) < 60


def test_a_state_machine_is_started_with_a_role_only(aws, rule):
    rule("rate(1 hour)")
    with pytest.raises(ClientError) as caught:
        aws.events.put_targets(Rule="rule", Targets=[{"Id": "2", "Arn": aws.machine}])
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"] == f"RoleArn is required for target {aws.machine}."


def test_events_that_are_put_reach_the_state_machine_too(aws, fired):
    """Stock moto raises NotImplementedError for such a target."""
    aws.events.put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
    aws.events.put_targets(
        Rule="orders", Targets=[{"Id": "1", "Arn": aws.machine, "RoleArn": ROLE}]
    )
    entry = {"Source": "shop", "DetailType": "order", "Detail": '{"n": 1}'}
    aws.events.put_events(Entries=[entry, entry | {"Source": "elsewhere"}])
    aws.advance(seconds=0)
    ((_, _, text),) = fired()
    assert json.loads(text)["detail"] == {"n": 1}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", json.loads(text)["time"])


def test_an_event_that_a_rule_hands_to_another_bus_keeps_its_resources_and_its_time(aws, fired):
    bus = aws.events.create_event_bus(Name="handed-to")["EventBusArn"]
    pattern = '{"source": ["handed-on"]}'
    aws.events.put_rule(Name="hands-on", EventPattern=pattern)
    aws.events.put_targets(Rule="hands-on", Targets=[{"Id": "1", "Arn": bus, "RoleArn": ROLE}])
    there = {"EventBusName": "handed-to"}
    aws.events.put_rule(Name="there", EventPattern=pattern, **there)
    machine = {"Id": "1", "Arn": aws.machine, "RoleArn": ROLE}
    aws.events.put_targets(Rule="there", Targets=[machine], **there)
    entry = {"Source": "handed-on", "DetailType": "t", "Detail": "{}", "Resources": ["mine"],
             "Time": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)}  # fmt: skip
    aws.events.put_events(Entries=[entry])
    aws.advance(seconds=0)
    ((_, _, text),) = fired()
    told = json.loads(text)
    assert (told["resources"], told["time"]) == (["mine"], "2030-01-02T03:04:05Z")


def test_an_event_for_a_bus_that_is_not_there_is_taken_and_lost(aws, fired):
    """https://github.com/aws/aws-cli/issues/9186; the others of the same call arrive."""
    aws.events.put_rule(Name="kept", EventPattern='{"source": ["kept"]}')
    aws.events.put_targets(Rule="kept", Targets=[{"Id": "1", "Arn": aws.machine, "RoleArn": ROLE}])
    entry = {"Source": "kept", "DetailType": "order", "Detail": '{"n": 2}'}
    answer = aws.events.put_events(Entries=[entry | {"EventBusName": "no-such-bus"}, entry])
    assert answer["FailedEntryCount"] == 0
    assert [list(told) for told in answer["Entries"]] == [["EventId"], ["EventId"]]
    aws.advance(seconds=0)
    assert len(fired()) == 1


# -- EventBridge Scheduler


@pytest.fixture
def schedule(aws):
    made = []

    def create(expression, *, name="schedule", target=None, window=None, **options):
        made.append(name)
        return aws.scheduler.create_schedule(
            Name=name,
            ScheduleExpression=expression,
            FlexibleTimeWindow=window or {"Mode": "OFF"},
            Target={"Arn": aws.machine, "RoleArn": ROLE} | (target or {}),
            **options,
        )["ScheduleArn"]

    yield create
    for name in set(made):
        for found in aws.scheduler.list_schedules(NamePrefix=name)["Schedules"]:
            aws.scheduler.delete_schedule(Name=found["Name"])


def test_a_rate_schedule_begins_at_once(aws, schedule, fired):
    """AWS: without a StartDate it "starts invoking" its target immediately."""
    schedule("rate(1 hour)")
    aws.advance(hours=2)
    assert len(fired()) == 3


def test_the_default_notification(aws, schedule, fired):
    arn = schedule("rate(1 hour)")
    aws.advance(minutes=1)
    event = json.loads(fired()[0][2])
    assert (event["source"], event["resources"]) == ("aws.scheduler", [arn])
    assert event["detail"] == "{}"


def test_start_and_end(aws, schedule, fired):
    start = aws.now() + timedelta(hours=5)
    schedule("rate(1 hour)", StartDate=start, EndDate=start + timedelta(hours=2, minutes=1))
    aws.advance(hours=4)
    assert fired() == []
    aws.advance(days=1)
    found = [round((at - start).total_seconds() / HOUR, 2) for at, _, _ in fired()]
    assert found == [0, 1, 2]


def test_a_start_that_is_over_is_refused(aws, schedule):
    """By the simulated clock; five minutes late are none."""
    aws.advance(days=1)
    for minutes in (1, 4):
        schedule("rate(1 hour)", name="late", StartDate=aws.now() - timedelta(minutes=minutes))
        aws.scheduler.delete_schedule(Name="late")
    over = aws.now() - timedelta(hours=1)
    schedule("at(2020-01-01T00:00:00)", name="once", StartDate=over)  # of which it is ignored
    for expression in ("rate(1 hour)", "cron(0 * * * ? *)"):
        with pytest.raises(ClientError) as refused:
            schedule(expression, StartDate=over)
        error = refused.value.response["Error"]
        assert error["Code"] == "ValidationException"
        assert error["Message"] == "The StartDate you specify cannot be earlier than 5 minutes ago."
    schedule("rate(1 hour)", name="changed")
    with pytest.raises(ClientError):
        aws.scheduler.update_schedule(
            Name="changed",
            ScheduleExpression="rate(2 hours)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": aws.machine, "RoleArn": ROLE},
            StartDate=over,
        )
    kept = aws.scheduler.get_schedule(Name="changed")
    assert kept["ScheduleExpression"] == "rate(1 hour)"


def test_a_flexible_window_is_used_at_its_beginning(aws, schedule, fired):
    """AWS invokes the target at any time within the window."""
    schedule("rate(1 hour)", window={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30})
    aws.advance(seconds=1)
    assert len(fired()) == 1


def test_once_and_then_deleted(aws, schedule, fired):
    at = (aws.now() + timedelta(hours=1)).replace(microsecond=0)
    schedule(f"at({at:%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="DELETE")
    aws.advance(hours=2)
    assert [start.astimezone(UTC).replace(microsecond=0) for start, _, _ in fired()] == [at]
    assert aws.scheduler.list_schedules()["Schedules"] == []


def test_a_schedule_in_a_time_zone_with_input(aws, schedule, fired):
    text = '{"at": "<aws.scheduler.scheduled-time>", "try": "<aws.scheduler.attempt-number>"}'
    schedule(
        "cron(30 8 * * ? *)",
        ScheduleExpressionTimezone="Asia/Kolkata",
        target={"Input": text},
    )
    aws.advance(days=1)
    ((_, _, given),) = fired()
    assert json.loads(given)["at"].endswith("T03:00:00Z")
    assert json.loads(given)["try"] == "1"


def test_a_schedule_that_is_switched_off_and_on(aws, schedule, fired):
    schedule("cron(0 * * * ? *)", State="DISABLED")
    assert aws.advance(days=1)["fired"] == 0
    settings = aws.scheduler.get_schedule(Name="schedule")
    wanted = {
        k: settings[k] for k in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    }
    aws.scheduler.update_schedule(**wanted, State="ENABLED")
    aws.advance(hours=2)
    assert len(fired()) == 2


def test_a_universal_target(aws, schedule, fired):
    given = {"StateMachineArn": aws.machine, "Input": '"by name"', "Name": "universal"}
    schedule(
        "rate(1 day)",
        target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution",
            "Input": json.dumps(given),
        },
    )
    aws.advance(minutes=1)
    assert [(name, text) for _, name, text in fired()] == [("universal", '"by name"')]


def test_a_group_goes_with_its_schedules(aws):
    aws.scheduler.create_schedule_group(Name="group")
    aws.scheduler.create_schedule(
        Name="inside", GroupName="group", ScheduleExpression="cron(0 * * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": aws.machine, "RoleArn": ROLE},
    )  # fmt: skip
    assert len(aws.next()) == 1
    aws.scheduler.delete_schedule_group(Name="group")
    assert aws.next() == {}


def test_a_schedule_that_aws_refuses(aws, schedule):
    for options, words in (
        ({"expression": "rate(0 hours)"}, "Invalid Schedule Expression rate(0 hours)."),
        (
            {"expression": "rate(1 hour)", "ScheduleExpressionTimezone": "Mars/Olympus"},
            "Invalid Schedule Expression Timezone Mars/Olympus.",
        ),
        (
            {"expression": "rate(1 hour)", "window": {"Mode": "FLEXIBLE"}},
            "A flexible time window of mode FLEXIBLE needs MaximumWindowInMinutes.",
        ),
    ):
        with pytest.raises(ClientError) as caught:
            schedule(**options)
        assert caught.value.response["Error"]["Message"] == words
        assert caught.value.response["Error"]["Code"] == "ValidationException"


# -- real time


def test_a_rule_fires_in_real_time_too(aws, rule, fired):
    """Moved to just before it is due, the clock needs no further help."""
    rule("rate(1 minute)")
    aws.advance(seconds=58.5)
    assert fired() == []
    assert len(until(fired, 10, pause=0.1)) == 1
