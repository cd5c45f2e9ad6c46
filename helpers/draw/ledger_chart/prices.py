"""The panel of prices: buys, sells and the threshold, and how often each price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.dates import date2num
from matplotlib.ticker import FuncFormatter

from helpers.draw.ledger_chart.axes import count_axis, short_money
from helpers.draw.ledger_chart.counts import price_counts
from helpers.draw.ledger_chart.panels import Panels, legend, limits, named
from helpers.draw.ledger_chart.style import COLOUR, DASHED, bar, mark
from helpers.draw.ledger_chart.thinning import COLUMNS, Ledger
from helpers.draw.look import INK, SOFT
from helpers.trades import money, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def price_panel(panels: Panels, tall: float, ledger: Ledger) -> None:
    """Prices with their buys and sells and the threshold; beside it, how often each price."""
    axes = panels.add(tall, named("Price of a share", ledger, 42))
    price = ledger.values("price")
    when = date2num(ledger.time)
    axes.axhline(ledger.threshold, color=INK, linewidth=1.2, linestyle=DASHED, zorder=3)
    for side, which in ledger.sides.items():
        if ledger.thinned:
            _bars(axes, ledger, side)
        else:
            size = 8 if ledger.size <= 60 else 6 if ledger.size <= 300 else 4.5
            axes.plot(when[which], price[which], **mark(side, size))
    moved = ledger.sides["buy"] | ledger.sides["sell"]
    if not moved.all() and not ledger.thinned:
        axes.plot(when[~moved], price[~moved], "o", color=SOFT, markersize=4)
    low = min(float(price.min()), ledger.threshold)
    high = max(float(price.max()), ledger.threshold)
    room = (high - low or 1) * 0.06
    axes.set_ylim(low - room, high + room)
    axes.set_xlim(*limits([ledger], axes))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda dollars, _: short_money(dollars)))
    rule = f"threshold {money(ledger.threshold)}"
    legend(
        axes,
        [
            (f"{side} ({number(int(which.sum()))})", mark(side, 7))
            for side, which in ledger.sides.items()
        ]
        + [(rule, {"color": INK, "linewidth": 1.2, "linestyle": DASHED})],
    )
    _price_counts_panel(panels, tall, ledger, axes)


def _bars(axes: Axes, ledger: Ledger, side: str) -> None:
    """One upright bar a column from the lowest price to the highest; marks at the averages."""
    which = ledger.sides[side]
    price = ledger.values("price")[which]
    if not len(price):
        return
    columns = ledger.columns(COLUMNS, which)
    low, _, high = columns.reduce(price)
    # one line with gaps, since so many lines would make a large file; its square ends make a dot
    # of a column with one price
    gap = np.full(len(low), np.nan)
    axes.plot(
        np.repeat(columns.middle, 3),
        np.column_stack([low, high, gap]).ravel(),
        color=COLOUR[side],
        linewidth=1,
        alpha=0.45,
        solid_capstyle="projecting",
    )
    columns = ledger.columns(25, which)
    axes.plot(columns.middle, columns.reduce(price)[1], **mark(side, 8), zorder=4)


def _price_counts_panel(panels: Panels, tall: float, ledger: Ledger, beside: Axes) -> None:
    _, counts, edges = price_counts(ledger)
    axes = panels.beside(tall, "How often each price", share=beside)
    axes.tick_params(labelleft=False)
    done = np.zeros(len(edges) - 1)
    for side, amount in counts.items():
        on = amount > 0
        thick = np.diff(edges) * 0.92
        axes.barh(edges[:-1][on], amount[on], thick[on], done[on], align="edge", **bar(side))
        done = done + amount
    count_axis(axes.xaxis, done.max())
