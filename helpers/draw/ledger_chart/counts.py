"""How often each price and each number of shares was traded, in round spans."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from helpers.draw.ledger_chart.thinning import Ledger
from helpers.trades import money, number


def price_counts(ledger: Ledger) -> tuple[list[str], dict[str, np.ndarray], np.ndarray]:
    """Spans of prices in words, how many trades of each side are in them, and their edges."""
    price = ledger.values("price")
    edges = _edges(price)
    said = [money(edge) for edge in edges]
    if len(set(said)) < len(said):  # cents do not tell them apart
        said = [f"${number(edge)}" for edge in edges]
    words = [f"{low} to under {high}" for low, high in pairwise(said)]
    if _whole(price):
        words = [
            money(low) if high - low == 1 else f"{money(low)}–{money(high - 1)}"
            for low, high in pairwise(edges)
        ]
    return words, _counts(ledger, price, edges), edges


def quantity_counts(
    ledger: Ledger,
) -> tuple[list[str], dict[str, np.ndarray], np.ndarray | None]:
    """Numbers of shares (or spans of them) in words, how many trades of each side, and the
    spans' edges; None if each number has its own count."""
    qty = ledger.values("qty")
    distinct = np.unique(qty)
    if len(distinct) <= 12:
        middles = (distinct[1:] + distinct[:-1]) / 2
        edges = np.array([distinct[0] - 1, *middles, distinct[-1] + 1])
        return [number(one) for one in distinct], _counts(ledger, qty, edges), None
    edges = _edges(qty)
    last = 1 if _whole(qty) else 0
    words = [f"{number(low)}–{number(high - last)}" for low, high in pairwise(edges)]
    return words, _counts(ledger, qty, edges), edges


def all_sides(counts: dict[str, np.ndarray]) -> np.ndarray:
    """The counts of all sides together."""
    return np.sum(list(counts.values()), axis=0)


def _counts(ledger: Ledger, values: np.ndarray, edges: np.ndarray) -> dict[str, np.ndarray]:
    sides = dict(ledger.sides)
    if not (moved := sides["buy"] | sides["sell"]).all():
        sides["other"] = ~moved
    return {side: np.histogram(values[which], edges)[0] for side, which in sides.items()}


def _whole(values: np.ndarray) -> bool:
    return np.issubdtype(values.dtype, np.integer)


def _edges(values: np.ndarray) -> np.ndarray:
    """About ten spans of a round width that hold all values: where they begin, and the last ends.

    >>> _edges(np.array([0, 100])).tolist()
    [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 101]
    """
    low, high = values.min(), values.max()
    rough = float(high - low) / 10
    if _whole(values):
        rough = max(rough, 1)
    elif rough == 0:
        return np.array([low, low + 1])
    size = 10 ** np.floor(np.log10(rough))
    width = next(size * step for step in (1, 2, 5, 10) if size * step >= rough * 0.999)
    if _whole(values):
        width = int(width)
        return np.array([*range(low // width * width, high + 1, width), high + 1])
    return np.arange(np.floor(low / width), np.floor(high / width) + 2) * width
