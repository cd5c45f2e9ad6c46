"""Tests of the recorder. Run them with: python -m pytest -q exercises/14.1"""

import app

TRADE = {"id": "t-1", "type": "buy", "price": "5", "qty": "5", "timestamp": "2026-11-02T09:00:00Z"}


class StandIn:
    """Stands in for DynamoDB's client: notes what it is asked, and answers that all went well."""

    def __init__(self):
        self.asked = []

    def put_item(self, **asked):
        self.asked.append(asked)
        return {}


def test_records(monkeypatch):
    monkeypatch.setenv("TABLE", "TransactionTable")
    monkeypatch.setattr(app, "dynamodb", StandIn())
    assert app.lambda_handler(TRADE, None)
