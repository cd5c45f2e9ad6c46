"""A check waits longer on a machine that is busy: no answer is wrong for that."""

import pytest

from helpers.exercises.workbench import patience


@pytest.mark.parametrize(("load", "seconds"), [(0.0, 10), (2.0, 10), (8.0, 40), (200.0, 60)])
def test_the_busier_the_machine_the_longer(monkeypatch, load, seconds):
    monkeypatch.setattr(patience.psutil, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(patience.os, "cpu_count", lambda: 2)
    assert patience.patience(10) == seconds


def test_a_system_that_does_not_tell_is_waited_for_as_if_at_rest(monkeypatch):
    def untold():
        raise OSError

    monkeypatch.setattr(patience.psutil, "getloadavg", untold)
    assert patience.patience(10) == 10
