"""A world for one notebook: a learner's folder, the app beside it, and an endpoint of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


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
        script = """
import json, os
from helpers import stages, target
target.activate()
stacks = target.client("cloudformation").describe_stacks()["Stacks"]
rules = target.client("events").list_rules()["Rules"]
print(json.dumps({
    "stacks": sorted((stack["StackName"], stack["StackStatus"]) for stack in stacks),
    "rules": sorted(rule["State"] for rule in rules),
    "buckets": len(target.client("s3").list_buckets()["Buckets"]),
    "files": sorted(path.name for path in stages.work().iterdir()),
}))
"""
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=self.env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return json.loads(done.stdout)


@pytest.fixture
def world(tmp_path):
    built = shutil.ignore_patterns(".aws-sam")
    shutil.copytree(ROOT / "sam-app", tmp_path / "sam-app", ignore=built)
    env = os.environ | {
        "LOCALAWS_HOME": str(tmp_path / "endpoint"),
        "COURSE_WORK": str(tmp_path / "work"),
        "COLUMNS": "100",
    }
    env.pop("COURSE_TARGET", None)
    made = World(tmp_path, env)
    yield made
    made.localaws("stop")
