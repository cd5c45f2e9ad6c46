"""A world for one notebook: a learner's folder, the app beside it, and an endpoint of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.workshop import client_of

ROOT = Path(__file__).parents[2]
SESSION = boto3.Session()
"""One for all worlds: it reads the models of the services once."""


@dataclass
class World:
    """What a notebook needs around it: the environment says where."""

    folder: Path
    env: dict[str, str]

    def localaws(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "helpers.localaws", *arguments],
            env=self.env,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def ends(self) -> dict[str, object]:
        """What a notebook leaves: the stacks, whether a rule is on, the buckets, the files."""
        settings = json.loads(self.localaws("env", "--json"))

        def client(service: str) -> Any:
            return client_of(settings, service, SESSION)

        stacks = client("cloudformation").describe_stacks()["Stacks"]
        rules = client("events").list_rules()["Rules"]
        return {
            "stacks": sorted((stack["StackName"], stack["StackStatus"]) for stack in stacks),
            "rules": sorted(rule["State"] for rule in rules),
            "buckets": len(client("s3").list_buckets()["Buckets"]),
            "files": sorted(path.name for path in (self.folder / "work").iterdir()),
        }


@pytest.fixture
def world(tmp_path):
    built = shutil.ignore_patterns(".aws-sam")
    shutil.copytree(ROOT / "sam-app", tmp_path / "sam-app", ignore=built)
    env = os.environ | {
        "LOCALAWS_HOME": str(tmp_path / "endpoint"),
        "COURSE_WORK": str(tmp_path / "work"),
        "COURSE_MAKE": "yes",
        "COLUMNS": "100",
    }
    env.pop("COURSE_TARGET", None)
    made = World(tmp_path, env)
    yield made
    made.localaws("stop")
