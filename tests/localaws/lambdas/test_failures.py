"""Functions that fail, in each of the ways in which a function can."""

import json
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from helpers.localaws import lambdas
from helpers.localaws.lambdas import workers

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def pids():
    """The workers' process ids."""
    return lambdas._pools.workers()


def test_an_exception_comes_back_with_type_message_and_trace(functions, both_ways):
    arn = functions.make(
        """
        class PriceUnknown(Exception):
            pass

        def look_up(symbol):
            raise PriceUnknown(f"no price for {symbol}")

        def handler(event, context):
            return look_up(event["symbol"])
        """
    )
    result = functions.run(arn, {"symbol": "AMZN"})
    assert result.error == "Unhandled"
    assert json.loads(result.payload) == {
        "errorMessage": "no price for AMZN",
        "errorType": "PriceUnknown",
        "requestId": result.request_id,
        "stackTrace": [
            '  File "/var/task/app.py", line 9, in handler\n    return look_up(event["symbol"])\n',
            '  File "/var/task/app.py", line 6, in look_up\n'
            '    raise PriceUnknown(f"no price for {symbol}")\n',
        ],
    }
    (logged,) = [line for _, line in result.lines if line.startswith("[ERROR]")]
    assert logged.startswith(
        "[ERROR] PriceUnknown: no price for AMZN\nTraceback (most recent call last):\n"
        '\u00a0\u00a0File "/var/task/app.py", line 9, in handler\n'
    )
    assert "Status" not in result.lines[-1][1]


def test_a_function_that_raised_stays_warm(functions):
    arn = functions.make(
        """
        n = 0

        def handler(event, context):
            global n
            n += 1
            if n == 1:
                raise KeyError("stock_price")
            return n
        """
    )
    error = functions.error(arn)
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'stock_price'")
    assert functions.value(arn) == 2


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message"),
    [
        (
            "import requests_that_is_not_packed\n",
            "app.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'requests_that_is_not_packed'",
        ),
        (
            "import pandas\n",
            "app.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'pandas'",
        ),
        (
            "x = 1\n",
            "other.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'other': No module named 'other'",
        ),
        (
            "x = 1\n",
            "app.handler",
            "Runtime.HandlerNotFound",
            "Handler 'handler' missing on module 'app'",
        ),
        (
            "def handler(event, context:\n",
            "app.handler",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': '(' was never closed (app.py, line 1)",
        ),
        (
            "x = 1\n",
            "handler",
            "Runtime.MalformedHandlerName",
            "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
        ),
    ],
)
def test_a_function_that_cannot_be_loaded_says_why(functions, source, handler, kind, message):
    arn = functions.make(source, handler=handler)
    for _ in range(2):  # each try is a cold start
        result = functions.run(arn)
        error = json.loads(result.payload)
        assert result.error == "Unhandled"
        assert (error["errorType"], error["errorMessage"]) == (kind, message)
        assert error["requestId"] == result.request_id
        assert f"\tStatus: error\tError Type: {kind}" in result.lines[-1][1]
        assert "INIT_REPORT" in result.log
    functions.code(arn, "def handler(e, c): return 'mended'\n")
    if handler == "app.handler":
        assert functions.value(arn) == "mended"


def test_an_exception_at_import_is_its_own_type(functions):
    arn = functions.make("import os\nTABLE = os.environ['TABLE']\ndef handler(e, c): pass\n")
    error = functions.error(arn)
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'TABLE'")
    assert any('"/var/task/app.py", line 2' in frame for frame in error["stackTrace"])


def test_what_cannot_be_json_is_a_marshal_error(functions):
    arn = functions.make("def handler(e, c): return {1, 2}\n")
    error = functions.error(arn)
    assert error["errorType"] == "Runtime.MarshalError"
    assert error["errorMessage"].startswith("Unable to marshal response: Object of type set is not")


