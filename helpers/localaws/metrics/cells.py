"""What was measured of one metric within one minute, and the statistics of it.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable

DISTINCT = 100
"""So many different values are kept as they are; of more, three digits each, for percentiles."""

PLAIN = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")

Packed = float | tuple[float, float, float, float, dict[float, float] | None]


class Cell:
    """The values of one metric within one minute, or within several of them.

    values: how often each value came; None where that is not known (a set of statistics).

    >>> cell = Cell()
    >>> for value in (1.0, 2.0, 9.0):
    ...     cell.add(value)
    >>> cell.statistic("Average"), cell.statistic("p50"), cell.statistic("Maximum")
    (4.0, 2.0, 9.0)
    """

    __slots__ = ("count", "highest", "lowest", "sum", "values")

    def __init__(self) -> None:
        self.count = self.sum = 0.0
        self.lowest, self.highest = float("inf"), float("-inf")
        self.values: dict[float, float] | None = {}

    def add(self, value: float, count: float = 1.0) -> None:
        """Note a value that came so many times."""
        self.count += count
        self.sum += value * count
        if value < self.lowest:
            self.lowest = value
        if value > self.highest:
            self.highest = value
        values = self.values
        if values is None:
            return
        if len(values) >= DISTINCT and value not in values:
            value = float(f"{value:.3g}")
            if len(values) == DISTINCT:
                self.values = values = _rounded(values)
        values[value] = values.get(value, 0.0) + count

    def add_set(self, count: float, total: float, lowest: float, highest: float) -> None:
        """Note a set of statistics, of whose values nothing more is known."""
        self.count += count
        self.sum += total
        self.lowest, self.highest = min(self.lowest, lowest), max(self.highest, highest)
        self.values = None

    def merge(self, other: Cell) -> None:
        """Note all of another cell."""
        self.count += other.count
        self.sum += other.sum
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)
        if self.values is None or other.values is None:
            self.values = None
            return
        for value, count in other.values.items():
            self.values[value] = self.values.get(value, 0.0) + count

    def statistic(self, name: str) -> float | None:
        """The statistic of that name; None if it cannot be told from what is known."""
        if name == "SampleCount":
            return self.count
        if name == "Sum":
            return self.sum
        if name == "Average":
            return self.sum / self.count if self.count else None
        if name == "Minimum":
            return self.lowest
        if name == "Maximum":
            return self.highest
        return self._percentile(float(name[1:]))

    def _percentile(self, percent: float) -> float | None:
        """The least value that so many percent of all do not exceed."""
        if self.values is None:
            return self.lowest if self.lowest == self.highest else None
        wanted, seen = self.count * percent / 100, 0.0
        for value in sorted(self.values):
            seen += self.values[value]
            if seen >= wanted - 1e-9:
                return min(max(value, self.lowest), self.highest)
        return self.highest

    # -- small, for what is kept

    def packed(self) -> Packed:
        """The same as plain values; one value alone is just that."""
        if self.count == 1 and self.values is not None:
            return self.sum
        return self.count, self.sum, self.lowest, self.highest, self.values


def unpacked(packed: Packed) -> Cell:
    """The reverse of `Cell.packed`."""
    cell = Cell()
    if isinstance(packed, tuple):
        cell.count, cell.sum, cell.lowest, cell.highest, values = packed
        cell.values = None if values is None else dict(values)
    else:
        cell.add(packed)
    return cell


def merged(cells: Iterable[Cell]) -> Cell | None:
    """All of them as one; None if there is none."""
    together: Cell | None = None
    for cell in cells:
        if together is None:
            together = Cell()
        together.merge(cell)
    return together


def known(statistic: str) -> bool:
    """Is it a statistic that can be told here? Percentiles are written `p99` or `p99.9`."""
    return statistic in PLAIN or _PERCENTILE.fullmatch(statistic) is not None


def _rounded(values: dict[float, float]) -> dict[float, float]:
    rounded: dict[float, float] = {}
    for value, count in values.items():
        value = float(f"{value:.3g}")
        rounded[value] = rounded.get(value, 0.0) + count
    return rounded
