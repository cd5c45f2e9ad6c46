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


ONE = "1 validation error detected: "
KEY = {"Id": {"S": "1"}}
V = {":v": {"N": "1"}}
NAME = "An expression attribute name used in the document path is not defined; attribute name: #n"
VALUE = "An expression attribute value used in expression is not defined; attribute value: :v"


@pytest.mark.parametrize(
    ("call", "fields", "words"),
    [
        ("update_item", {"Key": KEY, "UpdateExpression": "SET #n = :v"},
         f"{ONE}Invalid UpdateExpression: {NAME}"),
        ("put_item", {"Item": KEY, "ConditionExpression": "a = :v"},
         f"{ONE}Invalid ConditionExpression: {VALUE}"),
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


@pytest.mark.parametrize(
    ("call", "fields", "words"),
    [
        ("update_item", {"Key": KEY, "UpdateExpression": "SET a.name = :v"},
         ONE + "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: "
         "name"),
        ("put_item", {"Item": KEY, "ConditionExpression": "size(Status) > :v"},
         ONE + "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved "
         "keyword: Status"),
        ("scan", {"FilterExpression": "a = :v AND NOT status = :v"},
         "Invalid FilterExpression: Attribute name is a reserved keyword; reserved keyword: "
         "status"),
        ("get_item", {"Key": KEY, "ProjectionExpression": "Id, b.year"},
         "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: "
         "year"),
        ("update_item", {"Key": KEY, "UpdateExpression": "REMOVE a"},
         ONE + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"),
        ("delete_item", {"Key": KEY, "ConditionExpression": "attribute_exists(a)"},
         ONE + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"),
        ("scan", {"FilterExpression": "attribute_exists(a)"},
         "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"),
        ("update_item", {"Key": KEY, "UpdateExpression": "SET a = list_append(:v, :v)"},
         ONE + "Invalid UpdateExpression: Incorrect operand type for operator or function; "
         "operator or function: list_append, operand type: N"),
        ("put_item", {"Item": KEY},
         ONE + "ExpressionAttributeValues can only be specified when using expressions: "
         "ConditionExpression is null"),
        ("update_item", {"Key": KEY},
         ONE + "ExpressionAttributeValues can only be specified when using expressions: "
         "UpdateExpression is null and ConditionExpression is null"),
    ],
)  # fmt: skip
def test_reserved_words_and_what_nobody_uses(endpoint, table, call, fields, words):
    if call != "get_item":
        fields = {**fields, "ExpressionAttributeValues": V}
    with pytest.raises(ClientError) as caught:
        getattr(endpoint.client("dynamodb"), call)(TableName=table, **fields)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", words)


@pytest.mark.parametrize(
    ("expression", "how", "one", "two"),
    [
        ("SET a = :v, a = :v", "overlap", "[a]", "[a]"),
        ("SET a = :v REMOVE a", "overlap", "[a]", "[a]"),
        ("SET #m = :v, #m.x = :v", "overlap", "[m.n]", "[m.n, x]"),
        ("ADD a.b[1].c :v REMOVE a.b[1]", "overlap", "[a, b, [1], c]", "[a, b, [1]]"),
        ("SET a[0] = if_not_exists(b, :v), a.c = :v", "conflict", "[a, [0]]", "[a, c]"),
    ],
)
def test_paths_of_an_update_that_cannot_stand_together(endpoint, table, expression, how, one, two):
    names = {"ExpressionAttributeNames": {"#m": "m.n"}} if "#m" in expression else {}
    update = {"TableName": table, "Key": KEY, "UpdateExpression": expression, **names}
    words = (
        f"Invalid UpdateExpression: Two document paths {how} with each other; must remove or "
        f"rewrite one of these paths; path one: {one}, path two: {two}"
    )
    dynamodb = endpoint.client("dynamodb")
    with pytest.raises(ClientError) as caught:
        dynamodb.update_item(**update, ExpressionAttributeValues=V)
    assert caught.value.response["Error"]["Message"] == ONE + words
    with pytest.raises(ClientError) as caught:
        item = {"Update": {**update, "ExpressionAttributeValues": V}}
        dynamodb.transact_write_items(TransactItems=[item])
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", words)


def test_names_must_not_be_empty(endpoint, table):
    with pytest.raises(ClientError) as caught:
        endpoint.client("dynamodb").scan(
            TableName=table, FilterExpression="attribute_exists(a)", ExpressionAttributeNames={}
        )
    words = "ExpressionAttributeNames must not be empty"
    assert caught.value.response["Error"]["Message"] == words


def test_paths_that_a_reader_asks_for_twice(endpoint, table):
    read = {"ProjectionExpression": "#m, m.x", "ExpressionAttributeNames": {"#m": "m"}}
    words = (
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [m], path two: [m, x]"
    )
    dynamodb = endpoint.client("dynamodb")
    for call, fields in (
        ("get_item", {"TableName": table, "Key": KEY, **read}),
        ("scan", {"TableName": table, **read}),
        ("batch_get_item", {"RequestItems": {table: {"Keys": [KEY], **read}}}),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(dynamodb, call)(**fields)
        assert caught.value.response["Error"]["Message"] == words


def test_paths_side_by_side_are_fine(endpoint, table):
    dynamodb = endpoint.client("dynamodb")
    item = {"m": {"M": {}}, "l": {"L": [{"N": "1"}]}, "set": {"SS": ["a"]}}
    dynamodb.put_item(TableName=table, Item={"Id": {"S": "side"}, **item})
    dynamodb.update_item(
        TableName=table, Key={"Id": {"S": "side"}},
        UpdateExpression="SET m.x = :v, m.xx = :v, #a = list_append(l, l) REMOVE l[0], l[10]",
        ExpressionAttributeNames={"#a": "m.x"}, ExpressionAttributeValues=V,
    )  # fmt: skip
    found = dynamodb.get_item(TableName=table, Key={"Id": {"S": "side"}})["Item"]
    assert found["m"] == {"M": {"x": {"N": "1"}, "xx": {"N": "1"}}}
    assert found["m.x"] == {"L": [{"N": "1"}, {"N": "1"}]}


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
