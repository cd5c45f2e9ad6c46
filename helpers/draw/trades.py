"""Draws trades: price against threshold with buys and sells, shares held, cash and profit.

From ten trades to a million. Up to `EACH` every trade has its own mark; with more, time is cut
into columns and each shows its lowest and highest price. Lines over many trades become averages
on a shade from the lowest to the highest value. So no peak is lost, and picture and words say it.
"""

from __future__ import annotations

import datetime
import html
import io
import re
import threading
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from helpers import units
from helpers.trades import (
    THRESHOLD,
    checked,
    many,
    moment,
    money,
    names_of,
    number,
    summary,
    turnover,
)

from .look import EDGE_OF_PAPER, INK, SOFT
from .picture import Picture, card

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EACH = 1_000  # trades that are drawn one by one
COLUMNS = 600  # about one a pixel of the chart's width
STEPS = 150  # trades that a line shows one by one; and with more, the averages that it goes through
LISTED = 12  # trades that the words list one by one

BUY, SELL = "#0550AE", "#B35900"  # 7.2:1 and 4.9:1 on paper, and apart for colour-blind eyes
MARK = {"buy": "^", "sell": "v"}
SIGN = {"buy": "▲", "sell": "▼"}
COLOUR = {"buy": BUY, "sell": SELL, "other": SOFT}
FIRST, SECOND = "#6639BA", "#116329"  # 7.4:1 and 7.5:1; solid and dashed as well
DASHED = (0, (5, 2))

WIDTH = 940
LEFT, TIME_WIDTH, SIDE, SIDE_WIDTH = 72, 590, 704, 208
TOP, GAP, BOTTOM = 98, 46, 58
FIGURE_FONT = "DejaVu Sans"  # comes with matplotlib, so text is measured alike everywhere

_settings = threading.Lock()  # matplotlib's settings are the whole process's


def trades(
    frame: pd.DataFrame,
    other: pd.DataFrame | None = None,
    *,
    threshold: float | None = None,
    names: tuple[str, str] | None = None,
) -> Picture:
    """The trades of a ledger as a Picture; with `other`, two ledgers compared.

    frame, other: as `helpers.trades` makes them. threshold: the price in dollars up to which the
    workflow buys; without it, the one that a simulated ledger knows, else the app's 50.
    names: what to call the two.

    Raises TradesError (of helpers.trades) if a frame is no ledger.
    """
    if other is None:
        ledgers = [Ledger(frame, "", threshold)]
    else:
        called = names or names_of(checked(frame), checked(other))
        ledgers = [Ledger(frame, called[0], threshold), Ledger(other, called[1], threshold)]
    drawn = [ledger for ledger in ledgers if ledger.size]
    title = _title(ledgers)
    if not drawn:
        return Picture(_words(ledgers), title=title, draw=lambda: _empty(title))
    return Picture(_words(ledgers), title=title, draw=lambda: _draw(title, drawn))


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
        first, last = _dates(self.time[[0, -1]])
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


# ---- the words


def _title(ledgers: list[Ledger]) -> str:
    if len(ledgers) == 2:
        return f"Two strategies: {ledgers[0].name} or {ledgers[1].name}"
    (ledger,) = ledgers
    if not ledger.size:
        return "No trades yet"
    profit = ledger.values("profit")[-1]
    return (
        f"{many(ledger.size, 'trade')}, {'profit' if profit >= 0 else 'loss'} {money(abs(profit))}"
    )


def _words(ledgers: list[Ledger]) -> str:
    parts = []
    for ledger in ledgers:
        if ledger.name:
            parts.append(f"{ledger.name[:1].upper()}{ledger.name[1:]}:")
        parts.append(summary(ledger.frame))
        if ledger.size:
            parts += [_rule(ledger), _course(ledger), *_how_often(ledger), _how_drawn(ledger)]
    if len(ledgers) == 2 and all(ledger.size for ledger in ledgers):
        parts.append(_difference(*ledgers))
    return "\n".join(part for part in parts if part)


def _rule(ledger: Ledger) -> str:
    said = (
        f"The threshold is {money(ledger.threshold)}: at that price or less the workflow buys, "
        "above it sells."
    )
    if broken := ledger.broken():
        said += f" {many(broken, 'trade')} did not keep to it."
    return said


