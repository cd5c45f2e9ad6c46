"""12.7 Those that were there before: a deploy leaves them alone, so a script starts them anew."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from helpers.exercises import CannotCheck, NotYet, Ran, Task, Workbench
from helpers.exercises.workbench import Machine

SCRIPT = "renew.py"
OLD = 103
"""Orders that wait with the old definition: more than a page of executions."""
PATIENCE = 30.0
"""Seconds for one run of the script; on a quiet machine it takes two."""


@dataclass
class Desk:
    """A workflow that was changed while orders waited. Arn → status of each execution there was."""

    machine: Machine
    before: dict[str, str]

    def listed(self, status: str | None = None) -> dict[str, str]:
        """Arn → status of what there is now."""
        only = {"statusFilter": status} if status else {}
        pages = self.machine.client.get_paginator("list_executions").paginate(
            stateMachineArn=self.machine.arn, **only
        )
        return {one["executionArn"]: one["status"] for page in pages for one in page["executions"]}

    def given(self, arn: str) -> Any:
        """What an execution was started with."""
        return json.loads(self.machine.client.describe_execution(executionArn=arn)["input"])

    def is_new(self, arn: str) -> bool:
        """Has an execution the definition that the workflow has now?"""
        told = self.machine.client.describe_state_machine_for_execution(executionArn=arn)
        return "TimeoutSeconds" in told["definition"]


def check(bench: Workbench) -> str:
    """Each order that waited with the old definition waits once, with the new; else nothing is."""
    bench.python(SCRIPT)
    bench.trying(f"a workflow that is changed while {OLD} orders wait")
    desk = _desk(bench)
    bench.trying(f"python {SCRIPT}")
    ran = bench.run(sys.executable, SCRIPT, desk.machine.arn, timeout=PATIENCE)
    _renewed(desk, ran)
    bench.trying("once more")
    seen = desk.listed()
    again = bench.run(sys.executable, SCRIPT, desk.machine.arn, timeout=PATIENCE)
    _nothing_more(desk, seen, again)
    return (
        f"{OLD} orders that waited with the old definition wait with the new one, each once and as "
        "it was given. Those that had the new one were left alone, and so was what had ended. A "
        "second run found nothing to do."
    )


# -- the desk


def _definition(queue: str, **more: Any) -> dict[str, Any]:
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue,
            "MessageBody": {"token.$": "$$.Task.Token", "order.$": "$"},
        },
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask | more}}


def _desk(bench: Workbench) -> Desk:
    """Old ones that wait, one of them stopped by hand and one answered; then two new ones."""
    queue = bench.client("sqs").create_queue(QueueName="renewed")["QueueUrl"]
    machine = bench.machine(_definition(queue))
    for number in range(1, OLD + 3):
        machine.start({"id": f"old-{number}"}, f"old-{number}")
        if number <= 2:
            _end(bench, machine, queue, number)
    bench.advance("2 hours")
    machine.client.update_state_machine(
        stateMachineArn=machine.arn,
        definition=json.dumps(_definition(queue, TimeoutSeconds=86_400)),
    )
    bench.advance("1 hour")
    for number in (1, 2):
        machine.start({"id": f"new-{number}"}, f"new-{number}")
    desk = Desk(machine, {})
    desk.before = desk.listed()
    return desk


def _end(bench: Workbench, machine: Machine, queue: str, number: int) -> None:
    """The first is answered, the second stopped by hand."""
    run = f"{machine.arn.replace(':stateMachine:', ':execution:')}:old-{number}"
    if number == 2:
        machine.client.stop_execution(executionArn=run, error="Cancelled")
        return
    give_up = time.monotonic() + 15
    while time.monotonic() < give_up:
        got = bench.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            token = json.loads(message["Body"])["token"]
            machine.client.send_task_success(taskToken=token, output="{}")
        if machine.client.describe_execution(executionArn=run)["status"] == "SUCCEEDED":
            return
        time.sleep(0.02)
    raise CannotCheck(
        "An execution had not ended after 15 seconds.",
        "This machine has much to do at the moment.",
        "Check again in a minute.",
    )


# -- what came of it


def _renewed(desk: Desk, ran: Ran) -> None:
    waiting = desk.listed("RUNNING")
    old = [arn for arn in waiting if not desk.is_new(arn)]
    orders = Counter(_name(desk.given(arn)) for arn in waiting)
    code = f" It ended with {ran.exit_words}" if ran.code else ""
    stopped = [
        name for name in ("new-1", "new-2") if desk.machine.execution_arn(name) not in waiting
    ]
    if stopped:
        raise NotYet(
            f"The execution {stopped[0]} was started after the change and had the new definition. "
            f"It was stopped all the same.{code}",
            hint="new-too",
        )
    wanted = [f"old-{number}" for number in range(3, OLD + 3)]
    ended = [name for name in ("old-1", "old-2") if orders[name]]
    if ended:
        raise NotYet(
            f"The order {ended[0]} was dealt with before, and now it waits again.{code}",
            hint="ended",
        )
    twice = [name for name in wanted if orders[name] > 1]
    if twice:
        raise NotYet(
            f"{len(twice)} orders wait twice now, {twice[0]} for one: somebody is asked twice, and "
            f"may say yes twice.{code}",
            hint="twice",
        )
    lost = [name for name in wanted if not orders[name]]
    if lost:
        raise NotYet(
            f"{len(lost)} orders wait no more, {lost[0]} for one, and nobody will be asked about "
            f"them.{code}",
            hint="stops" if ran.code else "lost",
        )
    if old:
        raise NotYet(
            f"{len(old)} of {OLD} orders still wait with the old definition, {_name_of(old[0])} "
            f"for one.{code}",
            hint="stops" if ran.code else "one-page" if len(old) < OLD else "still-old",
        )
    if ran.code:
        raise NotYet(
            f"All was done, and then {SCRIPT} ended with {ran.exit_words}",
            hint="stops",
        )


def _nothing_more(desk: Desk, seen: dict[str, str], ran: Ran) -> None:
    if ran.code:
        raise NotYet(
            f"When all was done, {SCRIPT} ended with {ran.exit_words}",
            hint="stops",
        )
    new = [arn for arn in desk.listed() if arn not in seen]
    if new:
        raise NotYet(
            f"{SCRIPT} was run once more, with nothing to do, and {len(new)} executions were "
            "started.",
            hint="again",
        )


def _name(given: Any) -> str:
    """The order's id; other text where the input is none of ours."""
    return str(given.get("id")) if isinstance(given, dict) and len(given) == 1 else "?"


