"""What an account would be billed: what was used in a month, and what stands there idle.

By CloudWatch's metrics and what the services tell of themselves; Cost Explorer is not asked, since
each of its answers is billed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from helpers import prices, usage
from helpers.console.aws import Aws, Problem, attempt
from helpers.units import duration, plural
from helpers.usage import Used

DAY = 86400  # seconds
TABLES = 100  # that are looked at: each is asked for itself
MACHINES = 20  # the busiest ones, whose states are counted
LATEST = 3  # executions of each that are looked at for that
MOST_KNOWN = 1000  # executions whose states are remembered
_GB = Decimal(2**30)
_NONE = Decimal(0)
_ENTERED: dict[tuple[str, datetime | None], int] = {}
"""By its ARN and when it ended, how many states an execution entered."""


@dataclass
class Part:
    """What a service bills. notes: what is behind the counts, and what they leave out."""

    lines: list[Used] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Standing:
    """Something that is billed while nobody uses it, and why it is. page: where it is shown."""

    what: str
    page: tuple[str, ...]
    lines: list[Used]
    why: str

    @property
    def dollars(self) -> Decimal:
        """By the list."""
        return total(self.lines)[0]

    @property
    def after(self) -> Decimal:
        """After what is free each month."""
        return total(self.lines)[1]


def total(lines: Iterable[Used]) -> tuple[Decimal, Decimal]:
    """The dollars of all lines, by the list and after what is free."""
    lines = list(lines)
    return (
        sum((one.dollars for one in lines), _NONE),
        sum((one.after for one in lines), _NONE),
    )


# ---- what was used in a month


def step_functions(aws: Aws, metrics: usage.Metrics) -> Part:
    """Transitions: executions by their metric, each with as many states as the latest entered."""
    machines = aws.pages("stepfunctions", "list_state_machines", "stateMachines")
    standard = [one for one in machines if one["type"] == "STANDARD"]
    started = metrics.totals(
        [
            ("AWS/States", "ExecutionsStarted", {"StateMachineArn": one["stateMachineArn"]})
            for one in standard
        ]
    )
    part, transitions = Part(), _NONE
    busiest = sorted(zip(standard, started, strict=True), key=lambda one: -one[1])
    for machine, count in busiest[:MACHINES]:
        if not count:
            break
        told = plural(int(count), "execution")
        latest = int(min(count, LATEST))
        looked = attempt(partial(_states, aws, machine["stateMachineArn"], latest))
        if isinstance(looked, Problem):
            part.notes.append(f"{machine['name']}: {told}, not counted. {looked.what}")
            continue
        states, runs = looked
        if not runs:
            part.notes.append(
                f"{machine['name']}: {told}, none of which is listed any more; their states are "
                "not counted."
            )
            continue
        transitions += count * states / runs
        average = prices.short(Decimal(states) / runs, 3)
        entered = "1 state" if average == "1" else f"{average} states"
        part.notes.append(
            f"{machine['name']}: {told}, each {entered} (as the latest {runs} on average)."
        )
    if rest := int(sum((count for _, count in busiest[MACHINES:]), _NONE)):
        part.notes.append(
            f"{plural(rest, 'execution')} of less busy state machines are not counted: this page "
            f"looks at {MACHINES}."
        )
    requests, seconds = metrics.express()
    part.lines = _lines(
        (prices.TRANSITIONS, transitions),
        (prices.EXPRESS_STARTS, requests),
        (prices.EXPRESS_SECONDS, seconds),
    )
    return part


def _states(aws: Aws, machine: str, most: int) -> tuple[int, int]:
    """States that the latest executions entered, all together, and how many executions."""
    latest = aws.client("stepfunctions").list_executions(stateMachineArn=machine, maxResults=most)
    counts = [_entered(aws, one) for one in latest["executions"]]
    return sum(counts), len(counts)


def _entered(aws: Aws, execution: dict[str, Any]) -> int:
    """States that it entered; read once of one that has ended, which changes only by a redrive."""
    which = (execution["executionArn"], execution.get("stopDate"))
    if (known := _ENTERED.get(which)) is not None:
        return known
    counted = usage.entered(aws.client("stepfunctions"), which[0], children=False)
    if which[1]:
        if len(_ENTERED) >= MOST_KNOWN:
            _ENTERED.clear()
        _ENTERED[which] = counted
    return counted


def functions(aws: Aws, metrics: usage.Metrics) -> Part:
    """Calls of all functions, and the memory × time of those that are there."""
    known = aws.pages("lambda", "list_functions", "Functions")
    calls, whole, *took = metrics.totals(
        [
            ("AWS/Lambda", "Invocations", {}),
            ("AWS/Lambda", "Duration", {}),
            *(("AWS/Lambda", "Duration", {"FunctionName": one["FunctionName"]}) for one in known),
        ]
    )
    seconds = {"x86_64": _NONE, "arm64": _NONE}
    for one, milliseconds in zip(known, took, strict=True):
        kind = one.get("Architectures", ["x86_64"])[0]
        seconds[kind] += milliseconds / 1000 * one["MemorySize"] / 1024
    part = Part(
        _lines(
            (prices.REQUESTS, calls),
            (prices.SECONDS, seconds["x86_64"]),
            (prices.SECONDS_ON_ARM, seconds["arm64"]),
        )
    )
    if (gone := whole - sum(took, _NONE)) > 1:
        part.notes.append(
            f"{duration(float(gone) / 1000)} of functions that are gone are not counted, since "
            "nobody knows their memory any more."
        )
    if calls:
        part.notes.append("The time of cold starts is not in the metric; AWS bills it too.")
    return part


def tables(told: list[dict[str, Any]], metrics: usage.Metrics) -> Part:
    """Units that were taken on demand, and the capacity that was reserved.

    told: what DescribeTable says of each.
    """
    known = _described(told)
    on_demand = [one["TableName"] for one in known if _is_on_demand(one)]
    units = metrics.totals(
        [
            ("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", {"TableName": table})
            for kind in ("Write", "Read")
            for table in on_demand
        ]
    )
    writes, reads = sum(units[: len(on_demand)], _NONE), sum(units[len(on_demand) :], _NONE)
    reserved = {prices.WRITES: _NONE, prices.READS: _NONE}
    for one in known:
        stood = metrics.until - max(metrics.since, one["CreationDateTime"].astimezone(UTC))
        hours = Decimal(max(stood, timedelta()).total_seconds()) / 3600
        for what, count in _capacity(one).items():
            reserved[what] += count * hours
    part = Part(
        _lines(
            (prices.WRITES_ON_DEMAND, writes),
            (prices.READS_ON_DEMAND, reads),
            *reserved.items(),
        )
    )
    if any(reserved.values()):
        part.notes.append("Reserved capacity is taken to have been all the time as it is now.")
    if left := len(told) - len(known):
        part.notes.append(f"{plural(left, 'table')} could not be described, and are not counted.")
    return part


def logs(groups: list[dict[str, Any]], metrics: usage.Metrics) -> Part:
    """What was written to logs, by its metric; else by what is kept of the month's groups."""
    written = metrics.total("AWS/Logs", "IncomingBytes")
    part = Part()
    if not written:
        since, until = metrics.since.timestamp() * 1000, metrics.until.timestamp() * 1000
        new = [one for one in groups if since <= one["creationTime"] < until]
        written = Decimal(sum(one.get("storedBytes", 0) for one in new))
        if written:
            part.notes.append(
                "There is no metric of what was written, so what is kept of the groups that were "
                "made in this month stands for it."
            )
    part.lines = _lines((prices.LOGGED, written / _GB))
    return part


