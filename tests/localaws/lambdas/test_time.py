"""The functions live on the simulated clock."""

import json
import re
import sys
import time
from datetime import UTC, datetime

import pytest

DAY = 86_400

TIMES = """
    import datetime, time, uuid
    from datetime import datetime as named
    from time import time as clock

    loaded = time.time()

    def handler(event, context):
        print("now")
        return {
            "loaded": loaded,
            "time": time.time(),
            "named": clock(),
            "ns": time.time_ns() / 1e9,
            "now": datetime.datetime.now(datetime.timezone.utc).timestamp(),
            "imported": named.now(datetime.timezone.utc).timestamp(),
            "utcnow": datetime.datetime.utcnow().isoformat(),
            "gmtime": time.strftime("%Y-%m-%d", time.gmtime()),
            "today": datetime.date.today().isoformat(),
            "local": datetime.datetime.now().isoformat(),
            "left": context.get_remaining_time_in_millis(),
            "subclass": isinstance(datetime.datetime.now(), datetime.datetime),
        }
"""


def check(seen, expected):
    """All of a function's clocks say `expected`, give or take half a second."""
    for name in ("time", "named", "ns", "now", "imported"):
        assert abs(seen[name] - expected) < 0.5, name
    moment = datetime.fromtimestamp(expected, UTC)
    for name in ("utcnow", "local"):  # Lambda's own time zone is UTC
        said = datetime.fromisoformat(seen[name]).replace(tzinfo=UTC)
        assert abs((said - moment).total_seconds()) < 0.5, name
    assert seen["gmtime"] == seen["today"] == f"{moment:%Y-%m-%d}"
    assert 8_000 < seen["left"] <= 10_000
    assert seen["subclass"]


def test_a_warm_worker_moves_with_the_clock(functions, both_ways, moved_clock):
    arn = functions.make(TIMES)
    check(functions.value(arn), time.time())
    for days in (1, 30, 365):
        moved_clock.advance(days * DAY)
        check(functions.value(arn), moved_clock.time())
    assert moved_clock.offset == pytest.approx(396 * DAY, abs=5)
    moved_clock.reset()
    check(functions.value(arn), time.time())


def test_a_cold_worker_starts_on_the_clock(functions, both_ways, moved_clock):
    moved_clock.advance(30 * DAY)
    arn = functions.make(TIMES)
    seen = functions.value(arn)
    check(seen, moved_clock.time())
    assert abs(seen["loaded"] - moved_clock.time()) < 5


def test_logs_and_streams_are_on_the_clock(functions, moved_clock):
    arn = functions.make(TIMES)
    moved_clock.advance(40 * DAY)
    result = functions.run(arn)
    group = functions.logs.groups[f"/aws/lambda/{arn.rpartition(':')[2]}"]
    (stream,) = group.streams.values()
    assert stream.log_stream_name.startswith(f"{moved_clock.now():%Y/%m/%d}/")
    now = moved_clock.time() * 1000
    for event in stream.events:
        assert abs(event.timestamp - now) < 5000
    described = stream.to_describe_dict()
    for name in ("creationTime", "firstEventTimestamp", "lastIngestionTime"):
        assert abs(described[name] - now) < 5000, name
    assert int(json.loads(result.payload)["time"] * 1000) - stream.events[0].timestamp < 2000


def test_a_logging_record_and_a_timeout_have_the_simulated_time(functions, moved_clock):
    arn = functions.make(
        """
        import logging, time

        def handler(event, context):
            logging.warning("here")
            time.sleep(30)
        """,
        Timeout=1,
    )
    moved_clock.advance(100 * DAY)
    log = functions.run(arn).log
    day = f"{moved_clock.now():%Y-%m-%d}"
    assert re.search(rf"\[WARNING\]\t{day}T.*\there", log)
    assert re.search(rf"^{day}T.* Task timed out after 1\.00 seconds", log, re.MULTILINE)


def test_sleeping_takes_real_time(functions, moved_clock):
    arn = functions.make(
        """
        import time

        def handler(event, context):
            began = time.time()
            time.sleep(0.2)
            return time.time() - began
        """
    )
    moved_clock.advance(DAY)
    assert 0.2 <= functions.value(arn) < 1


def test_without_time_machine_the_clock_moves_too(functions, moved_clock, monkeypatch):
    """As in a Python for which time-machine is not installed."""
    monkeypatch.setenv("LOCALAWS_LAMBDA_START", "spawn")
    hide = "import sys\nsys.modules['time_machine'] = None\n"
    arn = functions.make(hide + __import__("textwrap").dedent(TIMES))
    check(functions.value(arn), time.time())
    moved_clock.advance(30 * DAY)
    seen = functions.value(arn)
    now = moved_clock.time()
    for name in ("time", "ns", "now"):
        assert abs(seen[name] - now) < 0.5, name
    assert seen["today"] == seen["gmtime"] == f"{moved_clock.now():%Y-%m-%d}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such dates")
def test_a_function_may_live_far_ahead(functions, moved_clock):
    arn = functions.make(TIMES)
    moved_clock.advance(50 * 365 * DAY)
    check(functions.value(arn), moved_clock.time())