def test_a_timeout_is_told_in_aws_words(functions, both_ways):
    arn = functions.make(
        """
        import time

        def handler(event, context):
            print("about to sleep")
            if event:
                time.sleep(60)
            return "awake"
        """,
        Timeout=1,
    )
    began = time.monotonic()
    result = functions.run(arn, {"sleep": True})
    assert 1 <= time.monotonic() - began < 4
    request = result.request_id
    assert json.loads(result.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request} Error: Task timed out after 1.00 seconds",
    }
    assert "about to sleep\n" in result.log
    assert re.search(rf"\d{{4}}-.*Z {request} Task timed out after 1\.00 seconds\n\n", result.log)
    assert result.log.rstrip().endswith("Status: timeout")
    assert functions.value(arn) == "awake"  # and it starts cold again


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit('no')", "Runtime exited with error: exit status 1"),
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(7)", "Runtime exited with error: exit status 7"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("os.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault"),
        ("os.abort()", "Runtime exited with error: signal: aborted"),
        ("raise KeyboardInterrupt", "Runtime exited with error: signal: interrupt"),
        ("os.closerange(0, 64)", "Runtime exited with error"),
    ],
)
def test_a_crash_is_told_in_aws_words(functions, both_ways, does, words):
    if sys.platform == "win32" and "signal" in words:
        pytest.skip("Windows has no signals")
    arn = functions.make(
        f"""
        import os, sys

        def handler(event, context):
            if event:
                print("so far so good")
                {does}
            return "well"
        """
    )
    assert functions.value(arn) == "well"
    result = functions.run(arn, {"crash": True})
    error = json.loads(result.payload)
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].startswith(f"RequestId: {result.request_id} Error: {words}")
    assert "so far so good\n" in result.log
    assert f"{error['errorMessage']}\nRuntime.ExitError\n" in result.log
    assert "\tStatus: error\tError Type: Runtime.ExitError" in result.lines[-1][1]
    assert functions.value(arn) == "well"


def test_a_crash_while_loading_is_told_too(functions, both_ways):
    arn = functions.make("import os\nos._exit(9)\n")
    result = functions.run(arn)
    assert json.loads(result.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {result.request_id} Error: Runtime exited with error: "
        "exit status 9",
    }
    assert functions.error(arn)["errorType"] == "Runtime.ExitError"


def test_a_function_dies_when_it_exceeds_its_memory(functions, both_ways):
    arn = functions.make(
        """
        def handler(event, context):
            kept = []
            for _ in range(event["mb"]):
                kept.append(b"x" * (1 << 20))
            return len(kept)
        """,
        MemorySize=128,
        Timeout=60,
    )
    assert functions.value(arn, {"mb": 50}) == 50
    result = functions.run(arn, {"mb": 4000})
    assert json.loads(result.payload) == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": f"RequestId: {result.request_id} Error: Runtime exited with error: "
        "signal: killed",
    }
    report = result.lines[-1][1]
    assert "Max Memory Used: 128 MB\t" in report
    assert "\tStatus: error\tError Type: Runtime.OutOfMemory" in report
    assert functions.value(arn, {"mb": 1}) == 1


def test_a_little_too_much_memory_is_too_much(functions, monkeypatch):
    arn = functions.make(
        """
        import time

        def handler(event, context):
            time.sleep(event.get("seconds", 0))
        """
    )
    functions.value(arn)
    monkeypatch.setattr(workers, "resident_memory", lambda pid: 256 * 1024 + 1)
    result = functions.run(arn, {"seconds": 5})
    assert json.loads(result.payload)["errorType"] == "Runtime.OutOfMemory"
    assert "Error Type: Runtime.OutOfMemory" in result.log


def test_a_short_burst_over_the_memory_counts_too(functions):
    arn = functions.make(
        "def handler(n, c):\n    b'x' * (n << 20)\n    return 'back again'\n", MemorySize=128
    )
    assert functions.value(arn, 20) == "back again"
    assert functions.error(arn, 150)["errorType"] == "Runtime.OutOfMemory"


