"""Streams as event sources: each shard in its order, tried again, given up and told of."""

import inspect
import json
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.workshop import until, zipped

TELLS = (
    "import json\n"
    "def handler(event, context):\n"
    "    records = event['Records']\n"
    "    ids = [r['dynamodb']['Keys']['Id']['S'] for r in records]\n"
    "    print('given', json.dumps(ids))\n"
)
FAILS = TELLS + "    if 'bad' in ids:\n        1 / 0\n"


class Tables:
    """Makes tables with streams, and tells what became of their records."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.client, self.dynamodb = endpoint.client("lambda"), endpoint.client("dynamodb")
        self.uuids = []

    def make(self):
        """A table's name and its stream's ARN."""
        name = f"table-{uuid.uuid4().hex[:8]}"
        made = self.dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )  # fmt: skip
        return name, made["TableDescription"]["LatestStreamArn"]

    def put(self, table, *ids, **more):
        for one in ids:
            self.dynamodb.put_item(TableName=table, Item={"Id": {"S": one}, **more})

    def map(self, function, arn, position="TRIM_HORIZON", **options):
        made = self.client.create_event_source_mapping(
            FunctionName=function, EventSourceArn=arn, StartingPosition=position, **options
        )
        self.uuids.append(made["UUID"])
        return made

    def given(self, function):
        """What a function has said that it was given, in the order of time."""
        try:
            events = self.endpoint.client("logs").filter_log_events(
                logGroupName=f"/aws/lambda/{function}", filterPattern="given"
            )["events"]
        except ClientError:
            return []
        return [json.loads(one["message"].removeprefix("given ")) for one in events]

    def advance(self, seconds):
        self.endpoint.control("/_local/clock", {"advance": seconds})

    def letters(self):
        """A queue's ARN, and what comes into it as it does."""
        sqs = self.endpoint.client("sqs")
        url = sqs.create_queue(QueueName=f"letters-{uuid.uuid4().hex[:8]}")["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])

        def come():
            told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            return [json.loads(one["Body"]) for one in told]

        return found["Attributes"]["QueueArn"], come


@pytest.fixture
def tables(endpoint):
    made = Tables(endpoint)
    yield made
    for one in made.uuids:
        made.client.delete_event_source_mapping(UUID=one)


def test_records_that_a_function_fails_at_are_tried_again_and_none_passes_them(tables, make):
    name = make(FAILS)
    table, arn = tables.make()
    tables.map(name, arn, BatchSize=1)
    tables.put(table, "bad", "behind")
    until(lambda: tables.given(name))
    tables.advance(10)
    assert tables.given(name) == [["bad"]] * 4  # after 1, 3 and 7 seconds
    tables.client.update_function_code(FunctionName=name, ZipFile=zipped(TELLS))
    tables.advance(10)
    assert tables.given(name)[4:] == [["bad"], ["behind"]]


def test_who_writes_does_not_wait_and_the_record_is_as_on_aws(tables, make):
    name = make(TELLS + "    print('given', json.dumps(records[0]))\n")
    table, arn = tables.make()
    tables.map(name, arn)
    tables.put(table, "one")
    until(lambda: len(tables.given(name)) == 2)
    record = tables.given(name)[1]
    assert record["dynamodb"]["NewImage"] == {"Id": {"S": "one"}}
    assert (record["eventName"], record["eventSource"]) == ("INSERT", "aws:dynamodb")
    assert (record["eventSourceARN"], record["eventVersion"]) == (arn, "1.1")
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int)


def test_a_mapping_begins_where_it_says(tables, make):
    all_of_it, newest = make(TELLS), make(TELLS)
    table, arn = tables.make()
    tables.put(table, "before")
    tables.map(all_of_it, arn)
    tables.map(newest, arn, "LATEST")
    tables.put(table, "after")
    tables.advance(1)
    assert [one for batch in tables.given(all_of_it) for one in batch] == ["before", "after"]
    assert tables.given(newest) == [["after"]]


def test_a_batch_is_given_up_and_its_place_is_told(tables, make):
    name = make(FAILS)
    table, arn = tables.make()
    letters, come = tables.letters()
    tables.put(table, "bad", "good")
    tables.map(name, arn, BatchSize=1, MaximumRetryAttempts=2,
               DestinationConfig={"OnFailure": {"Destination": letters}})  # fmt: skip
    tables.advance(60)
    assert tables.given(name) == [["bad"]] * 3 + [["good"]]
    (told,) = come()
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert told["responseContext"]["functionError"] == "Unhandled"
    info = told["DDBStreamBatchInfo"]
    assert (info["batchSize"], info["streamArn"]) == (1, arn)
    assert info["startSequenceNumber"] == info["endSequenceNumber"]


def test_what_was_done_before_the_reported_record_is_not_done_again(tables, make):
    name = make(
        TELLS + "    bad = [r['dynamodb']['SequenceNumber'] for r, i in zip(records, ids)"
        " if i == 'bad']\n"
        "    return {'batchItemFailures': [{'itemIdentifier': one} for one in bad]}\n"
    )
    table, arn = tables.make()
    tables.put(table, "a", "bad", "c")
    tables.map(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"],
               MaximumRetryAttempts=1)  # fmt: skip
    tables.advance(60)
    assert tables.given(name) == [["a", "bad", "c"], ["bad", "c"]]


