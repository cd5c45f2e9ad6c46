"""14.5 Green means tested: a pipeline that tests, builds, deploys, and tests what it deployed."""

from __future__ import annotations

import shutil
from pathlib import Path

from helpers.exercises import NotYet, Ran, Task, Workbench
from helpers.exercises.workbench import RUNTIME

SCRIPT, TEMPLATE = "pipeline.sh", "template.yaml"
STARTER = Path(__file__).parent / "starter"
STANDING, NEW = "fees-standing", "fees-new"
PATIENCE = 120.0
"""Seconds for one run of the pipeline; on a quiet machine it takes five or six."""

NOTES = """\
def pytest_runtest_logreport(report):
    if report.when == "call":
        with open("tests.log", "a") as log:
            print(report.nodeid, report.outcome, file=log)
"""
"""A conftest.py: notes which tests ran, whatever the script makes of what pytest prints."""


def check(bench: Workbench) -> str:
    """Twice 0 if all is well; not 0 if a test or the deploy fails; what fails is not deployed."""
    bench.needs("bash")
    bench.text(SCRIPT)
    bench.trying("five runs of the pipeline: two that go well, and three that must not")
    _on_one_stack(bench)
    _never_deployed(bench)
    return (
        "Two runs in a row ended with code 0, and tested what they had deployed. A unit test that "
        "failed kept the deploy from happening; a deploy that failed, and a test of the stack that "
        "failed, were seen."
    )


def _on_one_stack(bench: Workbench) -> None:
    """Runs that go well, a deploy that fails, and a deployed function that is not right."""
    project = _project(bench, STANDING)
    for nth, hint in (("first", "not-deployed"), ("second", "twice")):
        ran = _pipeline(bench, project, STANDING)
        there = _minimum(bench, STANDING)
        if ran.code or there is None:
            stack = "is there" if there else "is not there"
            raise NotYet(
                f"The tests are good, the template is, too. The {nth} run ended with code "
                f"{ran.code}, and the stack {stack}. {ran.last_words}",
                hint="asks" if "Deploy this changeset" in ran.output else hint,
            )
        _both_were_run(project, nth)
    _edit(project / TEMPLATE, 'MINIMUM: "5"', "MINIMUM: !Ref Nobody")
    hidden = not _pipeline(bench, project, STANDING).code
    _edit(project / TEMPLATE, "MINIMUM: !Ref Nobody", 'MINIMUM: "0"')
    ran = _pipeline(bench, project, STANDING)
    if not ran.code and _minimum(bench, STANDING) != "0":
        raise NotYet(
            "In the template the minimum was changed from 5 to 0. The script ended with code 0, "
            "and the deployed function has 5 as before.",
            hint="not-deployed",
        )
    if hidden:
        raise NotYet(
            "The template referred to a resource that it does not have, so nothing was deployed, "
            "and the stack was as before. The script ended with code 0.",
            hint="hides-failure",
        )
    if not ran.code:
        raise NotYet(
            "The template was changed so that the deployed function asks for no minimum, and the "
            "integration test fails. The script ended with code 0.",
            hint="hides-failure",
        )


def _never_deployed(bench: Workbench) -> None:
    """A function whose unit test fails: it is seen, and nothing of it is deployed."""
    project = _project(bench, NEW)
    _edit(project / "functions" / "fee" / "app.py", "// 100", "// 10")
    ran = _pipeline(bench, project, NEW)
    seen = f"A unit test failed, and the script ended with code {ran.code}"
    if _minimum(bench, NEW) is not None:
        raise NotYet(f"{seen}. The function is deployed all the same.", hint="too-late")
    if not ran.code:
        raise NotYet(f"{seen}: the pipeline is green.", hint="hides-failure")


def _both_were_run(project: Path, nth: str) -> None:
    log = project / "tests.log"
    noted = log.read_text(encoding="utf-8") if log.exists() else ""
    log.unlink(missing_ok=True)
    for kind in ("unit", "integration"):
        if f"tests/{kind}/" not in noted:
            raise NotYet(
                f"The {nth} run ended with code 0, and none of the tests in tests/{kind} was run.",
                hint="not-tested",
            )


