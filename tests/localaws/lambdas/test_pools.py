"""How many workers there are, and which serves what."""

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.localaws import lambdas
from helpers.localaws.lambdas import pools

PID = "import os\ndef handler(event, context): return os.getpid()\n"
SLEEPS = "import os, time\ndef handler(s, c):\n    time.sleep(s)\n    return os.getpid()\n"


def workers():
    """Process ids of the workers there are."""
    return lambdas._pools.workers()


def at_once(functions, arn, events):
    """Send all events at the same time; the values in order."""
    with ThreadPoolExecutor(len(events)) as threads:
        return list(threads.map(lambda event: functions.value(arn, event), events))


def test_one_worker_serves_one_event_after_the_other(functions):
    arn = functions.make(PID)
    assert len({functions.value(arn) for _ in range(20)}) == 1
    assert len(workers()) == 1


def test_a_burst_of_short_events_needs_few_workers(functions):
    arn = functions.make(PID)
    functions.value(arn)
    at_once(functions, arn, [{}] * 100)
    assert len(workers()) <= pools.KEPT


def test_slow_events_run_at_once_and_the_workers_go_again(functions):
    arn = functions.make(SLEEPS, Timeout=60)
    functions.value(arn, 0)
    began = time.monotonic()
    used = at_once(functions, arn, [2] * 6)
    assert len(set(used)) == 6
    assert time.monotonic() - began < 6  # one after the other they would take twelve
    time.sleep(0.2)
    assert len(workers()) <= pools.KEPT


def test_one_function_has_no_more_workers_than_it_may(functions):
    arn = functions.make(SLEEPS, Timeout=60)
    used = at_once(functions, arn, [0.3] * 30)
    assert len(set(used)) <= pools.MOST


def test_idle_workers_of_many_functions_are_few(functions):
    arns = [functions.make(PID) for _ in range(pools.IDLE + 4)]
    used = [functions.value(arn) for arn in arns]
    assert len(workers()) == pools.IDLE
    assert functions.value(arns[-1]) == used[-1]  # still warm
    assert functions.value(arns[0]) != used[0]  # gone longest


def test_functions_that_call_functions_do_not_starve(functions, monkeypatch):
    monkeypatch.setattr(pools, "ALL", 3)
    slow, quick = functions.make(SLEEPS, Timeout=60), functions.make(PID)
    with ThreadPoolExecutor(10) as threads:
        first = [threads.submit(functions.value, slow, 0.3) for _ in range(6)]
        time.sleep(0.1)
        second = [threads.submit(functions.value, quick) for _ in range(4)]
        assert all(future.result(30) for future in first + second)
    assert len(workers()) <= 3


def test_workers_of_changed_and_deleted_functions_end(functions):
    arn = functions.make(PID)
    first = functions.value(arn)
    functions.code(arn, PID + "# changed\n")
    second = functions.value(arn)
    assert first != second
    assert workers() == [second]
    functions.backend.delete_function(arn.rpartition(":")[2])
    assert workers() == []
    for pid in (first, second):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not list((lambdas._pools.root / "code").iterdir())


def test_code_changed_in_the_middle_of_an_invoke_does_not_disturb_it(functions):
    arn = functions.make("import time\ndef handler(e, c):\n    time.sleep(1)\n    return 'old'\n")
    with ThreadPoolExecutor(1) as threads:
        old = threads.submit(functions.value, arn)
        time.sleep(0.3)
        functions.code(arn, "def handler(e, c): return 'new'\n")
        assert functions.value(arn) == "new"
        assert old.result() == "old"
    time.sleep(0.1)
    assert len(workers()) == 1
    assert len(list((lambdas._pools.root / "code").iterdir())) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_nothing_grows(functions):
    arn = functions.make("import os\ndef handler(e, c):\n    if e: os._exit(1)\n    print('x')\n")

    def state():
        return (
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            len(list(lambdas._pools.root.rglob("*"))),
        )

    for _ in range(5):
        functions.run(arn)
        functions.run(arn, {"die": 1})
    functions.run(arn)
    before = state()
    for _ in range(60):
        functions.run(arn)
        functions.run(arn, {"die": 1})
    functions.run(arn)
    assert state() == before


def test_many_events_from_many_threads_are_each_answered_once(functions):
    arns = [
        functions.make("def handler(event, context): return event\n", Timeout=30) for _ in range(3)
    ]
    with ThreadPoolExecutor(20) as threads:
        answers = threads.map(
            lambda n: json.loads(functions.run(arns[n % 3], {"n": n}).payload), range(1500)
        )
        assert list(answers) == [{"n": n} for n in range(1500)]
    starts = sum(m.startswith("START ") for arn in arns for m in functions.messages(arn))
    assert starts == 1500


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_forked_worker_is_small(functions, monkeypatch):
    monkeypatch.setenv("LOCALAWS_LAMBDA_START", "fork")
    arn = functions.make(PID)
    pid = functions.value(arn)
    for _ in range(200):
        functions.value(arn)
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    private = sum(int(line.split()[1]) for line in rollup if line.startswith("Private_"))
    assert private < 10_000  # KiB of its own; the rest is shared with the zygote
