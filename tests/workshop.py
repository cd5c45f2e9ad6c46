"""What the tests of all rooms make with: zips, functions, roles, clients; and how they wait."""

from __future__ import annotations

import configparser
import io
import json
import os
import re
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
T = TypeVar("T")

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""What Lambda calls the Python that the tests run in."""


def trust(*services: str) -> dict[str, Any]:
    """A trust policy that lets services assume a role, by their names without the domain."""
    names = [f"{service}.amazonaws.com" for service in services]
    principal = {"Service": names if len(names) > 1 else names[0]}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def zipped(files: str | Mapping[str | zipfile.ZipInfo, str | bytes]) -> bytes:
    """The bytes of a zip of files by their names; a text alone is its app.py."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in ({"app.py": files} if isinstance(files, str) else files).items():
            archive.writestr(name, content)
    return packed.getvalue()


def make_function(client: Any, role: str, source: str, **options: Any) -> dict[str, Any]:
    """Create a function of the text of its app.py; what CreateFunction answers.

    client: boto3's of Lambda. options: more of CreateFunction's.
    """
    given = {
        "FunctionName": f"function-{uuid.uuid4().hex[:8]}",
        "Runtime": RUNTIME,
        "Role": role,
        "Handler": "app.handler",
    }
    return client.create_function(**given | {"Code": {"ZipFile": zipped(source)}} | options)


def until(true: Callable[[], T], seconds: float = 30.0, pause: float = 0.02) -> T:
    """Wait in real time until something is true, and give it; fails when the time is over."""
    deadline = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < deadline, f"it did not happen within {seconds:g} s"
        time.sleep(pause)
    return value


def ended(states: Any, execution: str, seconds: float = 30.0) -> dict[str, Any]:
    """DescribeExecution of an execution, by its ARN, once it has ended.

    states: boto3's client of Step Functions.
    """

    def described() -> dict[str, Any] | None:
        told = states.describe_execution(executionArn=execution)
        return None if told["status"] == "RUNNING" else told

    return until(described, seconds, pause=0.005)


def stack_at_rest(client: Any, name: str, seconds: float = 60.0) -> dict[str, Any]:
    """The description of a stack once nothing is under way on it.

    client: boto3's of CloudFormation.
    """

    def at_rest() -> dict[str, Any] | None:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    return until(at_rest, seconds)


def client_of(settings: Mapping[str, str], service: str, session: Any = None) -> Any:
    """A boto3 client with what `env --json` says, of the default session if none is given."""
    import boto3

    return (session or boto3).client(
        service,
        endpoint_url=settings["AWS_ENDPOINT_URL"],
        region_name=settings["AWS_DEFAULT_REGION"],
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
    )


def told_by(code: str, **environment: str) -> Any:
    """What `code` prints last, as JSON, in a Python of its own, where an import can be seen."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def settled(text: str) -> str:
    """A text without what may differ between two runs: as nbval compares a notebook's outputs."""
    rules = configparser.RawConfigParser()
    rules.read(ROOT / "tests" / "notebooks" / "sanitize.cfg")
    for section in rules.sections():
        text = re.sub(rules[section]["regex"], rules[section]["replace"], text)
    return text
