"""The fee, as plain Python: no AWS."""

from functions.fee.app import lambda_handler


def test_one_percent(monkeypatch):
    monkeypatch.setenv("MINIMUM", "1")
    assert lambda_handler({"shares": 10, "price": 90}, None) == {"fee": 9}


def test_the_minimum(monkeypatch):
    monkeypatch.setenv("MINIMUM", "3")
    assert lambda_handler({"shares": 1, "price": 90}, None) == {"fee": 3}
