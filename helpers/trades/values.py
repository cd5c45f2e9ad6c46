"""What an item of the table holds, read as times and numbers, or refused by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from helpers.trades.errors import TradesError


def attribute(item: Mapping[str, Any], name: str) -> Any:
    """An attribute's value without DynamoDB's type around it; TradesError if it is not there."""
    try:
        value = item[name]
    except (KeyError, TypeError):
        ident = item.get("Id", "without an Id") if isinstance(item, Mapping) else repr(item)
        raise _no_trade(ident, f"it has no {name}") from None
    if isinstance(value, Mapping) and len(value) == 1:
        return next(iter(value.values()))
    return value


def as_times(values: Sequence[Any] | pd.Series, ids: Sequence[Any] = ()) -> pd.Series:
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


MOST = 1e15
"""No price and no quantity is larger: beyond it, sums of cents are no longer exact."""


def as_numbers(
    values: Iterable[Any], name: str, ids: Sequence[Any] = (), smallest: float = -np.inf
) -> np.ndarray:
    """The values as whole numbers if all are whole, else as floats; TradesError if one is none."""
    given = np.asarray(values if hasattr(values, "__len__") else list(values))
    try:
        numbers = given.astype(float)
    except (TypeError, ValueError):
        numbers = np.array([_number(value) for value in given], dtype=float)
    good = np.isfinite(numbers) & (numbers >= smallest) & (np.abs(numbers) <= MOST)
    if not good.all():
        at = int(np.argmin(good))
        wrong = f"is {given[at]!s}, not a number"
        if abs(numbers[at]) > MOST:
            wrong += f" up to {MOST:,.0f}"
        elif np.isfinite(smallest):
            wrong += f" from {smallest:g} up"
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
