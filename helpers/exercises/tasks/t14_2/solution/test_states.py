"""Tests of the state Ask the Broker, which promises:

1. The broker's price is put beside the order, under price. Then comes Trade.
2. A broker that is busy (Broker.Busy) is asked again, after 2, 4 and 8 seconds.
3. If it is still busy then, Book the Failure comes next.
4. A broker that is closed (Broker.Closed) is not asked again: Try Tomorrow comes next.
5. After every other failure, one that took too long (States.Timeout) too, comes Book the Failure.
6. Whoever comes after a failure is given the order as it was, and the failure's Error and Cause
   beside it, under failure.

Run them with: python -m pytest -q exercises/14.2
"""

import json
from pathlib import Path

import boto3
import pytest

WORKFLOW = Path(__file__).with_name("workflow.asl.json").read_text()
ORDER = {"desk": "A", "shares": 9}

stepfunctions = boto3.client("stepfunctions")


def tried(mock, retries=0):
    """TestState's answer for Ask the Broker, which is given ORDER; nobody is called.

    mock: what the broker does. retries: how often it was asked again already.
    """
    more = {"stateConfiguration": {"retrierRetryCount": retries}} if retries else {}
    return stepfunctions.test_state(
        definition=WORKFLOW,
        stateName="Ask the Broker",
        input=json.dumps(ORDER),
        mock=mock,
        inspectionLevel="DEBUG",
        **more,
    )


def failing(error, retries=0):
    return tried({"errorOutput": {"error": error, "cause": "made up"}}, retries)


def test_a_price_is_put_beside_the_order():
    answer = tried({"result": "42"})
    assert (answer["status"], answer["nextState"]) == ("SUCCEEDED", "Trade")
    assert json.loads(answer["output"]) == {**ORDER, "price": 42}


@pytest.mark.parametrize(("retries", "seconds"), [(0, 2), (1, 4), (2, 8)])
def test_a_busy_broker_is_asked_again(retries, seconds):
    answer = failing("Broker.Busy", retries)
    assert answer["status"] == "RETRIABLE"
    details = answer["inspectionData"]["errorDetails"]
    assert details["retryBackoffIntervalSeconds"] == seconds


@pytest.mark.parametrize(
    ("error", "retries", "following"),
    [
        ("Broker.Busy", 3, "Book the Failure"),
        ("Broker.Closed", 0, "Try Tomorrow"),
        ("Broker.Down", 0, "Book the Failure"),
        ("States.Timeout", 0, "Book the Failure"),
    ],
)
def test_a_failure_is_caught_with_the_order(error, retries, following):
    answer = failing(error, retries)
    assert (answer["status"], answer["nextState"]) == ("CAUGHT_ERROR", following)
    failure = {"Error": error, "Cause": "made up"}
    assert json.loads(answer["output"]) == {**ORDER, "failure": failure}
