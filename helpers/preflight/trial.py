"""The course tried out: an app made, built, deployed, run and deleted in a folder thrown away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from helpers import preflight, stages
from helpers.errors import CourseError
from helpers.preflight.finding import Finding

STACK = "preflight"
_LONGEST = 300
"""Seconds for one command."""
_OFFLINE = {
    "PIP_NO_INDEX": "1",
    **dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"
    ),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
}
"""With these a command that wants the network fails instead of getting it."""


def look(learners: int) -> Iterator[Finding]:
    """Findings in the order of the lesson; after the first failure there are no more.

    It goes to an endpoint of its own, also with COURSE_TARGET=aws: nothing is made on an account.
    """
    with TemporaryDirectory(prefix="preflight-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        environment = {**os.environ, **_OFFLINE, "LOCALAWS_HOME": str(place / "home")}
        environment["COURSE_WORK"] = str(place)
        environment["COURSE_TARGET"] = "local"
        try:
            yield from _steps(place, environment, learners)
        except CourseError as error:
            yield Finding("Trial", False, f"{error.what}\n{error.why}", error.then)
        finally:
            _run(_localaws("stop"), stages.ROOT, environment, check=False)


def _steps(place: Path, environment: dict[str, str], learners: int) -> Iterator[Finding]:
    _run(_localaws("start", "--port", "0"), stages.ROOT, environment)
    said = json.loads(_run(_localaws("env", "--json"), stages.ROOT, environment))
    for name, value in said.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    yield Finding("Endpoint", True, f"it starts, at {environment['AWS_ENDPOINT_URL']}")

    init = ("sam", "init", "--no-input", "--location", str(stages.ROOT / "sam-app"))
    app = place / STACK
    began = time.monotonic()
    _run((*init, "--name", STACK), place, environment)
    _run(("sam", "build"), app, environment)
    runtime = next((app / ".aws-sam" / "build").glob("*/app.py"), None)
    yield Finding(
        "sam build",
        runtime is not None,
        "it builds, with the network shut off",
        "look at what `sam build` says in a new `sam init`",
    )
    deploy = ("sam", "deploy", "--no-confirm-changeset", "--stack-name", STACK)
    _run(deploy, app, environment)
    seconds = time.monotonic() - began
    yield Finding("sam deploy", True, f"a stack stands {seconds:.0f} s after `sam init`")

    yield _execution(place, environment)
    yield _disk(place, learners)
    _run(("sam", "delete", "--no-prompts", "--stack-name", STACK), app, environment)
    yield Finding("sam delete", True, "the stack is gone again")


def _execution(place: Path, environment: Mapping[str, str]) -> Finding:
    outputs = json.loads(
        _run(
            ("aws", "cloudformation", "describe-stacks", "--stack-name", STACK, "--output", "json"),
            place,
            environment,
        )
    )["Stacks"][0]["Outputs"]
    arn = next(one["OutputValue"] for one in outputs if one["OutputKey"].endswith("MachineArn"))
    machine = ("aws", "stepfunctions", "start-execution", "--state-machine-arn", arn)
    name = json.loads(_run((*machine, "--output", "json"), place, environment))["executionArn"]
    describe = ("aws", "stepfunctions", "describe-execution", "--execution-arn", name)
    give_up, status = time.monotonic() + 60, "RUNNING"
    while status == "RUNNING" and time.monotonic() < give_up:
        status = json.loads(_run((*describe, "--output", "json"), place, environment))["status"]
    return Finding(
        "Execution",
        status == "SUCCEEDED",
        f"one trade: {status}",
        "look at `python -m helpers.localaws status`, and at the log that it names",
    )


def _disk(place: Path, learners: int) -> Finding:
    """A learner, who keeps ten notebooks of such things, takes what ten trials take."""
    took = sum(path.lstat().st_size for path in place.rglob("*") if not path.is_dir())
    each = max(10, 10 * took >> 20)
    _, free = preflight.disk()
    return Finding(
        "Disk",
        free >= learners * each,
        f"{free} MB are free where work/ is; one trial took {took / 2**20:.1f} MB",
        f"{learners} learners at {each} MB (ten such trials) need {learners * each} MB",
    )


def _localaws(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "helpers.localaws", *arguments)


def _run(
    command: tuple[str, ...], cwd: Path, environment: Mapping[str, str], check: bool = True
) -> str:
    """What it printed. Raises CourseError with the end of what it said if it fails."""
    program = shutil.which(command[0], path=environment.get("PATH"))
    shown = " ".join(command).replace(sys.executable, "python")
    try:
        done = subprocess.run(
            (program or command[0], *command[1:]),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CourseError(
            f"`{shown}` does not end or cannot be run.", str(error), "`make clean setup`"
        ) from None
    if check and done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise CourseError(
            f"`{shown}` failed.",
            "\n".join(words[-6:]),
            "mend what it says; learners would meet the same",
        )
    return done.stdout