# ---- what stands there


def standing_tables(told: list[dict[str, Any]]) -> list[Standing]:
    """Each table's reserved capacity, and what it keeps."""
    return [
        Standing(
            one["TableName"],
            ("tables", one["TableName"]),
            _lines(
                *((what, count * prices.HOURS_A_MONTH) for what, count in _capacity(one).items()),
                (prices.ITEMS, Decimal(one.get("TableSizeBytes", 0)) / _GB),
            ),
            "on demand: only what it keeps"
            if _is_on_demand(one)
            else "its capacity is reserved, whether anything reads or writes",
        )
        for one in _described(told)
    ]


def standing_logs(groups: list[dict[str, Any]]) -> list[Standing]:
    """What all log groups keep."""
    kept = sum(one.get("storedBytes", 0) for one in groups)
    if not kept:
        return []
    for_ever = sum("retentionInDays" not in one for one in groups)
    why = "it is kept until its time is over"
    if for_ever:
        why = f"{for_ever} of them keep all for ever: no retention is set"
    return [
        Standing(
            plural(len(groups), "log group"),
            ("logs",),
            _lines((prices.LOGS, Decimal(kept) / _GB)),
            why,
        )
    ]


def standing_alarms(aws: Aws) -> list[Standing]:
    """The alarms, by the metrics that they look at; a composite one has a price of its own."""
    client = aws.client("cloudwatch")
    alarms: list[dict[str, Any]] = []
    for page in client.get_paginator("describe_alarms").paginate():
        alarms += page.get("MetricAlarms", [])
    if not alarms:
        return []
    looked_at = sum(
        sum("MetricStat" in query for query in one.get("Metrics", [])) or 1 for one in alarms
    )
    return [
        Standing(
            plural(len(alarms), "alarm"),
            ("alarms",),
            _lines((prices.ALARMS, Decimal(looked_at))),
            "each metric that one looks at is billed, whatever its state",
        )
    ]


