"""How long a chart of trades takes: `python benchmarks/trades.py`; ends non-zero past the limit."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from helpers import trades
from helpers.draw import trades as draw

LIMIT = 2.0  # seconds of the processor for a million trades, once matplotlib is loaded
COUNTS = (10, 720, 10_000, 100_000, 1_000_000)
RUNS = 3
COLD = """
import time; started = time.perf_counter()
from helpers import trades
from helpers.draw import trades as draw
draw(trades.simulate([1, 60])).svg
print(time.perf_counter() - started)
"""


def charted(count: int) -> tuple[float, float, int]:
    """Seconds until words and SVG of so many trades are there, on the clock and of the processor,
    the best run of each; and the bytes."""
    random = np.random.default_rng(7)
    ledger = trades.simulate(
        random.integers(0, 101, count), quantities=random.integers(1, 11, count)
    )
    clock, processor = [], []
    for _ in range(RUNS):
        started, used = time.perf_counter(), time.process_time()
        picture = draw(ledger)
        size = len(picture.svg) + len(picture.text)
        clock.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    return min(clock), min(processor), size


def main() -> int:
    """Prints a line a size; 1 if the largest took longer than the limit in its best run."""
    cold = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    print(f"first picture of a process, imports and all: {float(cold.stdout):.2f} s")
    draw(trades.simulate([1, 60]))
    for count in COUNTS:
        clock, processor, size = charted(count)
        print(
            f"{count:>9,} trades: {clock:.2f} s, processor {processor:.2f} s, {size / 1024:.0f} KB"
        )
    if processor > LIMIT:
        print(f"{COUNTS[-1]:,} trades took longer than {LIMIT} s.")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