def test_paths_of_this_machine_do_not_show(functions):
    arn = functions.make(
        """
        import os, tempfile

        def handler(event, context):
            print(__file__, tempfile.gettempdir())
            open(os.path.join(os.path.dirname(__file__), "nothing.txt"))
        """
    )
    result = functions.run(arn)
    assert json.loads(result.payload)["errorMessage"] == (
        "[Errno 2] No such file or directory: '/var/task/nothing.txt'"
    )
    assert "/var/task/app.py /tmp\n" in result.log
    assert str(lambdas._pools.root) not in result.log + result.payload.decode()


def test_a_worker_killed_while_idle_is_not_noticed(functions, both_ways):
    arn = functions.make("import os\ndef handler(e, c): return os.getpid()\n")
    first = functions.value(arn)
    os.kill(first, signal.SIGTERM)
    time.sleep(0.2)
    assert functions.value(arn) != first


def test_a_worker_killed_in_the_middle_gives_an_error_and_the_next_works(functions, both_ways):
    arn = functions.make(
        """
        import os, time

        def handler(event, context):
            if event:
                time.sleep(30)
            return os.getpid()
        """,
        Timeout=60,
    )
    first = functions.value(arn)
    timer = threading.Timer(0.3, os.kill, (first, signal.SIGTERM))
    timer.start()
    began = time.monotonic()
    error = functions.error(arn, {"sleep": True})
    assert time.monotonic() - began < 5
    assert error["errorType"] == "Runtime.ExitError"
    assert functions.value(arn) != first


def test_a_worker_that_dies_while_its_child_lives_on_is_noticed(functions, both_ways):
    if sys.platform == "win32":
        pytest.skip("Windows has no fork")
    arn = functions.make(
        """
        import os, time

        def handler(event, context):
            if not os.fork():
                time.sleep(30)
                os._exit(0)
            os._exit(5)
        """,
        Timeout=20,
    )
    began = time.monotonic()
    error = functions.error(arn)
    assert time.monotonic() - began < 5
    assert error["errorMessage"].endswith("exit status 5")


def test_children_end_with_their_worker(functions, both_ways):
    if sys.platform == "win32":
        pytest.skip("Windows has no process groups")
    arn = functions.make(
        """
        import subprocess, sys, time

        def handler(event, context):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            print("child", child.pid)
            time.sleep(60)
        """,
        Timeout=2,
    )
    log = functions.run(arn).log
    child = int(re.search(r"child (\d+)", log)[1])
    for _ in range(50):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the child of a function that timed out still runs")


def test_the_zygote_may_be_killed(functions, monkeypatch):
    if sys.platform != "linux":
        pytest.skip("there is none")
    monkeypatch.setenv("LOCALAWS_LAMBDA_START", "fork")
    arn = functions.make("import os\ndef handler(e, c): return os.getpid()\n")
    first = functions.value(arn)
    (zygote,) = lambdas._pools._launchers.values()
    os.kill(zygote._process.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert functions.value(arn) == first  # its workers live on
    os.kill(first, signal.SIGKILL)
    time.sleep(0.1)
    assert functions.value(arn) != first


def test_no_process_is_left_behind(functions, both_ways):
    arn = functions.make("import os\ndef handler(e, c): return os.getpid()\n")
    pid = functions.value(arn)
    scratch = lambdas._pools.root / "scratch"
    assert list(scratch.iterdir())
    lambdas.stop_all()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not list(scratch.iterdir())
    assert functions.value(arn) != pid  # it starts again when it is needed


def test_an_invoke_under_way_is_answered_when_all_stops(functions, both_ways):
    arn = functions.make("import time\ndef handler(e, c): time.sleep(60)\n", Timeout=90)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(functions.error(arn)))
    thread.start()
    while not pids():
        time.sleep(0.01)
    time.sleep(0.3)
    lambdas.stop_all()
    thread.join(10)
    assert answers[0]["errorType"] == "Runtime.ExitError"
