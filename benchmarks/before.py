"""One of the benchmarks here and in another checkout, in turns: `before.py FOLDER asl.py [ARG …]`.

Each round runs the script of this checkout in both folders, with the same Python, so that it
imports the helpers of the one and of the other. Every line of it with a number and a unit is a
figure; the table gives the medians, before and after, and the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIGURE = re.compile(r"^(?P<what>.*?\S)\s\s+(?P<value>[\d.,]+) (?P<unit>m?s)\b")


def figures(checkout: Path, script: str, arguments: list[str]) -> dict[str, float]:
    """What the script prints in a checkout: each line's words (with the unit) and its number."""
    with tempfile.TemporaryDirectory(prefix="before-") as folder:
        # Some scripts put their checkout first on the path: there they find the one they run in.
        here = Path(folder) / "benchmarks"
        here.mkdir()
        (here / script).write_text((HERE / script).read_text(encoding="utf-8"), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(here / script), *arguments],
            cwd=checkout,
            env=os.environ | {"PYTHONPATH": str(checkout)},
            capture_output=True,
            text=True,
        )
    lines = [FIGURE.match(line) for line in done.stdout.splitlines()]
    told = {f"{m['what']}, {m['unit']}": float(m["value"].replace(",", "")) for m in lines if m}
    if not told:
        raise SystemExit(f"{checkout}: no figure\n{done.stdout}{done.stderr}")
    return told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the other checkout")
    parser.add_argument("script", choices=sorted(path.name for path in HERE.glob("*.py")))
    parser.add_argument("--rounds", type=int, default=5)
    options, arguments = parser.parse_known_args()
    before, after = [], []
    for number in range(options.rounds):
        pair = [(before, options.folder.resolve()), (after, HERE.parent)]
        for told, checkout in pair if number % 2 else pair[::-1]:
            told.append(figures(checkout, options.script, arguments))
    print(f"{'median of ' + str(options.rounds):76}{'before':>10}{'after':>10}   ratio")
    for what in after[0]:
        both = [(b[what], a[what]) for b, a in zip(before, after, strict=True) if what in b]
        if both:
            ratio = statistics.median(a / b if b else 1 for b, a in both)
            old, new = (statistics.median(one) for one in zip(*both, strict=True))
            print(f"{what:76}{old:10.3f}{new:10.3f}   {ratio:.2f}")


if __name__ == "__main__":
    main()
