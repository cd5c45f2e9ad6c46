"""The endpoint's own process: it answers at once, waits for moto, and logs what breaks."""

import base64
import io
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from helpers.localaws.front import guard
from helpers.localaws.process import server
from helpers.localaws.process.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]

CRC64NVME_OF_123456789 = base64.b64encode(bytes.fromhex("ae8b14860a799888")).decode()
"""The check value of the polynomial's definition, reveng.sourceforge.io/crc-catalogue/17plus.htm"""


@pytest.fixture
def endpoint_app(tmp_path, monkeypatch):
    """An Endpoint whose moto is a function of the test's; the guard lets everything in."""
    monkeypatch.setenv("LOCALAWS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(guard, "check", lambda environ, workspace: None)
    return server.Endpoint(Workspace.find())


def ask(app, path="/", **headers):
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "RAW_URI": path, "QUERY_STRING": "",
        "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.ListTables", "wsgi.input": io.BytesIO(b""),
        "localaws.proof": "the guard's",
    } | headers  # fmt: skip
    said = []
    body = b"".join(app(environ, lambda status, found: said.append(status)))
    return said[0], json.loads(body)


def test_a_request_that_comes_too_early_waits(endpoint_app):
    def moto(environ, start_response):
        start_response("200 OK", [])
        return [b'"answered"']

    found = []
    thread = threading.Thread(target=lambda: found.append(ask(endpoint_app)))
    thread.start()
    time.sleep(0.2)
    assert found == []
    endpoint_app.readiness.tell(moto)
    thread.join(5)
    assert found == [("200 OK", "answered")]


def test_a_failure_is_told_in_awss_shape_and_logged_with_its_cause(endpoint_app, caplog):
    def moto(environ, start_response):
        raise KeyError("on purpose")

    endpoint_app.readiness.tell(moto)
    status, answer = ask(endpoint_app)
    assert status.startswith("500 ")
    assert answer["__type"] == "InternalFailure"
    assert str(endpoint_app.workspace.log_file) in answer["message"]
    assert "on purpose" in caplog.text


def test_what_moto_lacks_is_no_failure(endpoint_app, caplog):
    def moto(environ, start_response):
        raise NotImplementedError("The fly_to_moon action has not been implemented")

    endpoint_app.readiness.tell(moto)
    status, answer = ask(endpoint_app)
    assert status.startswith("501 ")
    assert "fly_to_moon" in answer["message"]
    assert "Traceback" not in caplog.text


def test_an_endpoint_that_cannot_get_ready_says_so(endpoint_app, monkeypatch, caplog):
    def broken():
        raise ImportError("no moto here")

    monkeypatch.setattr(server, "_moto_app", broken)
    endpoint_app.get_ready()
    status, _ = ask(endpoint_app)
    assert status.startswith("500 ")
    assert "no moto here" in caplog.text


def test_status_answers_before_moto_is_there(endpoint_app):
    status, answer = ask(endpoint_app, "/_local/status", REQUEST_METHOD="GET")
    assert (status, answer["ready"], answer["stacks"]) == ("200 OK", False, {})


def test_the_port_does_not_wait_for_moto():
    """What is imported before the port answers: nothing of moto, boto3 or Flask."""
    code = (
        "import sys\nfrom helpers.localaws.process import server\n"
        "print([m for m in ('moto', 'boto3', 'botocore', 'flask') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_faster_transport_waits_until_it_is_asked_for_a_checksum():
    """boto3 would load it, a tenth of the start; moto takes S3's CRC64NVME from it."""
    code = (
        "import os, sys\n"
        "os.environ.update(AWS_ACCESS_KEY_ID='a', AWS_SECRET_ACCESS_KEY='b')\n"
        "from helpers.localaws.process import server\n"
        "server._moto_app()\n"
        "from moto.s3.utils import compute_checksum\n"
        "before = '_awscrt' in sys.modules\n"
        "print(before, compute_checksum(b'123456789', 'CRC64NVME').decode())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", CRC64NVME_OF_123456789]


def test_memory_when_everything_is_warm(fresh_endpoint):
    """The endpoint alone, before it has done anything: far from the 250 MB that it may have."""
    fresh_endpoint.client("cloudformation").list_stacks()
    fresh_endpoint.client("stepfunctions").list_state_machines()
    found = fresh_endpoint.control("/_local/status")
    assert found["memory"] < 200_000_000
