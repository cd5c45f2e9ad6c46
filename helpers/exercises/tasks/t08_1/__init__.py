"""08.1 The hour that lost most: profit moves by what was held before a trade, not by the trade."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from helpers.exercises import NotYet, Task, Workbench

BEGAN = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)

ASK = """
import json
import traceback

from worst import worst

answers = []
for items in json.load(open("_asked.json")):
    try:
        answers.append({"id": worst(items)})
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        answers.append({"error": f"{type(error).__name__}: {error} (line {line})"})
json.dump(answers, open("_answers.json", "w"), default=repr)
"""
"""Carries the learner's function out, and keeps what it prints apart from what it answers."""


class Trade(NamedTuple):
    """One trade of a month that is tried; moved and profit as the notebook computes them."""

    id: str
    at: datetime
    kind: str
    price: int
    qty: int
    moved: int
    profit: int

    @property
    def item(self) -> dict[str, dict[str, str]]:
        """The trade as the table gives it."""
        return {
            "Id": {"S": self.id},
            "Type": {"S": self.kind},
            "Price": {"N": str(self.price)},
            "Quantity": {"N": str(self.qty)},
            "Timestamp": {"S": self.at.isoformat()},
        }


class Month(NamedTuple):
    """Trades in the order of time; what is special about them; which hints fit, if it was that."""

    what: str
    trades: tuple[Trade, ...]
    hint: str
    mixed: bool = False

    @property
    def items(self) -> list[dict[str, dict[str, str]]]:
        """What is handed to the function; mixed: in no order, as a scan gives them."""
        items = [trade.item for trade in self.trades]
        if self.mixed:
            random.Random(2).shuffle(items)
        return items

    @property
    def worst(self) -> Trade | None:
        """The trade that is asked for."""
        lowest = min(self.trades, key=lambda trade: trade.moved, default=None)
        return lowest if lowest is not None and lowest.moved < 0 else None


def month(what: str, rows: Sequence[tuple[str, int, int]], hint: str, mixed: bool = False) -> Month:
    """A month of trades (type, price, quantity), an hour apart."""
    ids = random.Random(22 + len(rows))  # so that the order of Ids leads to a trade of its own
    position, cash, profit, made = 0, 0, 0, []
    for nth, (kind, price, qty) in enumerate(rows):
        bought = qty if kind == "buy" else -qty
        position, cash = position + bought, cash - bought * price
        now = cash + position * price
        at = BEGAN + timedelta(hours=nth)
        made.append(Trade(f"{ids.getrandbits(48):012x}", at, kind, price, qty, now - profit, now))
        profit = now
    return Month(what, tuple(made), hint, mixed)


LONG = [("buy", 10, 5), ("sell", 60, 1), ("buy", 25, 2), ("sell", 90, 3), ("buy", 48, 4)]
LONG += [("sell", 57, 1), ("buy", 44, 12)]
SHORT = [("sell", 70, 3), ("buy", 30, 1), ("sell", 80, 6), ("sell", 95, 2), ("buy", 45, 15)]
SHORT += [("sell", 30, 2)]
TIES = [("buy", 20, 4), ("sell", 60, 2), ("buy", 10, 2), ("buy", 25, 6), ("buy", 15, 1)]
RISING = [("buy", 20, 4), ("buy", 40, 2), ("sell", 70, 3)]


def many(seed: int, count: int = 720) -> list[tuple[str, int, int]]:
    """A month as the mock market makes it."""
    dice = random.Random(seed)
    prices = [dice.randint(0, 100) for _ in range(count)]
    return [("buy" if price <= 50 else "sell", price, dice.randint(1, 10)) for price in prices]


MONTHS = (
    month("seven trades, handed over in the order of time", LONG, ""),
    month("the same kind of trades, handed over in no order", LONG[::-1], "order", mixed=True),
    month("six trades, of which the first is a sale", SHORT, "short"),
    month("a month in which profit fell twice by the same amount", TIES, "tie"),
    month("a month in which profit never fell", RISING, "nothing-lost"),
    month("a month with one trade", [("sell", 80, 3)], "nothing-lost"),
    month("a month without a trade", [], "empty"),
    month("a month of 720 trades", many(8), "short", mixed=True),
    month("another month of 720 trades", many(15), "short", mixed=True),
)


