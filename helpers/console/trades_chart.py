"""The chart of a table of trades, drawn by a process of its own.

Pandas and matplotlib take more memory than all else of the console: they go with that process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from helpers.console.aws import Problem

ATTRIBUTES = {"Id", "Type", "Price", "Quantity", "Timestamp"}
"""Of an item that is a trade, as the lesson's app writes it."""
SECONDS = 60

_ONE = threading.Lock()  # at a time: many tabs are not to fill the machine


def are_trades(items: Iterable[Mapping[str, Any]]) -> bool:
    """Is there an item, and has each what a trade has?"""
    items = list(items)
    return bool(items) and all(set(one) >= ATTRIBUTES for one in items)


def drawn(table: str) -> dict[str, str] | Problem:
    """`html` of the chart with its words, and `summary`, what it comes to; or why there is none."""
    command = [sys.executable, "-m", "helpers.console.trades_chart", table]
    try:
        with _ONE:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        told: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Problem("The trades are too many to be drawn here.", f"It took over {SECONDS} s.")
    except ValueError:
        return Problem("The trades cannot be drawn.", done.stderr.strip().rpartition("\n")[2])
    return Problem(**told["problem"]) if "problem" in told else told


def main(table: str) -> None:
    """Prints, as JSON, what `drawn` gives."""
    from helpers import draw, target, trades
    from helpers.errors import CourseError

    try:
        target.activate()
        ledger = trades.read(table)
        answer: dict[str, Any] = {
            "html": draw.trades(ledger).html,
            "summary": trades.summary(ledger),
        }
    except CourseError as error:
        answer = {"problem": {"what": error.what, "why": error.why, "then": error.then}}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
