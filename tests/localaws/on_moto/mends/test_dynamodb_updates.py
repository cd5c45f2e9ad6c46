"""What fails changes nothing, and a stream has one record for each change."""

import uuid

import pytest
from botocore.exceptions import ClientError

ONE = {":v": {"N": "1"}}
NO_KEY = "The provided key element does not match the schema"


@pytest.fixture
def table(endpoint):
    """The name of a table with a stream."""
    name = f"table-{uuid.uuid4().hex[:8]}"
    endpoint.client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )  # fmt: skip
    return name


def key(name="a"):
    return {"Id": {"S": name}}


def update(table, expression, name="a", values=ONE):
    return {
        "TableName": table, "Key": key(name),
        "UpdateExpression": expression, "ExpressionAttributeValues": values,
    }  # fmt: skip


def records(endpoint, table):
    """What the table's stream tells: how, and the old and the new `n` of each change."""
    arn = endpoint.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    streams = endpoint.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return [
        (one["eventName"], *(one["dynamodb"].get(f"{which}Image", {}).get("n", {}).get("N")
                             for which in ("Old", "New")))
        for one in streams.get_records(ShardIterator=iterator)["Records"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("SET n = :v ADD t :v", {"N": "1"}),
        ("SET n = :v, u = :v", {"S": "x" * 210_000}),
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_an_update_that_fails_changes_nothing(endpoint, table, expression, value, there):
    dynamodb, values = endpoint.client("dynamodb"), {":v": value}
    before = {**key(), "n": {"N": "7"}, "t": {"S": "text"}}
    if there:
        dynamodb.put_item(TableName=table, Item=before)
    elif "ADD" in expression:
        values, expression = {":v": {"S": "x"}}, "ADD n :v"
    with pytest.raises(ClientError):
        dynamodb.update_item(**update(table, expression, values=values))
    found = dynamodb.get_item(TableName=table, Key=key()).get("Item")
    assert found == (before if there else None)


def test_a_stream_has_one_record_for_each_change(endpoint, table):
    dynamodb = endpoint.client("dynamodb")
    for number in ("1", "1", "2"):
        values = {":v": {"N": number}}
        dynamodb.update_item(**update(table, "SET n = :v", values=values))
    dynamodb.put_item(TableName=table, Item={**key(), "n": {"N": "2"}})
    dynamodb.delete_item(TableName=table, Key=key())
    assert records(endpoint, table) == [
        ("INSERT", None, "1"),
        ("MODIFY", "1", "2"),
        ("REMOVE", "2", None),
    ]


@pytest.mark.parametrize("by_arn", [False, True])
def test_a_cancelled_transaction_leaves_nothing_behind(endpoint, table, by_arn):
    dynamodb = endpoint.client("dynamodb")
    name = table
    if by_arn:
        name = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    writes = [
        {"Update": update(name, "SET n = :v")},
        {"Put": {"TableName": name, "Item": key("b")}},
        {"ConditionCheck": {"TableName": name, "Key": key("c"),
                            "ConditionExpression": "attribute_exists(Id)"}},
    ]  # fmt: skip
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=writes)
    assert dynamodb.scan(TableName=table)["Items"] == []
    assert records(endpoint, table) == []
    dynamodb.transact_write_items(TransactItems=writes[:2])
    assert records(endpoint, table) == [("INSERT", None, "1"), ("INSERT", None, None)]
    dynamodb.update_item(**update(table, "ADD n :v"))
    assert records(endpoint, table)[2:] == [("MODIFY", "1", "2")]


@pytest.mark.parametrize(
    "given", [{"Id": {"N": "1"}}, {"id": {"S": "a"}}, {**key(), "n": ONE[":v"]}]
)
def test_a_key_that_is_not_the_tables(endpoint, table, given):
    dynamodb = endpoint.client("dynamodb")
    asked = {"TableName": table, "Key": given}
    changed = {"UpdateExpression": "SET n = :v", "ExpressionAttributeValues": ONE}
    for call, fields in (
        (dynamodb.get_item, asked),
        (dynamodb.delete_item, asked),
        (dynamodb.update_item, asked | changed),
    ):
        with pytest.raises(ClientError) as caught:
            call(**fields)
        assert caught.value.response["Error"]["Message"] == NO_KEY
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_write_items(TransactItems=[{"Update": asked | changed}])
    assert caught.value.response["CancellationReasons"] == [
        {"Code": "ValidationError", "Message": NO_KEY}
    ]


def test_a_reading_transaction_gives_what_is_asked_for(endpoint, table):
    dynamodb = endpoint.client("dynamodb")
    item = {**key(), "n": {"N": "1"}, "m": {"M": {"x": {"S": "y"}}}}
    dynamodb.put_item(TableName=table, Item=item)
    asked = {"ProjectionExpression": "n, #m.x", "ExpressionAttributeNames": {"#m": "m"}}
    gets = [
        {"Get": {"TableName": table, "Key": key(), **asked}},
        {"Get": {"TableName": table, "Key": key("b"), **asked}},
    ]
    told = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
    assert told == [{"Item": {"n": item["n"], "m": item["m"]}}, {}]
