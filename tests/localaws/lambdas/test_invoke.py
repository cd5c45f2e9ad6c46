"""What a function is given, what it gives back, and what is logged."""

import json
import re
import time

import pytest

from helpers.localaws import lambdas

ECHO = """
    import os

    print("loaded")
    count = 0

    def handler(event, context):
        global count
        count += 1
        print("got", event)
        return {
            "event": event,
            "count": count,
            "request": context.aws_request_id,
            "arn": context.invoked_function_arn,
            "name": context.function_name,
            "version": context.function_version,
            "memory": context.memory_limit_in_mb,
            "group": context.log_group_name,
            "stream": context.log_stream_name,
            "left": context.get_remaining_time_in_millis(),
            "environment": dict(os.environ),
            "custom": context.client_context.custom if context.client_context else None,
        }
"""


def test_the_event_goes_in_and_the_value_comes_out(functions, both_ways):
    arn = functions.make(ECHO)
    assert functions.value(arn, {"stock_price": 2})["event"] == {"stock_price": 2}
    assert functions.value(arn, [1, "å", None])["event"] == [1, "å", None]


def test_the_second_start_is_warm(functions, both_ways):
    arn = functions.make(ECHO)
    cold, warm = functions.run(arn), functions.run(arn)
    assert [json.loads(r.payload)["count"] for r in (cold, warm)] == [1, 2]
    assert cold.log.startswith("INIT_START Runtime Version: python:3.")
    assert "\nloaded\nSTART RequestId" in cold.log
    assert "\tInit Duration: " in cold.log
    assert warm.log.startswith("START RequestId")
    assert "Init Duration" not in warm.log
    assert json.loads(cold.payload)["stream"] == json.loads(warm.payload)["stream"]


def test_the_context_is_as_on_aws(functions):
    arn = functions.make(ECHO, Timeout=7, MemorySize=192)
    result = functions.run(arn, client_context=json.dumps({"custom": {"a": "b"}}))
    seen = json.loads(result.payload)
    name = arn.rpartition(":")[2]
    assert seen["request"] == result.request_id
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", seen["request"])
    assert (seen["arn"], seen["name"], seen["version"]) == (arn, name, "$LATEST")
    assert seen["memory"] == "192"
    assert seen["group"] == f"/aws/lambda/{name}"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", seen["stream"])
    assert 5000 < seen["left"] <= 7000
    assert seen["custom"] == {"a": "b"}


