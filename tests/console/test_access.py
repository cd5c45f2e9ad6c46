"""Who may come in: by a link once, by a cookie after that, by Jupyter's proxy; and nobody else."""

import os
import re
import socket
import subprocess
import sys
import time

import pytest
import requests

from helpers.console.jupyter import server
from tests.conftest import ROOT
from tests.console.conftest import Visitor, a_console, visiting
from tests.workshop import until


@pytest.fixture(scope="module")
def served(endpoint):
    with a_console(endpoint.env) as running:
        yield running


def test_a_link_lets_one_browser_in_once_and_does_not_stay_in_the_address(endpoint):
    with a_console(endpoint.env) as served:
        first = requests.Session()
        answer = first.get(served.link)
        assert answer.status_code == 200 and "token" not in answer.url
        assert first.get(served.url).status_code == 200  # the cookie remembers it
        assert requests.get(served.link).status_code == 403


def test_who_has_no_link_learns_nothing(served):
    answer = requests.get(served.url + "/stacks")
    assert answer.status_code == 403
    assert answer.text.splitlines() == [
        "You are not let in. This browser is not signed in, and a link lets one in only once. "
        "Start the console anew: python -m helpers.console"
    ]


def test_a_copied_cookie_is_worth_nothing_after_signing_out(endpoint):
    with visiting(endpoint.env) as visitor:
        copied = visitor.session.cookies.copy()
        token = re.search(r'name="_xsrf" value="([^"]+)"', visitor.get("/").text)
        left = visitor.session.post(visitor.url + "/leave", data={"_xsrf": token[1]})
        assert left.status_code == 200 and "Signed out" in left.text
        assert requests.get(visitor.url + "/", cookies=copied).status_code == 403


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("get", {"Host": "attacker.example"}),
        ("get", {"Origin": "https://attacker.example"}),
        ("post", {"Origin": "https://attacker.example"}),
        ("post", {"Origin": "null"}),
        ("post", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
        ("get", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
        ("get", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}),
    ],
)
def test_a_page_of_another_site_gets_nothing(visitor, method, headers):
    answer = visitor.session.request(method, visitor.url + "/stacks", headers=headers)
    assert answer.status_code == 403 and "not let in" in answer.text


def test_a_link_from_another_site_may_be_followed(visitor):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert visitor.get("/stacks", headers=headers).status_code == 200


def test_a_form_without_the_page_s_own_token_changes_nothing(visitor, states, machines):
    machine = machines.make({"Type": "Pass", "End": True})
    answer = visitor.session.post(f"{visitor.url}/machines/{machine}", data={"input": "{}"})
    assert answer.status_code == 403
    assert states.list_executions(stateMachineArn=machine)["executions"] == []


def test_a_page_lets_no_foreign_script_and_no_foreign_frame_in(visitor):
    policy = visitor.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert re.search(r"script-src 'self' 'nonce-[\w-]{20,}';", policy)


def through_the_socket(path, request: str) -> str:
    """The status line of the answer to a request that is written out."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(request.encode())
        return connection.recv(65536).decode(errors="replace")


@pytest.mark.skipif(os.name == "nt", reason="there are no such sockets")
def test_behind_jupyter_only_its_proxy_is_let_in(endpoint, tmp_path):
    made = server()
    (path, key) = tmp_path / "socket", next(iter(made["request_headers_override"].items()))
    command = [part.replace("{unix_socket}", str(path)) for part in made["command"]]
    environment = endpoint.env | made["environment"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as process:
        try:
            until(path.exists)
            plain = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            assert " 403 " in through_the_socket(path, plain + "\r\n").splitlines()[0]
            proxied = f"{plain}{key[0]}: {key[1]}\r\nX-Forwarded-Prefix: /user/ada/console\r\n\r\n"
            told = through_the_socket(path, proxied)
            assert " 200 " in told.splitlines()[0] and "frame-ancestors 'self'" in told
            assert 'href="/user/ada/console/stacks"' in told
            assert path.stat().st_mode & 0o077 == 0
        finally:
            process.terminate()
            assert process.stderr.read() == b"", "the proxy's question is told of in the log"


def test_a_browser_keeps_the_script_until_there_is_another(visitor):
    address = re.search(r'src="(/static/console.js[?]v=\w+)"', visitor.words("/"))[1]
    assert "max-age=" in visitor.get(address).headers["Cache-Control"]
    assert visitor.get("/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("base", ["", "/user/ada"])
def test_what_a_page_follows_is_no_activity_of_the_learner_s(base):
    patterns = server()["exclude_last_activity_patterns"]

    def counts(path: str) -> bool:
        return not any(re.match(pattern, base + path) for pattern in patterns)

    assert counts("/console/stacks") and counts("/console/logs/tail")
    assert not counts("/console/live/stacks") and not counts("/console/logs/lines")


def test_two_pages_at_once_do_not_wait_for_each_other(visitor, endpoint, machines):
    """What follows a page holds a connection, and no thread that others need."""
    machine = machines.make({"Type": "Pass", "End": True})
    streams = [visitor.get(f"/live/machines/{machine}", stream=True, timeout=30) for _ in range(12)]
    try:
        began = time.monotonic()
        assert visitor.get("/stacks").status_code == 200
        assert time.monotonic() - began < 10
    finally:
        for stream in streams:
            stream.close()


def test_a_wrong_option_is_told_in_a_line():
    command = [sys.executable, "-m", "helpers.console", "--port", "none"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr


__all__ = ["Visitor"]
