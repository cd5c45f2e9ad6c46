"""05.1 The edit that was not built: `sam deploy` takes what the last build made."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from helpers import executions
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Ran, shown

SCRIPT, SETTINGS, STACK = "ship.sh", "samconfig.toml", "desk"
PROJECT = ("template.yaml", "workflow.asl.json", "checker/app.py", "checker/requirements.txt")
PATIENCE = 90.0
"""Seconds for one build and deploy; on a quiet machine it takes five."""

WHEEL = "tariff-1.0-py3-none-any.whl"
EDITED = """import os

import tariff


def lambda_handler(event, context):
    return {"price": 41 + tariff.FEE, "limit": os.environ["LIMIT"]}
"""
HALF_DONE = """import os


def lambda_handler(event, context):
    return {"price": 99, "limit": os.environ["LIMIT"]}
"""
BEFORE = {"the function's price": 7, "the template's LIMIT": "50", "the workflow's desk": "north"}
AFTER = {"the function's price": 42, "the template's LIMIT": "45", "the workflow's desk": "south"}


def check(bench: Workbench) -> str:
    """Function, template and workflow are live as edited; what cannot be built is not shipped."""
    bench.needs("bash")
    bench.text(SCRIPT)
    folder = _project(bench)
    bench.trying("edits of the function, the template and the workflow")
    _edit(folder)
    ran = _ship(bench, folder)
    _all_live(bench, ran)
    bench.trying("an edit that cannot be built")
    _write(folder, "checker/app.py", HALF_DONE)
    _write(folder, "checker/requirements.txt", "./not-there-1.0-py3-none-any.whl\n")
    _not_shipped(bench, _ship(bench, folder))
    return (
        "Edits of the function, of the template and of the workflow were live after one run of "
        f"{SCRIPT}, with the package that the function needs. What could not be built was not "
        "shipped, and the script said so."
    )


def _project(bench: Workbench) -> Path:
    """The project as handed out, as it was built some time ago, with the learner's script."""
    folder = bench.folder / "checked-project"
    starter = Path(__file__).parent / "starter"
    for name in PROJECT:
        _write(folder, name, (starter / name).read_text(encoding="utf-8"))
    for name in (SCRIPT, SETTINGS):
        if (bench.folder / name).exists():
            _write(folder, name, bench.text(name))
    built = (starter / "template.yaml").read_text(encoding="utf-8")
    built = built.replace("CodeUri: checker/", "CodeUri: Checker")
    built = built.replace("DefinitionUri: ", "DefinitionUri: ../../")
    _write(folder, ".aws-sam/build/template.yaml", built)
    for name in ("app.py", "requirements.txt"):
        text = (starter / "checker" / name).read_text(encoding="utf-8")
        _write(folder, f".aws-sam/build/Checker/{name}", text)
    return folder


