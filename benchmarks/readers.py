"""Whether all readers of the States Language agree, on many machines made up at random.

`python benchmarks/readers.py [cases] [check …]` tries so many (10,000) of each check of
`tests/asl/test_readers_agree.py`, prints each kind of disagreement with its smallest example, and
ends non-zero if there is one.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / place) for place in ("", "tests/asl")]

from test_readers_agree import CHECKS, Disagreement  # noqa: E402 - found by the line above

PROCESSES = 2
SHARE = 500  # cases that a process is given at a time


def disagreements(name: str, seeds: range) -> list[tuple[str, str]]:
    """What fails of a check: of each case its kind, and its words with the seed."""
    said = []
    for seed in seeds:
        try:
            CHECKS[name](Random(seed))
        except Disagreement as error:
            said.append((error.kind, f"seed {seed}: {error}"))
        except Exception as error:
            line = traceback.format_exc().strip().split("\n")[-3]
            said.append((f"{type(error).__name__} at{line[:60]}", f"seed {seed}: {error!r}"))
    return said


def main(cases: int, names: list[str]) -> int:
    """Prints what was found; 1 if anything was."""
    wrong = 0
    with ProcessPoolExecutor(PROCESSES) as pool:
        for name in names or list(CHECKS):
            began = time.monotonic()
            shares = [range(n, min(n + SHARE, cases)) for n in range(0, cases, SHARE)]
            kinds: dict[str, list[str]] = defaultdict(list)
            for part in pool.map(disagreements, [name] * len(shares), shares):
                for kind, words in part:
                    kinds[kind].append(words)
            count = sum(map(len, kinds.values()))
            wrong += count
            print(f"{name}: {count} of {cases} disagree ({time.monotonic() - began:.1f} s)")
            for examples in sorted(kinds.values(), key=len, reverse=True):
                smallest = min(examples, key=len).replace("\n", "\n    ")
                print(f"  {len(examples)} such as {smallest}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int((sys.argv[1:] or ["10000"])[0]), sys.argv[2:]))