def _course(ledger: Ledger) -> str:
    """How it went: each trade if there are few, else five moments."""
    places = range(ledger.size)
    if ledger.size > LISTED:
        span = np.linspace(0, 1, 5)
        instants = ledger.time[0] + (ledger.time[-1] - ledger.time[0]) * span
        found = np.searchsorted(ledger.time, instants.astype(ledger.time.dtype), "right") - 1
        places = sorted({int(at) for at in found})
    lines = []
    for at in places:
        row = ledger.frame.iloc[at]
        lines.append(
            f"{moment(row['time'])}: {row['type']} {number(row['qty'])} at {money(row['price'])}, "
            f"then position {number(row['position'])}, cash {money(row['cash'])}, "
            f"profit {money(row['profit'])}"
        )
    heading = "Trade by trade" if ledger.size <= LISTED else "On the way (UTC)"
    return f"{heading}: " + "; ".join(lines) + "."


def _how_often(ledger: Ledger) -> list[str]:
    spans, per_price, _ = _price_counts(ledger)
    prices = "; ".join(
        f"{span}: {number(count)}" for span, count in zip(spans, _all(per_price), strict=True)
    )
    shares, per_quantity, _ = _quantity_counts(ledger)
    quantities = "; ".join(
        f"{share}: {number(count)}" for share, count in zip(shares, _all(per_quantity), strict=True)
    )
    return [
        f"How often each price: {prices}.",
        f"How often each number of shares: {quantities}.",
    ]


def _how_drawn(ledger: Ledger) -> str:
    """What the picture leaves out, if anything; "" if it shows each trade."""
    said = ""
    if ledger.thinned:
        said = (
            f"{number(ledger.size)} trades are too many to mark each: time is cut into {COLUMNS} "
            f"columns of {units.duration(ledger.seconds(COLUMNS))}, each with a bar from its "
            "lowest to its highest price, and marks stand at average prices. "
        )
    if ledger.size > STEPS:
        said += (
            f"The lines go through the averages of {STEPS} spans of "
            f"{units.duration(ledger.seconds(STEPS))}; the shade around them reaches from the "
            "lowest to the highest value."
        )
    return said.strip()


def _difference(first: Ledger, second: Ledger) -> str:
    gap = second.values("profit")[-1] - first.values("profit")[-1]
    if gap == 0:
        return "Both end with the same profit."
    better, worse = (second, first) if gap > 0 else (first, second)
    return f"“{better.name}” ends {money(abs(gap))} above “{worse.name}”."


# ---- counts


def _price_counts(ledger: Ledger) -> tuple[list[str], dict[str, np.ndarray], np.ndarray]:
    """Spans of prices in words, how many trades of each side are in them, and their edges."""
    price = ledger.values("price")
    edges = _edges(price)
    words = [f"{low} to under {high}" for low, high in pairwise(map(money, edges))]
    if _whole(price):
        words = [
            money(low) if high - low == 1 else f"{money(low)}–{money(high - 1)}"
            for low, high in pairwise(edges)
        ]
    return words, _counts(ledger, price, edges), edges