def _edit(folder: Path) -> None:
    """An edit of each: the function needs a package now, which lies beside it."""
    _write(folder, "checker/app.py", EDITED)
    _write(folder, "checker/requirements.txt", f"./{WHEEL}\n")
    for name, old, new in (
        ("template.yaml", 'LIMIT: "50"', 'LIMIT: "45"'),
        ("workflow.asl.json", '"north"', '"south"'),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        _write(folder, name, text.replace(old, new))
    about = "tariff-1.0.dist-info"
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("tariff.py", "FEE = 1\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tariff\nVersion: 1.0\n")
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _ship(bench: Workbench, folder: Path) -> Ran:
    return bench.run("bash", SCRIPT, STACK, timeout=PATIENCE, cwd=folder)


def _all_live(bench: Workbench, ran: Ran) -> None:
    run = _run(bench)
    if run is None or ran.code:
        there = "there is no stack" if run is None else "the stack is there"
        raise NotYet(
            f"{SCRIPT} ended with code {ran.code}, and {there}. Its last words: "
            f"{ran.last_line or 'none'}",
            hint="not-shipped",
        )
    if run.status != "SUCCEEDED":
        raise NotYet(
            "The function was edited so that it imports a package, which requirements.txt names. "
            f"{SCRIPT} ended with code 0. The execution ended {run.status} with {run.error}: "
            f"{run.cause}",
            hint="source",
            run=run,
        )
    live = _seen(run)
    old = [f"{what} is {shown(live[what])}" for what in AFTER if live[what] != AFTER[what]]
    new = [what for what in AFTER if live[what] == AFTER[what]]
    if old:
        raise NotYet(
            f"Three things were edited. After {SCRIPT}, {' and '.join(old)}, as before the edit. "
            f"New is only {' and '.join(new) or 'nothing'}.",
            hint="not-built",
            run=run,
        )


def _not_shipped(bench: Workbench, ran: Ran) -> None:
    run = _run(bench)
    live = _seen(run) if run is not None else {}
    if live != AFTER:
        raise NotYet(
            "requirements.txt was made to name a package that is not there, and app.py was edited. "
            f"`sam build` fails at that. Yet something was deployed: an execution now gives "
            f"{shown(live)}.",
            hint="failed-build",
            run=run,
        )
    if not ran.code:
        raise NotYet(
            f"A package could not be found, and nothing was deployed. {SCRIPT} ended with code 0, "
            "as if all were well.",
            hint="failed-build",
        )


def _run(bench: Workbench) -> executions.Execution | None:
    """One execution of what is deployed; None where nothing is."""
    from botocore.exceptions import ClientError

    client = bench.client("stepfunctions")
    try:
        answer = bench.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId="Workflow"
        )
    except ClientError:
        return None
    arn = answer["StackResourceDetail"]["PhysicalResourceId"]
    return executions.start(arn, {}, client=client).wait(20)


def _seen(run: executions.Execution) -> dict[str, Any]:
    output = run.output if isinstance(run.output, dict) else {}
    checked = output.get("checked") or {}
    values = (checked.get("price"), checked.get("limit"), output.get("desk"))
    return dict(zip(AFTER, values, strict=True))


TASK = Task(
    title="The edit that was not built",
    minutes=10,
    check=check,
    hints={
        "": (
            "Which files does `sam deploy` read: yours, or those that the last build made?",
            "Look at the CodeUri and the DefinitionUri in .aws-sam/build/template.yaml. Which of "
            "the two leads back to your own files?",
            "What has to be done between an edit of app.py and a deploy?",
        ),
        "not-built": (
            "What is live is older than what was edited. Where did the deploy take it from?",
            "The workflow's file is read where you edit it. The function's code and the template "
            "are read from a copy. Who makes the copy anew?",
            "The order counts: a copy that is made after the deploy is for the next one.",
        ),
        "source": (
            "The function's own file is new, and its package is missing. Who puts the two into one "
            "folder?",
            "A deploy that is led past .aws-sam/build takes the bare source. Without packages that "
            "even works.",
            "requirements.txt is only a list. `sam build` is what installs it.",
        ),
        "failed-build": (
            "The build failed. What did the script do next?",
            "A shell goes on after a command that failed, unless it is told to stop. After a "
            "failed build there is nothing in .aws-sam/build, and `sam deploy` takes the source.",
            "`&&`, or `set -e` at the beginning. And the code with which the script ends should be "
            "the one of the failure.",
        ),
        "not-shipped": (
            "The script should end with code 0 and leave a stack. What were its last words?",
            "Run it yourself, on the course's endpoint: bash ship.sh exercise-05-1",
            "Build and deploy both need to know the runtime; the line before has it.",
        ),
    },
    reasoning="""
`sam deploy` takes .aws-sam/build/template.yaml if it is there. Its CodeUri names the copy of the
code that the build made, its DefinitionUri leads back to your own file. So an edit of the workflow
goes live without a build, and an edit of a function or of the template does not. SAM does not
mention it.

`set -e` ends the script where the build fails. Without it the deploy goes on with an empty build
folder, which means: with the bare source, without the packages.

Also right: `sam build … && sam deploy …`, with --cached or after rm -rf .aws-sam.

Usual mistakes: leading the deploy past the build (-t template.yaml, or without .aws-sam): that
works until a function needs a package. --force-upload: the same old code, uploaded once more.
""",
)
