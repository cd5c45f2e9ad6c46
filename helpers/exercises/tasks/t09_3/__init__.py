"""09.3 All of mine, nothing of theirs: what a deleted stack left, told from what is in use."""

from __future__ import annotations

import sys
from typing import Any

from helpers.exercises import NotYet, Ran, Task, Workbench
from helpers.exercises.workbench import RUNTIME

STACK = "trader"
TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: {RUNTIME}
    Handler: index.lambda_handler
Resources:
  StockBuyerFunction:
    Type: AWS::Serverless::Function
    Properties: {{InlineCode: lambda_handler = print}}
  NewsReader2:
    Type: AWS::Serverless::Function
    Properties: {{InlineCode: lambda_handler = print}}
"""
THEIRS = (
    *(f"/aws/lambda/{STACK}-2-Part{n:02}-a7Kq0Zx3LmPd" for n in range(52)),
    f"/aws/lambda/{STACK}-nightly",
    f"/aws/lambda/{STACK}-of-mine-StockBuyerFunction-Jw0tR8sQ2bVn",
    f"/aws/lambda/{STACK}s-StockBuyerFunction-Xk2pV9aB4cDe",
    f"/aws/vendedlogs/states/{STACK}-Workflow-Logs",
)
"""Log groups of others: of stacks and functions whose names begin alike, more than a page."""


def check(bench: Workbench) -> str:
    """The log groups of the deleted stack are gone, and all others are as they were."""
    bench.python("clean.py")
    bench.trying("to make and delete a stack")
    (bench.folder / ".trader.yaml").write_text(TEMPLATE, encoding="utf-8")
    stack = bench.stack(".trader.yaml", name=STACK)
    functions = [name for id, name in stack.physical.items() if "Lambda" in stack.types[id]]
    mine = [f"/aws/lambda/{name}" for name in functions]
    stack.delete()
    logs = bench.client("logs")
    for name in [*mine, *THEIRS]:
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=30)
        logs.create_log_stream(logGroupName=name, logStreamName="2026/11/27/[$LATEST]0")
    before = _groups(logs)
    for nth in ("", " once more"):
        bench.trying(f"clean.py {STACK}{nth}")
        ran = bench.run(sys.executable, "clean.py", STACK)
        _look(logs, ran, before, mine)
    if ran.code:
        raise NotYet(
            f"When nothing was left to delete, clean.py {STACK} ended with exit code {ran.code}: "
            f"{ran.last_line or 'it said nothing'}.",
            hint="again",
        )
    return (
        f"The {len(mine)} log groups that the stack {STACK} had left are gone, and the "
        f"{len(THEIRS)} of others, whose names begin alike, are as they were. To run it "
        "again does no harm."
    )


def _groups(logs: Any) -> dict[str, int | None]:
    """Name of each log group → days that it keeps its lines."""
    pages = logs.get_paginator("describe_log_groups").paginate()
    return {
        one["logGroupName"]: one.get("retentionInDays")
        for page in pages
        for one in page["logGroups"]
    }


def _look(logs: Any, ran: Ran, before: dict[str, int | None], mine: list[str]) -> None:
    now = _groups(logs)
    story = f"The stack {STACK} is gone. clean.py {STACK}"
    if lost := [name for name in THEIRS if now.get(name) != before[name]]:
        what = "deleted" if lost[0] not in now else "changed"
        raise NotYet(
            f"{story} {what} {len(lost)} log groups that are not the stack's. One of them: "
            f"{lost[0]}",
            hint="neighbour",
        )
    left = [name for name in mine if name in now]
    if not left:
        return
    said = f" The last that it said: {ran.last_line}" if ran.code else ""
    untouched = now == before and logs.describe_log_streams(logGroupName=left[0])["logStreams"]
    raise NotYet(
        f"{story} left {len(left)} of its {len(mine)} log groups where they were. One of them: "
        f"{left[0]}.{said}",
        hint="one-page" if untouched and not ran.code else "left",
    )


TASK = Task(
    title="All of mine, nothing of theirs",
    minutes=12,
    check=check,
    hints={
        "": (
            "What does the name of a function consist of that CloudFormation has named?",
            "STACK-LOGICALID-RANDOM. Logical ids have letters and digits only. What then cannot "
            "be in the rest of the name?",
            "Take a prefix to ask the service, and look at each name yourself before you delete. "
            "And is the first answer all there is?",
        ),
        "neighbour": (
            "Read the name that was hit, from the left. Where does the stack's name end?",
            "demo-sam-2 begins with demo-sam-, too: a prefix alone cannot tell a hyphen of the "
            "name from the hyphen after it.",
            "After the stack's name come exactly two more parts: a logical id without hyphens, "
            "and the random end.",
        ),
        "one-page": (
            "How many log groups does one answer list?",
            "Fifty at most. Where does the answer say that there are more?",
            "nextToken; or boto3's paginator for describe_log_groups, which follows it by itself.",
        ),
        "left": (
            "Which of the groups did it leave, and what is different about that one?",
            "Whatever the functions are called, and whatever their log holds: the group itself "
            "has to go. And the stack is no longer there to be asked.",
            "Go by the names that Logs has. A logical id can be any word of letters and digits.",
        ),
        "again": (
            "What does your script do if there is nothing to do?",
            "Whoever cleans up runs the script until it has nothing to say.",
            "An empty list, or a group that is not there any more, is no error here.",
        ),
    },
    reasoning="""
A prefix is a start: it lets the service find a few names among thousands. But demo-sam- is also how
demo-sam-2-… begins. CloudFormation's names are STACK-LOGICALID-RANDOM, and a logical id has letters
and digits only; so after the stack's name and a hyphen there is exactly one more hyphen. The
pattern says that, and leaves demo-sam-nightly alone as well.

Names are collected before the first is deleted: a list that shrinks while one turns its pages
skips some.

Surer still is to ask CloudFormation. It tells of deleted stacks for 90 days, by their id: the
resources and events of each name the functions that it had. That is right too, and finds a
function whose name was written out. After 90 days only names are left.

The best way is not to need this: a log group that is written into the template goes with its stack.
""",
)
