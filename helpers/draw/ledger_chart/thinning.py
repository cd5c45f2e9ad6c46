"""A ledger as arrays, thinned out to what a picture has room for: no peak is lost.

Up to `EACH` every trade has its own mark; with more, time is cut into columns and each shows its
lowest and highest price. Lines over many trades become averages on a shade from the lowest to the
highest value; picture and words say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from matplotlib.dates import date2num

from helpers.trades import THRESHOLD, checked

EACH = 1_000  # trades that are drawn one by one
COLUMNS = 600  # about one a pixel of the chart's width
STEPS = 150  # trades that a line shows one by one; and with more, the averages that it goes through


class Ledger:
    """One ledger's columns as arrays, and how they are thinned out to be drawn."""

    def __init__(self, frame: pd.DataFrame, name: str, threshold: float | None) -> None:
        time = pd.to_datetime(checked(frame)["time"], utc=True)
        if not time.is_monotonic_increasing:
            frame = frame.iloc[np.argsort(time, kind="stable")]
            time = time.sort_values(kind="stable")
        self.frame, self.name, self.size = frame, name, len(frame)
        known = frame.attrs.get("threshold", THRESHOLD)
        self.threshold = known if threshold is None else threshold
        self.time = time.dt.tz_localize(None).to_numpy().astype("datetime64[us]")

    def values(self, column: str) -> np.ndarray:
        """A column of figures."""
        return self.frame[column].to_numpy()

    @cached_property
    def sides(self) -> dict[str, np.ndarray]:
        """Which trades are buys and which sells."""
        kind = self.frame["type"].to_numpy(dtype=object)
        return {side: kind == side for side in ("buy", "sell")}

    @property
    def thinned(self) -> bool:
        """True if there are too many trades to draw each."""
        return self.size > EACH

    def columns(self, count: int, which: np.ndarray | None = None) -> Columns:
        """Its time cut into `count` equal columns: those that hold a trade (one in the mask)."""
        since = (self.time - self.time[0]).astype(np.int64)
        place = np.minimum(since * count // max(int(since[-1]), 1), count - 1)
        if which is not None:
            place = place[which]
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        first, last = date2num(self.time[[0, -1]])
        middle = first + (last - first) * (place[starts] + 0.5) / count
        return Columns(place[starts], middle, starts, np.diff(starts, append=len(place)))

    def seconds(self, count: int) -> float:
        """How much time one of `count` columns stands for."""
        return float((self.time[-1] - self.time[0]) / np.timedelta64(1, "s")) / count

    def broken(self) -> int:
        """How many trades are on the wrong side of the threshold."""
        price = self.values("price")
        bought, sold = self.sides["buy"], self.sides["sell"]
        return int((bought & (price > self.threshold)).sum()) + int(
            (sold & (price <= self.threshold)).sum()
        )


@dataclass(frozen=True)
class Columns:
    """The columns that hold a trade: their numbers, where they stand, and which trades they hold
    (where in the trades each begins, and how many it has)."""

    place: np.ndarray
    middle: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray

    def reduce(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Each column's lowest, average and highest value."""
        lowest = np.minimum.reduceat(values, self.starts)
        total = np.add.reduceat(values.astype(float), self.starts)
        return lowest, total / self.sizes, np.maximum.reduceat(values, self.starts)
