"""The stock trader's machine: a clean trade, one after retries, one that fails for good."""

import json

import pytest

CHECK = "def handler(event, context):\n    return {'stock_price': event['price']}\n"
TRADE = """
import uuid

def handler(event, context):
    return {"id": str(uuid.uuid4()), "type": "%s", "price": str(event["stock_price"]),
            "qty": "3", "timestamp": "2026-01-31T12:00:00"}
"""
FLAKY = """
import pathlib

def handler(event, context):
    count = pathlib.Path(event["file"])
    tries = int(count.read_text()) if count.exists() else 0
    count.write_text(str(tries + 1))
    if tries < 3:
        raise RuntimeError("the market is closed")
    return {"stock_price": event["price"]}
"""


def definition(workshop, table, check=CHECK):
    return {
        "Comment": "A stock trader",
        "StartAt": "Check Stock Value",
        "States": {
            "Check Stock Value": {
                "Type": "Task",
                "Resource": workshop.function(check),
                "Retry": [
                    {
                        "ErrorEquals": ["States.TaskFailed"],
                        "IntervalSeconds": 15,
                        "MaxAttempts": 5,
                        "BackoffRate": 1.5,
                    }
                ],
                "Next": "Buy or Sell?",
            },
            "Buy or Sell?": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.stock_price", "NumericLessThanEquals": 50, "Next": "Buy Stock"}
                ],
                "Default": "Sell Stock",
            },
            "Sell Stock": {
                "Type": "Task",
                "Resource": workshop.function(TRADE % "sell"),
                "Next": "Record Transaction",
            },
            "Buy Stock": {
                "Type": "Task",
                "Resource": workshop.function(TRADE % "buy"),
                "Next": "Record Transaction",
            },
            "Record Transaction": {
                "Type": "Task",
                "Resource": "arn:aws:states:::dynamodb:putItem",
                "Parameters": {
                    "TableName": table,
                    "Item": {
                        "Id": {"S.$": "$.id"},
                        "Type": {"S.$": "$.type"},
                        "Price": {"N.$": "$.price"},
                        "Quantity": {"N.$": "$.qty"},
                        "Timestamp": {"S.$": "$.timestamp"},
                    },
                },
                "Retry": [
                    {
                        "ErrorEquals": ["States.TaskFailed"],
                        "IntervalSeconds": 20,
                        "MaxAttempts": 5,
                        "BackoffRate": 10,
                    }
                ],
                "End": True,
            },
        },
    }


@pytest.mark.parametrize(("price", "kind"), [(2, "buy"), (50, "buy"), (51, "sell")])
def test_a_clean_trade_has_the_19_events_of_aws(workshop, endpoint, price, kind):
    table = workshop.table()
    done = workshop.run(definition(workshop, table), {"price": price})
    assert done["status"] == "SUCCEEDED"
    events = workshop.events(done)
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ChoiceStateEntered",
        "ChoiceStateExited",
        "TaskStateEntered",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["id"] for event in events] == list(range(1, 20))
    assert [event["previousEventId"] for event in events] == [0, 0, *range(2, 19)]
    items = endpoint.client("dynamodb").scan(TableName=table)["Items"]
    assert [(item["Type"], item["Price"]) for item in items] == [({"S": kind}, {"N": str(price)})]


def test_retries_wait_in_simulated_time_only(workshop, tmp_path):
    table = workshop.table()
    given = {"file": str(tmp_path / "tries"), "price": 7}
    done = workshop.run(definition(workshop, table, FLAKY), given)
    assert done["status"] == "SUCCEEDED"
    events = workshop.events(done)
    failed = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionFailed"]
    again = [e["timestamp"] for e in events if e["type"] == "LambdaFunctionScheduled"][1:4]
    waits = [(b - a).total_seconds() for a, b in zip(failed, again, strict=True)]
    assert waits == pytest.approx([15, 22.5, 33.75], abs=0.1)


def test_an_uncaught_error_fails_the_execution_in_the_words_of_the_function(workshop):
    table = workshop.table()
    done = workshop.run(definition(workshop, table, "def handler(event, context):\n    1 / 0\n"))
    assert done["status"] == "FAILED"
    assert done["error"] == "ZeroDivisionError"
    assert json.loads(done["cause"])["errorMessage"] == "division by zero"
    assert workshop.types(done).count("LambdaFunctionFailed") == 6


def test_executions_list_newest_first_with_filter_and_pages(workshop):
    machine = workshop.machine(
        {
            "StartAt": "Fails?",
            "States": {
                "Fails?": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.n", "NumericEquals": 2, "Next": "Bad"}],
                    "Default": "Good",
                },
                "Good": {"Type": "Succeed"},
                "Bad": {"Type": "Fail", "Error": "Two"},
            },
        }
    )
    made = [workshop.run(machine, {"n": n}, name=f"run-{n}")["name"] for n in range(5)]
    listed = workshop.states.list_executions(stateMachineArn=machine)["executions"]
    assert [one["name"] for one in listed] == made[::-1]
    failed = workshop.states.list_executions(stateMachineArn=machine, statusFilter="FAILED")
    assert [one["name"] for one in failed["executions"]] == ["run-2"]
    pages = workshop.states.get_paginator("list_executions").paginate(
        stateMachineArn=machine, PaginationConfig={"PageSize": 2}
    )
    sizes = [[one["name"] for one in page["executions"]] for page in pages]
    assert sizes == [["run-4", "run-3"], ["run-2", "run-1"], ["run-0"]]
