"""An endpoint that rests gives back to the system what it holds free."""

import platform
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.localaws.process import allocator, server
from helpers.localaws.turns.clock import clock


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="of glibc's allocator"
)
def test_what_is_free_between_what_is_not_is_given_back():
    pieces = [bytes(60_000) for _ in range(1000)]
    kept = pieces[::100]
    before = resident()
    del pieces
    allocator.give_back()
    assert before - resident() > 40_000_000
    assert len(kept) == 10


class Over(Exception):
    pass


def looks(monkeypatch, tmp_path, alone, number=4):
    """How often memory is given back in so many looks at an endpoint that was asked long ago."""
    given, slept = [], []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == number:
            raise Over

    monkeypatch.setattr(server.allocator, "give_back", lambda: given.append(1))
    monkeypatch.setattr(server.time, "sleep", sleep)
    asked = SimpleNamespace(
        last_asked=time.monotonic() - alone, workspace=SimpleNamespace(leases=tmp_path / "none")
    )
    with pytest.raises(Over):
        server._tire(asked, None, None, None)
    return len(given)


def test_once_after_the_last_request(monkeypatch, tmp_path):
    assert looks(monkeypatch, tmp_path, alone=60) == 1


def test_not_while_it_is_asked_or_works(monkeypatch, tmp_path):
    assert looks(monkeypatch, tmp_path, alone=0) == 0
    with clock.busy():
        assert looks(monkeypatch, tmp_path, alone=60) == 0
