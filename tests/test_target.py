"""Local endpoint or AWS account: the right one, and only that one."""

import json
import os
import re
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import boto3
import pytest

from helpers import executions, target
from helpers.errors import CourseError
from tests.workshop import trust

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def no_trace():
    """What `activate` sets in this process is gone after the test."""
    before = dict(os.environ)
    yield
    target._put_back()
    os.environ.clear()
    os.environ.update(before)
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def local(endpoint, monkeypatch):
    monkeypatch.setenv("LOCALAWS_HOME", str(endpoint.home))
    monkeypatch.delenv("COURSE_TARGET", raising=False)
    return endpoint


def test_local_is_the_default(local):
    where = target.activate()
    assert (where.name, where.url) == ("local", local.url)
    assert "no AWS account is involved" in str(where)
    identity = target.client("sts").get_caller_identity()
    assert identity["Account"] == where.account == "123456789012"


def test_a_learners_own_keys_are_not_read(local, monkeypatch, tmp_path):
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = REAL\naws_secret_access_key = REAL\n"
        "[work]\naws_access_key_id = WORK\naws_secret_access_key = WORK\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    target.activate()
    assert boto3.Session().available_profiles == ["default"]
    key = boto3.Session().get_credentials().access_key
    assert key == local.env["AWS_ACCESS_KEY_ID"]
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        assert name not in os.environ


def test_the_commands_of_the_course_are_found_first(local):
    target.activate()
    assert os.environ["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    said = subprocess.run(
        ["aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "123456789012"


def test_switching_to_aws_puts_the_learners_own_settings_back(local, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    target.activate()
    assert "AWS_PROFILE" not in os.environ
    monkeypatch.setenv("COURSE_TARGET", "aws")
    with pytest.raises(CourseError) as refused:
        target.activate()
    assert os.environ["AWS_PROFILE"] == "mine"
    assert "AWS_ENDPOINT_URL" not in os.environ
    assert "AWS does not know you" in str(refused.value)
    assert "mine" in refused.value.why


def test_aws_can_be_another_endpoint_which_is_named(local, monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, local.env[name])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("COURSE_TARGET", "aws")
    found = target.activate()
    assert found.url == local.url
    assert found.identity == "arn:aws:iam::123456789012:user/learner"
    assert str(found).startswith(f"{local.url} (account 123456789012, us-east-1, as user/learner)")
    assert "billed" not in str(found)


def test_another_endpoint_that_does_not_know_the_keys_is_named(local, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", local.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFSOMEBODYELSE00")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of somebody else")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("COURSE_TARGET", "aws")
    with pytest.raises(CourseError, match="does not know you") as refused:
        target.activate()
    assert f"AWS_ENDPOINT_URL leads to {local.url}" in refused.value.why
    assert "unset AWS_ENDPOINT_URL" in refused.value.then


def test_aws_wants_a_region(monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("COURSE_TARGET", "aws")
    with pytest.raises(CourseError, match="No AWS region is set"):
        target.activate()


def test_a_wrong_target_is_named(monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "azure")
    with pytest.raises(CourseError, match="COURSE_TARGET is 'azure'"):
        target.activate()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("3h", timedelta(hours=3)),
        ("3 hours", timedelta(hours=3)),
        ("90 minutes", timedelta(minutes=90)),
        ("1 day", timedelta(days=1)),
        ("30d", timedelta(days=30)),
        ("2 Weeks", timedelta(weeks=2)),
        ("0.5 h", timedelta(minutes=30)),
        ("45 s", timedelta(seconds=45)),
    ],
)
def test_lengths_of_time(text, length):
    assert target.duration(text) == length


@pytest.mark.parametrize("text", ["", "soon", "3", "3 moons", "h3", "-3h", "3 sheep", 3, None])
def test_what_is_no_length_of_time(text):
    with pytest.raises(CourseError, match="is not a length of time"):
        target.duration(text)


def test_time_passes_on_the_local_clock(local):
    target.activate()
    before = local.control("/_local/status")["offset"]
    said = target.let_pass("3 hours")
    assert "simulated clock" in said
    assert local.control("/_local/status")["offset"] - before == pytest.approx(3 * 3600, abs=5)
    started, ended = re.findall(r"\d\d \w{3} (\d{4}) \d\d:\d\d", target.let_pass("366 days"))
    assert int(ended) == int(started) + 1  # a year later is not the same day


def test_in_real_time_a_wait_takes_its_time_and_then_the_clock_jumps_again(local):
    target.activate()
    with pytest.raises(KeyError), target.real_time():
        slow = _waited()
        raise KeyError  # an interrupt of the cell
    assert slow > 1 > _waited()


def _waited():
    """The seconds that an execution with a wait of one second takes."""
    stepfunctions = target.client("stepfunctions")
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}
    role = target.client("iam").create_role(
        RoleName=f"wait-{uuid.uuid4()}",
        AssumeRolePolicyDocument=json.dumps(trust("states")),
    )
    machine = stepfunctions.create_state_machine(
        name=f"wait-{uuid.uuid4()}", definition=json.dumps(wait), roleArn=role["Role"]["Arn"]
    )
    began = time.monotonic()
    executions.start(machine["stateMachineArn"], client=stepfunctions).wait()
    return time.monotonic() - began


def test_on_an_account_time_is_real_already(monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "aws")
    with target.real_time():
        pass


def test_nothing_hurries_a_real_clock(monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "aws")
    assert "come back then" in target.let_pass("3 hours")


def test_an_endpoint_that_was_stopped_is_named(fresh_endpoint, monkeypatch):
    monkeypatch.setenv("LOCALAWS_HOME", str(fresh_endpoint.home))
    monkeypatch.delenv("COURSE_TARGET", raising=False)
    target.activate()
    fresh_endpoint.command("stop")
    with pytest.raises(CourseError, match="does not answer") as raised:
        target.let_pass("1h")
    assert "first cell again" in raised.value.then


def test_what_the_endpoint_refuses_is_told_in_its_words(local):
    target.activate()
    with pytest.raises(CourseError, match="does not do that") as raised:
        target.let_pass("600 weeks")
    assert "from 0 to ten years" in raised.value.why
