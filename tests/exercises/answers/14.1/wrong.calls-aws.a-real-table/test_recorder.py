"""Tests of the recorder, on a table of their own."""

import app
import boto3
import pytest

TRADE = {"id": "t-1", "type": "buy", "price": "7", "qty": "3", "timestamp": "2026-11-02T09:00:00Z"}


@pytest.fixture
def table(monkeypatch):
    made = boto3.resource("dynamodb").create_table(
        TableName="of-this-test",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    monkeypatch.setenv("TABLE", "of-this-test")
    yield made
    made.delete()


def test_once(table):
    assert app.lambda_handler(TRADE, None) == {"recorded": True}
    assert app.lambda_handler(TRADE, None) == {"recorded": False}
