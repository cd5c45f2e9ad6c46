"""10.6 From stuck to standing: a first deploy that failed, a name that is taken, a log to keep."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers.exercises import CannotCheck, NotYet, Ran, Task, Workbench

SCRIPT, TEMPLATE = "deploy.sh", "template.yaml"
TAKEN = "/desk/journal"
LINE = "2024-03-01 the first trade of this desk"
STUCK, SECOND = "desk", "desk-kim"
DAYS = 30
PATIENCE = 120.0
"""Seconds for the script; on a quiet machine it takes a few."""

FAILED = f"""
Resources:
  Journal:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: {TAKEN}
"""


def check(bench: Workbench) -> str:
    """A stuck stack comes up, a second one too, a standing one stands, and the old log is there."""
    bench.needs("bash")
    bench.text(SCRIPT)
    bench.text(TEMPLATE)
    bench.trying("a first deploy that fails")
    stuck = _stuck(bench)
    bench.trying(f"bash {SCRIPT} {STUCK}")
    ran = _run(bench, STUCK)
    _log_is_there(bench)
    before = _stack(bench, STUCK)
    why = "gone" if not before["StackId"] else "still-taken"
    why = "stuck" if before["StackId"] == stuck else why
    _stands(bench, STUCK, ran, "is stuck in ROLLBACK_COMPLETE", why)
    bench.trying(f"bash {SCRIPT} {STUCK} once more, and bash {SCRIPT} {SECOND}")
    with ThreadPoolExecutor() as both:
        again, second = both.map(lambda name: _run(bench, name), (STUCK, SECOND))
    _goes_on_standing(bench, again, before)
    _stands(bench, SECOND, second, "does not exist yet", "second-stack")
    _log_is_there(bench)
    return (
        "The stuck stack is CREATE_COMPLETE, a second one beside it too, and a deploy of what "
        f"stands leaves it as it is. {TAKEN} still has its line of 2024."
    )


def _stuck(bench: Workbench) -> str:
    """Somebody's log group with a line in it, and a stack that failed over its name; its id."""
    logs, cloudformation = bench.client("logs"), bench.client("cloudformation")
    logs.create_log_group(logGroupName=TAKEN)
    logs.create_log_stream(logGroupName=TAKEN, logStreamName="2024")
    event = {"timestamp": int(bench.now().timestamp() * 1000), "message": LINE}
    logs.put_log_events(logGroupName=TAKEN, logStreamName="2024", logEvents=[event])
    cloudformation.create_stack(StackName=STUCK, TemplateBody=FAILED)
    give_up = time.monotonic() + PATIENCE
    while (status := _stack(bench, STUCK)["StackStatus"]) != "ROLLBACK_COMPLETE":
        if time.monotonic() > give_up:
            raise CannotCheck(
                f"A stack that was to fail is {status}.",
                "The check makes one whose log group has a name that is taken.",
                "Check again in a minute.",
            )
        time.sleep(0.05)
    return _stack(bench, STUCK)["StackId"]


def _run(bench: Workbench, stack: str) -> Ran:
    return bench.run("bash", SCRIPT, stack, timeout=PATIENCE)


def _stack(bench: Workbench, name: str) -> dict[str, Any]:
    client = bench.client("cloudformation")
    try:
        return client.describe_stacks(StackName=name)["Stacks"][0]
    except client.exceptions.ClientError:
        return {"StackStatus": "not there", "StackId": ""}


def _log_is_there(bench: Workbench) -> None:
    logs = bench.client("logs")
    try:
        lines = bench.logged(TAKEN)
    except logs.exceptions.ResourceNotFoundException:
        lines = []
    if lines != [LINE]:
        raise NotYet(
            f"{TAKEN} had a line of 2024, and it is gone: the name is free, and somebody's journal "
            "is lost.",
            hint="log-lost",
        )


def _stands(bench: Workbench, name: str, ran: Ran, was: str, hint: str) -> None:
    status = _stack(bench, name)["StackStatus"]
    told = f"The stack {name} {was}. The script ended with exit code {ran.code}, and the stack is"
    if status != "CREATE_COMPLETE":
        raise NotYet(f"{told} {status}. {ran.last_words}", hint=hint)
    if ran.code:
        raise NotYet(f"{told} {status}. {ran.last_words}", hint="exit-code")
    _has_both(bench, name)


