"""LoggingConfig: JSON records, levels, a log group of the function's own."""

import json

import pytest

SOURCE = """
    import logging

    log = logging.getLogger()

    def handler(event, context):
        log.debug("too fine")
        log.info("the price is %s", event["price"], extra={"price": event["price"]})
        print("a print stays as it is")
        if event["price"] < 0:
            raise ValueError("below zero")
"""


def records(result):
    """The lines that are JSON, parsed, and the others."""
    parsed, plain = [], []
    for _, line in result.lines:
        (parsed if line.startswith("{") else plain).append(line)
    return [json.loads(line) for line in parsed], plain


def test_records_are_json(functions, both_ways):
    arn = functions.make(SOURCE, LoggingConfig={"LogFormat": "JSON"})
    result = functions.run(arn, {"price": 2})
    found, plain = records(result)
    assert [record.get("type", record.get("message")) for record in found] == [
        "platform.initStart",
        "platform.start",
        "the price is 2",
        "platform.report",
    ]
    assert plain == ["a print stays as it is\n"]
    assert found[0]["record"]["functionName"] == arn.rpartition(":")[2]
    assert found[1]["record"] == {"requestId": result.request_id, "version": "$LATEST"}
    assert found[2]["level"] == "INFO"
    assert found[2]["requestId"] == result.request_id
    assert found[2]["price"] == 2
    report = found[3]["record"]
    assert report["status"] == "success"
    assert report["requestId"] == result.request_id
    assert set(report["metrics"]) == {
        "durationMs",
        "billedDurationMs",
        "memorySizeMB",
        "maxMemoryUsedMB",
        "initDurationMs",
    }


def test_an_error_is_a_record(functions):
    arn = functions.make(SOURCE, LoggingConfig={"LogFormat": "JSON"})
    found, _ = records(functions.run(arn, {"price": -1}))
    (error,) = [record for record in found if record.get("level") == "ERROR"]
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "below zero")
    assert '"/var/task/app.py"' in error["stackTrace"][0]


def test_levels(functions):
    levels = {"LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "WARN"}
    arn = functions.make(SOURCE, LoggingConfig=levels, Timeout=10)
    found, plain = records(functions.run(arn, {"price": 2}))
    assert found == []
    assert plain == ["a print stays as it is\n"]
    functions.code(arn, "def handler(e, c):\n    import os; os._exit(3)\n")
    found, _ = records(functions.run(arn))
    assert [(r["type"], r["record"]["status"]) for r in found] == [("platform.report", "error")]
    assert found[0]["record"]["errorType"] == "Runtime.ExitError"


def test_a_log_group_of_its_own(functions):
    arn = functions.make(SOURCE, LoggingConfig={"LogGroup": "trading"})
    functions.run(arn, {"price": 2})
    assert f"/aws/lambda/{arn.rpartition(':')[2]}" not in functions.logs.groups
    (stream,) = functions.logs.groups["trading"].streams.values()
    assert stream.events[-1].message.startswith("REPORT RequestId: ")


def test_the_configuration_is_told_and_changed(functions):
    arn = functions.make(SOURCE)
    name = arn.rpartition(":")[2]
    config = functions.backend.get_function(name).get_configuration()
    assert config["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
    functions.run(arn, {"price": 2})
    changed = {"LoggingConfig": {"LogFormat": "JSON"}}
    told = functions.backend.update_function_configuration(name, None, changed)
    assert told["LoggingConfig"] == {
        "ApplicationLogLevel": "INFO",
        "LogFormat": "JSON",
        "LogGroup": f"/aws/lambda/{name}",
        "SystemLogLevel": "INFO",
    }
    found, _ = records(functions.run(arn, {"price": 2}))
    assert found[-1]["type"] == "platform.report"


def test_no_other_format(functions):
    from helpers.localaws.lambdas.errors import InvalidParameter

    with pytest.raises(InvalidParameter, match=r"loggingConfig\.logFormat"):
        functions.make(SOURCE, LoggingConfig={"LogFormat": "XML"})
