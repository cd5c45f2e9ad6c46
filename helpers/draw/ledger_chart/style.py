"""How buys and sells look: colour, mark and hatching, so that colour is never alone."""

from __future__ import annotations

from typing import Any

from helpers.draw.look import SOFT

BUY, SELL = "#0550AE", "#B35900"  # 7.2:1 and 4.9:1 on paper, and apart for colour-blind eyes
MARK = {"buy": "^", "sell": "v"}
COLOUR = {"buy": BUY, "sell": SELL, "other": SOFT}
FIRST, SECOND = "#6639BA", "#116329"  # 7.4:1 and 7.5:1; solid and dashed as well
DASHED = (0, (5, 2))


def mark(side: str, size: float) -> dict[str, Any]:
    """One trade: buys point up, sells down."""
    return {
        "linestyle": "none",
        "marker": MARK[side],
        "markersize": size,
        "color": COLOUR[side],
        "markeredgecolor": "white",
        "markeredgewidth": 0.4,
    }


def bar(side: str) -> dict[str, Any]:
    """Buys are filled, sells hatched: told apart without their colour."""
    look = {"edgecolor": COLOUR[side], "linewidth": 1}
    if side == "buy":
        return look | {"facecolor": COLOUR[side]}
    return look | {"facecolor": "white", "hatch": "////" if side == "sell" else "...."}