def _quantity_counts(
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


def _counts(ledger: Ledger, values: np.ndarray, edges: np.ndarray) -> dict[str, np.ndarray]:
    sides = dict(ledger.sides)
    if not (moved := sides["buy"] | sides["sell"]).all():
        sides["other"] = ~moved
    return {side: np.histogram(values[which], edges)[0] for side, which in sides.items()}


def _all(counts: dict[str, np.ndarray]) -> np.ndarray:
    return np.sum(list(counts.values()), axis=0)


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


# ---- the drawing


def _empty(title: str) -> str:
    """A card that says that there is nothing."""
    lines = (title, "The table is empty. Start the workflow, then draw it again.")
    return card(
        "".join(
            f'<text x="24" y="{y}" font-size="{size}" fill="{INK}">{html.escape(line)}</text>'
            for line, y, size in zip(lines, (38, 64), (17, 13), strict=True)
        ),
        WIDTH,
        92,
    )


def _draw(title: str, ledgers: list[Ledger]) -> str:
    """The chart as SVG, the same for the same trades on every machine."""
    import matplotlib

    # one price chart a ledger, then shares held, then the money
    heights = [190] * len(ledgers) + [110, 170] + ([170] if len(ledgers) > 1 else [])
    height = TOP + sum(heights) + GAP * (len(heights) - 1) + BOTTOM
    settings = {
        "svg.hashsalt": "trades",
        "svg.fonttype": "none",
        "font.family": FIGURE_FONT,
        "font.size": 11,
        "text.color": INK,
        "text.parse_math": False,  # two prices in a line are no formula
        "hatch.linewidth": 1.2,
        "path.simplify": False,
    }
    with _settings, matplotlib.rc_context(settings):
        from matplotlib.figure import Figure

        # 72 to the inch: one unit of the SVG is one pixel
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor="none")
        panels = Panels(figure, height)
        figure.text(24 / WIDTH, 1 - 34 / height, units.shorten(title, 90), fontsize=17)
        figure.text(24 / WIDTH, 1 - 54 / height, _subtitle(ledgers), fontsize=11, color=SOFT)
        for ledger, tall in zip(ledgers, heights, strict=False):
            _price_panel(panels, tall, ledger)
        _lines_panel(panels, 110, "Shares held", ledgers, ["position"], number)
        _quantities_panel(panels, 110, ledgers[0])
        if len(ledgers) == 1:
            _lines_panel(panels, 170, "Money", ledgers, ["cash", "profit"], _short_money)
            _figures_panel(panels, 170, ledgers[0])
        else:
            _lines_panel(panels, 170, "Cash", ledgers, ["cash"], _short_money)
            _quantities_panel(panels, 110, ledgers[1])
            _lines_panel(panels, 170, "Profit", ledgers, ["profit"], _short_money)
        panels.label_time()
        written = io.StringIO()
        figure.savefig(
            written,
            format="svg",
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    return card(_tidied(written.getvalue()), WIDTH, height)


def _subtitle(ledgers: list[Ledger]) -> str:
    first = min(ledger.time[0] for ledger in ledgers)
    last = max(ledger.time[-1] for ledger in ledgers)
    start, end = (moment(pd.Timestamp(when, tz="UTC")) for when in (first, last))
    said = f"{start} UTC" if start == end else f"{start} to {end} UTC"
    if any(ledger.thinned for ledger in ledgers):
        said += (
            f" · too many to mark each: {COLUMNS} bars from lowest to highest, marks at averages"
        )
    elif any(ledger.size > STEPS for ledger in ledgers):
        said += f" · lines: averages of {STEPS} spans, shaded from lowest to highest"
    return said


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
        from matplotlib.dates import AutoDateLocator, num2date
        from matplotlib.ticker import FuncFormatter

        low, high = self.times[-1].get_xlim()
        shape = _time_shape(high - low)
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


def _price_panel(panels: Panels, tall: float, ledger: Ledger) -> None:
    """Prices with their buys and sells and the threshold; beside it, how often each price."""
    from matplotlib.ticker import FuncFormatter

    axes = panels.add(tall, _named("Price of a share", ledger, 42))
    price = ledger.values("price")
    when = _dates(ledger.time)
    axes.axhline(ledger.threshold, color=INK, linewidth=1.2, linestyle=DASHED, zorder=3)
    for side, which in ledger.sides.items():
        if ledger.thinned:
            _bars(axes, ledger, side)
        else:
            size = 8 if ledger.size <= 60 else 6 if ledger.size <= 300 else 4.5
            axes.plot(when[which], price[which], **_mark(side, size))
    moved = ledger.sides["buy"] | ledger.sides["sell"]
    if not moved.all() and not ledger.thinned:
        axes.plot(when[~moved], price[~moved], "o", color=SOFT, markersize=4)
    low = min(float(price.min()), ledger.threshold)
    high = max(float(price.max()), ledger.threshold)
    room = (high - low or 1) * 0.06
    axes.set_ylim(low - room, high + room)
    axes.set_xlim(*_limits([ledger], axes))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda dollars, _: _short_money(dollars)))
    rule = f"threshold {money(ledger.threshold)}"
    _legend(
        axes,
        [
            (f"{side} ({number(int(which.sum()))})", _mark(side, 7))
            for side, which in ledger.sides.items()
        ]
        + [(rule, {"color": INK, "linewidth": 1.2, "linestyle": DASHED})],
    )
    _price_counts_panel(panels, tall, ledger, axes)


def _mark(side: str, size: float) -> dict[str, Any]:
    return {
        "linestyle": "none",
        "marker": MARK[side],
        "markersize": size,
        "color": COLOUR[side],
        "markeredgecolor": "white",
        "markeredgewidth": 0.4,
    }


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
    axes.plot(columns.middle, columns.reduce(price)[1], **_mark(side, 8), zorder=4)


