"""What a function's log says of its invocations."""

import json

from helpers.console import invocations

START = "START RequestId: {0} Version: $LATEST\n"
REPORT = (
    "REPORT RequestId: {0}\tDuration: 4.24 ms\tBilled Duration: 790 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 15 MB\tInit Duration: 785.44 ms\t\n"
)


def read(*messages):
    events = [{"timestamp": 1000 * at, "message": text} for at, text in enumerate(messages)]
    return invocations.read(events, "stream")


def test_times_and_memory_are_those_of_the_report():
    (one,) = read(START.format("r"), "hello\n", "END RequestId: r\n", REPORT.format("r"))
    assert (one.duration, one.billed, one.init) == (4.24, 790, 785.44)
    assert (one.memory, one.used) == (128, 15)
    assert (one.request, one.stream, one.error) == ("r", "stream", "")
    assert (one.began.timestamp(), one.ended.timestamp()) == (0, 3)


def test_an_error_belongs_to_the_invocation_between_whose_lines_it_is():
    good, bad, late = read(
        START.format(1), REPORT.format(1),
        START.format(2), "[ERROR] ValueError: no\nTraceback (most recent", REPORT.format(2),
        START.format(3), "2026-11-28T10:00:00.000Z 3 Task timed out after 3.00 seconds\n\n",
        REPORT.format(3).replace("\t\n", "\tStatus: timeout\t\n"),
    )  # fmt: skip
    assert [good.error, bad.error] == ["", "ValueError: no"]
    assert late.error == "Task timed out after 3.00 seconds"


def test_one_whose_start_is_not_told_and_one_that_has_not_ended():
    ended = REPORT.format(1).replace("\t\n", "\tStatus: error\tError Type: Runtime.ExitError")
    (one,) = read(ended, START.format(2))
    assert one.error == "Runtime.ExitError" and one.began == one.ended


def test_records_of_json_say_the_same():
    metrics = {"durationMs": 4.2, "billedDurationMs": 5, "memorySizeMB": 128, "maxMemoryUsedMB": 15}
    (one,) = read(
        json.dumps({"type": "platform.start", "record": {"requestId": "r"}}),
        json.dumps({"level": "ERROR", "errorType": "KeyError", "errorMessage": "'price'"}),
        json.dumps({"type": "platform.report", "record": {
            "requestId": "r", "metrics": metrics, "status": "error"}}),
    )  # fmt: skip
    assert (one.duration, one.billed, one.memory, one.used, one.init) == (4.2, 5, 128, 15, None)
    assert one.error == "KeyError: 'price'"


def test_what_a_function_prints_does_no_harm():
    odd = {"metrics": {"durationMs": "x", "billedDurationMs": 1e300, "memorySizeMB": -1}}
    texts = [
        "{", "[" * 100_000, '{"a":' * 100_000, '{"record": 3}', '{"type": [], "level": {}}',
        json.dumps({"type": "platform.report", "record": odd | {"status": None}}),
        "REPORT RequestId: r", "REPORT RequestId: r\tDuration: " + "9" * 400 + " ms",
    ]  # fmt: skip
    found = read(*texts)
    assert [one.duration for one in found] == [None, None, None]
    assert found[0].billed is None and found[0].memory is None


def test_the_end_of_a_log_is_enough():
    assert invocations.report("…ello\nEND RequestId: r\n" + REPORT.format("r")).used == 15
    assert invocations.report("") is None
