"""How long definitions take to read, walk and diagnose: `python benchmarks/asl.py`; ends non-zero
past the limits. Needs the shared test data (COURSE_SHARED, or ../shared)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from helpers.asl import Definition, diagnose

SHARED = Path(os.environ.get("COURSE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
LIMIT_ALL = 1.5  # seconds for all of the shared definitions, JSONata included
LIMIT_ONE = 2.0  # milliseconds for a small one
RUNS = 5
SMALL = """{
  "StartAt": "Check", "States": {
    "Check": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Check",
      "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 15, "MaxAttempts": 5,
                 "BackoffRate": 1.5}], "Next": "Buy or Sell?"},
    "Buy or Sell?": {"Type": "Choice", "Default": "Sell",
      "Choices": [{"Variable": "$.price", "NumericLessThanEquals": 50, "Next": "Buy"}]},
    "Buy": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true},
    "Sell": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}"""


def seconds(what: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """The best and the median of several runs."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        what()
        taken.append(time.perf_counter() - started)
    return min(taken), sorted(taken)[len(taken) // 2]


def in_a_fresh_python(code: str) -> float:
    """Seconds that `code` says it took, in a process of its own; the best of several."""
    return min(
        float(
            subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(RUNS)
    )


def main() -> int:
    """Prints a line for each figure; 1 if a limit was passed."""
    texts = [path.read_text() for path in sorted((SHARED / "asl").glob("*.json"))]
    if not texts:
        print(f"no definitions in {SHARED / 'asl'}: set COURSE_SHARED")
        return 1
    first = in_a_fresh_python(
        "import time, pathlib; t = time.perf_counter()\n"
        "from helpers.asl import diagnose\n"
        f"for p in sorted(pathlib.Path({str(SHARED / 'asl')!r}).glob('*.json')):\n"
        "    diagnose(p.read_text())\n"
        "print(time.perf_counter() - t)"
    )
    imported = in_a_fresh_python(
        "import time; t = time.perf_counter(); import helpers.asl; print(time.perf_counter() - t)"
    )
    again = seconds(lambda: [diagnose(text) for text in texts])
    walked = seconds(lambda: [Definition.from_text(text).edges() for text in texts])
    small = seconds(lambda: diagnose(SMALL), 200)
    wrong = seconds(lambda: diagnose(SMALL.replace('"Buy"}', '"By"}')), 200)
    lines = [
        ("import helpers.asl", imported * 1e3, "ms"),
        (f"diagnose {len(texts)} definitions, import and file reading included", first, "s"),
        (f"diagnose {len(texts)} definitions again (expressions remembered)", again[1], "s"),
        (f"load {len(texts)} definitions and walk every edge", walked[1], "s"),
        ("diagnose a definition of 4 states", small[1] * 1e3, "ms"),
        ("the same with a mistake, line and column included", wrong[1] * 1e3, "ms"),
    ]
    for what, value, unit in lines:
        print(f"{what:70} {value:8.3f} {unit}")
    slow = first > LIMIT_ALL or small[1] * 1e3 > LIMIT_ONE or wrong[1] * 1e3 > LIMIT_ONE
    if slow:
        print(f"too slow: the limits are {LIMIT_ALL} s for all and {LIMIT_ONE} ms for one")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
