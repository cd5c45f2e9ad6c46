"""The panels of lines over time: shares held, cash, profit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.dates import date2num
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers import units
from helpers.draw.ledger_chart.panels import Panels, legend, limits
from helpers.draw.ledger_chart.style import DASHED, FIRST, SECOND
from helpers.draw.ledger_chart.thinning import STEPS, Ledger
from helpers.draw.look import SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def lines_panel(
    panels: Panels,
    tall: float,
    title: str,
    ledgers: list[Ledger],
    columns: list[str],
    say: Any,
) -> None:
    """Columns as lines over time; several ledgers, or several columns, told apart by dashes too."""
    axes = panels.add(tall, title)
    axes.axhline(0, color=SOFT, linewidth=1)
    styles = [(FIRST, "solid"), (SECOND, DASHED)]
    if columns == ["cash", "profit"]:
        styles.reverse()
    keys = []
    drawn = [(ledger, column) for ledger in ledgers for column in columns]
    for (ledger, column), (colour, dashes) in zip(drawn, styles, strict=False):
        look = {"color": colour, "linewidth": 1.6, "linestyle": dashes}
        _line(axes, ledger, column, look)
        keys.append((units.shorten(ledger.name, 26) or column, look))
    axes.set_xlim(*limits(ledgers, axes))
    low, high = axes.dataLim.intervaly
    if high - low < 1:  # nothing happened: no axis of thousandths
        axes.set_ylim(low - 1, high + 1)
    axes.yaxis.set_major_locator(MaxNLocator(5 if tall > 120 else 4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: say(value)))
    if len(keys) > 1:
        legend(axes, keys)


def _line(axes: Axes, ledger: Ledger, column: str, look: dict[str, Any]) -> None:
    """A column over time: as steps, or with many trades as averages on a shade."""
    values = ledger.values(column)
    if ledger.size <= STEPS:
        mark: dict[str, Any] = {"marker": "o", "markersize": 4} if ledger.size == 1 else {}
        axes.plot(date2num(ledger.time), values, drawstyle="steps-post", **look, **mark)
        return
    spans = ledger.columns(STEPS)
    span = np.searchsorted(spans.place, np.arange(STEPS), "right") - 1
    # where a span has no trade, what was reached before it stands: a level, not a slope
    last = values[spans.starts + spans.sizes - 1][span]
    there = spans.place[span] == np.arange(STEPS)
    lowest, average, highest = (
        np.where(there, figures[span], last) for figures in spans.reduce(values)
    )
    first, end = date2num(ledger.time[[0, -1]])
    middle = first + (end - first) * (np.arange(STEPS) + 0.5) / STEPS
    axes.fill_between(
        middle, lowest, highest, color=look["color"], alpha=0.22, linewidth=0, zorder=1.5
    )
    axes.plot(middle, average, **look)
