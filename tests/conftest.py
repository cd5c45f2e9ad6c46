"""Fixtures for all tests: a running endpoint, one to break, and the shared test data."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest

from helpers.localaws.front import proofs
from helpers.localaws.process import background
from helpers.localaws.process.workspace import Workspace
from tests.workshop import trust

ROOT = Path(__file__).resolve().parents[1]

pytest.register_assert_rewrite("tests.course_policies")  # tests that others make classes of

# The machine may be busy with something else: that says nothing of what is tested.
hypothesis.settings.register_profile(
    "course", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("course")

LONGEST = (
    "exercises/test_tasks_of_part_two.py",
    "notebooks/test_notebooks.py",
    "exercises/test_tasks.py",
    "test_course.py",
    "test_sam_cli.py",
    "sam_app/test_commands.py",
    "test_jupyterlab.py",
    "exercises/test_capstone.py",
    "exercises/test_tasks_of_the_capstone.py",
    "localaws/lambdas/test_kills.py",
    "test_course_policy.py",
    "test_course_policy_part_two.py",
    "test_walkthrough.py",
    "test_walkthrough_resumed.py",
    "notebooks/test_version_2.py",
)
"""What runs longest runs first, so that no worker is left alone with it at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take minutes first; within a file the order stays."""
    rank = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


@dataclass
class LocalEndpoint:
    """A running local endpoint of its own.

    home: its home folder. env: the full environment for a subprocess that talks to it.
    """

    url: str
    home: Path
    env: dict[str, str]

    def command(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `python -m helpers.localaws …` for this endpoint."""
        return subprocess.run(
            [sys.executable, "-m", "helpers.localaws", *arguments],
            **{"env": self.env, "cwd": ROOT, "capture_output": True, "text": True} | options,
        )

    def client(self, service: str, **options: Any):
        """A boto3 client that talks to it; each call gives the same one for the same arguments."""
        return self.session.client(service, endpoint_url=self.url, **options)

    @cached_property
    def session(self):
        """A boto3 session with this endpoint's keys."""
        import boto3

        return boto3.Session(
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
            region_name=self.env["AWS_DEFAULT_REGION"],
        )

    def role(self, name: str, *, allow: str | None = None) -> str:
        """The ARN of a new role that Lambda and Step Functions may assume.

        allow: the actions that it allows on every resource, such as "*".
        """
        iam = self.client("iam")
        document = json.dumps(trust("lambda", "states"))
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
        if allow is not None:
            statement = {"Effect": "Allow", "Action": allow, "Resource": "*"}
            document = {"Version": "2012-10-17", "Statement": [statement]}
            iam.put_role_policy(
                RoleName=name, PolicyName="allowed", PolicyDocument=json.dumps(document)
            )
        return made["Role"]["Arn"]

    def proof(self, method: str, path: str, body: Any = None, host: str = "") -> dict[str, str]:
        """The header that a control route asks for. body: bytes, or what becomes JSON."""
        secret, host = self.env["AWS_SECRET_ACCESS_KEY"], host or urlsplit(self.url).netloc
        sent = b"" if body is None else body
        sent = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        return {proofs.REQUEST_HEADER: proofs.signature(secret, method, host, path, sent)}

    def control(self, path: str, body: Any = None) -> Any:
        """POST JSON to a `/_local/…` route (GET if body is None); the last JSON line it answers."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=300)
        try:
            connection.request(
                "GET" if body is None else "POST",
                path,
                None if body is None else json.dumps(body),
                self.proof("GET" if body is None else "POST", path, body),
            )
            response = connection.getresponse()
            text = response.read().decode()
            assert response.status == 200, f"{path}: {response.status} {text}"
            return json.loads(text.splitlines()[-1])
        finally:
            connection.close()


@contextmanager
def an_endpoint(home: Path, *options: str) -> Iterator[LocalEndpoint]:
    """An endpoint with its own process and home folder, on a free port, for the block's time.

    options: more of `start`'s.
    """
    environment = os.environ | {"LOCALAWS_HOME": str(home)}
    command = [sys.executable, "-m", "helpers.localaws", "start", "--port", "0", *options]
    begun = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert begun.returncode == 0, f"localaws start: {begun.stderr}"
    url = begun.stdout.strip()
    workspace = Workspace(home)  # here, and not by `env` and `stop`: each is one more process
    try:
        for name, value in workspace.environment(url).items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        yield LocalEndpoint(url, home, environment)
    finally:
        background.stop(workspace)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory) -> Iterator[LocalEndpoint]:
    """A running endpoint that the tests of this process share."""
    with an_endpoint(tmp_path_factory.mktemp("localaws")) as started:
        yield started


@pytest.fixture(scope="module")
def module_endpoint(tmp_path_factory) -> Iterator[LocalEndpoint]:
    """An endpoint of one test module, for tests that move the clock."""
    with an_endpoint(tmp_path_factory.mktemp("localaws")) as started:
        yield started


@pytest.fixture
def fresh_endpoint(tmp_path) -> Iterator[LocalEndpoint]:
    """An endpoint of this test's own, for tests that break things."""
    with an_endpoint(tmp_path / "localaws") as started:
        yield started


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test data that is not in the repository."""
    folder = Path(os.environ.get("COURSE_SHARED", ROOT.parent / "shared"))
    if not (folder / "histories").is_dir():
        pytest.skip("no shared test data: set COURSE_SHARED to the folder that holds it")
    return folder
