"""Who has the floor: one thread at a time, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import pytest

from helpers.localaws.turns import floor as module
from helpers.localaws.turns.floor import Floor

SOON = 5.0


@pytest.fixture
def floor() -> Floor:
    return Floor()


def in_thread(work) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_one_at_a_time_has_it(floor: Floor) -> None:
    inside, most, done = 0, 0, 0

    def work() -> None:
        nonlocal inside, most, done
        for _ in range(20):
            with floor:
                inside += 1
                most = max(most, inside)
                time.sleep(0.0002)  # lets other threads run: they must not come in
                inside -= 1
                done += 1

    threads = [in_thread(work) for _ in range(8)]
    for thread in threads:
        thread.join(SOON)
    assert (most, done, floor.taken) == (1, 160, False)


def test_who_waits_for_something_lets_others_in(floor: Floor) -> None:
    came = threading.Event()

    def other() -> None:
        with floor:
            came.set()

    with floor, floor:
        thread = in_thread(other)
        with floor.left():
            assert came.wait(SOON)
            thread.join(SOON)
        assert floor.taken
    assert not floor.taken


def test_leaving_without_having_it_does_nothing(floor: Floor) -> None:
    with floor.left(), floor:
        assert floor.taken
    assert not floor.taken


def test_who_finds_that_another_keeps_it_goes_on_without(floor: Floor, monkeypatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    end, went_on = threading.Event(), threading.Event()

    def keeps_it() -> None:
        with floor:
            end.wait(SOON)

    def does_not_wait() -> None:
        with floor:
            went_on.set()

    keeper = in_thread(keeps_it)
    while not floor.taken:
        time.sleep(0.001)
    in_thread(does_not_wait).join(SOON)
    assert went_on.is_set()
    assert floor.taken, "who went on without it gave it up for the one who has it"
    end.set()
    keeper.join(SOON)
    assert not floor.taken


def test_an_error_gives_it_up(floor: Floor) -> None:
    with pytest.raises(ValueError), floor:
        raise ValueError
    assert not floor.taken
