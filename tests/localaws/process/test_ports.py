"""An endpoint's port is none that a JupyterHub may just have been given for a learner's server."""

import socket
import sys
from pathlib import Path

import pytest

from helpers.localaws.process import ports


def close(sockets):
    for one in sockets:
        one.close()


def number(sockets):
    return sockets[0].getsockname()[1]


@pytest.mark.skipif(sys.platform != "linux", reason="the range is told there only")
def test_the_system_hands_out_none_of_ours():
    told = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    lowest, _ = map(int, told.split())
    if lowest == 32768:  # as it is where nobody has changed it
        assert ports.OURS.stop <= lowest
    assert ports.OURS.start >= 1024


def test_two_have_two():
    first, second = ports.listen_somewhere(), ports.listen_somewhere()
    try:
        assert {number(first), number(second)} <= set(ports.OURS)
        assert number(first) != number(second)
    finally:
        close(first + second)


def test_where_all_of_ours_are_taken_another_is_had(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(ports, "OURS", range(taken, taken + 1))
        sockets = ports.listen_somewhere()
        try:
            assert number(sockets) != taken
        finally:
            close(sockets)
