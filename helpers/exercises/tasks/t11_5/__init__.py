"""11.5 Too large to pass on: what does not fit between states goes to S3, and its key passes."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
MARKET = '''"""The check's market."""

import random


def prices(share, days):
    dice = random.Random("check of " + share)
    found = [dice.randrange(10_000_000, 99_999_999) / 100_000 for _ in range(days)]
    return [*found[:-1], 1000 + found[-1]]
'''
CASES = (("ABC", 10), ("XYZ", 60_000), ("DEF", 30_000))
"""A share, and how many days of it are fetched: the last price is always the highest."""


def check(bench: Workbench) -> str:
    """Right for few days and for many, and each list of prices is kept in the bucket."""
    bench.python("fetch/app.py"), bench.python("highest/app.py")
    (bench.folder / "fetch" / "market.py").write_text(MARKET, encoding="utf-8")
    bucket = "exercise-prices"
    bench.client("s3").create_bucket(Bucket=bucket)
    functions = {
        name: bench.function(name, name, timeout=20, variables={"BUCKET": bucket})
        for name in ("fetch", "highest")
    }
    machine = bench.machine(
        bench.text(FILE),
        {"FetchFunctionArn": functions["fetch"], "HighestFunctionArn": functions["highest"]},
    )
    runs = []
    for share, days in CASES:
        bench.trying(f"{days:,} days of {share}")
        run = machine.run({"share": share, "days": days})
        runs.append(run)
        _answered(run, share, days)
    kept = _kept(bench.client("s3"), bucket)
    for (share, days), run in zip(CASES, runs, strict=True):
        if _prices(share, days) not in kept:
            raise _not_kept(share, days, kept, run)
    return (
        f"{CASES[0][1]} days, {CASES[2][1]:,} and {CASES[1][1]:,}: the answer was right each time, "
        "and all three lists of prices are in the bucket, whole."
    )


def _prices(share: str, days: int) -> list[float]:
    dice = random.Random("check of " + share)
    prices = [dice.randrange(10_000_000, 99_999_999) / 100_000 for _ in range(days)]
    return [*prices[:-1], 1000 + prices[-1]]


def _answered(run: Execution, share: str, days: int) -> None:
    prices = _prices(share, days)
    wanted = {"days": days, "highest": max(prices)}
    story = f"With {days:,} days of {share}"
    if run.status != "SUCCEEDED":
        too_large = run.error in ("States.DataLimitExceeded", "Function.ResponseSizeTooLarge")
        raise NotYet(
            f"{story} {run.steps[-1].name if run.steps else 'the workflow'} failed (event "
            f"{run.events[-1]['id']}): {run.error}. {(run.cause or '')[:400]}",
            hint="too-large" if too_large or "256KB" in (run.cause or "") else "fails",
            run=run,
        )
    if run.output != wanted:
        raise NotYet(
            f"{story} the workflow gave {shown(run.output)}, and should have given "
            f"{shown(wanted)}.",
            hint="not-whole",
            run=run,
        )


def _kept(s3: Any, bucket: str) -> list[list[Any]]:
    """Every list in an object of the bucket: as the whole of it, or under a name."""
    lists: list[list[Any]] = []
    for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        try:
            content = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        except (ValueError, OSError):
            continue
        values = content.values() if isinstance(content, dict) else [content]
        lists += [value for value in values if isinstance(value, list)]
    return lists


def _not_kept(share: str, days: int, kept: list[list[Any]], run: Execution) -> NotYet:
    lengths = ", ".join(f"{len(one):,}" for one in kept)
    there = f"lists of {lengths} prices" if len(kept) > 1 else f"a list of {lengths} prices"
    if kept and any(_prices(other, many) in kept for other, many in CASES):
        return NotYet(
            f"All answers were right. After them, the bucket has {there}: that of {share}, with "
            f"{days:,} days, was written over.",
            hint="overwritten",
        )
    return NotYet(
        f"All answers were right. But the {days:,} prices of {share} are not in the bucket: it has "
        f"{there if kept else 'no list of prices'}.",
        hint="not-kept",
        run=run,
    )


TASK = Task(
    title="Too large to pass on",
    minutes=12,
    check=check,
    hints={
        "": (
            "How many bytes are 60,000 prices, and how many may pass from one state to the next?",
            "The one function has the list, the other needs it. Where could it lie in between, so "
            "that only its place has to be told?",
            "put_object in the one, get_object in the other; between them goes a key.",
        ),
        "too-large": (
            "Which state gave, or was given, the whole list?",
            "The limit holds for what a function returns to the workflow, before any field of the "
            "state looks at it. So who has to put the list elsewhere?",
            "The function that fetches writes to S3 and returns the key; the other one reads it "
            "there, by itself.",
        ),
        "overwritten": (
            "There were three executions. How many objects are in the bucket?",
            "What is written under a name that is always the same is there once. Two executions at "
            "the same time would even read each other's prices.",
            "What has each execution that no other has? A random id will do as well.",
        ),
        "not-kept": (
            "Where is the list after the execution? Look into the bucket: aws s3 ls.",
            "Somebody may ask later where the highest price came from: the prices should be there "
            "as they were fetched, as JSON.",
            "The disk of a function is its own. Two functions share a bucket, and not a disk.",
        ),
        "not-whole": (
            "How many days were asked for, and how many does the answer speak of?",
            "What was left out cannot be the highest, and it was.",
            "All prices go to S3; nothing has to be thinned out.",
        ),
        "fails": (
            "Which function failed, and what does its error say?",
            "A function that wants prices is not helped by a key, and the other way round: both "
            "files change.",
            "The bucket's name is in the environment, os.environ['BUCKET']; the body of an object "
            "is bytes that are read.",
        ),
    },
    reasoning="""\
From one state to the next, 256 KB may pass, 262,144 bytes, and so much a function may return to a
workflow. 60,000 prices are more than twice that. The limit is looked at first: neither
ResultSelector nor OutputPath comes early enough to help.

So the list goes to S3, where it may be as large as it likes, and its key goes through the workflow:
fetch writes the object and returns {"key": …}, highest reads it. The workflow stays as it was.

The key has to be another one for each execution: a random id, or the execution's name, which the
workflow can hand in ($$.Execution.Name). A name that is always the same is written over by the next
execution, and two at the same time read each other's prices. In a real bucket a lifecycle rule
deletes the objects after some days.

Usual mistakes: to compress, which moves the limit and does not remove it; to find the highest at
once in the first function, so that nothing is kept; /tmp, which on AWS the other function does not
see.""",
)