def _project(bench: Workbench, name: str) -> Path:
    """A folder with the learner's script and settings; the rest as it was handed out."""
    folder = bench.folder / name
    shutil.copytree(bench.folder, folder, ignore=shutil.ignore_patterns("fees-*"))
    for part in ("functions", "tests"):
        shutil.copytree(STARTER / part, folder / part, dirs_exist_ok=True)
    shutil.copy(STARTER / TEMPLATE, folder)
    _edit(folder / TEMPLATE, "python3.13", RUNTIME)
    (folder / "conftest.py").write_text(NOTES, encoding="utf-8")
    return folder


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r} any more"
    path.write_text(text.replace(old, new), encoding="utf-8")


def _pipeline(bench: Workbench, project: Path, stack: str) -> Ran:
    settings = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return bench.run("bash", SCRIPT, stack, timeout=PATIENCE, cwd=project, **settings)


def _minimum(bench: Workbench, stack: str) -> str | None:
    """What the deployed function has as its minimum; None where there is no such function."""
    from botocore.exceptions import ClientError

    try:
        answer = bench.client("cloudformation").describe_stack_resource(
            StackName=stack, LogicalResourceId="Fee"
        )
        name = answer["StackResourceDetail"]["PhysicalResourceId"]
        settings = bench.client("lambda").get_function_configuration(FunctionName=name)
    except (ClientError, KeyError):
        return None
    return settings["Environment"]["Variables"]["MINIMUM"]


TASK = Task(
    title="Green means tested",
    minutes=12,
    check=check,
    hints={
        "": (
            "A script ends with the code of its last command. Whose is that here, and what became "
            "of the others?",
            "Which of the four commands should come first, if the cheapest test is to keep the "
            "dearest mistake from being deployed?",
            "`set -e` ends a script at the first command that fails. `sam deploy` has two flags "
            "for a machine where nobody sits: one for the question, one for nothing to do.",
        ),
        "asks": (
            "sam asked whether to deploy, and nobody answered. Who told it to ask?",
            "The answer is in samconfig.toml, and a flag on the command line comes before it.",
            "sam deploy --help, under confirm: there are two spellings.",
        ),
        "twice": (
            "Nothing had changed, and the pipeline is red. Which command says so?",
            "Exercise 05.5 was about that: what does `sam` make of an empty change set?",
            "`sam deploy --help` has a flag for it, and samconfig.toml a setting.",
        ),
        "not-deployed": (
            "All was well, and the stack is not as the template says. Which command did not do "
            "its work?",
            "Run the script on a stack of your own, and echo $? after it.",
            "Whether there is something to deploy is for CloudFormation to find out, each time.",
        ),
        "not-tested": (
            "Which tests were run in the end? pytest takes the folders that you name.",
            "Unit tests look at the files, integration tests at the stack. Neither stands in for "
            "the other.",
            "pytest takes the folder as its argument; the integration test the stack's name from "
            "the environment.",
        ),
        "too-late": (
            "The test noticed, and it was too late. What came before it?",
            "A test that fails after the deploy tells you what is broken for everybody.",
            "First what needs no stack, then the deploy, then what needs one. And what fails has "
            "to end the script.",
        ),
        "hides-failure": (
            "Something failed, and the code was 0. Which command's code did the script end with?",
            "echo succeeds always; so does a pipe whose last part does, and `|| true`.",
            "`set -e` stops at the first failure, `-o pipefail` looks into pipes, too.",
        ),
    },
    reasoning="""
Four commands in the order of what they cost: unit tests, build, deploy, a test of what is deployed.
Each may run only if the one before went well, and the script's code has to be that of the first
that did not. In bash that is `set -e`; with `-o pipefail` it holds inside a pipe as well.

Nobody sits at the machine. So the deploy does not ask (--no-confirm-changeset, or the setting in
samconfig.toml), and a commit that changes no resource is no failure
(--no-fail-on-empty-changeset). The integration test runs all the same: the stack may have changed
without a deploy.

Also right: && between the commands, a Makefile, both settings in samconfig.toml. Usual mistakes:
tests after the deploy; an echo at the end, whose code is always 0; `|| true` round the deploy;
pytest without a folder, which runs the integration test before there is a stack.
""",
)
