"""The workflow: its states, its one decision, its retries, and what it writes into the table."""

import json
import re

import pytest
from samcli.yamlhelper import yaml_parse


@pytest.fixture(scope="module")
def workflow(app):
    return json.loads((app / "statemachine" / "stock_trader.asl.json").read_text())


@pytest.fixture(scope="module")
def states(workflow):
    return workflow["States"]


def test_five_states_in_the_order_of_the_lesson(workflow):
    assert workflow["StartAt"] == "Check Stock Value"
    assert [(name, state["Type"]) for name, state in workflow["States"].items()] == [
        ("Check Stock Value", "Task"),
        ("Buy or Sell?", "Choice"),
        ("Buy Stock", "Task"),
        ("Sell Stock", "Task"),
        ("Record Transaction", "Task"),
    ]


def test_ways_through(states):
    assert states["Check Stock Value"]["Next"] == "Buy or Sell?"
    assert states["Buy Stock"]["Next"] == "Record Transaction"
    assert states["Sell Stock"]["Next"] == "Record Transaction"
    assert states["Record Transaction"]["End"] is True


def test_it_buys_at_50_or_less_and_else_sells(states):
    choice = states["Buy or Sell?"]
    assert choice["Choices"] == [
        {"Variable": "$.stock_price", "NumericLessThanEquals": 50, "Next": "Buy Stock"}
    ]
    assert choice["Default"] == "Sell Stock"


@pytest.mark.parametrize(
    ("name", "seconds", "times", "rate"),
    [
        ("Check Stock Value", 15, 5, 1.5),
        ("Buy Stock", 2, 3, 1),
        ("Sell Stock", 2, 3, 1),
        ("Record Transaction", 20, 5, 10),
    ],
)
def test_retries(states, name, seconds, times, rate):
    assert states[name]["Retry"] == [
        {
            "ErrorEquals": ["States.TaskFailed"],
            "IntervalSeconds": seconds,
            "MaxAttempts": times,
            "BackoffRate": rate,
        }
    ]


def test_resources_are_placeholders_that_the_template_fills_in(app, states):
    template = yaml_parse((app / "template.yaml").read_text())
    machine = template["Resources"]["StockTradingStateMachine"]["Properties"]
    used = set(re.findall(r"\$\{(\w+)\}", json.dumps(states)))
    assert used == set(machine["DefinitionSubstitutions"])
    assert states["Check Stock Value"]["Resource"] == "${StockCheckerFunctionArn}"
    assert states["Buy Stock"]["Resource"] == "${StockBuyerFunctionArn}"
    assert states["Sell Stock"]["Resource"] == "${StockSellerFunctionArn}"
    assert states["Record Transaction"]["Resource"] == "${DDBPutItem}"


def test_record_transaction_puts_five_attributes_numbers_as_numbers(states):
    assert states["Record Transaction"]["Parameters"] == {
        "TableName": "${DDBTable}",
        "Item": {
            "Id": {"S.$": "$.id"},
            "Type": {"S.$": "$.type"},
            "Price": {"N.$": "$.price"},
            "Quantity": {"N.$": "$.qty"},
            "Timestamp": {"S.$": "$.timestamp"},
        },
    }


def test_what_buyer_and_seller_return_is_what_record_transaction_reads(app, states):
    read = set(re.findall(r"\$\.(\w+)", json.dumps(states["Record Transaction"]["Parameters"])))
    for who in ("buyer", "seller"):
        namespace = {}
        exec((app / "functions" / f"stock_{who}" / "app.py").read_text(), namespace)
        assert set(namespace["lambda_handler"]({"stock_price": 50}, None)) == read
