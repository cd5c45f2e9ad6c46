"""Charts of trades: price against threshold with buys and sells, shares held, cash and profit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.draw.picture import Picture

if TYPE_CHECKING:
    import pandas as pd


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
    from helpers.draw.ledger_chart.drawing import (
        chart,  # here, because pandas and matplotlib take a second to import
    )

    return chart(frame, other, threshold, names)