def _name_of(arn: str) -> str:
    return arn.rpartition(":")[2]


TASK = Task(
    title="Those that were there before",
    minutes=12,
    check=check,
    hints={
        "": (
            "Which executions wait, and with which definition does each of them? Who knows that?",
            "A list says who waits. With which definition, another call says, of one execution.",
            "An execution cannot be given another definition. It can be stopped, and its order "
            "started anew: what was it started with?",
        ),
        "still-old": (
            "They still wait as before. What does the script do with them?",
            "To find them is one half. What can be done to an execution that is under way?",
            "stop_execution, and start_execution with the input that the old one had.",
        ),
        "one-page": (
            "How many executions did the script see? print(len(…)) says it.",
            "A list comes in pages of a hundred. Each page but the last says how to get the next.",
            "boto3's clients have get_paginator, for every call that has pages.",
        ),
        "new-too": (
            "Not everything that waits is old. How can the script tell?",
            "describe_state_machine_for_execution says with which definition an execution runs, "
            "and describe_state_machine which one is given to new ones.",
            "Compare the two, and leave alone where they are the same.",
        ),
        "twice": (
            "Two executions wait for one order. Where does the second one come from?",
            "To start the order anew does not end the old execution.",
            "Stop the one, start the other.",
        ),
        "lost": (
            "What was the new execution started with? Is there one at all?",
            "The order is in the input of the old execution, and only there.",
            "describe_execution gives the input as text, as start_execution takes it.",
        ),
        "ended": (
            "Had all executions of the list been waiting?",
            "What has ended is dealt with, whichever definition it had.",
            "list_executions takes the status that is looked for.",
        ),
        "again": (
            "After the first run nothing waits with the old definition. What did the second find?",
            "Compare definitions with definitions. Names, and times of other things, mislead.",
            "describe_state_machine_for_execution of a new execution gives the new definition.",
        ),
        "stops": (
            "At which execution did it stop, and what did AWS say to it?",
            "A name that an execution has had can be used again only after 90 days.",
            "Without a name, Step Functions makes one up.",
        ),
    },
    reasoning="""
An execution keeps the definition that it was started with, to its end. A change of the workflow, by
a deploy or by a call, is for those that start afterwards. So a mend that gives the question a
time-out helps nobody whose question is out already: those wait for a year.

The script asks each execution that is RUNNING with which definition it runs
(describe_state_machine_for_execution), and compares with what the workflow has now. What differs is
stopped and started anew, with the input that it had. The people get a second message; an answer to
the first one is refused with TaskTimedOut, so nobody decides twice.

Also right: comparing the execution's startDate with the workflow's updateDate; comparing
revisionId, which changes with the role too; the aws command in a loop.

Usual mistakes: only the first page of the list; stopping whatever waits; starting anew with the old
name, which is refused; starting anew and not stopping. And do it only where a second start does no
harm: here the workflow asks first and acts after.
""",
)
