"""A ledger: the columns that were recorded, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from helpers.trades.errors import TradesError
from helpers.trades.values import as_numbers, as_times, attribute

NEEDED = ("time", "type", "price", "qty", "position", "cash", "profit")
THRESHOLD = 50
"""The app buys at this many dollars or less: the Choice rule of its state machine."""

GIVE = "Give what trades.read, trades.from_items or trades.simulate returned."
ATTRIBUTES = ("Id", "Type", "Price", "Quantity", "Timestamp")


def from_items(items: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A ledger made of the table's items, in any order.

    items: as boto3's DynamoDB client gives them ({"Price": {"N": "42"}, …}) or its Table resource
    ({"Price": Decimal("42"), …}). Attributes other than the five of the lesson are left out.

    Raises TradesError, which names the item, if an attribute is missing or is not what it says.
    """
    rows = [tuple(attribute(item, name) for name in ATTRIBUTES) for item in items]
    rows.sort(key=lambda row: str(row[0]))  # of two at the same moment, always the same comes first
    ids, kinds, prices, quantities, times = zip(*rows, strict=True) if rows else ((),) * 5
    return _ledger(
        time=as_times(times, ids),
        kind=np.array(kinds, dtype=object),
        price=as_numbers(prices, "Price", ids),
        qty=as_numbers(quantities, "Quantity", ids, smallest=0),
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
    price = as_numbers(prices, "price")
    count = len(price)
    (limit,) = as_numbers([threshold], "threshold")
    given = quantities if isinstance(quantities, Iterable) else [quantities] * count
    qty = as_numbers(given, "quantity", smallest=0)
    if times is None:
        when = pd.Series(pd.date_range("2025-01-01", periods=count, freq="h", tz="UTC"))
    else:
        when = as_times(times)
    for name, length in (("quantities", len(qty)), ("times", len(when))):
        if length != count:
            raise TradesError(
                f"There are {count:,} prices but {length:,} {name}.",
                "Each trade has one price, one quantity and one time.",
                f"Give as many {name} as prices.",
            )
    ledger = _ledger(
        time=when,
        kind=np.where(price <= limit, "buy", "sell").astype(object),
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
            GIVE,
        )
    time = ledger["time"]
    if not isinstance(time.dtype, pd.DatetimeTZDtype) or time.isna().any():
        raise TradesError(
            "This is no table of trades.", "Its time is not a time with a zone in every row.", GIVE
        )
    for name in NEEDED[2:]:
        column = ledger[name]
        if not pd.api.types.is_numeric_dtype(column) or not np.isfinite(column).all():
            raise TradesError(
                "This is no table of trades.", f"Its {name} is not a number in every row.", GIVE
            )
    return ledger


def _ledger(
    time: pd.Series, kind: np.ndarray, price: np.ndarray, qty: np.ndarray, ids: np.ndarray
) -> pd.DataFrame:
    """The columns that were recorded, sorted, and the five that follow from them."""
    time = time.astype("datetime64[us, UTC]")
    if qty.sum(dtype=float) * np.abs(price).max(initial=0) >= 2**62:
        price, qty = price.astype(float), qty.astype(float)  # whole numbers would run over
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
