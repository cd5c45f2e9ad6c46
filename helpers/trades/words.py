"""What a ledger says: a summary in sentences, and two ledgers side by side."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.trades.errors import TradesError
from helpers.trades.figures import gain, held, many, moment, money, number
from helpers.trades.ledger import THRESHOLD, checked


def summary(ledger: pd.DataFrame) -> str:
    """What happened, in a few lines of words and figures.

    Raises TradesError if `ledger` is none.
    """
    if checked(ledger).empty:
        return "No trades yet: the table is empty."
    first, last = ledger["time"].iloc[0], ledger["time"].iloc[-1]
    low, high = ledger["price"].min(), ledger["price"].max()
    at = f"at {money(low)}" if low == high else f"at {money(low)} to {money(high)}"
    span = f"on {moment(first)}" if first == last else f"from {moment(first)} to {moment(last)}"
    end = ledger.iloc[-1]
    lines = [f"{many(len(ledger), 'trade')} {span} UTC, {at} a share."]
    lines += [_side(ledger, kind) for kind in ("buy", "sell")]
    if others := other_types(ledger):
        lines.append(f"Of other types, which move no shares: {others}.")
    lines.append(
        f"At the end: {held(end['position'])}, {money(end['cash'])} in cash; at the last price of "
        f"{money(end['price'])} a share that makes a {gain(end['profit'])}."
    )
    if ledger["profit"].min() < ledger["profit"].max():
        worst, best = ledger.loc[ledger["profit"].idxmin()], ledger.loc[ledger["profit"].idxmax()]
        lines.append(
            f"Profit was lowest at {money(worst['profit'])} ({moment(worst['time'])}) "
            f"and highest at {money(best['profit'])} ({moment(best['time'])})."
        )
    if (shortest := ledger["position"].min()) < 0:
        lines.append(
            f"The position fell as low as {number(shortest)} shares: the mock market lets you sell "
            "what you do not hold."
        )
    return "\n".join(lines)


def compare(
    ledger: pd.DataFrame, other: pd.DataFrame, names: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Two ledgers side by side: one row a figure, one column a ledger, all as text to read.

    names: of the columns; without them, the thresholds where they are known.
    Raises TradesError if one of the two is no ledger.
    """
    columns = names_of(ledger, other, names)
    return pd.DataFrame(
        {name: _figures(checked(one)) for name, one in zip(columns, (ledger, other), strict=True)}
    )


def names_of(
    ledger: pd.DataFrame, other: pd.DataFrame, names: tuple[str, str] | None = None
) -> tuple[str, str]:
    """What to call two ledgers: `names`, or their thresholds if these are known and differ.

    Raises TradesError if one of the two is no ledger, or `names` are not two.
    """
    if names is not None:
        if isinstance(names, str) or len(names) != 2:
            raise TradesError(
                f"Two ledgers have two names, and these are {names!r}.",
                "",
                'Give both: names=("mine", "yours").',
            )
        return str(names[0]), str(names[1])
    known = [checked(one).attrs.get("threshold") for one in (ledger, other)]
    if known[0] is None and known[1] is not None:
        known[0] = THRESHOLD
    if None in known or known[0] == known[1]:
        return "first", "second"
    return f"buys up to {money(known[0])}", f"buys up to {money(known[1])}"


def _figures(ledger: pd.DataFrame) -> dict[str, str]:
    sides = [turnover(ledger, kind) for kind in ("buy", "sell")]
    figures = {"trades": number(len(ledger))}
    figures |= {f"{side.kind}s": number(side.trades) for side in sides}
    figures |= {f"shares {side.past}": number(side.shares) for side in sides}
    figures |= {f"average price {side.past}": side.average for side in sides}
    if ledger.empty:
        return figures | dict.fromkeys(
            ("lowest position", "highest position", "last position", "cash", "profit"), "–"
        )
    return figures | {
        "lowest position": number(ledger["position"].min()),
        "highest position": number(ledger["position"].max()),
        "last position": number(ledger["position"].iloc[-1]),
        "cash": money(ledger["cash"].iloc[-1]),
        "profit": money(ledger["profit"].iloc[-1]),
    }


def other_types(ledger: pd.DataFrame) -> str:
    """The types that are neither buy nor sell, counted: "3 hold"; "" if there are none."""
    counts = ledger["type"].value_counts(dropna=False)
    return ", ".join(
        f"{number(count)} {type_of(kind)}"
        for kind, count in counts.items()
        if kind not in ("buy", "sell")
    )


def type_of(kind: object) -> str:
    """A trade's type in words; a blank one is said to be none."""
    return kind if isinstance(kind, str) and kind.strip() else "(no type)"


@dataclass(frozen=True)
class Turnover:
    """All buys or all sells of a ledger: how many trades, how many shares, for how many dollars."""

    kind: str
    trades: int
    shares: float
    worth: float

    @property
    def past(self) -> str:
        """ "bought" or "sold"."""
        return {"buy": "bought", "sell": "sold"}[self.kind]

    @property
    def average(self) -> str:
        """Dollars a share, weighted by shares, as text; a dash if there were none."""
        return money(self.worth / self.shares, cents=True) if self.shares else "–"


def turnover(ledger: pd.DataFrame, kind: str) -> Turnover:
    """What was bought ("buy") or sold ("sell") in all."""
    which = (ledger["type"] == kind).to_numpy()
    qty, price = ledger["qty"].to_numpy()[which], ledger["price"].to_numpy()[which]
    return Turnover(kind, int(which.sum()), qty.sum(), (price * qty).sum())


def _side(ledger: pd.DataFrame, kind: str) -> str:
    side = turnover(ledger, kind)
    if not side.trades:
        return f"No {kind}s."
    return (
        f"{many(side.trades, kind)}: {many(side.shares, 'share')} for {money(side.worth)}, "
        f"{side.average} a share on average."
    )
