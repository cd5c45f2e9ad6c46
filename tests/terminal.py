"""A bare bash to type docs/cloudshell.md into, and what is there afterwards: for tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHECK = ROOT / "docs" / "cloudshell-check.sh"


def a_repository(folder):
    """What `git clone` finds: of the course, what the page uses; → its address."""
    if not shutil.which("git"):
        pytest.skip("no git: the page begins with a clone")
    shutil.copytree(ROOT / "sam-app", folder / "sam-app", ignore=shutil.ignore_patterns(".aws-sam"))
    (folder / "docs").mkdir()
    shutil.copy(CHECK, folder / "docs")
    who = ("-c", "user.name=course", "-c", "user.email=course@example.com")
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "The course"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return f"file://{folder}"


class Terminal:
    """A bare bash in a home folder: what is typed, what it says, and how it ends."""

    def __init__(self, environment):
        assignments = [f"{name}={value}" for name, value in environment.items()]
        self._process = subprocess.Popen(
            ["env", "-i", *assignments, "bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=environment["HOME"],
        )  # fmt: skip
        self._typed = Path(environment["HOME"]).parent / "typed.sh"

    def types(self, block):
        """What it says to a block; the first command that fails ends the shell, and the test."""
        self._typed.write_text(block)
        # A command finds nobody at the keyboard, and not the next block.
        self._process.stdin.write(f". {self._typed} </dev/null\necho '--- done'\n")
        self._process.stdin.flush()
        said = []
        for line in self._process.stdout:
            if line == "--- done\n":
                return "".join(said)
            said.append(line)
        raise AssertionError(f"code {self._process.wait()} from\n{block}\n{''.join(said)}")

    def ends(self):
        """Its exit code."""
        self._process.communicate("exit\n", timeout=60)
        return self._process.returncode


def environment(endpoint, home, *path):
    """Nothing but the endpoint's own settings, a home folder and a PATH."""
    home.mkdir(parents=True, exist_ok=True)
    ours = ("AWS_", "SAM_", "__SAM", "PIP_")
    settings = {name: value for name, value in endpoint.env.items() if name.startswith(ours)}
    folders = [*map(str, path), str(Path(sys.executable).parent), "/usr/bin", "/bin"]
    return settings | {"HOME": str(home), "PATH": os.pathsep.join(folders)}


class Check:
    """Runs the check as a learner does, in a folder; → its code and what it said."""

    def __init__(self, environment, folder):
        self.environment, self.folder = environment, folder

    def __call__(self, *arguments, **changed):
        given = self.environment | changed
        done = subprocess.run(
            ["bash", str(CHECK), *arguments], cwd=self.folder, text=True,
            env={name: value for name, value in given.items() if value is not None},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout


def nothing_is_left(endpoint):
    client = endpoint.client
    assert client("lambda").list_functions()["Functions"] == []
    assert client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("events").list_rules()["Rules"] == []
    assert client("iam").list_roles()["Roles"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("s3").list_buckets()["Buckets"] == []


def traded(endpoint):
    """The items of the table and the statuses of the executions."""
    client = endpoint.client
    (table,) = client("dynamodb").list_tables()["TableNames"]
    (machine,) = client("stepfunctions").list_state_machines()["stateMachines"]
    runs = client("stepfunctions").list_executions(stateMachineArn=machine["stateMachineArn"])
    items = client("dynamodb").scan(TableName=table)["Items"]
    return items, [run["status"] for run in runs["executions"]]
