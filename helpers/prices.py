"""What the stock trader costs on AWS: a dated table of list prices, and counts of its own.

    python -m helpers.prices [--check]

writes the tables of docs/real-account.md; with --check it writes nothing, and ends with 1 if they
are not those of this file. A bill is AWS's: other Regions, taxes and discounts are not in here.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

PRICES_AS_OF = "2026-11-27"
REGION = "us-east-1"
HOURS_A_MONTH = 730
HOURS_A_YEAR = 8760
"""And so often does a rule of `rate(1 hour)` start the trader in a year."""

PAGE = Path(__file__).resolve().parents[1] / "docs" / "real-account.md"
_ADDRESS = "https://aws.amazon.com/{}/pricing/"
_GB = Decimal(2**30)


@dataclass(frozen=True)
class Price:
    """A list price: `dollars` for so many (`per`) of a `unit`.

    free: how many of them AWS gives an account each month, for good; what it gives new ones for a
    while does not count. page: where AWS says so, below aws.amazon.com.
    """

    what: str
    dollars: Decimal
    per: int
    unit: str
    page: str
    free: int = 0

    @property
    def address(self) -> str:
        """The address of AWS's page."""
        return _ADDRESS.format(self.page)

    def cost(self, count: int | Decimal, months: Decimal | None = None) -> Decimal:
        """The dollars that `count` units cost.

        months: in how many months, evenly, they were used, where what is free in each is to be
        taken off; None takes nothing off.
        """
        billed = Decimal(count) - (self.free * months if months is not None else 0)
        return max(billed, Decimal(0)) * self.dollars / self.per


def _price(
    what: str, dollars: str, per: int, unit: str, page: str, free: int = 0
) -> tuple[str, Price]:
    return what, Price(what, Decimal(dollars), per, unit, page, free)


M = 1_000_000
TRANSITIONS = "Step Functions, Standard: states entered"
EXPRESS_STARTS = "Step Functions, Express: executions"
EXPRESS_SECONDS = "Step Functions, Express: memory × time"
REQUESTS = "Lambda: calls"
SECONDS = "Lambda on x86: memory × time"
SECONDS_ON_ARM = "Lambda on ARM: memory × time"
WRITES = "DynamoDB, provisioned: capacity to write"
READS = "DynamoDB, provisioned: capacity to read"
ITEMS = "DynamoDB: what is kept"
LOGGED = "CloudWatch Logs: what is written"
LOGS = "CloudWatch Logs: what is kept"
STARTS = "EventBridge: rules by schedule"
PUTS = "S3 Standard: uploads, copies and lists"
OBJECTS = "S3 Standard: what is kept"
WRITES_ON_DEMAND = "DynamoDB, on demand: writes"
READS_ON_DEMAND = "DynamoDB, on demand: reads"
ALARMS = "CloudWatch: alarms"

PRICES = dict(
    [
        _price(TRANSITIONS, "0.025", 1000, "transitions", "step-functions", 4000),
        _price(EXPRESS_STARTS, "1.00", M, "requests", "step-functions"),
        _price(EXPRESS_SECONDS, "0.00001667", 1, "GB-seconds", "step-functions"),
        _price(REQUESTS, "0.20", M, "requests", "lambda", M),
        _price(SECONDS, "0.0000166667", 1, "GB-seconds", "lambda", 400_000),
        # x86 and ARM share what is free, and so do a log's two lines.
        _price(SECONDS_ON_ARM, "0.0000133334", 1, "GB-seconds", "lambda", 400_000),
        _price(WRITES, "0.00065", 1, "unit-hours", "dynamodb", 25 * HOURS_A_MONTH),
        _price(READS, "0.00013", 1, "unit-hours", "dynamodb", 25 * HOURS_A_MONTH),
        _price(WRITES_ON_DEMAND, "0.625", M, "request units", "dynamodb"),
        _price(READS_ON_DEMAND, "0.125", M, "request units", "dynamodb"),
        _price(ITEMS, "0.25", 1, "GB-months", "dynamodb", 25),
        _price(OBJECTS, "0.023", 1, "GB-months", "s3"),
        _price(PUTS, "0.005", 1000, "requests", "s3"),
        _price("S3 Standard: downloads", "0.0004", 1000, "requests", "s3"),
        _price(LOGGED, "0.50", 1, "GB", "cloudwatch", 5),
        _price(LOGS, "0.03", 1, "GB-months", "cloudwatch", 5),
        _price(ALARMS, "0.10", 1, "alarm-months", "cloudwatch", 10),
        _price("EventBridge: events of your own", "1.00", M, "events", "eventbridge"),
        _price(STARTS, "0", 1, "starts", "eventbridge"),
        _price("CloudFormation: stacks of AWS's types", "0", 1, "stacks", "cloudformation"),
        _price(
            "Application Insights (its alarms and logs are CloudWatch's)",
            *("0", 1, "applications", "cloudwatch"),
        ),
    ]
)


# ---- the trader's own counts; tests/test_prices.py counts them anew, by executions that run

STATES_ENTERED = 4
"""Of one execution: checker, Choice, buyer or seller, record."""
CALLS = 2
MEMORY_GB = Decimal(128) / 1024
CALL_SECONDS = Decimal("0.010")
"""Of a cold call, as the local endpoint bills it; an hourly call is cold. AWS's take longer, but a
hundred times as long would be four cents a year."""
LOG_BYTES = 1100
"""Of the two calls: four lines each, and 26 bytes that CloudWatch adds to each line."""
ITEM_BYTES = 205
"""Of a trade in the table, with the 100 bytes that DynamoDB adds."""
WRITE_UNITS = READ_UNITS = 1
"""The capacity that the template reserves for the table: it is billed while nothing is traded."""
UPLOADS = 5
"""Of one `sam deploy`: three functions, the workflow, the template."""


