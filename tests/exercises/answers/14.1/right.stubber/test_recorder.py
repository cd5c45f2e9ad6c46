import app
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

TRADE = {"id": "x", "type": "sell", "price": "93", "qty": "2", "timestamp": "2026-11-02T10:00:00Z"}
ASKED = {
    "TableName": "here",
    "Item": {
        "Id": {"S": "x"},
        "Type": {"S": "sell"},
        "Price": {"N": "93"},
        "Quantity": {"N": "2"},
        "Timestamp": {"S": "2026-11-02T10:00:00Z"},
    },
    "ConditionExpression": ANY,
}


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("TABLE", "here")
    with Stubber(app.dynamodb) as stubber:
        yield stubber


def test_written(stub):
    stub.add_response("put_item", {}, ASKED)
    assert app.lambda_handler(TRADE, None) == {"recorded": True}


def test_there(stub):
    stub.add_client_error("put_item", "ConditionalCheckFailedException")
    assert app.lambda_handler(TRADE, None)["recorded"] is False


def test_busy(stub):
    stub.add_client_error("put_item", "InternalServerError")
    with pytest.raises(ClientError):
        app.lambda_handler(TRADE, None)