def _has_both(bench: Workbench, name: str) -> None:
    """The journal, which forgets after thirty days, and the limit."""
    client, logs = bench.client("cloudformation"), bench.client("logs")
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    ids = {one["ResourceType"]: one["PhysicalResourceId"] for one in resources}
    group = ids.get("AWS::Logs::LogGroup", "")
    groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] if group else []
    days = next((one.get("retentionInDays") for one in groups if one["logGroupName"] == group), 0)
    if days != DAYS or "AWS::SSM::Parameter" not in ids:
        there = ", ".join(sorted(ids)) or "nothing"
        raise NotYet(
            f"The stack {name} is CREATE_COMPLETE and has {there}. It was to have a journal that "
            f"keeps its lines for {DAYS} days, and the limit, as in the template that you got.",
            hint="half",
        )


def _goes_on_standing(bench: Workbench, ran: Ran, before: dict[str, Any]) -> None:
    after = _stack(bench, STUCK)
    if after["StackId"] != before["StackId"]:
        raise NotYet(
            f"The stack {STUCK} stood, and was deployed once more. It was deleted and made anew: "
            "with a table in it, all its rows would be gone.",
            hint="deletes-always",
        )
    if ran.code:
        raise NotYet(
            f"The stack {STUCK} stood, and nothing had changed. The script ended with exit code "
            f"{ran.code}. {ran.last_words}",
            hint="exit-code",
        )


TASK = Task(
    title="From stuck to standing",
    minutes=12,
    check=check,
    hints={
        "": (
            "Two things are in the way: the state that the stack is in, and what brought it there. "
            "Which is which?",
            "What failed first, and why? The stack's events say it, also of a stack that is stuck.",
            "A stack whose first deploy failed has nothing in it. What can one still do with it, "
            "and should the script do that to every stack?",
        ),
        "stuck": (
            "What does AWS say of the state of the stack, and what has to happen before it can be "
            "deployed?",
            "CloudFormation takes no update of a stack that was never made. It takes a delete.",
            "Deleting takes a moment; aws cloudformation has a wait for that too.",
        ),
        "still-taken": (
            "It came out of the old state, and went back into it. Which resource failed, and why?",
            "A name can be there once in an account and region, and this one is taken. Need the "
            "template give a name?",
            "In notebook 05 the table has no name in the template. Who gave it one?",
        ),
        "log-lost": (
            "Whose log group was that? The template's, or somebody's who was there before?",
            "What fails over a name can take another name. What is in the way need not go.",
            "Leave the group alone, and change the template.",
        ),
        "second-stack": (
            "Kim deploys the same template beside yours. What is there twice then?",
            "A fixed name, whichever it is, can be had once.",
            "Either no name, or one with the stack's name in it.",
        ),
        "deletes-always": (
            "The script deletes first, and then deploys. Which stacks is that right for?",
            "Only one state means that nothing was ever made. describe-stacks tells the state.",
            "An if around the delete.",
        ),
        "exit-code": (
            "Which command of the script ended with another code than 0, and is that a failure?",
            "With set -e a script ends at the first command that fails, and a stack that is not "
            "there is a failure to describe-stacks.",
            "command || true lets one command fail, and no other.",
        ),
        "gone": (
            "The stack is gone and nothing came in its place. Where did the script end?",
            "delete-stack comes back at once, and the stack is still being deleted then.",
            "aws cloudformation wait stack-delete-complete waits for it.",
        ),
        "half": (
            "What was in the template that you got, and what is in the stack now?",
            "The name was in the way, not the journal.",
            "Journal with RetentionInDays 30, and Limit: both stay.",
        ),
    },
    reasoning="""
A stack whose first deploy failed is ROLLBACK_COMPLETE: all that it had made is gone again, and it
takes no update, only a delete. So the script asks for the state, deletes in this one, waits, and
deploys. In every other state it deletes nothing: UPDATE_ROLLBACK_COMPLETE sounds alike, and is a
stack that stands, with all its data.

The delete alone leads back to where one was, since the name is still taken. The events say so: the
first *_FAILED is the cause, the ones after it were cancelled because of it. Deleting what is in
the way would free the name, and lose somebody's journal. A name that the template does not give
is made up by CloudFormation, and is free.

Also right: a name with ${AWS::StackName} in it; sam delete --no-prompts instead of aws; `sam deploy
--on-failure DELETE`, by which a first deploy that fails leaves nothing that could be stuck (it does
not help a stack that is stuck already).

Usual mistakes: another fixed name, which the next person meets; the delete without the wait; the
delete without the if.
""",
)
