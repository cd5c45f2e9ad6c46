"""11.6 Go on in a new execution: a loop that ends before its history is full, and hands over."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

from helpers import executions
from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench

FILE = "workflow.asl.json"
MOST = 20
"""Pages that one execution may read."""
PAGES = """import hashlib
import os


def token(night, number):
    return hashlib.sha256(f"{night} {number}".encode()).hexdigest()[:12]


def lambda_handler(event, context):
    night, last = event["night"], int(os.environ["LAST_" + event["night"]])
    tokens = [token(night, number) for number in range(1, last + 1)]
    number = tokens.index(event["page"]) + 1 if event.get("page", "first") != "first" else 1
    answer = {"read": f"{night} {number}"}
    return answer if number == last else {**answer, "next": tokens[number]}
"""


@dataclass(frozen=True)
class Night:
    """So many pages, and into how many executions they fit."""

    name: str
    pages: int

    @property
    def fewest(self) -> int:
        """Executions that are needed."""
        return -(-self.pages // MOST)

    @property
    def most(self) -> int:
        """Executions that nobody minds."""
        return 2 * self.fewest

    def __str__(self) -> str:
        return f"a night of {self.pages} page{'s' * (self.pages > 1)}"


NIGHTS = (Night("Monday", 3), Night("Tuesday", 20), Night("Wednesday", 50))
_AN_END = '{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}'
LIMIT = 12
"""Executions after which a chain is taken for one without an end."""


def check(bench: Workbench) -> str:
    """Every page once, in order, and at most 20 in an execution that does not wait for the next."""
    variables = {f"LAST_{night.name}": str(night.pages) for night in NIGHTS}
    function = bench.function("pages", PAGES, variables=variables)
    for night in NIGHTS:
        bench.trying(str(night))
        machine = bench.machine(bench.text(FILE), {"PageFunctionArn": function})
        machine.start({"night": night.name, "page": "first"})
        chain = _chain(machine)
        _all_succeeded(night, chain)
        _pages(night, chain)
        _waited(night, chain)
    told = ", ".join(str(night.pages) for night in NIGHTS)
    return (
        f"Nights of {told} pages: each page was read once and in order, no execution read more "
        f"than {MOST}, and none waited for the one after it."
    )


def _chain(machine: Machine) -> list[Execution]:
    """All executions of the machine, ended, in the order of their starts.

    A chain that does not end, or takes too long, is cut off.
    """
    give_up = time.monotonic() + 15
    while True:
        listed = _listed(machine)
        running = [one for one in listed if one["status"] == "RUNNING"]
        if not running or len(listed) > LIMIT or time.monotonic() > give_up:
            break
        time.sleep(0.05)
    if running:
        machine.client.update_state_machine(stateMachineArn=machine.arn, definition=_AN_END)
        for one in _listed(machine):
            machine.client.stop_execution(executionArn=one["executionArn"])
    runs = [executions.read(one["executionArn"], client=machine.client) for one in listed]
    # Listed the newest first: of two in one millisecond the later one stays the later.
    runs.reverse()
    return sorted(runs, key=lambda run: run.events[0]["timestamp"])


def _listed(machine: Machine) -> list[dict[str, Any]]:
    pages = machine.client.get_paginator("list_executions").paginate(stateMachineArn=machine.arn)
    return [one for page in pages for one in page["executions"]]


def _read(run: Execution) -> list[str]:
    """The pages that an execution read, as the function told of them."""
    pages = []
    for event in run.events:
        for detail in ("lambdaFunctionSucceededEventDetails", "taskSucceededEventDetails"):
            with contextlib.suppress(ValueError, AttributeError):
                said = json.loads(event.get(detail, {}).get("output", "null"))
                said = said.get("Payload", said)
                pages += [said["read"]] if "read" in said else []
    return pages


def _all_succeeded(night: Night, chain: list[Execution]) -> None:
    bad = next((run for run in chain if run.status not in ("SUCCEEDED", "ABORTED")), None)
    if bad is not None and len(chain) <= LIMIT and bad.status != "RUNNING":
        number = chain.index(bad) + 1
        last = bad.steps[-1] if bad.steps else None
        why = (bad.cause or "").partition(" in the input '")[0][:300]
        at_the_end = len(_read(bad)) and sum(len(_read(run)) for run in chain) == night.pages
        lost = "KeyError" in (bad.error or "") or "$.night" in why
        raise NotYet(
            f"With {night} execution {number} of {len(chain)} ended {bad.status}"
            f"{f' in {last.name}' if last else ''} (event {bad.events[-1]['id']}): {bad.error}. "
            f"{why}",
            hint="last-page" if at_the_end else "night-lost" if lost else "fails",
            run=bad,
        )


def _pages(night: Night, chain: list[Execution]) -> None:
    each = [_read(run) for run in chain]
    longest = max(range(len(chain)), key=lambda n: len(each[n]))
    wanted = [f"{night.name} {number}" for number in range(1, night.pages + 1)]
    read = [page for pages in each for page in pages]
    told = _told(each)
    if len(each[longest]) > MOST:
        raise NotYet(
            f"With {night} one execution read {len(each[longest])} of them, and had "
            f"{len(chain[longest].events)} events; {MOST} pages are the most.",
            hint="too-long",
            run=chain[longest] if len(each[longest]) < 70 else None,
        )
    if len(chain) > 1 and all(pages[:1] == wanted[:1] for pages in each[:3]):
        raise NotYet(f"With {night} {told}. Each began with the first page.", hint="from-the-start")
    if read != wanted and len(chain) <= LIMIT:
        twice = next((page for page in wanted if read.count(page) > 1), None)
        missing = next((page for page in wanted if page not in read), None)
        what = f"page {twice.split()[1]} twice" if twice else "the pages in another order"
        if missing:
            what = f"page {missing.split()[1]} not at all"
        raise NotYet(
            f"With {night} {told}: {what}.",
            hint="missing" if missing else "twice",
        )
    if len(chain) > night.most:
        raise NotYet(
            f"With {night} {told}. {night.fewest} would do: nobody minds {night.most}, but each "
            "start takes time and is paid for.",
            hint="too-many",
        )


def _told(each: list[list[str]]) -> str:
    if len(each) > LIMIT:
        counts = ", ".join(str(len(pages)) for pages in each[:4])
        return (
            f"there were {len(each)} executions until the check cut them off, of {counts}, … pages"
        )
    if len(each) == 1:
        return f"there was one execution, which read {len(each[0])}"
    counts = ", ".join(str(len(pages)) for pages in each)
    return f"there were {len(each)} executions, which read {counts}"


def _waited(night: Night, chain: list[Execution]) -> None:
    for number, (run, after) in enumerate(itertools.pairwise(chain), 1):
        if len(_read(after)) < 12:  # it may well be through before the first has ended
            continue
        if run.stopped and after.stopped and run.stopped >= after.stopped:
            raise NotYet(
                f"With {night} all pages were read. But execution {number} ended only after "
                f"execution {number + 1}: it waited for it, and with a long night all of them "
                "would be waiting.",
                hint="waits",
                run=run if len(run.events) < 700 else None,
            )


TASK = Task(
    title="Before the history is full",
    minutes=15,
    check=check,
    hints={
        "": (
            "What does the workflow have to know, so that it can stop after 20 pages? Who counts?",
            "It needs a number that grows with every turn, a rule of the Choice that looks at it, "
            "and a state that starts the next execution.",
            "States.MathAdd adds. arn:aws:states:::states:startExecution starts an execution, and "
            "the machine's own ARN stands in the context object, $$.",
        ),
        "too-long": (
            "How large was the count at the twentieth page? Look at what Turn Page gave.",
            "Turn Page makes a new object of what it names: what it does not name is gone, and "
            "what it names with a fixed value starts again each time.",
            "The count has to be read, made larger and handed on in every turn; and the rule that "
            "looks at it has to hold at 20.",
        ),
        "from-the-start": (
            "With which input did the second execution start?",
            "It is to go on where the first one ended. Which page comes next, and who has said so?",
            "Input of startExecution has the same two fields as the first start: the night, and "
            "the page that comes next.",
        ),
        "twice": (
            "Which page was the last of the first execution, and which the first of the second?",
            "What has been read is one thing, what is to be read another. Which of them did you "
            "hand over?",
            "$.page is the page that was just read. The next one stands in what it said.",
        ),
        "missing": (
            "Which page was never read? What happened just before it?",
            "Is there a way to the end on which the next page is not looked at?",
            "Whoever hands over starts an execution with the next page, before it ends itself.",
        ),
        "night-lost": (
            "What was the second execution given? Click on its first state in the picture.",
            "The function wants night and page. Which of them was handed over?",
            "Nothing goes from one execution to another by itself: Input has to name both.",
        ),
        "last-page": (
            "All pages had been read, and then it failed. What was still to be done?",
            "A page that is the last may be the twentieth, too. Which rule of the Choice comes "
            "first?",
            "Ask first whether there is a next page at all, and only then how many there have "
            "been.",
        ),
        "too-many": (
            "How many pages did the second execution read, and why not twenty?",
            "With which count did it begin? An execution that begins at 20 is through after one "
            "page.",
            "The count belongs to an execution, not to the night: it is not handed over.",
        ),
        "waits": (
            "When did the first execution end, and when the second?",
            "How is the resource called with which you start it? What does its ending mean?",
            "With .sync a Task waits for the execution that it started. Here nobody needs its "
            "answer.",
        ),
        "fails": (
            "Which state failed, and which path or field does its error name?",
            "What is counted needs a number to begin with, in every execution, also in the first "
            "one, whose input has none.",
            "An execution of a workflow by itself: $$.StateMachine.Id is its ARN.",
        ),
    },
    reasoning="""\
The history of a Standard execution ends at 25,000 events: the execution fails there, with whatever
it has done. A page takes nine events here, so after some 2,700 pages the night would be over. The
workflow therefore counts, and after 20 pages starts its own successor and ends.

The count begins at 1 in every execution, grows in Turn Page (States.MathAdd), and is looked at by
the Choice, but only after the question whether there is a next page at all: the last page may be
the twentieth. Hand Over starts an execution of the same machine, whose ARN it finds in the context
object. An ARN from the template would be a circle: the machine would need its own name before it
is made. The input is all that the successor knows, so night and next page have to be in it.

The role needs states:StartExecution on its own machine. Give it by a name with a fixed beginning,
or you have a circle there.

Also right: a count in a variable; JSONata; a Map over twenty pages at a time, where the pages are
known beforehand.

Usual mistakes: .sync, with which all executions of the night wait for the last one; a count that is
handed over; the current page instead of the next. And a chain has no end by itself: stop such a
workflow by deleting it, or by a rule that looks at how often it has been started.""",
)
