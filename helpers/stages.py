"""The stages that the course goes through, and how a missing one is brought up.

Each is brought up by the very commands that its notebook teaches, so that a learner who opens
notebook 06 first meets the same stack as one who came through 01 to 05.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from helpers import locks, target
from helpers.errors import CourseError
from helpers.homes import work

ROOT = Path(__file__).resolve().parents[1]
STACK = "demo-sam"

Say = Callable[[str], None]


def app() -> Path:
    """The learner's copy of the stock trader."""
    return work() / STACK


@dataclass(frozen=True)
class Stage:
    """What a notebook can need: how to see that it is there, and how to bring it up.

    name: as in "needs …". commands: those that bring it up as things are now, for the learner to
    read. billed: whether that makes something on an account.
    """

    name: str
    commands: Callable[[], str]
    is_there: Callable[[], bool]
    bring_up: Callable[[Say], None]
    after: Stage | None = None
    billed: bool = True


def missing(stage: Stage | None) -> list[Stage]:
    """What would have to be brought up for `stage`, in order; nothing if it is there."""
    if stage is None:
        return []
    before = missing(stage.after)
    return [*before, stage] if before or not stage.is_there() else []


def ensure(stage: Stage | None, say: Say = lambda text: None) -> None:
    """Bring up `stage`, and before it what it rests on, where it is missing.

    Where two notebooks begin at once, the second waits for what the first is making. say: told, a
    few words a step, what is being done.

    Raises CourseError with the command's own words if a command fails.
    """
    if not missing(stage):
        return
    with locks.held(work() / ".begin.lock", lambda: say("waiting for another notebook")):
        for one in missing(stage):
            one.bring_up(say)
    if left := missing(stage):
        raise CourseError(
            f"All commands went through, and {left[0].name} is not there.",
            "Another program may have taken it away, or the project makes something else.",
            "Look with `aws cloudformation describe-stacks`, then run this cell again.",
        )


def run(*command: str, cwd: Path) -> str:
    """Run a real command and return what it printed.

    Raises CourseError with the end of its output if it fails, or if there is no such command.
    """
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except FileNotFoundError:
        raise CourseError(
            f"There is no command `{command[0]}` on PATH.",
            "The course's own lies beside its Python, in .venv, and was not found there.",
            "Type `make setup` in a terminal, start the notebook with `make lab`, and run this "
            "cell again.",
        ) from None
    if done.returncode:
        raise CourseError(
            f"`{' '.join(command)}` failed in {cwd}.",
            "\n".join(_said(done.stdout).splitlines()[-12:]),
            "Put that right and run this cell again; what you made is as you left it.",
        )
    return done.stdout


def _said(output: str) -> str:
    """A command's words, without the lines of its own code that `sam` prints after some of them."""
    return output.partition("\nTraceback:\n")[0].strip() or output.strip()


# ---- the app, generated


def _generate(say: Say) -> None:
    if app().exists():  # `sam init` writes into no folder that is there
        raise CourseError(
            f"There is no template.yaml in work/{STACK}.",
            "It was deleted or renamed, and `sam init` writes nothing into a folder that is there.",
            f'Put it back and run this cell again. Or begin anew: course.begin("01") moves '
            f"work/{STACK} aside if anything in it is yours.",
        )
    say("sam init")
    work().mkdir(parents=True, exist_ok=True)
    run(
        *("sam", "init", "--no-input"),
        *("--location", str(ROOT / "sam-app"), "--name", STACK),
        cwd=work(),
    )


GENERATED = Stage(
    "the app in work/demo-sam",
    lambda: "sam init",
    lambda: (app() / "template.yaml").exists(),
    _generate,
    billed=False,
)


def set_aside() -> Path | None:
    """Make room for a fresh `sam init`: move the learner's app to a name that is free.

    Returns where it went; None if there was no app, or none that differs from what `sam init`
    hands out (then it is removed: it can be made again by one command).
    """
    if not app().exists():
        return None
    if _is_untouched(app()):
        shutil.rmtree(app())
        return None
    kept = next(
        place for n in range(1, 10_000) if not (place := work() / f"{STACK}-kept-{n}").exists()
    )
    app().rename(kept)
    return kept


def _is_untouched(project: Path) -> bool:
    """True if every file is there as `sam init` made it (what commands made beside is no work)."""
    original = ROOT / "sam-app"
    made = {name for name in _files(original) if name.parts[0] not in _OF_THE_TEMPLATE}
    return _files(project) == made and all(
        _is_as_made(project / name, original / name) for name in made
    )


