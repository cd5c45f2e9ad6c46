"""Before its first cell, and after a restart, a local notebook reads no key and reaches no AWS."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager
from way_out import a_recorder

from helpers import enclosure

ROOT = Path(__file__).resolve().parents[1]
KEYS = "[default]\naws_access_key_id = AKIAREALREALREALREAL\naws_secret_access_key = real\n"
ASK = {
    "boto3": (
        "import boto3\n"
        "print(boto3.Session().get_credentials().access_key)\n"
        "try:\n    print(boto3.client('s3').list_buckets()['Buckets'])\n"
        "except Exception as error:\n    print(error)"
    ),
    "aws": "!aws s3 ls && echo answered",
    "sam": "!sam list stack-outputs --stack-name demo-sam",
}


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A home with real keys in it, and the way out watched; what went out is returned."""
    (tmp_path / "home" / ".aws").mkdir(parents=True)
    (tmp_path / "home" / ".aws" / "credentials").write_text(KEYS)
    (tmp_path / "home" / ".aws" / "config").write_text("[default]\nregion = eu-west-1\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.delenv("COURSE_TARGET", raising=False)
    with a_recorder() as (proxy, knocks):
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        yield knocks


@contextmanager
def a_kernel():
    """A kernel as Jupyter and VS Code start one: this Python's ipykernel, nothing else said."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(ROOT / "notebooks"))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def printed(client, code):
    said = []
    client.execute_interactive(code, timeout=120, output_hook=lambda m: said.append(m["content"]))
    return "".join(str(one.get("text", "")) + "".join(one.get("traceback", ())) for one in said)


def ask_all(client):
    said = {name: printed(client, code) for name, code in ASK.items()}
    assert "AKIAREAL" not in str(said)
    return said


def test_without_an_endpoint_nothing_is_reached_and_a_restart_changes_nothing(
    outside, monkeypatch, tmp_path
):
    monkeypatch.setenv("LOCALAWS_HOME", str(tmp_path / "endpoint"))
    with a_kernel() as (manager, client):
        for _ in range(2):
            said = ask_all(client)
            for name, text in said.items():
                assert enclosure.NOWHERE in text or "answered" not in text, (name, text)
            assert enclosure.NOWHERE in said["boto3"] and enclosure.NOWHERE in said["aws"]
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=60)
    assert outside == []


def test_with_an_endpoint_the_first_cell_is_answered_by_it(outside, monkeypatch, endpoint):
    monkeypatch.setenv("LOCALAWS_HOME", str(endpoint.home))
    with a_kernel() as (manager, client):
        for _ in range(2):
            said = ask_all(client)
            assert said["boto3"].startswith(endpoint.env["AWS_ACCESS_KEY_ID"])
            assert "answered" in said["aws"]
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=60)
    assert outside == []


def test_where_the_endpoints_folder_cannot_be_used_the_kernel_is_closed_all_the_same(
    outside, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LOCALAWS_HOME", str(tmp_path / "file"))
    with a_kernel() as (_, client):
        assert enclosure.NOWHERE in ask_all(client)["aws"]
    assert outside == []


def test_the_watched_way_out_is_the_one_that_would_be_taken(outside, monkeypatch):
    """Without the enclosure the same commands knock there: the tests above can fail."""
    command = [str(Path(sys.executable).with_name("aws")), "s3", "ls"]
    subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert outside


def test_for_an_account_nothing_is_changed(monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "aws")
    before = dict(os.environ)
    enclosure.enclose()
    assert dict(os.environ) == before


def test_jupyterlab_asks_nothing_about_news():
    settings = Path(sys.prefix) / "share/jupyter/lab/settings/overrides.json"
    assert '"fetchNews": "false"' in settings.read_text()
