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


def test_a_price():
    answer = tried({"result": "42"})
    assert answer["status"] == "SUCCEEDED"


def test_busy():
    answer = tried({"errorOutput": {"error": "Broker.Busy", "cause": "made up"}})
    assert answer["status"] == "RETRIABLE"
