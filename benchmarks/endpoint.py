"""How fast and how large the local endpoint is, beside MiniStack: `python benchmarks/endpoint.py`.

It starts each of the two anew for every round, in turns and never both at once, deploys the same
stock trader to it, and measures it with the same client: one process, boto3, 20 threads, every
request over HTTP. MiniStack (`ministack[full]`, from PyPI) gets a venv of its own in the scratch
folder, which is removed at the end. The table gives the medians of the rounds, the ratio, and what
the endpoint must reach; what it misses makes the exit status 1.

* start: from the start command to any HTTP answer of the port, and to CloudFormation's first.
* first: 50 executions started at once on a stack that has never run: executions a second, from
  before the first StartExecution until ListExecutions says that none is running.
* warm: the same with 200, after a burst of 200 that is not counted.
* one: one execution after the other, from before StartExecution to the DescribeExecution that says
  SUCCEEDED; the median of 40.
* memory: all processes of the endpoint after all that: resident (RSS, pages that processes share
  counted in each) and proportional (PSS, shared pages counted once; Linux only).
* year: the endpoint alone, once: `clock --advance` over 8,760 hourly firings, month by month.
* growth: the endpoint alone, once: 100, 1,000 and 10,000 executions, and what it costs to look at
  them.

After each burst it is checked that every execution has SUCCEEDED and has exactly one item in the
table. It needs a quiet machine and takes about six minutes; `--only` picks parts. With
`--before FOLDER`, a checkout of another version, its endpoint is measured in the same rounds (and
its year and growth after ours).
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from servers import THREADS, Before, Endpoint, MiniStack, Server, Trader, Unavailable

PARTS = ("start", "first", "warm", "one", "memory", "year", "growth")
IN_ROUNDS = PARTS[:5]
FIRST, WARM, SINGLE = 50, 200, 40
MONTHS, HOURS = 12, 730
Figures = dict[str, list[float]]


class Bench:
    """A deployed trader and the client that drives it."""

    def __init__(self, server: Server) -> None:
        self.trader = Trader(server)
        self.states, self.arn = self.trader.states, self.trader.arn
        self.started = 0
        self.threads = ThreadPoolExecutor(THREADS)
        list(self.threads.map(lambda _: self._running(), range(THREADS)))  # opens the connections

    def burst(self, count: int) -> float:
        """Start so many at once; seconds until all have ended."""
        began = time.perf_counter()
        list(self.threads.map(lambda _: self._start(), range(count)))
        while self._running():
            time.sleep(0.01)
        took = time.perf_counter() - began
        self.started += count
        return took

    def single(self) -> float:
        """Run one; seconds until it is seen to have succeeded."""
        began = time.perf_counter()
        arn = self._start()
        while self.states.describe_execution(executionArn=arn)["status"] != "SUCCEEDED":
            if time.perf_counter() - began > 60:
                raise Unavailable(f"{arn} has not succeeded within a minute")
            time.sleep(0.0005)
        self.started += 1
        return time.perf_counter() - began

    def check(self) -> None:
        """Every execution has succeeded and has one item."""
        self.trader.check(self.started)

    def _start(self) -> str:
        return self.states.start_execution(stateMachineArn=self.arn)["executionArn"]

    def _running(self) -> bool:
        found = self.states.list_executions(
            stateMachineArn=self.arn, statusFilter="RUNNING", maxResults=1
        )
        return bool(found["executions"])


def round_of(server: Server, parts: set[str], figures: Figures) -> None:
    """Measure one server once."""
    port, deploy = server.start()
    figures["port"].append(port)
    figures["deploy"].append(deploy)
    if not parts - {"start"}:
        return
    bench = Bench(server)
    figures["first"].append(FIRST / bench.burst(FIRST))
    if parts & {"warm", "memory"}:
        bench.burst(WARM)
        figures["warm"].append(WARM / bench.burst(WARM))
    if "one" in parts:
        figures["one"].append(statistics.median(bench.single() for _ in range(SINGLE)) * 1000)
    rss, pss, processes = server.memory()
    figures["rss"].append(rss)
    figures["pss"].append(pss)
    figures["processes"].append(processes)
    bench.check()


def year(server: Endpoint) -> list[str]:
    """A year of hourly trading; returns what it missed."""
    server.start()
    trader = Trader(server)
    server.client("events").enable_rule(Name=trader.rule)
    fired, memory, took = 0, [], 0.0
    for _ in range(MONTHS):
        began = time.perf_counter()
        said = server.command("clock", "--advance", f"{HOURS}h")
        took += time.perf_counter() - began
        fired += int(re.search(r": (\d+) firing", said)[1])
        memory.append(server.memory()[0])
        print(f"  month {len(memory):2}: {took:5.1f} s, {memory[-1]:.0f} MB", flush=True)
    print(
        f"a year: {fired} firings in {took:.1f} s; memory {memory[0]:.0f} MB after the first "
        f"month, {memory[-1]:.0f} MB after the last\n"
    )
    trader.check(fired)
    missed = []
    if fired != MONTHS * HOURS or took > 60:
        missed.append(f"a year: {fired} firings in {took:.1f} s, not {MONTHS * HOURS} in 60 s")
    if memory[-1] > memory[0] * 1.05:
        missed.append(f"a year: memory grew from {memory[0]:.0f} to {memory[-1]:.0f} MB")
    return missed


def growth(server: Endpoint) -> list[str]:
    """Cost by the number of executions."""
    server.start()
    bench = Bench(server)
    states, arn = bench.states, bench.arn
    print("executions  a second  list, first page  list, all  describe  history  resident")

    def milliseconds(what: Callable[[], object], times: int) -> float:
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            what()
            taken.append(time.perf_counter() - began)
        return statistics.median(taken) * 1000

    first = states.start_execution(stateMachineArn=arn)["executionArn"]
    bench.started = 1
    pages = states.get_paginator("list_executions")
    rates = []
    for goal in (100, 1_000, 10_000):
        took, count = 0.0, goal - bench.started
        while bench.started < goal:
            took += bench.burst(min(WARM, goal - bench.started))
        rates.append(count / took)
        bench.check()
        page = milliseconds(lambda: states.list_executions(stateMachineArn=arn), 9)
        whole = milliseconds(lambda: list(pages.paginate(stateMachineArn=arn)), 1)
        told = milliseconds(lambda: states.describe_execution(executionArn=first), 29)
        events = milliseconds(lambda: states.get_execution_history(executionArn=first), 29)
        print(
            f"{goal:10,}  {rates[-1]:8.0f}  {page:13.1f} ms  {whole / 1000:7.2f} s  {told:5.1f} ms"
            f"  {events:4.1f} ms  {server.memory()[0]:5.0f} MB",
            flush=True,
        )
    print()
    if rates[-1] < rates[0] / 2:
        return [f"growth: {rates[0]:.0f} executions a second at first, {rates[-1]:.0f} at last"]
    return []


ROWS: tuple[tuple[str, str, str, str, Callable[[float, float], bool] | None, str], ...] = (
    ("warm", "warm", "200 executions at once, warm", "/s", lambda a, b: a >= 1.5 * b, ">= 1.5 x"),
    ("first", "first", "first 50 after the deploy", "/s", lambda a, b: a >= 10 * b, ">= 10 x"),
    ("one", "one", "one execution", "ms", lambda a, _: a <= 8, "<= 8 ms"),
    ("start", "port", "port answers", "s", lambda a, _: a <= 1, "<= 1 s"),
    ("start", "deploy", "first deploy can begin", "s", lambda a, _: a <= 3, "<= 3 s"),
    ("memory", "rss", "memory, resident (RSS)", "MB", lambda a, _: a <= 250, "<= 250 MB"),
    ("memory", "pss", "memory, proportional (PSS)", "MB", None, ""),
    ("memory", "processes", "processes", "", None, ""),
)
"""Part, figure, words, unit, whether (endpoint, MiniStack) will do, and that in words."""


def table(parts: set[str], figures: dict[type[Server], Figures]) -> list[str]:
    """Print the medians, with the ratio to each of the others; returns what was missed."""
    missed = []
    kinds = [kind for kind in figures if figures[kind]]
    print(
        f"{'median (least to most)':30}"
        + "".join(f"{kind.name:>26}" + " " * 8 * (kind is not Endpoint) for kind in kinds)
        + "  must"
    )
    for part, name, words, unit, holds, must in ROWS:
        if part not in parts:
            continue
        medians = {k: statistics.median(v[name]) for k, v in figures.items() if v[name]}
        ours, theirs = medians[Endpoint], medians.get(MiniStack)
        verdict = must
        told = holds is not None and (theirs is not None or not must.endswith("x"))
        if told and not holds(ours, theirs or 0):
            verdict += "  MISSED"
            missed.append(f"{words}: {ours:.2f} {unit}, must be {must}")
        line = f"{words:30}"
        for kind in kinds:
            line += f"{_spread(figures[kind][name], unit):>26}"
            if kind is not Endpoint:
                line += f"{f'x{ours / medians[kind]:.2f}' if medians.get(kind) else '-':>8}"
        print(f"{line}  {verdict}")
    print()
    return missed


def _spread(values: list[float], unit: str) -> str:
    if not values:
        return "not measured"
    digits = 2 if max(values) < 20 and unit else 0
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f}-{high:.{digits}f})"


def main() -> int:
    """Prints the table; 1 if something was missed or could not be measured."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="endpoint-benchmark-") as made:
        scratch = Path(options.scratch or made)
        scratch.mkdir(parents=True, exist_ok=True)
        missed = _measured(
            scratch, Path(made), set(options.only), options.rounds, options.alone, options.before
        )
    for one in missed:
        print(f"MISSED  {one}")
    return 1 if missed else 0


