"""Tests of the recorder. Run them with: python -m pytest -q exercises/14.1"""

import app
import pytest
from botocore.exceptions import ClientError

TRADE = {"id": "t-1", "type": "buy", "price": "7", "qty": "3", "timestamp": "2026-11-02T09:00:00Z"}


class StandIn:
    """Stands in for DynamoDB's client: notes what it is asked; fails by `code` if there is one."""

    def __init__(self):
        self.asked = []
        self.code = None

    def put_item(self, **asked):
        self.asked.append(asked)
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": "made up"}}, "PutItem")
        return {}


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setenv("TABLE", "a-table-of-this-test")
    stand_in = StandIn()
    monkeypatch.setattr(app, "dynamodb", stand_in)
    return stand_in


def test_writes_the_trade_into_the_table_that_is_named(table):
    assert app.lambda_handler(TRADE, None) == {"recorded": True}
    [asked] = table.asked
    assert asked["TableName"] == "a-table-of-this-test"
    assert asked["Item"] == {
        "Id": {"S": "t-1"},
        "Type": {"S": "buy"},
        "Price": {"N": "7"},
        "Quantity": {"N": "3"},
        "Timestamp": {"S": "2026-11-02T09:00:00Z"},
    }


def test_asks_for_a_condition(table):
    app.lambda_handler(TRADE, None)
    assert "attribute_not_exists" in table.asked[0]["ConditionExpression"]


def test_says_when_the_trade_was_there(table):
    table.code = "ConditionalCheckFailedException"
    assert app.lambda_handler(TRADE, None) == {"recorded": False}


def test_raises_what_else_goes_wrong(table):
    table.code = "ProvisionedThroughputExceededException"
    with pytest.raises(ClientError):
        app.lambda_handler(TRADE, None)
