"""A query by a word that DynamoDB keeps for itself, or by an index that is not there, fails."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def query(endpoint):
    """`query(condition, …)`: the Ids of what a query of a table with an index gives."""
    client, table = endpoint.client("dynamodb"), "queried"
    client.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("Id", "Type")],
        GlobalSecondaryIndexes=[{
            "IndexName": "by-type", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "Type", "KeyType": "HASH"}],
        }],
    )  # fmt: skip
    client.put_item(TableName=table, Item={"Id": {"S": "and"}, "Type": {"S": "buy"}})

    def query(condition, value, **more):
        found = client.query(
            TableName=table, KeyConditionExpression=condition,
            ExpressionAttributeValues={":and": {"S": value}}, **more,
        )  # fmt: skip
        return [item["Id"]["S"] for item in found["Items"]]

    return query


@pytest.mark.parametrize("condition", ["Type = :and", "(Type=:and)", "type = :and"])
def test_a_reserved_word_is_refused(query, condition):
    with pytest.raises(ClientError) as raised:
        query(condition, "buy", IndexName="by-type")
    word = condition.strip("(")[:4]
    assert raised.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Invalid KeyConditionExpression: Attribute name is a reserved keyword; "
        f"reserved keyword: {word}",
    }


def test_under_another_name_it_passes(query):
    names = {"#type": "Type"}
    found = query("#type = :and", "buy", IndexName="by-type", ExpressionAttributeNames=names)
    assert found == ["and"]
    assert query("Id = :and", "and") == ["and"]
    assert query("Id = :and", "or") == []


def test_an_index_that_is_not_there(query):
    with pytest.raises(ClientError) as raised:
        query("Id = :and", "buy", IndexName="by-time")
    assert raised.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "The table does not have the specified index: by-time",
    }