def _measured(
    scratch: Path, work: Path, parts: set[str], rounds: int, alone: bool, before: Path | None
) -> list[str]:
    servers: list[type[Server]] = [Endpoint]
    missed = []
    if before is not None:
        Before.root = before
        servers.append(Before)
    if not alone and parts & set(IN_ROUNDS):
        try:
            print(f"MiniStack {MiniStack.install(scratch)}, in a venv of its own", flush=True)
            servers.append(MiniStack)
        except Unavailable as error:
            print(f"{error}\nWithout MiniStack there are no ratios; --alone measures without it.")
            missed.append("MiniStack could not be measured")
    figures: dict[type[Server], Figures] = {one: defaultdict(list) for one in servers}

    def on(kind: type[Server], what: Callable[[Server], list[str] | None]) -> None:
        server = kind(work / kind.name.replace(" ", "-"))
        try:
            missed.extend(what(server) or [])
        except Unavailable as error:
            print(error)
            missed.append(f"{kind.name} could not be measured")
        finally:
            server.stop()

    for number in range(rounds if parts & set(IN_ROUNDS) else 0):
        for kind in servers if number % 2 else servers[::-1]:
            on(kind, lambda server: round_of(server, parts & set(IN_ROUNDS), figures[type(server)]))
            told = {name: round(values[-1], 2) for name, values in figures[kind].items()}
            print(f"  round {number + 1}, {kind.name}: {told}", flush=True)
    if parts & set(IN_ROUNDS) and figures[Endpoint]:
        missed += table(parts, figures)
    for name, alone_once in (("year", year), ("growth", growth)):
        for kind in [one for one in servers if issubclass(one, Endpoint)] if name in parts else []:
            print(kind.name)
            on(kind, alone_once)
    return missed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )

    def parts(text: str) -> list[str]:
        wrong = set(text.split(",")) - set(PARTS)
        if wrong:
            known = ",".join(PARTS)
            raise argparse.ArgumentTypeError(f"no such part: {', '.join(wrong)}; there are {known}")
        return text.split(",")

    parser.add_argument("--only", type=parts, default=list(PARTS), metavar="PART,PART")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--alone", action="store_true", help="without MiniStack")
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="another checkout beside it")
    parser.add_argument("--scratch", metavar="FOLDER", help="keep MiniStack's venv there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
