"""Many writes in one request: what is said twice is done once, and one item is written once."""

import uuid

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def table(module_endpoint):
    """The name of a table with a number for its range key."""
    name = f"table-{uuid.uuid4().hex[:8]}"
    keys = [("Id", "S", "HASH"), ("At", "N", "RANGE")]
    module_endpoint.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, _, kind in keys],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": type_} for n, type_, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def key(at="1"):
    return {"Id": {"S": "a"}, "At": {"N": at}}


def counted(table, by="1"):
    values = {":n": {"N": by}}
    expression = {"UpdateExpression": "ADD n :n", "ExpressionAttributeValues": values}
    return [{"Update": {"TableName": table, "Key": key(), **expression}}]


def count(endpoint, table):
    item = endpoint.client("dynamodb").get_item(TableName=table, Key=key())["Item"]
    return int(item["n"]["N"])


def refused(call, **fields):
    with pytest.raises(ClientError) as caught:
        call(**fields)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_transaction_with_one_token_is_carried_out_once(module_endpoint, table):
    write = module_endpoint.client("dynamodb").transact_write_items
    for items in (
        counted(table),
        [{"Update": dict(reversed(counted(table)[0]["Update"].items()))}],
    ):
        answer = write(TransactItems=items, ClientRequestToken="once")
        assert answer.keys() == {"ResponseMetadata"}
    assert count(module_endpoint, table) == 1
    found = refused(write, TransactItems=counted(table, "2"), ClientRequestToken="once")
    assert found[0] == "IdempotentParameterMismatchException"
    write(TransactItems=counted(table, "2"), ClientRequestToken="another")
    assert count(module_endpoint, table) == 3


def test_a_token_counts_for_ten_minutes_and_outlasts_a_restart(module_endpoint, table):
    def write():
        module_endpoint.client("dynamodb").transact_write_items(
            TransactItems=counted(table), ClientRequestToken="minutes"
        )

    write()
    module_endpoint.command("clock", "--advance", "9m")
    write()
    assert count(module_endpoint, table) == 1
    module_endpoint.command("stop", check=True)
    module_endpoint.command("start", check=True)
    write()
    assert count(module_endpoint, table) == 1
    module_endpoint.command("clock", "--advance", "2m")
    write()
    assert count(module_endpoint, table) == 2


def test_a_transaction_that_was_cancelled_may_be_tried_again(module_endpoint, table):
    write = module_endpoint.client("dynamodb").transact_write_items
    there = {"TableName": table, "Key": key("2"), "ConditionExpression": "attribute_exists(Id)"}
    items = [*counted(table), {"ConditionCheck": there}]
    code, _ = refused(write, TransactItems=items, ClientRequestToken="again")
    assert code == "TransactionCanceledException"
    module_endpoint.client("dynamodb").put_item(TableName=table, Item=key("2"))
    write(TransactItems=items, ClientRequestToken="again")
    assert count(module_endpoint, table) == 1


def test_a_key_that_does_not_fit_cancels_the_transaction(module_endpoint, table):
    write = module_endpoint.client("dynamodb").transact_write_items
    items = [*counted(table), {"Put": {"TableName": table, "Item": {"Id": {"S": "a"}}}}]
    with pytest.raises(ClientError) as caught:
        write(TransactItems=items)
    assert caught.value.response["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ValidationError",
            "Message": "One or more parameter values were invalid: Missing the key At in the item",
        },
    ]
    items[1] = {"Delete": {"TableName": "nobodys", "Key": key()}}
    code, words = refused(write, TransactItems=items)
    assert (code, words) == ("ResourceNotFoundException", "Requested resource not found")


def test_a_transaction_writes_an_item_once(module_endpoint, table):
    write = module_endpoint.client("dynamodb").transact_write_items
    for other in ({"Put": {"TableName": table, "Item": key()}}, counted(table)[0]):
        assert refused(write, TransactItems=[*counted(table), other]) == (
            "ValidationException",
            "Transaction request cannot include multiple operations on one item",
        )


@pytest.mark.parametrize(
    "second",
    [
        {"PutRequest": {"Item": {**key("1.0"), "n": {"N": "2"}}}},
        {"DeleteRequest": {"Key": key()}},
    ],
)
def test_a_batch_writes_an_item_once(module_endpoint, table, second):
    write = module_endpoint.client("dynamodb").batch_write_item
    first = {"PutRequest": {"Item": {**key(), "n": {"N": "1"}}}}
    assert refused(write, RequestItems={table: [first, second]}) == (
        "ValidationException",
        "Provided list of item keys contains duplicates",
    )
    assert "Item" not in module_endpoint.client("dynamodb").get_item(TableName=table, Key=key())
    fine = {"DeleteRequest": {"Key": key("2")}}
    assert write(RequestItems={table: [first, fine]})["UnprocessedItems"] == {}


def test_a_batch_writes_by_the_tables_key(module_endpoint, table):
    write = module_endpoint.client("dynamodb").batch_write_item
    put = {"PutRequest": {"Item": {"Id": {"S": "a"}}}}
    assert refused(write, RequestItems={table: [put]}) == (
        "ValidationException",
        "The provided key element does not match the schema",
    )


def test_a_batch_reads_an_item_once(module_endpoint, table):
    read = module_endpoint.client("dynamodb").batch_get_item
    keys = [key(), dict(reversed(key().items()))]
    assert refused(read, RequestItems={table: {"Keys": keys}}) == (
        "ValidationException",
        "Provided list of item keys contains duplicates",
    )
