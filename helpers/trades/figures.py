"""Figures as a reader says them: money, numbers, counts, moments."""

from __future__ import annotations

import math
from datetime import datetime

import pandas as pd


def money(dollars: float, cents: bool | None = None) -> str:
    """Dollars with thousands separated; cents where there are any, or always or never.

    Less than half a cent is said with two digits that tell: not as nothing.

    >>> money(1234567), money(-42), money(24.8), money(24.8, cents=False), money(7, cents=True)
    ('$1,234,567', '−$42', '$24.80', '$25', '$7.00')
    >>> money(0.0042), money(-0.00001), money(1e-300)
    ('$0.0042', '−$0.00001', '$0')
    """
    if cents is None and 0 < abs(dollars) < 0.005:
        return f"{'−' if dollars < 0 else ''}${_small(abs(dollars))}"
    if cents is None:
        cents = round(dollars, 2) != round(dollars)
    figure = f"{abs(dollars):,.{2 if cents else 0}f}"
    return f"{'−' if dollars < 0 and figure.strip('0.,') else ''}${figure}"


def _small(dollars: float) -> str:
    decimals = 1 - math.floor(math.log10(dollars))
    return f"{dollars:.{decimals}f}".rstrip("0") if decimals < 12 else "0"


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