def _named(what: str, ledger: Ledger, longest: int) -> str:
    """A chart's title, with the ledger's name if it has one."""
    return units.shorten(f"{what}: {ledger.name}" if ledger.name else what, longest)


def _price_counts_panel(panels: Panels, tall: float, ledger: Ledger, beside: Axes) -> None:
    _, counts, edges = _price_counts(ledger)
    axes = panels.beside(tall, "How often each price", share=beside)
    axes.tick_params(labelleft=False)
    done = np.zeros(len(edges) - 1)
    for side, amount in counts.items():
        on = amount > 0
        thick = np.diff(edges) * 0.92
        axes.barh(edges[:-1][on], amount[on], thick[on], done[on], align="edge", **_bar(side))
        done = done + amount
    _count_axis(axes.xaxis, done.max())


def _quantities_panel(panels: Panels, tall: float, ledger: Ledger) -> None:
    words, counts, edges = _quantity_counts(ledger)
    title = _named("Shares a trade", ledger, 34) if ledger.name else "How often how many shares"
    axes = panels.beside(tall, title)
    done = np.zeros(len(words))
    for side, amount in counts.items():
        on = np.flatnonzero(amount)
        axes.bar(on, amount[on], 0.8, done[on], **_bar(side))
        done = done + amount
    if edges is None:
        ticks, labels = np.arange(len(words)), words
    else:  # a label where one span ends and the next begins
        ticks, labels = np.arange(len(edges)) - 0.5, [_short(float(edge)) for edge in edges]
    room = max(1, SIDE_WIDTH // (7 * max(map(len, labels)) + 8))
    step = -(-len(labels) // room)
    axes.set_xticks(ticks[::step], labels[::step])
    axes.set_xlim(-0.6, max(len(words), 4) - 0.4)
    axes.grid(visible=False, axis="x")
    _count_axis(axes.yaxis, done.max())


def _bar(side: str) -> dict[str, Any]:
    """Buys are filled, sells hatched: told apart without their colour."""
    look = {"edgecolor": COLOUR[side], "linewidth": 1}
    if side == "buy":
        return look | {"facecolor": COLOUR[side]}
    return look | {"facecolor": "white", "hatch": "////" if side == "sell" else "...."}


def _figures_panel(panels: Panels, tall: float, ledger: Ledger) -> None:
    """The figures at the end, as a small table."""
    axes = panels.beside(tall, "At the end")
    axes.axis("off")
    axes.title.set_visible(True)
    for place, (what, figure) in enumerate(_ends(ledger)):
        height = 1 - (place + 0.5) / 7
        axes.text(0, height, what, fontsize=12, va="center", transform=axes.transAxes)
        axes.text(1, height, figure, fontsize=12, va="center", ha="right", transform=axes.transAxes)


def _ends(ledger: Ledger) -> list[tuple[str, str]]:
    last = ledger.frame.iloc[-1]
    rows = []
    for side in (turnover(ledger.frame, "buy"), turnover(ledger.frame, "sell")):
        rows.append((f"shares {side.past}", number(side.shares)))
        rows.append((f"{side.past} at, on average", side.average))
    return [
        *rows,
        ("shares held", number(last["position"])),
        ("cash", money(last["cash"])),
        ("profit", money(last["profit"])),
    ]


def _count_axis(axis: Any, most: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(3, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda count, _: _short(count)))


def _lines_panel(
    panels: Panels,
    tall: float,
    title: str,
    ledgers: list[Ledger],
    columns: list[str],
    say: Any,
) -> None:
    """Columns as lines over time; several ledgers, or several columns, told apart by dashes too."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

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
    axes.set_xlim(*_limits(ledgers, axes))
    low, high = axes.dataLim.intervaly
    if high - low < 1:  # nothing happened: no axis of thousandths
        axes.set_ylim(low - 1, high + 1)
    axes.yaxis.set_major_locator(MaxNLocator(5 if tall > 120 else 4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: say(value)))
    if len(keys) > 1:
        _legend(axes, keys)


def _line(axes: Axes, ledger: Ledger, column: str, look: dict[str, Any]) -> None:
    """A column over time: as steps, or with many trades as averages on a shade."""
    values = ledger.values(column)
    if ledger.size <= STEPS:
        mark = {"marker": "o", "markersize": 4} if ledger.size == 1 else {}
        axes.plot(_dates(ledger.time), values, drawstyle="steps-post", **look, **mark)
        return
    spans = ledger.columns(STEPS)
    found = np.searchsorted(spans.place, np.arange(STEPS), "right") - 1
    # where a span has no trade, what was reached before it stands: a level, not a slope
    last = values[spans.starts + spans.sizes - 1][found]
    there = spans.place[found] == np.arange(STEPS)
    lowest, average, highest = (
        np.where(there, figures[found], last) for figures in spans.reduce(values)
    )
    first, end = _dates(ledger.time[[0, -1]])
    middle = first + (end - first) * (np.arange(STEPS) + 0.5) / STEPS
    axes.fill_between(
        middle, lowest, highest, color=look["color"], alpha=0.22, linewidth=0, zorder=1.5
    )
    axes.plot(middle, average, **look)


def _limits(ledgers: list[Ledger], axes: Axes) -> tuple[float, float]:
    """From the first trade to the last of all that share this time, with a little room."""
    first = min(_dates(ledger.time[:1])[0] for ledger in ledgers)
    last = max(_dates(ledger.time[-1:])[0] for ledger in ledgers)
    if len(axes.get_shared_x_axes().get_siblings(axes)) > 1:
        low, high = axes.get_xlim()
        room = (high - low) / 42
        first, last = min(first, low + room), max(last, high - room)
    room = (last - first) / 40 or 1 / 48
    return first - room, last + room


def _legend(axes: Axes, keys: list[tuple[str, dict[str, Any]]]) -> None:
    """The key at the right of the title's line, above the chart."""
    from matplotlib.lines import Line2D

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


def _dates(times: np.ndarray) -> np.ndarray:
    from matplotlib.dates import date2num

    return date2num(times)


def _column_dates(ledger: Ledger) -> np.ndarray:
    """The middle of each column, as matplotlib counts time."""
    first, last = _dates(ledger.time[[0, -1]])
    return first + (last - first) * (np.arange(COLUMNS) + 0.5) / COLUMNS


def _time_shape(days: float) -> Any:
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


def _short(value: float) -> str:
    """A number on an axis: 1,500 stays, 20,000 becomes 20k.

    >>> _short(1500), _short(20000), _short(-2500000)
    ('1,500', '20k', '−2.5M')
    """
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            divided = value / (1e3 if letter == "k" else size)
            return number(float(f"{divided:.4g}")) + letter
    return number(round(value, 6))


def _short_money(value: float) -> str:
    """Dollars on an axis.

    >>> _short_money(-20000), _short_money(7)
    ('−$20k', '$7')
    """
    short = _short(value) if abs(value) >= 1e4 else number(value)
    if abs(value) < 1e4 and round(value, 6) % 1:
        return money(value)
    return f"−${short[1:]}" if short.startswith("−") else f"${short}"


# ---- matplotlib's SVG, made small and set in the font of the other pictures


def _tidied(svg: str) -> str:
    """What is inside matplotlib's `<svg>`: shorter numbers, no font of its own, no metadata."""
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    inner = inner.replace(f"font-family: '{FIGURE_FONT}'; ", "")
    inner = inner.replace(f"font-family: '{FIGURE_FONT}'", "")
    inner = re.sub(r' transform="rotate\(-0 [\d. -]+\)"', "", inner)
    inner = re.sub(r"<!--.*?-->", "", inner, flags=re.DOTALL)
    inner = re.sub(r"(\d+\.\d{2})\d+", r"\1", inner)
    inner = re.sub(r"(<g clip-path=[^>]*)>\s*((?:<use [^>]*/>\s*)+)", _one_style, inner)
    inner = re.sub(r"\s*\n\s*", " ", inner)
    return f'<g xmlns:xlink="http://www.w3.org/1999/xlink">{inner}</g>'


def _one_style(found: re.Match[str]) -> str:
    """Marks that look alike: the look is said once, on their group."""
    opening, marks = found.groups()
    styles = set(re.findall(r' style="([^"]*)"', marks))
    if len(styles) != 1:
        return found[0]
    bare = re.sub(r' style="[^"]*"', "", marks)
    return f'{opening} style="{styles.pop()}">{bare}'
