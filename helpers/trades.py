"""The trades in the TransactionTable as a DataFrame: what was held, spent, earned, and the profit.

    ledger = trades.read("demo-sam")          # a stack's table; a table's name or ARN will do too
    print(trades.summary(ledger))
    trades.compare(ledger, trades.replay(ledger, threshold=30))

A ledger is a DataFrame with one row a trade, in the order of time:

    time       when it was traded, in UTC
    type       "buy" or "sell"; any other moves no shares
    price      dollars a share
    qty        shares traded, always positive
    cash_flow  dollars that came in: price × qty of a sale, minus that of a purchase
    position   shares held after the trade
    cash       all cash flows so far: below zero, more was spent than earned
    profit     cash + position × price: what you would have if you closed the position at the
               price of this trade, the last one known
    id         the trade's own

Nothing checks that a seller holds what it sells; the mock market lets you. The position may
therefore go below zero (a *short* position): shares that would have to be bought back. The
formula holds there too, since buying them back costs position × price.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from helpers.errors import CourseError

NEEDED = ("time", "type", "price", "qty", "position", "cash", "profit")
THRESHOLD = 50
"""The app buys at this many dollars or less: the Choice rule of its state machine."""

ATTRIBUTES = ("Id", "Type", "Price", "Quantity", "Timestamp")


class TradesError(CourseError):
    """The trades cannot be read, or what was given are no trades."""


class NoSuchTable(TradesError):
    """No table has this name or ARN, and no stack of this name has one."""


class Unreachable(TradesError):
    """Nothing answers at the endpoint, or there are no credentials or region to ask with."""


# ---- from items to a ledger


def from_items(items: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A ledger made of the table's items, in any order.

    items: as boto3's DynamoDB client gives them ({"Price": {"N": "42"}, …}) or its Table resource
    ({"Price": Decimal("42"), …}). Attributes other than the five of the lesson are left out.

    Raises TradesError, which names the item, if an attribute is missing or is not what it says.
    """
    rows = [tuple(_plain(item, name) for name in ATTRIBUTES) for item in items]
    rows.sort(key=lambda row: str(row[0]))  # of two at the same moment, always the same comes first
    ids, kinds, prices, quantities, times = zip(*rows, strict=True) if rows else ((),) * 5
    return _ledger(
        time=_times(times, ids),
        kind=np.array(kinds, dtype=object),
        price=_numbers(prices, "Price", ids),
        qty=_numbers(quantities, "Quantity", ids, smallest=0),
        ids=np.array(ids, dtype=object),
    )


def simulate(
    prices: Sequence[float],
    threshold: float = THRESHOLD,
    quantities: Sequence[int] | int = 1,
    times: Sequence[datetime] | pd.Series | None = None,
) -> pd.DataFrame:
    """The ledger of a trader who buys at `threshold` dollars or less and else sells.

    prices: dollars a share, one a trade. quantities: shares, one a trade or the same for all.
    times: one a trade; a time without a zone is UTC; if none are given, hourly from 1 January 2025.

    Raises TradesError if the lengths differ or a value is none that a trade can have.
    """
    price = _numbers(prices, "price")
    count = len(price)
    given = quantities if isinstance(quantities, Iterable) else [quantities] * count
    qty = _numbers(given, "quantity", smallest=0)
    if times is None:
        when = pd.Series(pd.date_range("2025-01-01", periods=count, freq="h", tz="UTC"))
    else:
        when = _times(times)
    for name, length in (("quantities", len(qty)), ("times", len(when))):
        if length != count:
            raise TradesError(
                f"There are {count:,} prices but {length:,} {name}.",
                "Each trade has one price, one quantity and one time.",
                f"Give as many {name} as prices.",
            )
    ledger = _ledger(
        time=when,
        kind=np.where(price <= threshold, "buy", "sell").astype(object),
        price=price,
        qty=qty,
        ids=np.array([f"simulated-{n}" for n in range(1, count + 1)], dtype=object),
    )
    ledger.attrs["threshold"] = threshold
    return ledger


