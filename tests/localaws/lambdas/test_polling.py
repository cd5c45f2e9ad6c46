"""Queues as event sources: tried again on the simulated clock, dead letters, batches, filters."""

import json
import re
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.workshop import until

FAILS = (
    "def handler(event, context):\n    print([r['body'] for r in event['Records']])\n    1 / 0\n"
)
TAKES = "def handler(event, context):\n    print([r['body'] for r in event['Records']])\n"


def answers(text):
    """A function that says which messages it is given, and answers with a Python expression."""
    return TAKES + f"    records = event['Records']\n    return {text}\n"


BAD = answers(
    "{'batchItemFailures': [{'itemIdentifier': r['messageId']} for r in records"
    " if r['body'].startswith('bad')]}"
)


class Queues:
    """Makes queues and mappings on the running endpoint, and tells what became of them."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.sqs, self.client = endpoint.client("sqs"), endpoint.client("lambda")
        self.uuids = []

    def make(self, suffix="", **attributes):
        """A queue's URL and ARN."""
        name = f"queue-{uuid.uuid4().hex[:8]}{suffix}"
        attributes = {name: str(value) for name, value in attributes.items()}
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, self.told(url, "QueueArn")["QueueArn"]

    def with_letters(self, most=2, suffix="", **attributes):
        """A queue with a dead-letter queue: both URLs, and the ARN of the first."""
        letters, arn = self.make(suffix, **{k: v for k, v in attributes.items() if k[0] == "F"})
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": most})
        url, arn = self.make(suffix, RedrivePolicy=policy, **attributes)
        return url, letters, arn

    def told(self, url, *names):
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]

    def count(self, url):
        """How many messages are in sight, and how many are hidden."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.told(url, *names)
        return tuple(int(told[name]) for name in names)

    def map(self, function, arn, **options):
        made = self.client.create_event_source_mapping(
            FunctionName=function, EventSourceArn=arn, **options
        )
        self.uuids.append(made["UUID"])
        return made

    def send(self, url, *bodies, **options):
        for body in bodies:
            self.sqs.send_message(QueueUrl=url, MessageBody=body, **options)

    def given(self, function):
        """The bodies of each batch that a function was given."""
        try:
            events = self.endpoint.client("logs").filter_log_events(
                logGroupName=f"/aws/lambda/{function}", filterPattern='"["'
            )["events"]
        except ClientError:
            return []
        told = [one["message"].strip() for one in events]
        return [json.loads(one.replace("'", '"')) for one in told if one.startswith("['")]

    def advance(self, seconds):
        self.endpoint.control("/_local/clock", {"advance": seconds})


@pytest.fixture
def queues(endpoint):
    made = Queues(endpoint)
    yield made
    for one in made.uuids:
        try:
            made.client.delete_event_source_mapping(UUID=one)
        except ClientError:
            continue


def test_a_reported_message_comes_again_and_then_is_a_dead_letter(queues, make):
    name = make(BAD)
    url, letters, arn = queues.with_letters(2, VisibilityTimeout=40)
    queues.map(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"], BatchSize=10,
               MaximumBatchingWindowInSeconds=1)  # fmt: skip
    queues.send(url, "good", "bad")
    queues.advance(5)
    assert [sorted(one) for one in queues.given(name)] == [["bad", "good"]]
    assert queues.count(url) == (0, 1)
    queues.advance(30)
    assert len(queues.given(name)) == 1  # it is hidden for 40 seconds
    queues.advance(10)
    assert queues.given(name)[1:] == [["bad"]]
    assert queues.count(letters) == (0, 0)
    queues.advance(50)
    assert (queues.count(url), queues.count(letters)) == ((0, 0), (1, 0))
    assert len(queues.given(name)) == 2


def test_a_message_that_a_function_fails_at_is_tried_again_after_the_visibility_timeout(
    queues, make
):
    name = make(FAILS)
    url, arn = queues.make()
    queues.map(name, arn)
    queues.send(url, "first")
    until(lambda: queues.given(name))
    assert queues.count(url) == (0, 1)
    queues.advance(100)
    assert queues.given(name) == [["first"]] * 4  # after 30, 60 and 90 seconds


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("None", 0),
        ("{}", 0),
        ("''", 0),
        ("[]", 0),
        ("{'batchItemFailures': None}", 0),
        ("{'batchItemFailures': []}", 0),
        ("{'batchItemFailures': [{'itemIdentifier': records[0]['messageId']}]}", 1),
        ("{'batchItemFailures': [{'itemIdentifier': 'of no message'}]}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", 2),
        ("{'batchItemFailures': [{'messageId': records[0]['messageId']}]}", 2),
        ("'done'", 2),
    ],
)
def test_what_an_answer_says_of_a_batch(queues, make, answer, left):
    name = make(answers(answer))
    url, arn = queues.make()
    queues.send(url, "one", "two")
    queues.map(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    until(lambda: queues.given(name))
    queues.advance(1)
    assert queues.count(url) == (0, left)


def test_an_answer_counts_only_where_it_was_asked_for(queues, make):
    name = make(BAD)
    url, arn = queues.make()
    queues.map(name, arn)
    queues.send(url, "bad")
    until(lambda: queues.given(name))
    queues.advance(1)
    assert queues.count(url) == (0, 0)


def test_a_fifo_group_waits_for_its_message_that_failed(queues, make):
    name = make(BAD)
    url, letters, arn = queues.with_letters(
        2, ".fifo", FifoQueue="true", ContentBasedDeduplication="true"
    )
    for body in ("good 1", "bad 2", "bad 3"):
        queues.send(url, body, MessageGroupId="a")
    queues.map(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    until(lambda: queues.given(name))
    queues.send(url, "good 4", MessageGroupId="a")
    queues.send(url, "good 5", MessageGroupId="b")
    queues.advance(1)
    assert queues.given(name) == [["good 1", "bad 2", "bad 3"], ["good 5"]]
    queues.advance(100)
    assert queues.given(name)[2:] == [["bad 2", "bad 3", "good 4"]]
    assert queues.count(letters)[0] == 2


def test_what_is_delayed_comes_when_it_is_due(queues, make):
    name = make(TAKES)
    url, arn = queues.make()
    queues.map(name, arn)
    queues.send(url, "later", DelaySeconds=600)
    queues.advance(590)
    assert queues.given(name) == []
    queues.advance(20)
    assert queues.given(name) == [["later"]]


def test_a_batch_gathers_for_its_window(queues, make):
    name = make(TAKES)
    url, arn = queues.make()
    queues.map(name, arn, BatchSize=3, MaximumBatchingWindowInSeconds=60)
    queues.send(url, "a", "b")
    queues.advance(50)
    assert queues.given(name) == []
    queues.advance(20)
    assert queues.given(name) == [["a", "b"]]
    queues.send(url, "c", "d", "e")  # as many as a batch has
    until(lambda: len(queues.given(name)) == 2)


def test_no_more_batches_at_once_than_the_mapping_may_have(queues, make):
    name = make(
        "import time\ndef handler(event, context):\n    began = time.time()\n    time.sleep(0.3)\n"
        "    print('ran', began, time.time())\n"
    )
    url, arn = queues.make()
    queues.send(url, *"abcdef")
    queues.map(name, arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    logs = queues.endpoint.client("logs")

    def ran():
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="ran")
        except ClientError:
            return []
        return [tuple(map(float, one["message"].split()[1:])) for one in found["events"]]

    until(lambda: len(ran()) == 6)
    spans = ran()
    assert all(sum(a <= began < b for a, b in spans) <= 2 for began, _ in spans)


def test_what_fits_no_filter_is_deleted(queues, make):
    name = make(TAKES)
    url, arn = queues.make()
    pattern = json.dumps({"body": {"side": ["buy"], "price": [{"numeric": [">", 5]}]}})
    queues.map(name, arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    wanted = '{"side": "buy", "price": 7}'
    queues.send(url, '{"side": "buy", "price": 2}', "buy", wanted, '{"side": "sell", "price": 7}')
    queues.advance(1)
    logs = queues.endpoint.client("logs")
    group = f"/aws/lambda/{name}"
    found = logs.filter_log_events(logGroupName=group, filterPattern="side")["events"]
    assert [one["message"].strip() for one in found] == [str([wanted])]
    assert queues.count(url) == (0, 0)


def test_a_text_is_filtered_as_a_text(queues, make):
    name = make(TAKES)
    url, arn = queues.make()
    pattern = json.dumps({"body": [{"prefix": "buy"}]})
    queues.map(name, arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    queues.send(url, "buy 5", "sell 5", '{"buy": 5}')
    queues.advance(1)
    assert queues.given(name) == [["buy 5"]]


def test_what_waits_is_taken_when_a_mapping_comes_and_stays_when_it_goes(queues, make):
    name = make(TAKES)
    url, arn = queues.make()
    queues.send(url, "before")
    mapping = queues.map(name, arn)
    until(lambda: queues.given(name) == [["before"]])
    queues.client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    queues.send(url, "meanwhile")
    queues.advance(60)
    assert queues.count(url) == (1, 0)
    queues.client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    until(lambda: queues.given(name)[1:] == [["meanwhile"]])
    queues.client.delete_event_source_mapping(UUID=mapping["UUID"])
    queues.send(url, "after")
    queues.advance(60)
    assert queues.count(url) == (1, 0)


def test_a_message_that_is_too_old_is_gone(queues, make):
    name = make(FAILS)
    url, arn = queues.make(MessageRetentionPeriod=120)
    queues.map(name, arn)
    queues.send(url, "old")
    queues.advance(300)
    assert len(queues.given(name)) == 4
    assert queues.count(url) == (0, 0)


def test_an_alias_is_given_its_version(queues, make):
    name = make(
        "import json\ndef handler(event, context):\n"
        "    print(json.dumps(['of', context.invoked_function_arn]).replace('\"', \"'\"))\n"
    )
    queues.client.publish_version(FunctionName=name)
    queues.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    url, arn = queues.make()
    made = queues.map(f"{name}:live", arn)
    assert made["FunctionArn"].endswith(f"{name}:live")
    queues.send(url, "hello")
    until(lambda: queues.given(name))
    assert queues.given(name)[0][1].endswith(f"{name}:live")


# -- what AWS tells of a mapping, and what it refuses


def test_a_mapping_is_told_as_aws_tells_it(queues, make):
    name = make(TAKES)
    _, arn = queues.make()
    made = queues.map(name, arn)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (made["State"], made["StateTransitionReason"]) == ("Creating", "USER_INITIATED")
    assert (made["FunctionResponseTypes"], made["MaximumBatchingWindowInSeconds"]) == ([], 0)
    assert made.keys().isdisjoint({"StartingPosition", "LastProcessingResult", "Tags"})
    got = queues.client.get_event_source_mapping(UUID=made["UUID"])
    assert got["State"] == "Enabled"
    changed = queues.client.update_event_source_mapping(UUID=made["UUID"], BatchSize=3)
    assert (changed["State"], changed["BatchSize"]) == ("Updating", 3)
    for function in (name, got["FunctionArn"]):
        found = queues.client.list_event_source_mappings(FunctionName=function)
        assert [one["UUID"] for one in found["EventSourceMappings"]] == [made["UUID"]]
    gone = queues.client.delete_event_source_mapping(UUID=made["UUID"])
    assert gone["State"] == "Deleting"
    for call in (
        queues.client.delete_event_source_mapping,
        queues.client.update_event_source_mapping,
    ):
        with pytest.raises(ClientError, match="The resource you requested does not exist") as no:
            call(UUID=made["UUID"])
        assert no.value.response["Error"]["Code"] == "ResourceNotFoundException"


def refused(queues, *given, **options):
    with pytest.raises(ClientError) as refusal:
        queues.map(*given, **options)
    error = refusal.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_second_mapping_of_one_pair_is_refused(queues, make):
    name = make(TAKES)
    _, arn = queues.make()
    made = queues.map(name, arn)
    assert refused(queues, name, arn) == (
        "ResourceConflictException",
        f'An event source mapping with SQS arn (" {arn} ") and function (" {name} ") already '
        f"exists. Please update or delete the existing mapping with UUID {made['UUID']}",
    )
    queues.map(make(TAKES), arn)  # another function may


def test_a_queue_has_to_hide_messages_for_as_long_as_the_function_may_run(queues, make):
    name = make(TAKES, Timeout=60)
    url, arn = queues.make()
    assert refused(queues, name, arn) == (
        "InvalidParameterValueException",
        "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
    )
    queues.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
    queues.map(name, arn)


def test_a_stack_says_why_a_mapping_is_refused(queues, make, endpoint):
    _, arn = queues.make()
    properties = {"FunctionName": make(TAKES, Timeout=60), "EventSourceArn": arn}
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
    client, name = endpoint.client("cloudformation"), f"stack-{uuid.uuid4().hex[:8]}"
    client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"M": mapping}}))

    def failed():
        events = client.describe_stack_events(StackName=name)["StackEvents"]
        return [e for e in events if e["ResourceStatus"] == "CREATE_FAILED"]

    (event,) = until(failed)
    assert re.fullmatch(
        'Resource handler returned message: "Invalid request provided: Queue visibility timeout: '
        "30 seconds is less than Function timeout: 60 seconds "
        r"\(Service: Lambda, Status Code: 400, Request ID: [-0-9a-f]{36}\)\" "
        r"\(RequestToken: [-0-9a-f]{36}, HandlerErrorCode: InvalidRequest\)",
        event["ResourceStatusReason"],
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "null",
        "simple text",
        '"text"',
        "[]",
        '{"body": "text"}',
        '{"body": []}',
        '{"body": {"a": [{"likes": "b"}]}}',
        '{"body": [["a"]]}',
    ],
)
def test_a_bad_filter_pattern_is_refused(queues, make, pattern):
    name = make(TAKES)
    _, arn = queues.make()
    words = ("InvalidParameterValueException", "Invalid filter pattern definition.")
    criteria = {"Filters": [{"Pattern": pattern}]}
    assert refused(queues, name, arn, FilterCriteria=criteria) == words
    mapping = queues.map(name, arn)["UUID"]
    with pytest.raises(ClientError, match="Invalid filter pattern definition"):
        queues.client.update_event_source_mapping(UUID=mapping, FilterCriteria=criteria)


def test_what_else_is_refused_in_a_mapping(queues, make):
    name = make(TAKES)
    _, arn = queues.make()
    _, fifo = queues.make(".fifo", FifoQueue="true")
    invalid = "InvalidParameterValueException"
    window = (
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater "
        "than 10"
    )
    assert refused(queues, name, arn, BatchSize=11) == (invalid, window)
    words = "Batching window is not supported for FIFO queues"
    assert refused(queues, name, fifo, MaximumBatchingWindowInSeconds=1) == (invalid, words)
    code, words = refused(queues, name, f"{arn}-that-is-not-there")
    assert (code, "NonExistentQueue" in words) == (invalid, True)
    assert refused(queues, f"{name}-not", arn) == (invalid, "Function does not exist")
    scaling = refused(queues, name, arn, ScalingConfig={"MaximumConcurrency": 1001})
    assert scaling[0] == "ValidationException"
    assert "'scalingConfig.maximumConcurrency'" in scaling[1]
