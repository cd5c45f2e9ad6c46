"""The stock trader as a learner gets it: made by the real `sam init`, once for all tests here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workshop import RUNTIME

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "sam-app"

Sam = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Sam:
    """Runs `sam …` in a folder, without telemetry, keys, or anybody's home folder."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sam", *arguments],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def app(sam: Sam, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's copy, set to the Python that runs the tests. To change something, copy it."""
    folder = tmp_path_factory.mktemp("learner")
    made = sam(*init("demo-sam", RUNTIME), cwd=folder)
    assert made.returncode == 0, made.stdout
    return folder / "demo-sam"


def init(name: str, runtime: str | None = None) -> list[str]:
    """The arguments of `sam` that make a copy."""
    context = ["--extra-context", json.dumps({"python_runtime": runtime})] if runtime else []
    return ["init", "--location", str(TEMPLATE), "--name", name, "--no-input", *context]
