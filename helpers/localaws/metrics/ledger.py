"""All that was measured in one region: minute by minute, small, and cheap to write down.

What is new is in dicts. When that is much it becomes a page: each of its series packed by itself,
so that reading one unpacks no other. A year of hourly trades is some two hundred pages of a few
kilobytes each. Pages are rows on disk, written once; what is new is one row, written anew.
"""

from __future__ import annotations

import pickle
import threading
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpers.localaws.metrics.cells import Cell, Packed, unpacked

PROTOCOL = 5
TOGETHER = 2000
"""So many cells become a page."""
KEPT = 455 * 1440
"""Minutes for which what was measured is kept, as AWS keeps its hourly values."""
LISTED = 14 * 1440
"""Minutes for which a metric is listed after its last value (API_ListMetrics)."""

Dimensions = tuple[tuple[str, str], ...]
"""Name and value of each, in the order of the names."""

Key = tuple[str, str, Dimensions, str]
"""Namespace, metric, dimensions, unit."""


@dataclass(frozen=True)
class Taken:
    """What is not on disk: rows by their numbers; gone: numbers of those that are to go."""

    rows: list[tuple[int, bytes]]
    gone: tuple[int, ...]
    version: int
    pages: int


@dataclass(frozen=True)
class _Page:
    """Cells that have been packed. first, last: minutes since 1970."""

    first: int
    last: int
    series: dict[Key, bytes]

    def cells(self, key: Key) -> dict[int, Packed]:
        """What is in it of one metric, by minute."""
        packed = self.series.get(key)
        return pickle.loads(zlib.decompress(packed)) if packed is not None else {}


class Ledger:
    """See the module. Minutes are counted since 1970."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._new: dict[Key, dict[int, Cell]] = {}
        self._count = 0
        self._pages: dict[int, _Page] = {}
        self._next = 1  # number of the next page; the row 0 is what is new
        self._last: dict[Key, int] = {}
        self._version = self._written = 0
        self._unwritten: set[int] = set()
        self._gone: set[int] = set()

    # -- writing

    def add(self, key: Key, minute: int, value: float, count: float = 1.0) -> None:
        """Enter a value that came so many times in a minute."""
        with self._lock:
            self._cell(key, minute).add(value, count)

    def add_all(self, keys: Iterable[Key], minute: int, values: dict[float, int]) -> None:
        """Enter values, each with how often it came in a minute, under several keys."""
        with self._lock:
            for key in keys:
                cell = self._cell(key, minute)
                for value, count in values.items():
                    cell.add(value, count)

    def add_set(
        self, key: Key, minute: int, count: float, total: float, lowest: float, highest: float
    ) -> None:
        """Enter a set of statistics of a minute."""
        with self._lock:
            self._cell(key, minute).add_set(count, total, lowest, highest)

    def _cell(self, key: Key, minute: int) -> Cell:
        self._version += 1
        cells = self._new.get(key)
        cell = cells.get(minute) if cells is not None else None
        if cell is None:
            if self._count >= TOGETHER:
                self._turn()
            cell = self._new.setdefault(key, {})[minute] = Cell()
            self._count += 1
            if minute > self._last.get(key, -1):
                self._last[key] = minute
        return cell

    def _turn(self) -> None:
        """Make a page of what is new, and drop what is too old."""
        minutes = [minute for cells in self._new.values() for minute in cells]
        if not minutes:
            return
        series: dict[Key, bytes] = {}
        same: dict[bytes, bytes] = {}  # many are: of each hour one, no errors
        for key, cells in self._new.items():
            packed = {minute: cell.packed() for minute, cell in cells.items()}
            value = zlib.compress(pickle.dumps(packed, PROTOCOL))
            series[key] = same.setdefault(value, value)
        newest = max(minutes)
        self._pages[self._next] = _Page(min(minutes), newest, series)
        self._unwritten.add(self._next)
        self._next += 1
        self._new, self._count = {}, 0
        for number in [n for n, page in self._pages.items() if page.last < newest - KEPT]:
            del self._pages[number]
            self._unwritten.discard(number)
            self._gone.add(number)
        for key in [key for key, last in self._last.items() if last < newest - KEPT]:
            del self._last[key]

    # -- reading

    def keys(self) -> dict[Key, int]:
        """Every metric there is, with the minute of its last value."""
        with self._lock:
            return dict(self._last)

    def read(self, key: Key, first: int, last: int) -> dict[int, Cell]:
        """What was measured from one minute to another, both included, by minute."""
        read: dict[int, Cell] = {}
        with self._lock:
            pages = [p for p in self._pages.values() if p.first <= last and p.last >= first]
            for page in pages:
                for minute, packed in page.cells(key).items():
                    if first <= minute <= last:
                        _put(read, minute, unpacked(packed))
            for minute, cell in self._new.get(key, {}).items():
                if first <= minute <= last:
                    _put(read, minute, unpacked(cell.packed()))
        return read

    def latest(self, key: Key, before: int) -> tuple[int, Cell] | None:
        """The last minute before another that has a value, and what was measured in it."""
        with self._lock:
            minutes = [m for m in self._new.get(key, {}) if m < before]
            pages = sorted(self._pages.values(), key=lambda page: page.last, reverse=True)
            best = max(minutes, default=-1)
            for page in pages:
                if page.first < before and page.last > best:
                    best = max([best, *(m for m in page.cells(key) if m < before)])
            return (best, self.read(key, best, best)[best]) if best >= 0 else None

    # -- for whoever writes it down: see helpers.localaws.persistence.rows

    def take(self, quiet: bool) -> Taken:
        """What is not on disk."""
        with self._lock:
            rows = [(n, pickle.dumps(self._pages[n], PROTOCOL)) for n in sorted(self._unwritten)]
            if self._version != self._written:
                packed = {
                    key: {minute: cell.packed() for minute, cell in cells.items()}
                    for key, cells in self._new.items()
                }
                rows.append((0, pickle.dumps(packed, PROTOCOL)))
            return Taken(rows, tuple(self._gone), self._version, self._next)

    def settle(self, taken: Taken) -> None:
        """Note that it is on disk."""
        with self._lock:
            self._written = max(self._written, taken.version)
            self._unwritten -= {number for number, _ in taken.rows}
            self._gone -= set(taken.gone)

    def forget(self) -> None:
        """Nothing of it is on disk any more."""
        with self._lock:
            self._written, self._gone = -1, set()
            self._unwritten = set(self._pages)

    def fill(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Put in what is on disk."""
        same: dict[Key, Key] = {}  # each page brings its own
        for number, value in rows:
            row = pickle.loads(value)
            if number:
                series = {same.setdefault(key, key): packed for key, packed in row.series.items()}
                self._pages[number] = _Page(row.first, row.last, series)
                self._next = max(self._next, number + 1)
            else:
                for key, cells in row.items():
                    self._new[key] = {minute: unpacked(packed) for minute, packed in cells.items()}
                    self._count += len(cells)
        for key, minute in self._minutes():
            self._last[key] = max(minute, self._last.get(key, -1))

    def _minutes(self) -> Iterator[tuple[Key, int]]:
        for page in self._pages.values():
            for key in page.series:
                yield key, max(page.cells(key))
        for key, cells in self._new.items():
            yield from ((key, minute) for minute in cells)


def _put(cells: dict[int, Cell], minute: int, cell: Cell) -> None:
    there = cells.get(minute)
    if there is None:
        cells[minute] = cell
    else:
        there.merge(cell)