def check(bench: Workbench) -> str:
    """Its answer is right in every month."""
    bench.python("worst.py")
    bench.trying(f"{len(MONTHS)} months")
    for one, answer in zip(MONTHS, _answers(bench), strict=True):
        if "error" in answer:
            raise NotYet(
                f"For {one.what} worst(items) did not answer: {answer['error']}",
                hint="empty" if not one.trades else "raises",
            )
        _compare(one, answer["id"])
    return (
        "In nine months it found the trade at which profit fell the most, or None: items in no "
        "order, a short position, two falls alike, a month that only won, none at all, and twice "
        "720 trades."
    )


def _answers(bench: Workbench) -> list[dict[str, Any]]:
    asked = json.dumps([one.items for one in MONTHS])
    (bench.folder / "_asked.json").write_text(asked, encoding="utf-8")
    ran = bench.run(sys.executable, "-c", ASK, timeout=8)
    try:
        answers = json.loads((bench.folder / "_answers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        answers = []
    if not isinstance(answers, list) or len(answers) != len(MONTHS):
        said = ran.last_line or f"it left with exit code {ran.code}"
        raise NotYet(f"worst.py did not come to an answer: {said}.", hint="raises")
    return answers


def _compare(one: Month, said: Any) -> None:
    expected = one.worst
    wanted = expected.id if expected else None
    if said == wanted:
        return
    trade = next((trade for trade in one.trades if trade.id == said), None)
    if said is not None and trade is None:
        raise NotYet(
            f"For {one.what} the answer was {_short(said)}, which is no Id of a trade.",
            hint="not-an-id",
        )
    raise NotYet(
        f"For {one.what} the answer was {_said(one, trade)}; {_wanted(one, expected)}{_table(one)}",
        hint=_hint(one, trade),
    )


def _said(one: Month, trade: Trade | None) -> str:
    if trade is None:
        return "None"
    return f"{trade.id}, a {trade.kind} at ${trade.price}, where {_moved(trade)}"


def _moved(trade: Trade) -> str:
    if trade.moved < 0:
        return f"profit fell by ${-trade.moved:,}"
    return f"profit rose by ${trade.moved:,}" if trade.moved else "profit did not move"


def _wanted(one: Month, expected: Trade | None) -> str:
    if expected is None:
        return "profit never fell, so it should have been None."
    falls = [trade for trade in one.trades if trade.moved == expected.moved]
    of_two = ", and of two falls alike the earlier counts" if len(falls) > 1 else ""
    return (
        f"it fell by ${-expected.moved:,} at {expected.id}, a {expected.kind} at "
        f"${expected.price}{of_two}."
    )


def _table(one: Month) -> str:
    if not 0 < len(one.trades) <= 10:
        return ""
    head = f"\n\n  {'Id':<14}{'time':<7}{'type':<6}{'price':>5}{'qty':>5}{'profit':>8}"
    rows = [
        f"\n  {t.id:<14}{t.at:%H:%M}  {t.kind:<6}{t.price:>5}{t.qty:>5}{t.profit:>8,}"
        for t in one.trades
    ]
    return head + "".join(rows)


def _hint(one: Month, trade: Trade | None) -> str:
    """Which mistake would have led to this trade; the month's own hints if none is known."""
    if trade is None or one.worst is None:
        return one.hint
    if one.hint in ("", "order") and trade.id in _in_no_order(one):
        return "order"
    for key, mistaken in MISTAKES.items():
        if mistaken(one.trades) == trade:
            return key
    return one.hint


def _in_no_order(one: Month) -> Iterator[str]:
    """The answers of whoever takes the items as they come, or sorts them by their Id."""
    by_id = {trade.id: trade for trade in one.trades}
    for ids in ([item["Id"]["S"] for item in one.items], sorted(by_id)):
        rows = [(by_id[id].kind, by_id[id].price, by_id[id].qty) for id in ids]
        moved = [trade.moved for trade in month("", rows, "").trades]
        yield ids[moved.index(min(moved))]


def _one_before(trades: Sequence[Trade]) -> Trade:
    lowest = min(range(len(trades)), key=lambda nth: trades[nth].moved)
    return trades[max(0, lowest - 1)]


def _largest_price_drop(trades: Sequence[Trade]) -> Trade:
    return min(
        pairwise(trades),
        key=lambda two: two[1].price - two[0].price,
        default=(trades[0], trades[0]),
    )[1]


MISTAKES = {
    "lowest": lambda trades: min(trades, key=lambda trade: trade.profit),
    "cash": lambda trades: min(
        trades, key=lambda trade: -trade.price * trade.qty if trade.kind == "buy" else 0
    ),
    "price-only": _largest_price_drop,
    "one-before": _one_before,
}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


TASK = Task(
    title="The hour that lost most",
    minutes=12,
    check=check,
    hints={
        "": (
            "Which of the notebook's columns do you need, and what does each row of it need of "
            "the row before?",
            "Keep position and cash while you go through the trades. After each one there is a "
            "profit: by how much does it differ from the last one?",
            "profit = cash + position × price, with this trade's price. Remember the smallest "
            "difference so far, and whose it was.",
        ),
        "order": (
            "In what order does a scan hand out items?",
            "Position and cash only make sense if the trades come one after the other. Which "
            "attribute says when?",
            "sorted(items, key=…) by the text in Timestamp: ISO 8601 in UTC sorts as time does.",
        ),
        "lowest": (
            "Is the lowest point of a walk where it went down the steepest?",
            "Profit can fall a long way and still be high. Look at the step, not at the height.",
            "Subtract the profit after the trade before; the smallest difference is the one.",
        ),
        "cash": (
            "You paid a lot for those shares. Have you lost it?",
            "A purchase moves dollars into shares: cash falls, the position's worth rises by as "
            "much. What does profit add up?",
            "Compare profit with profit, not cash with cash: profit = cash + position × price.",
        ),
        "price-only": (
            "The price fell the most there. How many shares were held just then?",
            "A fall of $40 with two shares costs less than a fall of $10 with twenty.",
            "Between two trades profit moves by the position times the change of price.",
        ),
        "one-before": (
            "At which of the two trades does one see the loss: the one before the fall, or the "
            "one after it?",
            "Profit is known at each trade's price. The fall shows at the trade with the lower "
            "profit.",
            "When you subtract, keep the Id that belongs to the later of the two.",
        ),
        "short": (
            "What happens to somebody who has sold what he does not have, when the price rises?",
            "A position below zero is a position: it has to be bought back. Does your sum let it "
            "go below zero?",
            "Add bought shares and subtract sold ones without a floor, from the first trade on.",
        ),
        "tie": (
            "Two trades lost the same. Which of them does the task want?",
            "What does your comparison do when the new fall is as deep as the deepest so far?",
            "Take the new one only if it is really deeper: < and <= differ in this month alone.",
        ),
        "nothing-lost": (
            "If profit never fell, which hour lost the most?",
            "The smallest of the differences may be above zero, or zero: then nothing was lost.",
            "Start with None, and replace it only by a trade at which profit fell.",
        ),
        "empty": (
            "What does your function look at first, and is it there in a month without trades?",
            "The smallest of nothing is an error in Python; what does the task want instead?",
            "An empty table is a month in which nothing was lost: None.",
        ),
        "raises": (
            "The check quotes the last thing that Python said. Which line of yours says that?",
            "An item's values are wrapped in their type, and numbers come as text: "
            '{"Price": {"N": "42"}}.',
            'int(item["Price"]["N"]) is a number; item["Price"] is not.',
        ),
        "not-an-id": (
            "What does the task ask for: a position in the list, a time, an amount, or an Id?",
            "Somebody wants to look the trade up in the table. What is its key there?",
            'Return item["Id"]["S"], the text alone.',
        ),
    },
    reasoning="""
A trade by itself never loses anything: what is paid for shares is there again as shares, at the
very price that was paid. Profit moves between two trades, by the position times the change of the
price. That is why the hour that lost most is neither the dearest purchase nor the deepest fall of
the price: it is where many shares and a change in the wrong direction came together. With a short
position the wrong direction is up.

The loop does what the notebook's columns do: position, cash, profit, and the difference to the
profit before. `<` and not `<=` keeps the earlier of two falls alike, and starting from None and 0
answers the month that only won, and the empty one, without a special case.

Other ways are as right: `trades.from_items(items)` gives the very columns, and
`ledger["profit"].diff()` the steps; or go through pairs of trades and take position × change of
price, without any cash.
""",
)
