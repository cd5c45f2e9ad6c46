"""DynamoDB over HTTP where moto answers otherwise: what it refuses, and what it tells unasked."""

import uuid

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def table(endpoint):
    name = f"table-{uuid.uuid4().hex[:8]}"
    endpoint.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


KEY = {"Id": {"S": "1"}}
NAME = "An expression attribute name used in the document path is not defined; attribute name: #n"
VALUE = "An expression attribute value used in expression is not defined; attribute value: :v"


@pytest.mark.parametrize(
    ("call", "fields", "words"),
    [
        ("update_item", {"Key": KEY, "UpdateExpression": "SET #n = :v"},
         f"Invalid UpdateExpression: {NAME}"),
        ("put_item", {"Item": KEY, "ConditionExpression": "a = :v"},
         f"Invalid ConditionExpression: {VALUE}"),
        ("query", {"KeyConditionExpression": "Id = :v"},
         f"Invalid KeyConditionExpression: {VALUE}"),
        ("scan", {"FilterExpression": "#n = :v", "ExpressionAttributeValues": {":v": {"S": "1"}}},
         f"Invalid FilterExpression: {NAME}"),
        ("get_item", {"Key": KEY, "ProjectionExpression": "a.#n"},
         f"Invalid ProjectionExpression: {NAME}"),
    ],
)  # fmt: skip
def test_names_and_values_that_nobody_gives(endpoint, table, call, fields, words):
    with pytest.raises(ClientError) as caught:
        getattr(endpoint.client("dynamodb"), call)(TableName=table, **fields)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", words)


PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"


@pytest.mark.parametrize(
    ("call", "name", "words"),
    [
        ("create_table", "x y", "1 validation error detected: Value 'x y' at 'tableName' failed to "
         f"satisfy constraint: {PATTERN}"),
        ("get_item", "a/b", "1 validation error detected: Value 'a/b' at 'tableName' failed to "
         f"satisfy constraint: {PATTERN}"),
        ("create_table", "ab",
         "TableName must be at least 3 characters long and at most 255 characters long"),
    ],
)  # fmt: skip
def test_what_a_table_cannot_be_called(endpoint, call, name, words):
    create = {
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    fields = create if call == "create_table" else {"Key": KEY}
    with pytest.raises(ClientError) as caught:
        getattr(endpoint.client("dynamodb"), call)(TableName=name, **fields)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", words)


def test_a_table_may_be_named_by_its_arn(endpoint, table):
    dynamodb = endpoint.client("dynamodb")
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    assert dynamodb.describe_table(TableName=arn)["Table"]["TableName"] == table


def test_the_capacity_is_told_to_who_asks(endpoint, table):
    dynamodb = endpoint.client("dynamodb")
    change = {
        "TableName": table,
        "Key": KEY,
        "UpdateExpression": "SET n = :v",
        "ExpressionAttributeValues": {":v": {"N": "1"}},
    }
    assert "ConsumedCapacity" not in dynamodb.update_item(**change)
    assert dynamodb.update_item(**change, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]


def test_a_batch_has_25_writes(endpoint, table):
    def batch(count):
        return {table: [{"PutRequest": {"Item": {"Id": {"S": str(n)}}}} for n in range(count)]}

    dynamodb = endpoint.client("dynamodb")
    answer = dynamodb.batch_write_item(RequestItems=batch(25))
    assert answer["UnprocessedItems"] == {}
    assert "ConsumedCapacity" not in answer
    with pytest.raises(ClientError) as caught:
        dynamodb.batch_write_item(RequestItems=batch(26))
    assert caught.value.response["Error"]["Code"] == "ValidationException"
