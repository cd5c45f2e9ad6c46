"""What a chart of trades shows, in words: complete enough to follow without seeing it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers import units
from helpers.draw.ledger_chart.counts import all_sides, price_counts, quantity_counts
from helpers.draw.ledger_chart.thinning import COLUMNS, STEPS, Ledger
from helpers.trades import many, moment, money, number, summary, type_of

LISTED = 12  # trades that the words list one by one


def title_of(ledgers: list[Ledger]) -> str:
    """The chart's name in a few words."""
    if len(ledgers) == 2:
        return f"Two strategies: {ledgers[0].name} or {ledgers[1].name}"
    (ledger,) = ledgers
    if not ledger.size:
        return "No trades yet"
    profit = ledger.values("profit")[-1]
    return (
        f"{many(ledger.size, 'trade')}, {'profit' if profit >= 0 else 'loss'} {money(abs(profit))}"
    )


def words_of(ledgers: list[Ledger]) -> str:
    """All that the chart of one ledger, or of two compared, shows."""
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
    places: Sequence[int] = range(ledger.size)
    if ledger.size > LISTED:
        span = np.linspace(0, 1, 5)
        instants = ledger.time[0] + (ledger.time[-1] - ledger.time[0]) * span
        rows = np.searchsorted(ledger.time, instants.astype(ledger.time.dtype), "right") - 1
        places = sorted({int(at) for at in rows})
    lines = []
    for at in places:
        row = ledger.frame.iloc[at]
        lines.append(
            f"{moment(row['time'])}: {type_of(row['type'])} {number(row['qty'])} "
            f"at {money(row['price'])}, "
            f"then position {number(row['position'])}, cash {money(row['cash'])}, "
            f"profit {money(row['profit'])}"
        )
    heading = "Trade by trade" if ledger.size <= LISTED else "On the way (UTC)"
    return f"{heading}: " + "; ".join(lines) + "."


def _how_often(ledger: Ledger) -> list[str]:
    spans, per_price, _ = price_counts(ledger)
    prices = "; ".join(
        f"{span}: {number(count)}" for span, count in zip(spans, all_sides(per_price), strict=True)
    )
    shares, per_quantity, _ = quantity_counts(ledger)
    quantities = "; ".join(
        f"{share}: {number(count)}"
        for share, count in zip(shares, all_sides(per_quantity), strict=True)
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
