"""How numbers, dollars and times are written on an axis."""

from __future__ import annotations

import datetime
from typing import Any

from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers.trades import money, number


def time_shape(days: float) -> Any:
    """How times are written on an axis that spans so many days."""
    if days < 2 / 24:
        return lambda time: f"{time:%H:%M:%S}"
    if days < 5:
        midnight = datetime.time()  # there the day is said
        return lambda time: f"{time.day} {time:%b}" if time.time() == midnight else f"{time:%H:%M}"
    if days < 300:
        return lambda time: f"{time.day} {time:%b}"
    if days < 3_000:
        return lambda time: f"{time:%b %Y}"
    return lambda time: f"{time:%Y}"


def short(value: float) -> str:
    """A number on an axis: 1,500 stays, 20,000 becomes 20k.

    >>> short(1500), short(20000), short(-2500000), short(-2e24)
    ('1,500', '20k', '−2.5M', '−2e24')
    """
    if abs(value) >= 1e15:
        return f"{value:.3g}".replace("e+", "e").replace("-", "−")
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            divided = value / (1e3 if letter == "k" else size)
            return number(float(f"{divided:.4g}")) + letter
    return number(round(value, 6))


def short_money(value: float) -> str:
    """Dollars on an axis.

    >>> short_money(-20000), short_money(7)
    ('−$20k', '$7')
    """
    said = short(value) if abs(value) >= 1e4 else number(value)
    if abs(value) < 1e4 and round(value, 6) % 1:
        return money(value)
    return f"−${said[1:]}" if said.startswith("−") else f"${said}"


def count_axis(axis: Any, most: float) -> None:
    """An axis of counts: three or four whole numbers up to `most`."""
    axis.set_major_locator(MaxNLocator(3, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda count, _: short(count)))