_BY_COMMANDS = {".aws-sam", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__"}
_OF_THE_TEMPLATE = {"hooks", "cookiecutter.json"}


def _files(project: Path) -> set[Path]:
    """The project's files, relative to it, without what commands made."""
    paths = set()
    for folder, folders, files in os.walk(project):
        folders[:] = [name for name in folders if name not in _BY_COMMANDS]
        paths |= {(Path(folder) / name).relative_to(project) for name in files}
    return paths


def _is_as_made(path: Path, original: Path) -> bool:
    if path.name != "samconfig.toml":
        return filecmp.cmp(path, original, shallow=False)
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in (path, original))
    # `sam init` writes the learner's own Python into it.
    ours, theirs = (re.sub(r"PythonRuntime=python3\.\d+", "PythonRuntime=", one) for one in texts)
    return ours == theirs


# ---- the stack, deployed


def stack_status(cloudformation: Any = None) -> str | None:
    """The stack's status as CloudFormation gives it; None if there is no stack.

    cloudformation: the client that is asked, by default one for the target.
    """
    asked = cloudformation or target.client("cloudformation")
    try:
        stacks = asked.describe_stacks(StackName=STACK)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stacks[0]["StackStatus"]


FAILED_AT_FIRST = "ROLLBACK_COMPLETE"
"""A first deploy failed and all that it had made is gone again; such a stack takes no update."""


def _is_deployed() -> bool:
    return stack_status() in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


def _deploy_commands() -> str:
    first = "sam delete of the deploy that failed, " if stack_status() == FAILED_AT_FIRST else ""
    return f"{first}sam build and sam deploy"


def _deploy(say: Say) -> None:
    # The course's stack is demo-sam, whatever name the project's samconfig.toml has by now.
    named = ("--stack-name", STACK)
    status = _settled(say)
    if _is_deployed():
        return
    if status == FAILED_AT_FIRST:
        say("sam delete, of a deploy that failed")
        run("sam", "delete", "--no-prompts", *named, cwd=app())
    elif status not in (None, "REVIEW_IN_PROGRESS"):
        raise _leaves_alone(status)
    say("sam build")
    run("sam", "build", cwd=app())
    say("sam deploy")
    run("sam", "deploy", "--no-confirm-changeset", *named, cwd=app())


def _settled(say: Say, patience: float = 600) -> str | None:
    """The stack's status once nobody works on it; a change set to be reviewed keeps nobody busy."""
    give_up = time.monotonic() + patience
    while (status := stack_status()) and status.endswith("_IN_PROGRESS"):
        if status == "REVIEW_IN_PROGRESS" or time.monotonic() > give_up:
            break
        say(f"waiting, the stack is {status}")
        time.sleep(0.5)
    return status


def _leaves_alone(status: str) -> CourseError:
    """A stack that there may be something in is the learner's to delete."""
    return CourseError(
        f"The stack {STACK} is {status}: it takes no deploy as it is.",
        "Something may still be in it, so it was left alone.",
        f"Look with `sam list resources --stack-name {STACK}`. If you need nothing of it, type "
        f"`sam delete --stack-name {STACK}`, then run this cell again.",
    )


DEPLOYED = Stage("the stack demo-sam, deployed", _deploy_commands, _is_deployed, _deploy, GENERATED)


# ---- some trades, made


def _has_traded() -> bool:
    logs = target.client("logs")
    return bool(logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{STACK}-")["logGroups"])


def _trade(say: Say) -> None:
    client = target.client("cloudformation")
    outputs = client.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    workflow = next(o["OutputValue"] for o in outputs if o["OutputKey"].endswith("MachineArn"))
    for nth in ("first", "second"):
        say(f"the {nth} trade")
        run(
            *("aws", "stepfunctions", "start-execution", "--state-machine-arn", workflow),
            cwd=work(),
        )
        _wait_for_the_last(workflow)


def _wait_for_the_last(workflow: str) -> None:
    """Wait until nothing of the workflow runs any more; a trade takes a second or two."""
    client = target.client("stepfunctions")
    give_up = time.monotonic() + 60
    while client.list_executions(stateMachineArn=workflow, statusFilter="RUNNING")["executions"]:
        if time.monotonic() > give_up:
            return
        time.sleep(0.2)


TRADED = Stage(
    "the stack demo-sam, with a trade or two",
    lambda: "aws stepfunctions start-execution, twice",
    _has_traded,
    _trade,
    DEPLOYED,
)