def test_the_reserved_environment_is_there(functions, monkeypatch):
    monkeypatch.setenv("A_SECRET_OF_THE_LEARNER", "x")
    arn = functions.make(ECHO, Environment={"Variables": {"TABLE": "trades", "NN": "1"}})
    seen = functions.value(arn)["environment"]
    name = arn.rpartition(":")[2]
    expected = {
        "TABLE": "trades",
        "NN": "1",
        "_HANDLER": "app.handler",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TZ": ":UTC",
    }
    assert expected.items() <= seen.items()
    assert seen["AWS_EXECUTION_ENV"].startswith("AWS_Lambda_python3.")
    assert seen["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert "A_SECRET_OF_THE_LEARNER" not in seen


def test_logs_have_aws_lines_in_aws_streams(functions, both_ways):
    arn = functions.make(ECHO)
    before = int(time.time() * 1000)
    result = functions.run(arn, {"a": 1})
    group = functions.logs.groups[f"/aws/lambda/{arn.rpartition(':')[2]}"]
    (stream,) = group.streams.values()
    assert stream.log_stream_name == json.loads(result.payload)["stream"]
    messages = [event.message for event in stream.events]
    request = result.request_id
    assert messages[1:-1] == [
        "loaded\n",
        f"START RequestId: {request} Version: $LATEST\n",
        "got {'a': 1}\n",
        f"END RequestId: {request}\n",
    ]
    assert re.fullmatch(
        rf"REPORT RequestId: {request}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n",
        messages[-1],
    )
    times = [event.timestamp for event in stream.events]
    assert times == sorted(times)
    assert before - 1000 <= times[0]
    assert times[-1] <= time.time() * 1000


def test_the_cold_start_is_billed_too(functions):
    arn = functions.make("import time\ntime.sleep(0.2)\ndef handler(e, c): return 1\n")
    report = functions.run(arn).lines[-1][1]
    duration, billed, init = (
        float(re.search(rf"{name}: ([\d.]+) ms", report)[1])
        for name in ("\tDuration", "Billed Duration", "Init Duration")
    )
    assert init >= 200
    assert duration + init <= billed <= duration + init + 1


def test_memory_used_is_measured(functions):
    arn = functions.make(
        """
        def handler(event, context):
            kept = b"x" * (event["mb"] << 20)
            return len(kept)
        """
    )
    used = [
        int(re.search(r"Max Memory Used: (\d+) MB", functions.run(arn, {"mb": mb}).log)[1])
        for mb in (1, 100)
    ]
    assert used[0] >= 8
    assert 95 <= used[1] - used[0] <= 105


def test_a_print_without_newline_and_a_subprocess_are_logged(functions, both_ways):
    arn = functions.make(
        """
        import subprocess, sys

        def handler(event, context):
            print("one\\ntwo")
            subprocess.run([sys.executable, "-I", "-S", "-c", "print('from a child')"], check=True)
            print("to stderr", file=sys.stderr)
            sys.stdout.buffer.write(b"bytes\\n")
            print("no newline", end="")
        """
    )
    result = functions.run(arn)
    assert result.error is None, result.payload
    printed = [line for _, line in result.lines[2:-2]]
    assert sorted(printed) == sorted(
        ["one\n", "two\n", "from a child\n", "to stderr\n", "bytes\n", "no newline"]
    )
    assert printed[:3] == ["one\n", "two\n", "from a child\n"]


def test_prints_have_the_time_at_which_they_were_made(functions):
    arn = functions.make(
        """
        import time

        def handler(event, context):
            print("first")
            time.sleep(0.3)
            print("second")
        """
    )
    times = {line: when for when, line in functions.run(arn).lines}
    assert 290 <= times["second\n"] - times["first\n"] <= 600


def test_a_log_record_is_one_event_with_the_request_id(functions):
    arn = functions.make(
        """
        import logging

        logging.getLogger().setLevel("INFO")

        def handler(event, context):
            logging.info("two\\nlines")
        """
    )
    result = functions.run(arn)
    (record,) = [line for _, line in result.lines if "two" in line]
    assert re.fullmatch(rf"\[INFO\]\t[\d:T.-]+Z\t{result.request_id}\ttwo\nlines\n", record), record


def test_much_output_is_cut_and_says_so(functions):
    arn = functions.make(
        "def handler(e, c):\n    for _ in range(6000): print('x' * 1000)\n", Timeout=30
    )
    result = functions.run(arn)
    assert re.search(r"\[\d+ more bytes of output are not kept\]", result.log)
    assert functions.run(arn).error is None


def test_no_payload_is_an_empty_object(functions):
    arn = functions.make("def handler(event, context): return event\n")
    assert lambdas.invoke(arn, b"").payload == b"{}"


@pytest.mark.parametrize("event", [b"{", b"\xff", b"{'a': 1}", b"[" * 100_000])
def test_an_event_that_is_not_json_is_refused(functions, event):
    from helpers.localaws.lambdas.errors import InvalidRequestContent

    arn = functions.make("def handler(event, context): return event\n")
    with pytest.raises(InvalidRequestContent, match="Could not parse request body into json"):
        lambdas.invoke(arn, event)
    assert functions.value(arn, 1) == 1


def test_large_events_and_answers_pass_whole(functions, both_ways):
    arn = functions.make("def handler(event, context): return event\n")
    text = "å" * 1_000_000  # six bytes each, as Python 3.11 and older escape it
    assert functions.value(arn, text) == text


def test_an_answer_that_is_too_large_is_an_error(functions):
    arn = functions.make("def handler(n, context): return 'x' * n\n")
    error = functions.error(arn, 6_291_555)
    assert error == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size "
        "(6291556 bytes).",
    }
    assert len(functions.value(arn, 6_291_554)) == 6_291_554


def test_unknown_functions_are_unknown(functions):
    from moto.awslambda.exceptions import UnknownFunctionException

    arn = functions.make("def handler(event, context): return 1\n")
    for unknown in (arn + "x", arn + ":7", arn + ":nope", "nonsense"):
        with pytest.raises(UnknownFunctionException):
            lambdas.invoke(unknown, b"{}")


def test_changed_code_and_settings_count_at_once(functions):
    arn = functions.make("import os\ndef handler(e, c): return os.environ.get('AA')\n")
    assert functions.value(arn) is None
    changes = {"Environment": {"Variables": {"AA": "1"}}}
    functions.backend.update_function_configuration(arn, None, changes)
    assert functions.value(arn) == "1"
    functions.code(arn, "def handler(e, c): return 'new'\n")
    assert functions.value(arn) == "new"


def test_a_function_made_again_under_its_name_is_another(functions):
    arn = functions.make("n = 0\ndef handler(e, c):\n    global n; n += 1; return n\n")
    functions.value(arn)
    assert functions.value(arn) == 2
    name = arn.rpartition(":")[2]
    functions.backend.delete_function(name)
    again = functions.make(
        "n = 0\ndef handler(e, c):\n    global n; n += 1; return n\n", FunctionName=name
    )
    assert again == arn
    assert functions.value(arn) == 1
