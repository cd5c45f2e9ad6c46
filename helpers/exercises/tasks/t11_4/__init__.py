"""11.4 A portfolio in a file: a distributed Map reads it, tolerates some, writes what came out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
PREFIX = "results/"
VALUE = """def lambda_handler(event, context):
    if event["symbol"].startswith("GONE"):
        raise LookupError(event["symbol"] + " is not traded any more")
    return {"symbol": event["symbol"], "value": int(event["shares"]) * len(event["symbol"])}
"""


@dataclass(frozen=True)
class Portfolio:
    """Stocks in a file, some of which are not traded any more."""

    stocks: int
    gone: int
    bucket: str
    key: str

    @property
    def rows(self) -> list[tuple[str, int]]:
        """Symbol and shares, those that are gone spread among the others."""
        apart = self.stocks // self.gone if self.gone else self.stocks + 1
        return [
            (f"GONE{n}" if n % apart == 0 and n // apart < self.gone else f"S{n}", n + 1)
            for n in range(self.stocks)
        ]

    @property
    def values(self) -> dict[str, int]:
        """What those that are traded are worth."""
        return {s: shares * len(s) for s, shares in self.rows if not s.startswith("GONE")}

    @property
    def tolerated(self) -> bool:
        """Whether no more than a tenth is gone."""
        return self.gone * 10 <= self.stocks

    def __str__(self) -> str:
        gone = f"{self.gone} of them not traded any more" if self.gone else "all of them traded"
        return f"a file of {self.stocks} stocks, {gone},"


PORTFOLIOS = (
    Portfolio(6, 0, "desk-of-monday", "stocks.csv"),
    Portfolio(20, 2, "desk-of-tuesday", "portfolios/tuesday.csv"),
    Portfolio(40, 4, "desk-of-wednesday", "a/b/wednesday.csv"),
    Portfolio(10, 2, "desk-of-thursday", "thursday.csv"),
)


def check(bench: Workbench) -> str:
    """Reads each file, writes each value, and fails if more than a tenth fails."""
    machine = bench.machine(bench.text(FILE), {"ValueFunctionArn": bench.function("value", VALUE)})
    s3 = bench.client("s3")
    for one in PORTFOLIOS:
        bench.trying(str(one))
        s3.create_bucket(Bucket=one.bucket)
        body = "".join(
            f"{symbol},{shares}\n" for symbol, shares in [("symbol", "shares"), *one.rows]
        )
        s3.put_object(Bucket=one.bucket, Key=one.key, Body=body.encode())
        run = machine.run({"bucket": one.bucket, "key": one.key})
        _ended(run, one)
        if one.tolerated:
            _written(s3, run, one)
    return (
        "Three files were read from S3 and all values written, though up to a tenth of the stocks "
        "failed; with a fifth the execution failed."
    )


def _ended(run: Execution, one: Portfolio) -> None:
    if one.tolerated and run.status != "SUCCEEDED":
        counts = next((step.iterations for step in run.walk() if step.map_run), {})
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        raise NotYet(
            f"With {one} the execution ended {run.status} with {run.error} (event "
            f"{run.events[-1]['id']}){f'; of the stocks: {told}' if told else ''}. "
            f"{(run.cause or '')[:300]}",
            hint=_why_failed(run, one),
            run=run,
        )
    if not one.tolerated and run.status == "SUCCEEDED":
        raise NotYet(
            f"With {one} the execution ended SUCCEEDED. More than a tenth is too much: it should "
            "have failed.",
            hint="hides",
            run=run,
        )
    if not one.tolerated and run.error != "States.ExceedToleratedFailureThreshold":
        raise NotYet(
            f"With {one} the execution ended {run.status} with {run.error}. It should have failed "
            "because too many stocks did.",
            hint="other-failure",
            run=run,
        )


def _why_failed(run: Execution, one: Portfolio) -> str:
    if run.error == "States.ExceedToleratedFailureThreshold":
        return "threshold" if one.gone else "item"
    if run.error == "States.ResultWriterFailed":
        return "no-results"
    if not any(step.map_run for step in run.walk()):
        return "no-map-run"
    return "not-read"


def _written(s3: Any, run: Execution, one: Portfolio) -> None:
    written = {
        value["symbol"]: value["value"]
        for value in _values(s3, one.bucket)
        if isinstance(value, dict) and {"symbol", "value"} <= value.keys()
    }
    missing = one.values.items() - written.items()
    if not missing:
        return
    if written:
        some = shown(dict(sorted(written.items())[:3]))
        said = f"there are {len(written)} values under {PREFIX}, such as {some}"
    else:
        said = f"there is no value in any object under {PREFIX}"
    raise NotYet(
        f"With {one} the execution succeeded, and {said}. {len(missing)} of {len(one.values)} are "
        "missing or other ones.",
        hint="not-all" if written else "no-results",
        run=run,
    )


def _values(s3: Any, bucket: str) -> Iterator[Any]:
    """What the children gave, out of all files of results: JSON or JSON Lines, in any form."""
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix=PREFIX).get("Contents", []):
        if "SUCCEEDED" not in entry["Key"]:
            continue
        body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().decode()
        try:
            listed = json.loads(body)
        except ValueError:
            listed = [json.loads(line) for line in body.splitlines() if line.strip()]
        for child in listed if isinstance(listed, list) else [listed]:
            value = child
            if isinstance(child, dict) and isinstance(child.get("Output"), str):
                value = json.loads(child["Output"])
            yield from value if isinstance(value, list) else [value]


TASK = Task(
    title="A portfolio in a file",
    minutes=15,
    check=check,
    hints={
        "": (
            "Where is the list that this Map goes through, and where will it be from now on?",
            "Four things are wanted: another mode, somebody who reads, somebody who writes, and a "
            "share that may fail. The workflow of this notebook has three of the four.",
            "ItemReader takes the place of ItemsPath, and its ReaderConfig says what kind of file "
            "it is. Bucket and key come from the input.",
        ),
        "not-read": (
            "What does the cause say: was the object not found, or was it not what it was taken "
            "for?",
            "Every file comes in another bucket and under another key: which paths of the input "
            "have them? And without a word of yours a file is taken for JSON.",
            "ReaderConfig has an InputType, and for CSV a CSVHeaderLocation. In Parameters, a "
            "value that is a path needs a key that ends in .$.",
        ),
        "no-map-run": (
            "In which mode does the Map run? Look into its ItemProcessor.",
            "Inside one execution a Map goes through a list that it was given, and has nobody who "
            "reads files.",
            "Mode and ExecutionType stand in the ProcessorConfig. With DISTRIBUTED there is a Map "
            "Run, and only then are ItemReader and ResultWriter looked at.",
        ),
        "item": (
            "Not one stock came through. What was Value Stock given? Look at a child execution.",
            "The function wants symbol and shares at the top of its input, as they stand in a "
            "line of the file.",
            "A batcher, or an ItemSelector, makes another input of them: is one of them needed?",
        ),
        "threshold": (
            "How many stocks failed, and how many are allowed to? It is a share, not a number.",
            "A Map Run fails with the first child that fails, unless it is told how much it may "
            "bear. There are two fields for that.",
            "With twice as many stocks, twice as many may fail. Which of the two fields grows "
            "along?",
        ),
        "hides": (
            "A fifth of the stocks has no value. Who should have noticed?",
            "Up to a tenth is borne. Is that what you have written, or is it more? And does a "
            "stock that fails count as failed?",
            "An error that is caught inside the item is no failure to the Map Run, and is not "
            "counted.",
        ),
        "other-failure": (
            "The execution failed, by another error than the one that was to come. Which?",
            "A Map Run that may fail in part counts, and when it has had enough its error is "
            "States.ExceedToleratedFailureThreshold.",
            "Only a Map in DISTRIBUTED mode has a Map Run.",
        ),
        "no-results": (
            "Where are the values now: in the output? How large may that become?",
            "A distributed Map can write to S3 what its children gave. The bucket is that of the "
            "file, the folder is results.",
            "ResultWriter has a Resource, as ItemReader has, and Parameters with a Bucket and a "
            "Prefix.",
        ),
        "not-all": (
            "Which stocks are missing: the last ones? Or is the value another one?",
            "A limit on how many are read, or a batch, changes what comes out.",
            "Each line of the file is to become one child with one value.",
        ),
    },
    reasoning="""\
In the mode DISTRIBUTED each item is an execution of its own, with a history of its own, and the
list does not have to pass through the workflow. Four things belong to it:

- "Mode": "DISTRIBUTED" with an ExecutionType;
- an ItemReader on arn:aws:states:::s3:getObject, with "Bucket.$" and "Key.$" from the input and
  a ReaderConfig of CSV, whose first row has the names;
- a ResultWriter on arn:aws:states:::s3:putObject with a Bucket and a Prefix: the output is then the
  name of a manifest, however many stocks there are;
- "ToleratedFailurePercentage": 10. A count would be right for one length of the file only.

Also right: EXPRESS children, which are cheaper and quicker where an item takes less than five
minutes; a WriterConfig that leaves out what the children are; JSONata.

Usual mistakes: no InputType, and the CSV is taken for JSON; a bucket that is written out; a Catch
inside the item, after which nothing ever counts as failed; a tolerance of 100, which bears all.""",
)
