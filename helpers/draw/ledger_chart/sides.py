"""The small panels beside the lines: how often how many shares, and the figures at the end."""

from __future__ import annotations

import numpy as np

from helpers.draw.ledger_chart.axes import count_axis, short, short_money
from helpers.draw.ledger_chart.counts import quantity_counts
from helpers.draw.ledger_chart.panels import SIDE_WIDTH, Panels, named
from helpers.draw.ledger_chart.style import bar
from helpers.draw.ledger_chart.thinning import Ledger
from helpers.trades import money, number, turnover

LONGEST = 16  # characters that have room beside what they are called


def quantities_panel(panels: Panels, tall: float, ledger: Ledger) -> None:
    """How often how many shares were traded."""
    words, counts, edges = quantity_counts(ledger)
    title = named("Shares a trade", ledger, 34) if ledger.name else "How often how many shares"
    axes = panels.beside(tall, title)
    done = np.zeros(len(words))
    for side, amount in counts.items():
        on = np.flatnonzero(amount)
        axes.bar(on, amount[on], 0.8, done[on], **bar(side))
        done = done + amount
    if edges is None:
        ticks, labels = np.arange(len(words)), words
    else:  # a label where one span ends and the next begins
        ticks, labels = np.arange(len(edges)) - 0.5, [short(float(edge)) for edge in edges]
    room = max(1, SIDE_WIDTH // (7 * max(map(len, labels)) + 8))
    step = -(-len(labels) // room)
    axes.set_xticks(ticks[::step], labels[::step])
    axes.set_xlim(-0.6, max(len(words), 4) - 0.4)
    axes.grid(visible=False, axis="x")
    count_axis(axes.yaxis, done.max())


def figures_panel(panels: Panels, tall: float, ledger: Ledger) -> None:
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
        rows.append((f"shares {side.past}", _number(side.shares)))
        long = len(side.average) > 12
        average = short_money(side.worth / side.shares) if long else side.average
        rows.append((f"{side.past} at, on average", average))
    return [
        *rows,
        ("shares held", _number(last["position"])),
        ("cash", _money(last["cash"])),
        ("profit", _money(last["profit"])),
    ]


def _number(value: float) -> str:
    said = number(value)
    return said if len(said) <= LONGEST else short(value)


def _money(dollars: float) -> str:
    said = money(dollars)
    return said if len(said) <= LONGEST else short_money(dollars)
