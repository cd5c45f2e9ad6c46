"""From `git clone` to the first picture: with uv and with pip, without and with their caches.

    python benchmarks/first_picture.py [--rounds 3] [--without uv|pip]

Each round is a clone of its own, set up as the README says, and then notebook 00, whose first
picture is the workflow. Cold: the cache of uv or pip is empty, so the network is measured, too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DRAW = (
    "from helpers import asl, draw; "
    "draw.state_machine(asl.load('sam-app/statemachine/stock_trader.asl.json')).svg"
)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="with a warm cache; cold is once")
    parser.add_argument("--without", choices=["uv", "pip"])
    asked = parser.parse_args()
    uv = None if asked.without == "uv" else shutil.which("uv")
    if uv is None and asked.without != "uv":
        print("There is no uv on PATH, so it is not measured: pip install uv")
    print("installer  cache  clone  set-up  first picture  together      .venv")
    for installer in ["uv"] * bool(uv) + ["pip"] * (asked.without != "pip"):
        with tempfile.TemporaryDirectory(prefix="first-picture-") as folder:
            cache = Path(folder) / "cache"
            rounds = [once(installer, cache) for _ in range(1 + asked.rounds)]
            show(installer, "cold", rounds[:1])
            show(installer, "warm", rounds[1:])
    return 0


def once(installer: str, cache: Path) -> tuple[float, float, float, float]:
    """Seconds for the clone, the set-up and the picture, and megabytes of `.venv` on disk."""
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        course = Path(folder) / "course"
        clone = timed(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(course)])
        env = {**os.environ, "UV_CACHE_DIR": str(cache), "PIP_CACHE_DIR": str(cache)}
        if installer == "pip":
            env["PATH"] = os.pathsep.join(
                place
                for place in env["PATH"].split(os.pathsep)
                if not (Path(place) / "uv").exists()
            )
        set_up = timed([sys.executable, "-m", "helpers.setup"], cwd=course, env=env)
        python = course / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        picture = timed([str(python), "-c", DRAW], cwd=course)
        blocks = sum(
            getattr(file.lstat(), "st_blocks", file.lstat().st_size / 512) * 512
            for file in (course / ".venv").rglob("*")
        )
        return clone, set_up, picture, blocks / 1e6


def timed(command: list[str], **options: object) -> float:
    """Seconds that a command takes. Raises CalledProcessError if it fails."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    return time.perf_counter() - began


def show(installer: str, cache: str, rounds: list[tuple[float, float, float, float]]) -> None:
    """A line of medians, with the least and the most of the whole."""
    if not rounds:
        return
    clone, set_up, picture, size = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    whole = sorted(sum(one[:3]) for one in rounds)
    print(
        f"{installer:9}  {cache:5}  {clone:5.1f}  {set_up:6.1f}  {picture:13.1f}"
        f"  {statistics.median(whole):5.1f} ({whole[0]:.1f}–{whole[-1]:.1f}) s  {size:.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
