"""Where the charts stand: under each other on one time, and beside each a smaller one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from matplotlib.dates import AutoDateLocator, date2num, num2date
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from helpers import units
from helpers.draw.ledger_chart.axes import time_shape
from helpers.draw.ledger_chart.thinning import Ledger
from helpers.draw.look import EDGE_OF_PAPER, INK, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 940
LEFT, TIME_WIDTH, SIDE, SIDE_WIDTH = 72, 590, 704, 208
TOP, GAP, BOTTOM = 98, 46, 58
EARLIEST, LATEST = date2num(datetime(1, 1, 1)), date2num(datetime(9999, 12, 31))  # of an axis


class Panels:
    """Charts under each other that share their time, and beside each a smaller one."""

    def __init__(self, figure: Figure, height: float) -> None:
        self.figure, self.height, self.at = figure, height, height - TOP
        self.times: list[Axes] = []

    def add(self, tall: float, title: str) -> Axes:
        """The next chart over time, `tall` pixels tall."""
        if self.times:
            self.at -= GAP
        self.at -= tall
        share = self.times[0] if self.times else None
        axes = self.figure.add_axes(self._place(LEFT, TIME_WIDTH, tall), sharex=share)
        self._dress(axes, title)
        axes.tick_params(labelbottom=False)
        self.times.append(axes)
        return axes

    def beside(self, tall: float, title: str, share: Axes | None = None) -> Axes:
        """A small chart beside the one that was added last, their tops level."""
        left, bottom, width, height = self._place(SIDE, SIDE_WIDTH, tall)
        bottom = self.times[-1].get_position().y1 - height
        axes = self.figure.add_axes((left, bottom, width, height), sharey=share)
        self._dress(axes, title)
        return axes

    def label_time(self) -> None:
        """Times under the lowest chart."""
        low, high = self.times[-1].get_xlim()
        shape = time_shape(high - low)
        locator = AutoDateLocator(minticks=4, maxticks=8)
        for axes in self.times:
            axes.xaxis.set_major_locator(locator)
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: shape(num2date(x))))
        self.times[-1].tick_params(labelbottom=True)
        self.times[-1].set_xlabel("time (UTC)", fontsize=11, color=SOFT)

    def _place(self, left: float, width: float, tall: float) -> tuple[float, float, float, float]:
        return left / WIDTH, self.at / self.height, width / WIDTH, tall / self.height

    @staticmethod
    def _dress(axes: Axes, title: str) -> None:
        axes.set_facecolor("none")
        axes.set_title(title, loc="left", fontsize=12, color=INK, pad=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(SOFT)
        axes.tick_params(colors=INK, labelsize=11, length=3, color=SOFT)
        axes.grid(color=EDGE_OF_PAPER, linewidth=0.7)
        axes.set_axisbelow(True)


def limits(ledgers: list[Ledger], axes: Axes) -> tuple[float, float]:
    """From the first trade to the last of all that share this time, with a little room."""
    first = min(date2num(ledger.time[:1])[0] for ledger in ledgers)
    last = max(date2num(ledger.time[-1:])[0] for ledger in ledgers)
    if len(axes.get_shared_x_axes().get_siblings(axes)) > 1:
        low, high = axes.get_xlim()
        room = (high - low) / 42
        first, last = min(first, low + room), max(last, high - room)
    room = (last - first) / 40 or 1 / 48
    return max(first - room, EARLIEST), min(last + room, LATEST)


def legend(axes: Axes, keys: list[tuple[str, dict[str, Any]]]) -> None:
    """The key at the right of the title's line, above the chart."""
    axes.legend(
        [Line2D([], [], **look) for _, look in keys],
        [word for word, _ in keys],
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0.1,
        ncols=len(keys),
        frameon=False,
        fontsize=11,
        handlelength=2.2,
        columnspacing=1.2,
        handletextpad=0.5,
    )


def named(what: str, ledger: Ledger, longest: int) -> str:
    """A chart's title, with the ledger's name if it has one."""
    return units.shorten(f"{what}: {ledger.name}" if ledger.name else what, longest)