def standing_buckets(aws: Aws, lately: usage.Metrics) -> list[Standing]:
    """What the buckets keep, by the metric that S3 writes once a day.

    lately: of the last days.
    """
    buckets = [one["Name"] for one in aws.client("s3").list_buckets().get("Buckets", [])]
    if not buckets:
        return []
    kept = lately.largest(
        [
            ("AWS/S3", "BucketSizeBytes", {"BucketName": one, "StorageType": "StandardStorage"})
            for one in buckets
        ]
    )
    why = "its objects and their old versions, by S3's daily metric"
    if not any(kept):
        why = "how much they keep is not counted: S3 has written no metric of it here"
    return [
        Standing(
            plural(len(buckets), "bucket"),
            ("buckets",),
            _lines((prices.OBJECTS, sum(kept, _NONE) / _GB)),
            why,
        )
    ]


def describe_tables(aws: Aws) -> list[dict[str, Any]] | Problem:
    """What DynamoDB says of each table, of so many as are looked at.

    One that may not be described has its name alone; a Problem where that goes for all.
    """
    client = aws.client("dynamodb")
    names = aws.pages("dynamodb", "list_tables", "TableNames")[:TABLES]

    def describe(name: str) -> dict[str, Any] | Problem:
        return attempt(lambda: client.describe_table(TableName=name)["Table"])

    told = aws.at_once(describe, names)
    problems = [one for one in told if isinstance(one, Problem)]
    if problems and len(problems) == len(told):
        return problems[0]
    return [
        {"TableName": name} if isinstance(one, Problem) else one
        for name, one in zip(names, told, strict=True)
    ]


def _described(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in tables if "KeySchema" in one]


def _is_on_demand(table: dict[str, Any]) -> bool:
    return table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"


def _capacity(table: dict[str, Any]) -> dict[str, Decimal]:
    """The units that a table and its indexes reserve."""
    if _is_on_demand(table):
        return {}
    reserved = [table, *table.get("GlobalSecondaryIndexes", [])]
    told = [one.get("ProvisionedThroughput", {}) for one in reserved]
    return {
        prices.WRITES: Decimal(sum(one.get("WriteCapacityUnits", 0) for one in told)),
        prices.READS: Decimal(sum(one.get("ReadCapacityUnits", 0) for one in told)),
    }


def _lines(*counts: tuple[str, Decimal]) -> list[Used]:
    """What was used at all."""
    return [Used(what, count) for what, count in counts if count]
