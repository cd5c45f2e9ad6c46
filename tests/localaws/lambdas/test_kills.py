"""A worker killed in the middle of an invoke, again and again."""

import json
import os
import random
import signal
import sys
import threading
import time

import pytest

from helpers.localaws import lambdas

KILLS = 1000


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.timeout(900)
def test_each_kill_is_told_and_the_next_invoke_answered(functions):
    arn = functions.make(
        """
        import os, time

        def handler(event, context):
            end = time.perf_counter() + event["seconds"]
            while time.perf_counter() < end:
                pass
            return event["number"]
        """,
        Timeout=30,
    )
    functions.value(arn, {"number": 0, "seconds": 0})
    chance = random.Random(1)
    outcomes = {"answered": 0, "failed": 0}
    for number in range(KILLS):
        seconds = chance.choice([0, 0.004, 0.008])
        answer = []

        def invoke(number=number, seconds=seconds, answer=answer):
            answer.append(functions.run(arn, {"number": number, "seconds": seconds}))

        thread = threading.Thread(target=invoke)
        thread.start()
        until = time.perf_counter() + chance.random() * 0.012
        while time.perf_counter() < until:
            pass
        for pid in lambdas._pools.workers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:  # it ended between the look and the kill
                continue
        thread.join(20)
        assert not thread.is_alive(), "the invoke hangs"
        (result,) = answer
        if result.error is None:
            outcomes["answered"] += 1
            assert json.loads(result.payload) == number
        else:
            outcomes["failed"] += 1
            assert json.loads(result.payload) == {
                "errorType": "Runtime.ExitError",
                "errorMessage": f"RequestId: {result.request_id} Error: "
                "Runtime exited with error: signal: killed",
            }
        assert result.lines[-1][1].startswith(f"REPORT RequestId: {result.request_id}")
        if number % 10 == 0:
            assert functions.value(arn, {"number": -number, "seconds": 0}) == -number
    print(outcomes)
    assert min(outcomes.values()) > KILLS / 50  # the kills did meet invokes under way
    assert functions.value(arn, {"number": 5, "seconds": 0}) == 5
