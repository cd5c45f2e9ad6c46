"""05.5 Nothing to do is no failure: a pipeline's deploy, with exit codes that tell the truth."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Ran

SCRIPT, TEMPLATE = "deploy.sh", "template.yaml"
STANDING, FRESH = "desk-standing", "desk-fresh"
BROKEN = (
    (
        'Value: "50"',
        "Value: !Ref Nobody",
        "The template referred to a resource that it does not have, and CloudFormation refused it.",
    ),
    (
        "RetentionInDays: 30",
        "RetentionInDays: 31",
        "The template asked for a retention of 31 days, which CloudWatch Logs does not have.",
    ),
)
"""Edits that fail, and why: one before anything is done, one while it is done."""

PATIENCE = 60.0
"""Seconds for one deploy; on a quiet machine it takes two or three."""


def check(bench: Workbench) -> str:
    """What was not changed gives 0, what was changed is deployed, what fails gives no 0."""
    bench.needs("bash")
    bench.text(SCRIPT)
    bench.trying("three deploys that go well, and two that fail")
    with ThreadPoolExecutor() as both:  # each in a folder of its own
        for done in [both.submit(_goes_well, bench), both.submit(_fails, bench)]:
            done.result()
    return (
        "A first deploy, one with nothing to do and one with a change each ended with code 0, and "
        "the change was there. A deploy that failed did not, nor one that was refused."
    )


def _goes_well(bench: Workbench) -> None:
    """A stack that is not there yet, then nothing to do, then an edit of the template."""
    folder = _project(bench, FRESH)
    ran = _deploy(bench, folder, FRESH)
    if ran.code or _status(bench, FRESH) != "CREATE_COMPLETE":
        raise NotYet(
            "There was no stack of that name. The script ended with code "
            f"{ran.code}, and afterwards the stack is {_status(bench, FRESH)}. {ran.last_words}",
            hint="not-deployed",
        )
    ran = _deploy(bench, folder, FRESH)
    if ran.code:
        raise NotYet(
            "The stack was up to date, and the template as before. The script ended with code "
            f"{ran.code}. {ran.last_words}",
            hint="nothing-to-do",
        )
    _edit(folder, 'Value: "50"', 'Value: "45"')
    ran = _deploy(bench, folder, FRESH)
    value = _limit(bench, FRESH)
    if ran.code or value != "45":
        raise NotYet(
            "The limit in the template was changed from 50 to 45. The script ended with code "
            f"{ran.code}, and the limit that is deployed is {value}. {ran.last_words}",
            hint="not-deployed",
        )


def _fails(bench: Workbench) -> None:
    """A stack that stands, and changes that CloudFormation cannot make."""
    folder = _project(bench, STANDING)
    good = (folder / TEMPLATE).read_text(encoding="utf-8")
    _stand(bench, good)
    for old, new, amiss in BROKEN:
        (folder / TEMPLATE).write_text(good.replace(old, new), encoding="utf-8")
        ran = _deploy(bench, folder, STANDING)
        if not ran.code:
            raise NotYet(
                f"{amiss} The stack is {_status(bench, STANDING)}, and the script ended with code "
                "0: the pipeline is green, and the change is not there.",
                hint="hides-failure",
            )


def _project(bench: Workbench, name: str) -> Path:
    """A folder with the learner's script and settings, and the template as handed out."""
    folder = bench.folder / name
    shutil.copytree(bench.folder, folder, ignore=shutil.ignore_patterns("desk-*"))
    shutil.copy(Path(__file__).parent / "starter" / TEMPLATE, folder)
    return folder


def _edit(folder: Path, old: str, new: str) -> None:
    path = folder / TEMPLATE
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def _stand(bench: Workbench, template: str) -> None:
    client = bench.client("cloudformation")
    client.create_stack(StackName=STANDING, TemplateBody=template)
    client.get_waiter("stack_create_complete").wait(
        StackName=STANDING, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
    )


def _deploy(bench: Workbench, folder: Path, stack: str) -> Ran:
    ran = bench.run("bash", SCRIPT, stack, timeout=PATIENCE, cwd=folder)
    time.sleep(1 - time.time() % 1)  # `aws cloudformation deploy` names change sets by the second
    return ran


def _status(bench: Workbench, stack: str) -> str:
    return _found(
        lambda: bench.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0][
            "StackStatus"
        ]
    )


def _limit(bench: Workbench, stack: str) -> str:
    def read() -> str:
        described = bench.client("cloudformation").describe_stack_resource(
            StackName=stack, LogicalResourceId="Limit"
        )
        name = described["StackResourceDetail"]["PhysicalResourceId"]
        return bench.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]

    return _found(read)


def _found(read: Callable[[], str]) -> str:
    from botocore.exceptions import ClientError

    try:
        return read()
    except ClientError:
        return "not there"


TASK = Task(
    title="Nothing to do is no failure",
    minutes=8,
    check=check,
    hints={
        "": (
            "What does a pipeline look at, after a script has ended? Run this one twice, and echo "
            "$? after each.",
            "The second time nothing had changed. What does `sam` make of that?",
            "`sam deploy --help` has a flag for this case, with two spellings. One is the default.",
        ),
        "nothing-to-do": (
            "Nothing had changed, and the pipeline would be red. Where does that code come from?",
            "The script ends with the code of its last command. You can change what the command "
            "gives, or what the script makes of it.",
            "Read what `sam deploy --help` says of a change set that is empty. samconfig.toml can "
            "hold the same setting.",
        ),
        "hides-failure": (
            "A deploy failed, and nobody would hear of it. What in the script turns its code "
            "into 0?",
            "`|| true`, an exit 0, a pipe into another command: each puts another code in the "
            "place of the one that counts.",
            "Two things gave a code of 1: nothing to do, and a failure. Only one of them should "
            "become 0, and `sam` itself knows which it was.",
        ),
        "not-deployed": (
            "The script was to deploy, and the stack is not as the template says. What did it do "
            "instead?",
            "That a stack exists does not mean that it is up to date.",
            "Let CloudFormation find out whether there is something to do: that is what a change "
            "set is for.",
        ),
    },
    reasoning="""
`sam deploy` takes an empty change set for a failure, unless it is told otherwise. With
--no-fail-on-empty-changeset it says that there is nothing to do, and ends with 0. A deploy that
fails ends with 1, as before.

Also right: fail_on_empty_changeset = false in samconfig.toml, or a script that keeps the output and
looks for the words “No changes to deploy” (until a new version of SAM has other words).

Usual mistakes: `|| true`, or a pipe into tee, which makes every failure green; looking for the
words of one failure, which makes the others green; deploying only if the stack does not exist,
which never deploys a change.
""",
)
