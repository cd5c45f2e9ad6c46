"""In JupyterLab, while the account cannot be reached: what to do is said, and a look tries anew."""

import asyncio
import os
import subprocess
import sys

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from helpers.console import __main__ as console
from helpers.console.access import KEY_HEADER, ByProxy
from helpers.console.door import Door
from helpers.errors import CourseError
from tests.conftest import ROOT
from tests.workshop import until


class Page(RequestHandler):
    def get(self):
        self.finish(f"the console at {self.request.path}")


def looks(make, *headers):
    """What a browser sees at /rules, look after look: (status, text)."""

    async def seen():
        socket, port = bind_unused_port()
        server = HTTPServer(Door(ByProxy("secret"), make))
        server.add_sockets([socket])
        client = AsyncHTTPClient()
        ask = f"http://127.0.0.1:{port}/rules"
        answers = [await client.fetch(ask, headers=one, raise_error=False) for one in headers]
        server.stop()
        return [(one.code, one.body.decode()) for one in answers]

    return asyncio.run(seen())


def test_it_says_why_and_opens_as_soon_as_it_can():
    left = [CourseError("AWS does not know <you>.", "No keys.", "Sign in.")] * 2

    def make():
        if left:
            raise left.pop()
        return Application([(r"/rules", Page)])

    let_in = {KEY_HEADER: "secret"}
    first, second, stranger, third = looks(make, let_in, let_in, {}, let_in)
    for status, text in (first, second):
        assert status == 503 and "Sign in." in text and "Try again" in text
        assert "AWS does not know &lt;you&gt;." in text
    assert stranger[0] == 403 and "Sign in" not in stranger[1]
    assert third == (200, "the console at /rules")


@pytest.mark.skipif(os.name == "nt", reason="no Unix sockets")
def test_without_keys_of_the_account_jupyters_console_is_there_and_says_so(tmp_path):
    import http.client
    import socket

    others = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    env = others | nowhere | {"COURSE_TARGET": "aws", "COURSE_CONSOLE_KEY": "secret"}
    env |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
    place = str(tmp_path / "socket")
    command = [sys.executable, "-m", "helpers.console", "--unix-socket", place]
    with subprocess.Popen(command, env=env, cwd=ROOT) as process:
        try:
            until(lambda: os.path.exists(place))  # noqa: PTH110
            connection = http.client.HTTPConnection("localhost")
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(place)
            connection.request("GET", "/", headers={KEY_HEADER: "secret"})
            answer = connection.getresponse()
            assert answer.status == 503 and "AWS does not know you." in answer.read().decode()
        finally:
            process.terminate()


@pytest.mark.parametrize(("said", "is_so"), [("yes", True), ("", False), ("no", False)])
def test_a_variable_makes_it_read_only(monkeypatch, said, is_so):
    monkeypatch.setenv(console.READ_ONLY, said)
    assert console._options([]).read_only is is_so