def test_a_batch_is_halved_until_the_bad_record_is_alone(tables, make):
    name = make(FAILS)
    table, arn = tables.make()
    tables.put(table, "a", "b", "bad", "d")
    tables.map(name, arn, BisectBatchOnFunctionError=True, MaximumRetryAttempts=3)
    tables.advance(600)
    given = tables.given(name)
    assert given[:2] == [["a", "b", "bad", "d"], ["a", "b"]]
    assert ["bad"] in given
    assert given[-1][-1] == "d"
    assert "bad" not in given[-1]


def test_records_that_fit_no_filter_are_passed_by(tables, make):
    name = make(TELLS)
    table, arn = tables.make()
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"side": {"S": ["buy"]}}}}
    criteria = {"Filters": [{"Pattern": json.dumps(pattern)}]}
    tables.map(name, arn, FilterCriteria=criteria)
    tables.put(table, "sold", side={"S": "sell"})
    tables.put(table, "bought", side={"S": "buy"})
    tables.advance(1)
    assert tables.given(name) == [["bought"]]


def test_records_older_than_a_day_are_gone(tables, make):
    name = make(FAILS)
    table, arn = tables.make()
    mapping = tables.map(name, arn, Enabled=False)
    tables.put(table, "old")
    tables.advance(86_500)
    tables.put(table, "new")
    tables.client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    tables.advance(1)
    assert tables.given(name) == [["new"]]


def test_what_a_transaction_writes_is_handed_over_and_what_it_undoes_is_not(tables, make):
    name = make(TELLS)
    table, arn = tables.make()
    tables.map(name, arn)

    def write(*conditions):
        puts = [
            {"TableName": table, "Item": {"Id": {"S": f"{len(conditions)}-{number}"}}} | condition
            for number, condition in enumerate(conditions)
        ]
        tables.dynamodb.transact_write_items(TransactItems=[{"Put": one} for one in puts])

    write({}, {})
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        write({}, {}, {"ConditionExpression": "attribute_exists(Id)"})
    tables.advance(1)
    given = [one for batch in tables.given(name) for one in batch]
    assert given == ["2-0", "2-1"]


def test_kinesis_gives_batches_of_each_shard(tables, make, endpoint):
    name = make(
        "import base64, json\n"
        "def handler(event, context):\n"
        "    print('given', json.dumps([base64.b64decode(r['kinesis']['data']).decode()"
        " for r in event['Records']]))\n"
    )
    kinesis, stream = endpoint.client("kinesis"), f"stream-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=stream)
    arn = arn["StreamDescriptionSummary"]["StreamARN"]
    for text in ('{"n": 1}', '{"n": 9}', "text", '{"n": 8}'):
        kinesis.put_record(StreamName=stream, Data=text.encode(), PartitionKey="k")
    pattern = json.dumps({"data": {"n": [{"numeric": [">", 5]}]}})
    tables.map(name, arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    until(lambda: tables.given(name))
    assert tables.given(name) == [['{"n": 9}', '{"n": 8}']]


def test_what_is_told_of_a_streams_mapping_and_what_is_refused(tables, make):
    name = make(TELLS)
    _, arn = tables.make()
    made = tables.map(name, arn)
    assert (made["BatchSize"], made["MaximumRetryAttempts"]) == (100, -1)
    assert made["DestinationConfig"] == {"OnFailure": {}}
    assert made["LastProcessingResult"] == "No records processed"
    assert made["StateTransitionReason"] == "User action"
    with pytest.raises(ClientError, match="provided mapping already exists") as error:
        tables.map(name, arn)
    assert error.value.response["Error"]["Code"] == "ResourceConflictException"
    for options, words in (
        ({"StartingPosition": "AT_TIMESTAMP"}, "Unsupported starting position for arn type"),
        ({}, "Value null at 'startingPosition' failed to satisfy constraint"),
    ):
        with pytest.raises(ClientError, match=words):
            tables.client.create_event_source_mapping(
                FunctionName=make(TELLS), EventSourceArn=arn, **options
            )
    with pytest.raises(ClientError, match=f"Stream not found: {arn}x"):
        tables.map(name, f"{arn}x")


def test_windows_that_tumble_and_batches_side_by_side_are_kept_and_not_used(tables, make):
    name = make(TELLS + "    print('given', json.dumps(sorted(event)))\n")
    table, arn = tables.make()
    made = tables.map(name, arn, TumblingWindowInSeconds=30, ParallelizationFactor=2)
    assert (made["TumblingWindowInSeconds"], made["ParallelizationFactor"]) == (30, 2)
    tables.put(table, "one")
    until(lambda: len(tables.given(name)) == 2)
    assert tables.given(name) == [["one"], ["Records"]]


def test_hooks():
    """Hooks: helpers.localaws.lambdas.streams, on moto's StreamShard and Stream."""
    from moto.dynamodb.models.table import StreamRecord, StreamShard
    from moto.kinesis.models import Record, Shard, Stream

    def source(kind):
        return inspect.getsource(kind)

    whole = source(inspect.getmodule(StreamShard))
    assert "self.items.append(StreamRecord(" in whole, "hook StreamShard.add has changed"
    assert "seq = len(self.items) + self.starting_sequence_number" in whole
    assert '"ApproximateCreationDateTime": utcnow()' in source(StreamRecord)
    assert "self.lambda_event_source_mappings.items()" in source(inspect.getmodule(Stream)), (
        "hook Stream.put_record: moto hands records over otherwise now"
    )
    assert "self.records: dict[int, Record]" in source(Shard)
    assert "self.created_at = unix_time(" in source(Record)
