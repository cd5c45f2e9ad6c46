import json

import boto3

ORDER = '{"shares": 1}'


def ask(mock, **more):
    return boto3.client("stepfunctions").test_state(
        definition=open("workflow.asl.json").read(),
        stateName="Ask the Broker",
        input=ORDER,
        inspectionLevel="TRACE",
        mock=mock,
        **more,
    )


def fail(error, tries=0):
    mock = {"errorOutput": {"error": error, "cause": "c"}}
    return ask(mock, stateConfiguration={"retrierRetryCount": tries})


def test_everything():
    well = ask({"result": '{"dollars": 1}'})
    assert well["nextState"] == "Trade"
    assert json.loads(well["output"]) == {"shares": 1, "price": {"dollars": 1}}
    for tries, wait in enumerate((2, 4, 8)):
        busy = fail("Broker.Busy", tries)
        assert busy["status"] == "RETRIABLE"
        assert busy["inspectionData"]["errorDetails"]["retryBackoffIntervalSeconds"] == wait
    ends = [
        fail("Broker.Busy", 3),
        fail("Broker.Closed"),
        fail("States.Timeout"),
    ]
    for end in ends:
        assert end["status"] == "CAUGHT_ERROR"
        given = json.loads(end["output"])
        assert given["shares"] == 1 and given["failure"]["Error"] == end["error"]
    book = "Book the Failure"
    assert [end["nextState"] for end in ends] == [book, "Try Tomorrow", book]