@dataclass(frozen=True)
class Line:
    """What of a thing is used, and the dollars for it.

    after: what is left to pay if all that AWS gives away each month is there for it.
    """

    price: Price
    count: Decimal
    dollars: Decimal
    after: Decimal


def trader(executions: int, hours: int = 0) -> list[Line]:
    """What so many executions of the stock trader cost, line by line.

    hours: how long its stack stands; 0 for the executions alone. What they leave in the table and
    in the logs grows evenly, and is kept for half of that time on the average.
    """
    months = Decimal(hours) / HOURS_A_MONTH
    kept = executions * months / 2 / _GB
    counts = {
        TRANSITIONS: Decimal(STATES_ENTERED * executions),
        REQUESTS: Decimal(CALLS * executions),
        SECONDS: CALLS * executions * CALL_SECONDS * MEMORY_GB,
        WRITES: Decimal(WRITE_UNITS * hours),
        READS: Decimal(READ_UNITS * hours),
        ITEMS: ITEM_BYTES * kept,
        LOGGED: LOG_BYTES * executions / _GB,
        LOGS: LOG_BYTES * kept,
        STARTS: Decimal(executions),
    }
    at_least_one = max(months, Decimal(1))
    return [
        Line(price, count, price.cost(count), price.cost(count, at_least_one))
        for price, count in ((PRICES[what], count) for what, count in counts.items())
    ]


def total(lines: list[Line]) -> Decimal:
    """The dollars of all lines, nothing taken off."""
    return sum((line.dollars for line in lines), Decimal(0))


def total_after(lines: list[Line]) -> Decimal:
    """The dollars of all lines after what is free each month."""
    return sum((line.after for line in lines), Decimal(0))


# ---- in words


def said(dollars: Decimal) -> str:
    """Dollars and cents; below a cent with two digits that tell.

    >>> said(Decimal("7.728")), said(Decimal("0.000101")), said(Decimal(0))
    ('$7.73', '$0.0001', '$0')
    """
    if dollars == 0:
        return "$0"
    if dollars >= Decimal("0.01"):
        return f"${dollars:,.2f}"
    return f"${short(dollars, 2)}"


def words() -> str:
    """What a learner is told before something is made on an account: three lines."""
    return (
        f"What it costs, by AWS's list prices of {PRICES_AS_OF} ({REGION}): the stack, "
        f"{said(DAY)} a day or {said(MONTH)} a month,\n"
        f"idle or not; an execution, {said(EXECUTION)}; a whole year with the hourly rule on, "
        f"{said(YEAR)}.\n"
        f"On an account that uses nothing else, what AWS gives away each month covers that: "
        f"{said(YEAR_AFTER)} (docs/real-account.md)."
    )


DAY = total(trader(0, 24))
MONTH = total(trader(0, HOURS_A_MONTH))
EXECUTION = total(trader(1))
YEAR = total(trader(HOURS_A_YEAR, HOURS_A_YEAR))
YEAR_AFTER = total_after(trader(HOURS_A_YEAR, HOURS_A_YEAR))


def short(number: Decimal, digits: int) -> str:
    """A number with so many digits that tell, and no more of them than it has."""
    if number >= 1000:
        return f"{number:,.0f}"
    rounded = round(number, digits - 1 - number.adjusted()) if number else number
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# ---- the page


def page(text: str) -> str:
    """The page with its tables as they should be: each stands below its own head.

    Raises ValueError where a table is not there, or is there twice.
    """
    for head, rows in ((_YEARS_HEAD, _year()), (_PRICES_HEAD, _prices())):
        table = "\n".join([head, re.sub(r"[^|]+", " --- ", head), *rows]) + "\n"
        old = re.escape(head).replace(re.escape(PRICES_AS_OF), "[0-9-]+")
        text, there = re.subn(f"{old}\n(\\|.*\n)*", lambda _, new=table: new, text)
        if there != 1:
            raise ValueError(f"{PAGE.name} has no table, or two, with the head {head}")
    return text


_YEARS_HEAD = "| a year with the rule on | how many | list price | after what is free |"
_PRICES_HEAD = f"| prices as of {PRICES_AS_OF}, {REGION} | list price | free each month |"


def _year() -> list[str]:
    lines = trader(HOURS_A_YEAR, HOURS_A_YEAR)
    rows = [
        f"| {line.price.what} | {short(line.count, 2)} {line.price.unit} | {said(line.dollars)} "
        f"| {said(line.after)} |"
        for line in lines
    ]
    return [
        *rows,
        f"| **all of it** | | **{said(total(lines))}** | **{said(total_after(lines))}** |",
    ]


def _prices() -> list[str]:
    return [
        f"| [{one.what}]({one.address}) | {listed(one)} "
        f"| {f'{one.free:,} {one.unit}' if one.free else '–'} |"
        for one in PRICES.values()
    ]


def listed(one: Price) -> str:
    """A price as people say it: `$0.025 per 1,000 transitions`."""
    if not one.dollars:
        return "free"
    units = {1: one.unit.removesuffix("s"), M: f"million {one.unit}"}
    return f"${one.dollars} per {units.get(one.per) or f'{one.per:,} {one.unit}'}"


def main(arguments: list[str] | None = None) -> int:
    """Write the page's tables; with `--check` say whether they are to be written."""
    parser = argparse.ArgumentParser(prog="helpers.prices", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what is not fresh")
    checking = parser.parse_args(arguments).check
    text = PAGE.read_text(encoding="utf-8")
    fresh = page(text)
    if text != fresh and checking:
        print(f"docs/{PAGE.name} is not fresh: python -m helpers.prices")
        return 1
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