def replay(ledger: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The same market again, at the same times with the same quantities, for another threshold.

    Raises TradesError if `ledger` is none.
    """
    checked(ledger)
    return simulate(ledger["price"], threshold, ledger["qty"], ledger["time"])


def since(earlier: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """The trades of `ledger` that are not in `earlier`, as a ledger that begins with nothing held.

    Raises TradesError if one of the two is no ledger.
    """
    new = checked(ledger)[~ledger["id"].isin(checked(earlier)["id"])]
    return _ledger(
        time=new["time"].reset_index(drop=True),
        kind=new["type"].to_numpy(object),
        price=new["price"].to_numpy(),
        qty=new["qty"].to_numpy(),
        ids=new["id"].to_numpy(object),
    )


def checked(ledger: pd.DataFrame) -> pd.DataFrame:
    """`ledger` itself if it is one. Raises TradesError, saying what it lacks, if not."""
    columns = getattr(ledger, "columns", ())
    if missing := [name for name in NEEDED if name not in columns]:
        raise TradesError(
            "This is no table of trades.",
            f"It is a {type(ledger).__name__} without {', '.join(missing)}.",
            "Give what trades.read, trades.from_items or trades.simulate returned.",
        )
    return ledger


def _ledger(
    time: pd.Series, kind: np.ndarray, price: np.ndarray, qty: np.ndarray, ids: np.ndarray
) -> pd.DataFrame:
    """The columns that were recorded, sorted, and the five that follow from them."""
    time = time.astype("datetime64[us, UTC]")
    order = np.argsort(time.dt.tz_localize(None).to_numpy(), kind="stable")
    kind, price, qty = kind[order], price[order], qty[order]
    bought = qty * ((kind == "buy").astype(np.int64) - (kind == "sell"))
    cash_flow = -bought * price
    position, cash = bought.cumsum(), cash_flow.cumsum()
    return pd.DataFrame(
        {
            "time": time.iloc[order].reset_index(drop=True),
            "type": kind,
            "price": price,
            "qty": qty,
            "cash_flow": cash_flow,
            "position": position,
            "cash": cash,
            "profit": cash + position * price,
            "id": ids[order],
        }
    )


def _plain(item: Mapping[str, Any], name: str) -> Any:
    """An attribute's value without DynamoDB's type around it; TradesError if it is not there."""
    try:
        value = item[name]
    except (KeyError, TypeError):
        ident = item.get("Id", "without an Id") if isinstance(item, Mapping) else repr(item)
        raise _no_trade(ident, f"it has no {name}") from None
    if isinstance(value, Mapping) and len(value) == 1:
        return next(iter(value.values()))
    return value


def _times(values: Sequence[Any] | pd.Series, ids: Sequence[Any] = ()) -> pd.Series:
    """Times, or texts in ISO 8601, as times in UTC; one without an offset is UTC, as in Lambda."""
    if isinstance(values, pd.Series) and isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").reset_index(drop=True)
    read = []
    for at, value in enumerate(values):
        try:
            # not pandas: 2.2 reads a text without an offset with the offset of the one before
            time = value if hasattr(value, "tzinfo") else datetime.fromisoformat(value)
        except (ValueError, TypeError):
            wrong = f"is {value!r}, not a time in ISO 8601"
            if len(ids):
                raise _no_trade(ids[at], f"its Timestamp {wrong}") from None
            raise TradesError(f"The time at place {at} {wrong}.", "", "Give only times.") from None
        read.append(time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time)
    return pd.Series(np.array(read, dtype="datetime64[us]")).dt.tz_localize("UTC")


def _numbers(
    values: Iterable[Any], name: str, ids: Sequence[Any] = (), smallest: float = -np.inf
) -> np.ndarray:
    """The values as whole numbers if all are whole, else as floats; TradesError if one is none."""
    given = np.asarray(values if hasattr(values, "__len__") else list(values))
    try:
        numbers = given.astype(float)
    except (TypeError, ValueError):
        numbers = np.array([_number(value) for value in given], dtype=float)
    good = np.isfinite(numbers) & (numbers >= smallest)
    if not good.all():
        at = int(np.argmin(good))
        wrong = f"is {given[at]!s}, not a number"
        wrong += f" from {smallest:g} up" if np.isfinite(smallest) else ""
        if len(ids):
            raise _no_trade(ids[at], f"its {name} {wrong}")
        raise TradesError(f"The {name} at place {at} {wrong}.", "", "Give only numbers.")
    whole = numbers.astype(np.int64)
    return whole if (whole == numbers).all() else numbers


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _no_trade(ident: Any, why: str) -> TradesError:
    if isinstance(ident, Mapping) and len(ident) == 1:
        ident = next(iter(ident.values()))
    return TradesError(
        f"The item {ident} is no trade: {why}.",
        "A trade has Id, Type, Price, Quantity and Timestamp, as Record Transaction writes them.",
        "Look at it with `aws dynamodb scan`, and delete it or write it anew.",
    )


# ---- what a ledger says


def summary(ledger: pd.DataFrame) -> str:
    """What happened, in a few lines of words and figures.

    Raises TradesError if `ledger` is none.
    """
    if checked(ledger).empty:
        return "No trades yet: the table is empty."
    first, last = ledger["time"].iloc[0], ledger["time"].iloc[-1]
    low, high = ledger["price"].min(), ledger["price"].max()
    at = f"at {money(low)}" if low == high else f"at {money(low)} to {money(high)}"
    span = f"on {moment(first)}" if first == last else f"from {moment(first)} to {moment(last)}"
    end = ledger.iloc[-1]
    lines = [f"{many(len(ledger), 'trade')} {span} UTC, {at} a share."]
    lines += [_side(ledger, kind) for kind in ("buy", "sell")]
    if others := other_types(ledger):
        lines.append(f"Of other types, which move no shares: {others}.")
    lines.append(
        f"At the end: {held(end['position'])}, {money(end['cash'])} in cash; at the last price of "
        f"{money(end['price'])} a share that makes a {gain(end['profit'])}."
    )
    if ledger["profit"].min() < ledger["profit"].max():
        worst, best = ledger.loc[ledger["profit"].idxmin()], ledger.loc[ledger["profit"].idxmax()]
        lines.append(
            f"Profit was lowest at {money(worst['profit'])} ({moment(worst['time'])}) "
            f"and highest at {money(best['profit'])} ({moment(best['time'])})."
        )
    if (shortest := ledger["position"].min()) < 0:
        lines.append(
            f"The position fell as low as {number(shortest)} shares: the mock market lets you sell "
            "what you do not hold."
        )
    return "\n".join(lines)


def compare(
    ledger: pd.DataFrame, other: pd.DataFrame, names: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Two ledgers side by side: one row a figure, one column a ledger, all as text to read.

    names: of the columns; without them, the thresholds where they are known.
    Raises TradesError if one of the two is no ledger.
    """
    columns = names or names_of(ledger, other)
    return pd.DataFrame(
        {name: _figures(checked(one)) for name, one in zip(columns, (ledger, other), strict=True)}
    )


def names_of(ledger: pd.DataFrame, other: pd.DataFrame) -> tuple[str, str]:
    """What to call two ledgers: by their thresholds if these are known and differ."""
    known = [checked(one).attrs.get("threshold") for one in (ledger, other)]
    if known[0] is None and known[1] is not None:
        known[0] = THRESHOLD
    if None in known or known[0] == known[1]:
        return "first", "second"
    return f"buys up to {money(known[0])}", f"buys up to {money(known[1])}"


def _figures(ledger: pd.DataFrame) -> dict[str, str]:
    sides = [turnover(ledger, kind) for kind in ("buy", "sell")]
    figures = {"trades": number(len(ledger))}
    figures |= {f"{side.kind}s": number(side.trades) for side in sides}
    figures |= {f"shares {side.past}": number(side.shares) for side in sides}
    figures |= {f"average price {side.past}": side.average for side in sides}
    if ledger.empty:
        return figures | dict.fromkeys(
            ("lowest position", "highest position", "last position", "cash", "profit"), "–"
        )
    return figures | {
        "lowest position": number(ledger["position"].min()),
        "highest position": number(ledger["position"].max()),
        "last position": number(ledger["position"].iloc[-1]),
        "cash": money(ledger["cash"].iloc[-1]),
        "profit": money(ledger["profit"].iloc[-1]),
    }


def other_types(ledger: pd.DataFrame) -> str:
    """The types that are neither buy nor sell, counted: "3 hold"; "" if there are none."""
    counts = ledger["type"].value_counts()
    return ", ".join(
        f"{number(count)} {kind}" for kind, count in counts.items() if kind not in ("buy", "sell")
    )


@dataclass(frozen=True)
class Turnover:
    """All buys or all sells of a ledger: how many trades, how many shares, for how many dollars."""

    kind: str
    trades: int
    shares: float
    worth: float

    @property
    def past(self) -> str:
        """ "bought" or "sold"."""
        return {"buy": "bought", "sell": "sold"}[self.kind]

    @property
    def average(self) -> str:
        """Dollars a share, weighted by shares, as text; a dash if there were none."""
        return money(self.worth / self.shares, cents=True) if self.shares else "–"


def turnover(ledger: pd.DataFrame, kind: str) -> Turnover:
    """What was bought ("buy") or sold ("sell") in all."""
    which = (ledger["type"] == kind).to_numpy()
    qty, price = ledger["qty"].to_numpy()[which], ledger["price"].to_numpy()[which]
    return Turnover(kind, int(which.sum()), qty.sum(), (price * qty).sum())


def _side(ledger: pd.DataFrame, kind: str) -> str:
    side = turnover(ledger, kind)
    if not side.trades:
        return f"No {kind}s."
    return (
        f"{many(side.trades, kind)}: {many(side.shares, 'share')} for {money(side.worth)}, "
        f"{side.average} a share on average."
    )


# ---- figures as a reader says them


def money(dollars: float, cents: bool | None = None) -> str:
    """Dollars with thousands separated; cents where there are any, or always or never.

    >>> money(1234567), money(-42), money(24.8), money(24.8, cents=False), money(7, cents=True)
    ('$1,234,567', '−$42', '$24.80', '$25', '$7.00')
    """
    if cents is None:
        cents = round(dollars, 2) != round(dollars)
    figure = f"{abs(dollars):,.{2 if cents else 0}f}"
    return f"{'−' if dollars < 0 and figure.strip('0.,') else ''}${figure}"


def number(value: float) -> str:
    """A number with thousands separated and a real minus.

    >>> number(-1234), number(2.5)
    ('−1,234', '2.5')
    """
    return f"{value:,.10g}".replace("-", "−") if value % 1 else f"{value:,.0f}".replace("-", "−")


def many(count: float, thing: str) -> str:
    """A count and its noun.

    >>> many(1, "trade"), many(2000, "trade")
    ('1 trade', '2,000 trades')
    """
    return f"{number(count)} {thing}{'' if count == 1 else 's'}"


def moment(time: datetime) -> str:
    """A time in UTC as words: the minute, and the second too where it is not a whole minute.

    >>> moment(pd.Timestamp("2025-03-01T09:00:00Z"))
    '1 Mar 2025 09:00'
    """
    time = pd.Timestamp(time).tz_convert("UTC")
    seconds = f":{time:%S}" if time.second or time.microsecond else ""
    return f"{time.day} {time:%b %Y %H:%M}{seconds}"


def held(position: float) -> str:
    """A position in words.

    >>> held(12), held(0), held(-1)
    ('12 shares held', 'no shares held', '1 share sold that was not held')
    """
    if position == 0:
        return "no shares held"
    if position > 0:
        return f"{many(position, 'share')} held"
    return f"{many(-position, 'share')} sold that {'was' if position == -1 else 'were'} not held"


def gain(profit: float) -> str:
    """A profit in words.

    >>> gain(12), gain(-3)
    ('profit of $12', 'loss of $3')
    """
    return f"{'profit' if profit >= 0 else 'loss'} of {money(abs(profit))}"


# ---- the table


def read(table_or_stack: str, client: Any = None, *, cloudformation: Any = None) -> pd.DataFrame:
    """The ledger of a table: every item, page by page.

    table_or_stack: the name or ARN of a DynamoDB table, or the name or ARN of the CloudFormation
    stack that holds one. client, cloudformation: boto3 clients to ask with; without them, boto3
    makes them by its usual settings (a CloudFormation client at the DynamoDB client's endpoint).

    Raises NoSuchTable, Unreachable, or TradesError for what AWS refuses or for an item that is no
    trade. The read is strongly consistent: a trade that was recorded before is in it.
    """
    client = client or _client("dynamodb")
    named = table_or_stack.strip()
    if match := re.fullmatch(r"arn:[\w-]+:dynamodb:[\w-]*:\d*:table/([\w.-]+)", named):
        return from_items(_items(match[1], client))
    if not re.match(r"arn:[\w-]+:cloudformation:", named):
        if re.match(r"arn:", named) or not re.fullmatch(r"[\w.-]+", named):
            raise NoSuchTable(
                f'"{named}" names neither a table nor a stack.',
                "Names have letters, digits, '-', '_' and '.'; ARNs end in table/… or stack/….",
                'Give the name of your stack, for example trades.read("demo-sam").',
            )
        try:
            return from_items(_items(named, client))
        except NoSuchTable:
            pass
    return from_items(_items(_table_of(named, client, cloudformation), client))


def _items(table: str, client: Any) -> Iterator[dict[str, Any]]:
    with _plain_errors(client, table):
        pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        for page in pages:
            yield from page["Items"]


def _table_of(stack: str, client: Any, cloudformation: Any) -> str:
    """The physical name of the table in a stack."""
    from botocore.exceptions import ClientError

    cloudformation = cloudformation or _client("cloudformation", like=client)
    tables: dict[str, str] = {}
    with _plain_errors(cloudformation, stack):
        try:
            pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
            for page in pages:
                for one in page["StackResourceSummaries"]:
                    if one["ResourceType"] == "AWS::DynamoDB::Table":
                        tables[one["LogicalResourceId"]] = one.get("PhysicalResourceId", "")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise _no_such(stack, client) from None
    if len(tables) > 1 and "TransactionTable" in tables:
        return tables["TransactionTable"]
    if len(tables) != 1:
        names = ", ".join(sorted(tables.values()))
        raise NoSuchTable(
            f'The stack "{stack}" has {len(tables) or "no"} tables{": " * bool(names)}{names}.',
            "The trades are in one table.",
            "Name the table." if tables else "Is it the right stack? Its table may be deleted.",
        )
    return next(iter(tables.values()))


def _no_such(wanted: str, client: Any) -> NoSuchTable:
    with _plain_errors(client, wanted):
        pages = client.get_paginator("list_tables").paginate()
        names = [name for page in pages for name in page["TableNames"]]
    region = client.meta.region_name
    what = f'There is no table and no stack "{wanted}" in {region}.'
    if near := difflib.get_close_matches(wanted, names, 1):
        return NoSuchTable(what, f'There is a table "{near[0]}".', "Is that the one you mean?")
    if names:
        shown = ", ".join(sorted(names)[:5]) + (" …" if len(names) > 5 else "")
        return NoSuchTable(what, f"The tables there: {shown}.", "Name one of them, or its stack.")
    return NoSuchTable(what, "There are no tables at all.", "Deploy the stack first: sam deploy.")


def _client(service: str, like: Any = None) -> Any:
    """A boto3 client by the environment; `like` another one: in its region, at its endpoint."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    # boto3 by itself tries DynamoDB ten times: a minute of silence when nothing answers.
    given: dict[str, Any] = {
        "config": Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=10)
    }
    if like is not None:
        given["region_name"] = like.meta.region_name
        if "amazonaws." not in like.meta.endpoint_url:
            given["endpoint_url"] = like.meta.endpoint_url
    try:
        return boto3.client(service, **given)
    except BotoCoreError as error:
        raise _refused(error, "", "") from None


@contextmanager
def _plain_errors(client: Any, what: str) -> Iterator[None]:
    """Turns botocore's errors into ours, without its traceback."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise _refused(error, what, client.meta.endpoint_url) from None


def _refused(error: Exception, what: str, endpoint: str) -> TradesError:
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        code, message = (error.response["Error"].get(key, "") for key in ("Code", "Message"))
        if code == "ResourceNotFoundException":
            return NoSuchTable(
                f"There is no table {what}.",
                "It may have been deleted with its stack, or be in another region.",
                "`aws dynamodb list-tables` shows which there are.",
            )
        if code == "ProvisionedThroughputExceededException":
            return TradesError(
                f"DynamoDB lets {what} be read no faster: {message}",
                "The table is provisioned for 1 read unit a second (the smallest, and cheapest).",
                "Wait a minute and run the cell again.",
            )
        return TradesError(f"AWS refused to read {what}.", f"{code}: {message}")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError):
        if urlsplit(endpoint).hostname in ("127.0.0.1", "localhost", "::1"):
            return Unreachable(
                f"The local endpoint does not answer at {endpoint}.",
                "It is not running, or it was stopped.",
                "Run the notebook's first cell again, or `python -m helpers.localaws start`.",
            )
        return Unreachable(
            f"{endpoint} does not answer.", str(error), "Is this machine online, the region right?"
        )
    return Unreachable(
        "AWS cannot be asked.",
        str(error),
        "Run the notebook's first cell: course.begin sets region and keys.",
    )
