"""The whole chart of one ledger, or of two compared, as a Picture."""

from __future__ import annotations

import html
import io
import threading

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from helpers import units
from helpers.draw.ledger_chart.axes import short, short_money
from helpers.draw.ledger_chart.lines import lines_panel
from helpers.draw.ledger_chart.panels import BOTTOM, GAP, TOP, WIDTH, Panels
from helpers.draw.ledger_chart.prices import price_panel
from helpers.draw.ledger_chart.sides import figures_panel, quantities_panel
from helpers.draw.ledger_chart.svg import FIGURE_FONT, tidied
from helpers.draw.ledger_chart.thinning import COLUMNS, STEPS, Ledger
from helpers.draw.ledger_chart.words import title_of, words_of
from helpers.draw.look import INK, SOFT
from helpers.draw.picture import Picture, card
from helpers.trades import as_numbers, checked, moment, names_of

_settings = threading.Lock()  # matplotlib's settings are the whole process's


def chart(
    frame: pd.DataFrame,
    other: pd.DataFrame | None,
    threshold: float | None,
    names: tuple[str, str] | None,
) -> Picture:
    """What `draw.trades` draws."""
    if threshold is not None:
        (threshold,) = as_numbers([threshold], "threshold").tolist()
    if other is None:
        ledgers = [Ledger(frame, "", threshold)]
    else:
        called = names_of(checked(frame), checked(other), names)
        ledgers = [Ledger(frame, called[0], threshold), Ledger(other, called[1], threshold)]
    drawn = [ledger for ledger in ledgers if ledger.size]
    title = title_of(ledgers)
    if not drawn:
        return Picture(words_of(ledgers), title=title, draw=lambda: _empty(title))
    return Picture(words_of(ledgers), title=title, draw=lambda: _draw(title, drawn))


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
        # 72 to the inch: one unit of the SVG is one pixel
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor="none")
        panels = Panels(figure, height)
        figure.text(24 / WIDTH, 1 - 34 / height, units.shorten(title, 90), fontsize=17)
        figure.text(24 / WIDTH, 1 - 54 / height, _subtitle(ledgers), fontsize=11, color=SOFT)
        for ledger, tall in zip(ledgers, heights, strict=False):
            price_panel(panels, tall, ledger)
        lines_panel(panels, 110, "Shares held", ledgers, ["position"], short)
        quantities_panel(panels, 110, ledgers[0])
        if len(ledgers) == 1:
            lines_panel(panels, 170, "Money", ledgers, ["cash", "profit"], short_money)
            figures_panel(panels, 170, ledgers[0])
        else:
            lines_panel(panels, 170, "Cash", ledgers, ["cash"], short_money)
            quantities_panel(panels, 110, ledgers[1])
            lines_panel(panels, 170, "Profit", ledgers, ["profit"], short_money)
        panels.label_time()
        written = io.StringIO()
        figure.savefig(
            written,
            format="svg",
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    return card(tidied(written.getvalue()), WIDTH, height)


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
