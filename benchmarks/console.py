"""How fast and how large the console is on a full endpoint: `python benchmarks/console.py`.

It starts an endpoint of its own in a scratch folder, fills it, serves the console on it, and opens
each page as a browser does: over HTTP, in one connection that is kept. What it misses of what is
promised makes the exit status 1.

* the endpoint: 50 state machines with 10,000 executions, 9,500 of them of one; the stock trader; a
  table of 100,000 items; a bucket of 10,000 objects; a log group of 100,000 lines; a queue, a
  topic, an alarm; executions of 10,000 and of 25,000 events, which is all that AWS allows.
* start: from the command to the first page.
* page: its first opening, which may have to load what AWS's API looks like, and then of 30 the
  median and the 95th percentile; what of it are the processors' seconds of the console and of the
  endpoint, which a busy machine does not make longer; and how large it is, before it is packed.
* memory of the console's process, before and after all that: resident (RSS), proportional (PSS,
  shared pages counted once) and its own (USS).

It needs a quiet machine and takes about five minutes; `--small` is a twentieth of it, to try it
out.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from servers import ROOT, STACK, THREADS, Endpoint, Trader

from helpers.console import addresses

TIMES = 30
PAGE, LONG_PAGE = 0.100, 1.0  # seconds; the second for an execution of 10,000 events
MEMORY = 60.0  # MB
MANY, OTHERS = 9_500, 49
EVENTS = (10_000, 25_000)
LOOP = {
    "StartAt": "Count",
    "States": {
        "Count": {"Type": "Pass", "Next": "Enough", "Parameters": {
            "n.$": "States.MathAdd($.n, 1)", "of.$": "$.of"}},
        "Enough": {"Type": "Choice", "Default": "Count", "Choices": [
            {"Variable": "$.n", "NumericGreaterThanEqualsPath": "$.of", "Next": "Done"}]},
        "Done": {"Type": "Succeed"},
    },
}  # fmt: skip
GOOD_OR_BAD = {
    "StartAt": "Which",
    "States": {
        "Which": {"Type": "Choice", "Default": "Good", "Choices": [
            {"Variable": "$.bad", "BooleanEquals": True, "Next": "Bad"}]},
        "Good": {"Type": "Succeed"},
        "Bad": {"Type": "Fail", "Error": "Boom", "Cause": "One in fifty"},
    },
}  # fmt: skip


class Full:
    """An endpoint with much in it; `pages` are those to look at, by what they are called."""

    def __init__(self, server: Endpoint, part: int) -> None:
        """part: so many times less than promised."""
        self.server, self.part = server, part
        self.pages: dict[str, str] = {}
        self.threads = ThreadPoolExecutor(THREADS)
        self.trader = Trader(server)
        self.states = server.client("stepfunctions")
        role = self.states.describe_state_machine(stateMachineArn=self.trader.arn)["roleArn"]
        self._executions(role)
        self._long_executions(role)
        self._table()
        self._bucket()
        self._lines()
        self._messages()
        self._rest()

    def _machine(self, name: str, definition: dict[str, Any], role: str) -> str:
        made = self.states.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=role
        )
        return made["stateMachineArn"]

    def _executions(self, role: str) -> None:
        many = self._machine("many", GOOD_OR_BAD, role)
        few = [self._machine(f"other-{n:02}", GOOD_OR_BAD, role) for n in range(OTHERS)]
        wanted = [many] * (MANY // self.part)
        wanted += [few[n % OTHERS] for n in range((10_000 - MANY) // self.part)]

        def start(numbered: tuple[int, str]) -> str:
            n, arn = numbered
            given = json.dumps({"bad": n % 50 == 0})
            begun = self.states.start_execution(stateMachineArn=arn, input=given)
            return begun["executionArn"]

        arns = list(self.threads.map(start, enumerate(wanted)))
        for _ in range(20):
            self.states.start_execution(stateMachineArn=self.trader.arn)
        self._wait(many, *few, self.trader.arn)
        self.pages |= {
            "a machine of 9,500 executions": addresses.of(many).page,
            "those of them that failed": addresses.of(many).page + "?status=FAILED",
            "the stock trader": addresses.of(self.trader.arn).page,
            "a small execution": addresses.of(arns[1]).page,
        }
        listed = self.states.list_executions(stateMachineArn=self.trader.arn)["executions"]
        self.pages["an execution of the trader"] = addresses.of(listed[0]["executionArn"]).page

    def _wait(self, *machines: str) -> None:
        for arn in machines:
            while self.states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")[
                "executions"
            ]:
                time.sleep(0.2)

    def _long_executions(self, role: str) -> None:
        machine = self._machine("loop", LOOP, role)
        for events in EVENTS:
            given = json.dumps({"n": 0, "of": events // 4 - 5})  # four events a turn
            begun = self.states.start_execution(stateMachineArn=machine, input=given)
            self.pages[f"an execution of {events:,} events"] = addresses.of(
                begun["executionArn"]
            ).page
        self._wait(machine)

    def _table(self) -> None:
        client = self.server.client("dynamodb")
        client.create_table(
            TableName="items",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "n", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "n", "AttributeType": "N"},
            ],
        )

        def write(first: int) -> None:
            items = [
                {"id": {"S": f"group-{n // 1000}"}, "n": {"N": str(n)}, "price": {"N": str(n % 97)},
                 "word": {"S": "buy" if n % 2 else "sell"}}
                for n in range(first, first + 25)
            ]  # fmt: skip
            asked = {"items": [{"PutRequest": {"Item": item}} for item in items]}
            client.batch_write_item(RequestItems=asked)

        list(self.threads.map(write, range(0, 100_000 // self.part, 25)))
        self.pages["a table of 100,000 items"] = addresses.table("items").page
        self.pages["the trader's table"] = addresses.table(self.trader.table).page

    def _bucket(self) -> None:
        client = self.server.client("s3")
        client.create_bucket(Bucket="objects")

        def put(n: int) -> None:
            client.put_object(Bucket="objects", Key=f"folder-{n % 3}/object-{n:05}", Body=b"x")

        list(self.threads.map(put, range(10_000 // self.part)))
        self.pages["a bucket of 10,000 objects"] = addresses.page("buckets", "objects")
        self.pages["a folder of 3,300 objects"] = addresses.page(
            "buckets", "objects", prefix="folder-1/"
        )

    def _lines(self) -> None:
        client = self.server.client("logs")
        client.create_log_group(logGroupName="lines")
        client.create_log_stream(logGroupName="lines", logStreamName="one")
        now = int(time.time() * 1000)
        for first in range(0, 100_000 // self.part, 5_000):
            events = [
                {"timestamp": now - 100_000 + n, "message": f"line {n}: all is well"}
                for n in range(first, first + 5_000)
            ]
            client.put_log_events(logGroupName="lines", logStreamName="one", logEvents=events)
        self.pages["a log group of 100,000 lines"] = addresses.log("lines").page

    def _messages(self) -> None:
        sqs, sns = self.server.client("sqs"), self.server.client("sns")
        url = sqs.create_queue(QueueName="messages")["QueueUrl"]
        for first in range(0, 1_000, 10):
            batch = [
                {"Id": str(n), "MessageBody": f"message {n}"} for n in range(first, first + 10)
            ]
            sqs.send_message_batch(QueueUrl=url, Entries=batch)
        topic = sns.create_topic(Name="news")["TopicArn"]
        self.pages["a queue of 1,000 messages"] = addresses.page("queues", "messages")
        self.pages["a topic"] = addresses.of(topic).page

    def _rest(self) -> None:
        self.pages["the trader's stack"] = addresses.stack(STACK).page
        self.pages["the same, as SAM expanded it"] = (
            addresses.stack(STACK).page + "?template=Processed"
        )
        self.pages["the trader's rule"] = addresses.rule(self.trader.rule).page
        functions = self.server.client("lambda").list_functions()["Functions"]
        self.pages["a function"] = addresses.function(functions[0]["FunctionName"]).page


@dataclass(frozen=True)
class Opened:
    """What opening a page once gave: seconds until the last byte, bytes, status, its source."""

    seconds: float
    size: int
    status: int
    text: str


class Console:
    """A console that runs, and a browser's connection to it."""

    def __init__(self, port: int, process: psutil.Process, server: Endpoint) -> None:
        self.process, self._server = process, server
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie = ""

    def open(self, path: str) -> Opened:
        """Open a page."""
        began = time.perf_counter()
        self._connection.request("GET", "/" + path, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - began
        for one in answer.headers.get_all("Set-Cookie") or ():
            self._cookie = f"{self._cookie}; {one.partition(';')[0]}".lstrip("; ")
        return Opened(took, len(body), answer.status, body.decode())

    def worked(self) -> tuple[float, float]:
        """Seconds of processors that the console took so far, and the endpoint with all of its."""
        theirs = [one.cpu_times() for one in self._server.processes()]
        ours = self.process.cpu_times()
        return ours.user + ours.system, sum(one.user + one.system for one in theirs)

    def memory(self) -> str:
        """What its process has."""
        told = self.process.memory_full_info()
        pss = getattr(told, "pss", 0)
        return f"RSS {told.rss / 1e6:.1f} MB, PSS {pss / 1e6:.1f} MB, USS {told.uss / 1e6:.1f} MB"


@contextmanager
def served(server: Endpoint) -> Iterator[Console]:
    """A console on an endpoint; says how long its first page took."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "helpers.console"],
        env=os.environ | {"LOCALAWS_HOME": str(server.home)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            found = (re.search(r"http://[\d.]+:(\d+)/(\S+)", line) for line in process.stdout)
            port, link = next(match.groups() for match in found if match)
            console = Console(int(port), psutil.Process(process.pid), server)
            console.open(link)
            console.open("")
            print(f"start until the first page: {time.perf_counter() - began:.2f} s")
            yield console
        finally:
            process.terminate()


def measure(console: Console, name: str, path: str) -> str:
    """Open a page many times, and print a line on it; returns what is amiss, "" if nothing."""
    first = console.open(path)
    if first.status != 200:
        print(f"{name:38}{'HTTP ' + str(first.status):>10}")
        return "" if first.status == 404 else f"{name}: HTTP {first.status}"
    some = TIMES if first.seconds < 1 else 5
    before = console.worked()
    seconds = sorted(console.open(path).seconds for _ in range(some))
    worked = [(now - then) / some for now, then in zip(console.worked(), before, strict=True)]
    median, late = statistics.median(seconds), seconds[int(0.95 * (some - 1))]
    most = LONG_PAGE if "000 events" in name else PAGE
    missed = median > most and "25,000" not in name
    told = (f"{1000 * one:.0f} ms" for one in (first.seconds, median, late, *worked))
    print(
        f"{name:38}"
        + "".join(f"{one:>10}" for one in told)
        + f"{first.size / 1000:>7.0f} kB{'  MISSED' if missed else ''}"
    )
    return f"{name}: {1000 * median:.0f} ms, must be {1000 * most:.0f}" if missed else ""


def main() -> int:
    """Fill, open, tell; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    parser.add_argument("--small", action="store_true", help="a twentieth of everything")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Endpoint(Path(folder) / "endpoint")
        try:
            server.start()
            began = time.perf_counter()
            full = Full(server, 20 if options.small else 1)
            print(f"the endpoint was filled in {time.perf_counter() - began:.0f} s")
            with served(server) as console:
                missed = tell(console, full)
        finally:
            server.stop()
    for one in missed:
        print(f"missed: {one}")
    return 1 if missed else 0


def tell(console: Console, full: Full) -> list[str]:
    """Open all pages, and print what that took; returns what was missed."""
    print(f"memory after the first page: {console.memory()}\n")
    heads = ("first", "median", "95 %", "console", "endpoint", "size")
    print(f"{'':38}" + "".join(f"{head:>10}" for head in heads))
    nav = console.open("").text.partition("<nav")[2].partition("</nav>")[0]
    menu = re.findall(r'<a href="/([^"]*)"[^>]*>([^<]*)<', nav)
    pages = {f"menu: {name}": path for path, name in menu} | full.pages
    missed = [measure(console, name, path) for name, path in pages.items()]
    print(f"\nmemory after all pages: {console.memory()}")
    resident = console.process.memory_full_info()
    if getattr(resident, "pss", resident.rss) / 1e6 > MEMORY:
        missed.append(f"memory: must be {MEMORY:.0f} MB")
    return [one for one in missed if one]


if __name__ == "__main__":
    sys.exit(main())
