"""Threads that are kept: each work runs at once, no work is lost, and idle ones end."""

from __future__ import annotations

import threading
import time

from helpers.localaws import ids
from helpers.localaws.turns import threads
from helpers.localaws.turns.threads import Threads
from tests.workshop import until

SOON = 5.0


def alive(name: str) -> int:
    return sum(thread.name == name for thread in threading.enumerate())


def test_all_run_at_once_though_each_waits_for_the_others() -> None:
    crew, all_here = Threads("at once"), threading.Barrier(21)
    for _ in range(20):
        crew.run(lambda: all_here.wait(SOON))
    all_here.wait(SOON)  # BrokenBarrierError if one of them had not begun


def test_a_thread_does_one_work_after_the_other() -> None:
    crew, seen = Threads("again"), []
    for number in range(5):
        crew.run(lambda: seen.append(threading.get_ident()))
        until(lambda wanted=number + 1: len(seen) == wanted and crew._idle == 1, SOON)
    assert len(set(seen)) == 1


def test_idle_threads_end_and_no_work_is_lost_meanwhile(monkeypatch) -> None:
    monkeypatch.setattr(threads, "KEPT", 0.001)  # they end just when the next work comes
    crew, done, lock = Threads("ends"), 0, threading.Lock()

    def work() -> None:
        nonlocal done
        with lock:
            done += 1

    for number in range(600):
        crew.run(work)
        time.sleep(0.0011 if number % 3 else 0)
    until(lambda: done == 600, SOON)
    until(lambda: not alive("ends"), SOON)  # idle threads do not stay


def test_what_goes_wrong_is_logged_and_the_thread_goes_on(caplog) -> None:
    crew, done = Threads("goes wrong"), threading.Event()
    crew.run(lambda: 1 / 0)
    until(lambda: crew._idle == 1, SOON)
    crew.run(done.set)
    assert done.wait(SOON)
    assert "ZeroDivisionError" in caplog.text


def test_ids_are_uuids_of_version_4_and_each_another() -> None:
    import uuid

    made = [ids.uuid4() for _ in range(2000)]
    assert len(set(made)) == 2000
    for text in made:
        read = uuid.UUID(text)
        assert (str(read), read.version, read.variant) == (text, 4, uuid.RFC_4122)
    assert all(len(ids.digits(count)) == count for count in (1, 8, 24, 32, 320))
