"""The simulated clock: what jumps, what does not, and in which order."""

import gc
import threading
import time
import weakref
from contextlib import contextmanager

import pytest

from helpers.localaws.turns.clock import FEW, Clock

HOUR = 3600.0


@pytest.fixture
def clock():
    return Clock()


def carried_out(clock, work, *, pulls=True):
    """Start a thread that is counted as busy from the moment it is made."""
    token = clock.busy_token(pulls=pulls)

    def body():
        with clock.adopt(token):
            work()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    return thread


@contextmanager
def finishes_within(seconds):
    """The block ends long before the simulated time that it waits for."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def hourly(clock, log, work=None):
    """A timer that is due every hour, as an hourly rule is."""

    def due(when):
        log.append(when)
        if work:
            carried_out(clock, work, pulls=None)
        clock.at(when + HOUR, lambda: due(when + HOUR), "hourly")

    first = clock.time() + HOUR
    clock.at(first, lambda: due(first), "hourly")


def test_a_wait_of_an_execution_started_by_hand_costs_no_real_time(clock):
    slept = []
    with finishes_within(5):
        began = clock.time()
        thread = carried_out(clock, lambda: slept.append(clock.sleep(10 * HOUR)))
        thread.join(5)
    assert slept == [True]
    assert clock.time() - began >= 10 * HOUR - 0.1


def test_it_does_not_jump_while_something_is_busy(clock):
    working = threading.Event()
    done = []
    carried_out(clock, lambda: working.wait(10))
    sleeper = carried_out(clock, lambda: done.append(clock.sleep(HOUR)))
    sleeper.join(0.3)
    assert done == []
    assert clock.offset == 0
    working.set()
    sleeper.join(5)
    assert done == [True]


def test_a_busy_neighbour_does_not_hold_up_a_wait_whose_real_time_has_come(clock):
    working = threading.Event()
    carried_out(clock, lambda: working.wait(30))
    sleeper = carried_out(clock, lambda: clock.sleep(0.2))
    sleeper.join(5)
    working.set()
    assert not sleeper.is_alive()
    assert clock.offset == 0


def test_real_time_mode_never_jumps(clock):
    clock.realtime = True
    sleeper = carried_out(clock, lambda: clock.sleep(HOUR))
    sleeper.join(0.3)
    assert sleeper.is_alive()
    assert clock.offset == 0
    clock.advance(HOUR)
    sleeper.join(5)
    assert not sleeper.is_alive()


def test_a_wait_that_a_schedule_started_does_not_pull_but_falls_due_in_an_advance(clock):
    sleeper = carried_out(clock, lambda: clock.sleep(HOUR), pulls=False)
    sleeper.join(0.3)
    assert clock.offset == 0
    clock.advance(2 * HOUR)
    sleeper.join(5)
    assert not sleeper.is_alive()


def test_advance_fires_every_timer_in_order_and_lands_on_the_goal(clock):
    fired, runs = [], []
    hourly(clock, fired, lambda: runs.append(clock.time()))
    began = clock.time()
    with finishes_within(20):
        report = clock.advance(720 * HOUR + 60)
    assert report.fired == len(fired) == len(runs) == 720
    assert fired == sorted(fired)
    assert all(0 <= run - due < HOUR for due, run in zip(fired, runs, strict=True))
    assert 720 * HOUR + 59.9 <= report.ended - began < 720 * HOUR + 120


def test_each_firing_finishes_before_the_next_begins(clock):
    log = []

    def work():
        log.append("begin")
        time.sleep(0.01)
        clock.sleep(15)
        log.append("end")

    hourly(clock, [], work)
    clock.advance(5 * HOUR + 60)
    assert log == ["begin", "end"] * 5


def test_what_fell_due_at_the_very_end_is_given_the_time_to_finish(clock):
    ended = []
    hourly(clock, [], lambda: ended.append(clock.sleep(200)))
    report = clock.advance(HOUR)
    assert ended == [True]
    assert HOUR + 199.9 <= report.ended - report.started < HOUR + 260


def test_an_hourly_rule_whose_executions_wait_for_days_does_not_run_away(clock):
    fired = []
    hourly(clock, fired, lambda: clock.sleep(24 * HOUR))
    with finishes_within(10):
        clock.advance(3 * HOUR)
    assert len(fired) == 3


def test_a_jump_over_a_rule_fires_it(clock):
    fired = []
    hourly(clock, fired)
    carried_out(clock, lambda: clock.sleep(5 * HOUR + 60)).join(5)
    assert len(fired) == 5


def test_waiting_for_an_event_does_not_pull_and_ends_when_it_comes(clock):
    came = []
    happened = threading.Event()
    waiter = carried_out(clock, lambda: came.append(clock.wait_for(happened.is_set, HOUR)))
    waiter.join(0.3)
    assert clock.offset == 0
    happened.set()
    clock.wake()
    waiter.join(5)
    assert came == [True]


def test_waiting_for_an_event_times_out_on_the_simulated_clock(clock):
    came = []
    waiter = carried_out(clock, lambda: came.append(clock.wait_for(lambda: False, HOUR)))
    clock.advance(HOUR + 1)
    waiter.join(5)
    assert came == [False]


def test_a_stopped_sleep_says_so(clock):
    clock.realtime = True
    stopped, result = threading.Event(), []
    sleeper = carried_out(clock, lambda: result.append(clock.sleep(HOUR, stop=stopped.is_set)))
    sleeper.join(0.2)
    stopped.set()
    clock.wake()
    sleeper.join(5)
    assert result == [False]


def test_a_parent_that_waits_for_its_branches_is_not_busy(clock):
    def parent():
        branches = [carried_out(clock, lambda: clock.sleep(HOUR)) for _ in range(3)]
        with clock.idle():
            for branch in branches:
                branch.join(5)

    with finishes_within(5):
        thread = carried_out(clock, parent)
        thread.join(5)
    assert not thread.is_alive()


def test_reset_goes_back_to_the_wall_clock_and_lets_go_of_everybody(clock):
    clock.realtime = True
    fired, result = [], []
    hourly(clock, fired)
    clock.advance(HOUR + 1)
    sleeper = carried_out(clock, lambda: result.append(clock.sleep(HOUR)))
    sleeper.join(0.2)
    clock.reset()
    sleeper.join(5)
    assert result == [False]
    assert clock.offset == 0
    clock.advance(2 * HOUR)
    assert len(fired) == 1


def test_it_never_goes_back(clock):
    with pytest.raises(ValueError, match="never goes back"):
        clock.advance(-1)
    clock.restore(HOUR)
    clock.restore(60)
    assert clock.offset == HOUR


def test_a_timer_that_fails_does_not_stop_the_clock(clock, caplog):
    def broken():
        raise RuntimeError("broken on purpose")

    fired = []
    clock.at(clock.time() + 10, broken, "the broken one")
    clock.at(clock.time() + 20, lambda: fired.append(True), "the next one")
    clock.advance(60)
    assert fired == [True]
    assert "the broken one" in caplog.text


def test_a_cancelled_timer_does_not_fire(clock):
    fired = []
    clock.at(clock.time() + 10, lambda: fired.append(True), "cancelled").cancel()
    clock.advance(60)
    assert fired == []


def test_what_came_long_before_its_time_is_not_held_until_then(clock):
    """A task that waits a year at most for its answer, and has it at once."""

    class Execution:
        answered = False

    held = []

    def one():
        execution = Execution()
        held.append(weakref.ref(execution))
        thread = carried_out(
            clock, lambda: clock.wait_for(lambda: execution.answered, timeout=365 * 24 * HOUR)
        )
        while not clock._waiters:
            time.sleep(0.001)
        execution.answered = True
        clock.wake()
        thread.join(5)

    for _ in range(200):
        one()
    gc.collect()
    assert len(clock._due) <= 2 * FEW
    assert not any(reference() for reference in held)
