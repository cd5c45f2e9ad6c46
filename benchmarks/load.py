"""Many clients at once on one endpoint: `python benchmarks/load.py --clients 20 --minutes 5`.

Deploys the stock trader, lets the clients make mixed calls, then looks whether a trade was lost or
doubled, an answer was none of AWS's, or threads, files or processes grew. Ends non-zero and says
which promise broke."""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psutil
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "sam-app"
STACK = "load"
BUCKET = "load-clients"
COUNTERS = "load-counters"
SLACK = {"threads": 12, "files": 30, "processes": 2}
"""So many more at the end than at the beginning are no growth: executions under way differ."""


@dataclass
class Usage:
    """What the endpoint's processes hold at one moment. memory: bytes, of all processes."""

    at: float
    threads: int
    files: int
    processes: int
    memory: int


@dataclass
class Report:
    """What the clients saw, and what did not hold."""

    seconds: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    executions: Counter[str] = field(default_factory=Counter)
    items: int = 0
    usage: list[Usage] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@contextmanager
def an_endpoint() -> Iterator[tuple[str, dict[str, str]]]:
    """An endpoint of its own for the block's time: its URL and the environment for its clients."""
    with tempfile.TemporaryDirectory(prefix="load-") as home:
        environment = os.environ | {"LOCALAWS_HOME": home}

        def run(*arguments: str) -> str:
            command = [sys.executable, "-m", "helpers.localaws", *arguments]
            return subprocess.run(
                command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
            ).stdout

        try:
            url = run("start", "--port", "0").strip()
            settings = json.loads(run("env", "--json"))
            yield url, {name: value for name, value in settings.items() if value is not None}
        finally:
            run("stop")


class Site:
    """The deployed stock trader and what else the clients use."""

    def __init__(self, url: str, env: dict[str, str]) -> None:
        self.url, self.env = url, env
        self._session = boto3.Session(
            env["AWS_ACCESS_KEY_ID"],
            env["AWS_SECRET_ACCESS_KEY"],
            region_name=env["AWS_DEFAULT_REGION"],
        )
        self._making = threading.Lock()
        self._local = threading.local()
        self.deploy()

    def client(self, service: str) -> Any:
        """This thread's client of a service; it tries nothing twice, so that no error hides."""
        made = self._local.__dict__.setdefault("clients", {})
        if service not in made:
            config = Config(
                retries={"total_max_attempts": 1}, connect_timeout=60, read_timeout=120,
                max_pool_connections=1,
            )  # fmt: skip
            with self._making:
                made[service] = self._session.client(service, endpoint_url=self.url, config=config)
        return made[service]

    def connect(self) -> None:
        """Make this thread's clients, each with its connection: these are then no growth."""
        self.client("cloudformation").list_stacks()
        self.client("dynamodb").list_tables()
        self.client("events").list_rules()
        self.client("lambda").list_functions()
        self.client("logs").describe_log_groups()
        self.client("s3").list_buckets()
        self.client("stepfunctions").list_state_machines()

    def close(self) -> None:
        """Close this thread's connections."""
        for client in self._local.__dict__.pop("clients", {}).values():
            client.close()

    def deploy(self) -> None:
        """Deploy sam-app from zips, as `sam package` makes them, and add a rule that starts it."""
        s3, cloudformation = self.client("s3"), self.client("cloudformation")
        s3.create_bucket(Bucket=BUCKET)
        text = (APP / "template.yaml").read_text()
        for folder in sorted((APP / "functions").iterdir()):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as made:
                made.write(folder / "app.py", "app.py")
            key = f"code/{folder.name}.zip"
            s3.put_object(Bucket=BUCKET, Key=key, Body=packed.getvalue())
            text = text.replace(f"functions/{folder.name}/", f"s3://{BUCKET}/{key}")
        definition = APP / "statemachine" / "stock_trader.asl.json"
        s3.put_object(Bucket=BUCKET, Key="code/trader.json", Body=definition.read_bytes())
        text = text.replace("statemachine/stock_trader.asl.json", f"s3://{BUCKET}/code/trader.json")
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        cloudformation.create_stack(
            StackName=STACK,
            TemplateBody=text,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": "PythonRuntime", "ParameterValue": runtime}],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        self.made = {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        }
        self.machine = self.made["StockTradingStateMachine"]
        self.table = self.made["TransactionTable"]
        self.client("dynamodb").create_table(
            TableName=COUNTERS,
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.client("dynamodb").get_waiter("table_exists").wait(TableName=COUNTERS)
        # a first invoke, which makes the log group that the clients read
        self.client("lambda").invoke(FunctionName=self.made["StockCheckerFunction"])
        events = self.client("events")
        pattern = json.dumps({"source": ["load"], "detail": {"trade": [True]}})
        events.put_rule(Name="load", EventPattern=pattern)
        events.put_targets(
            Rule="load",
            Targets=[{"Id": "trader", "Arn": self.machine, "RoleArn": self._rule_role()}],
        )

    def _rule_role(self) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                 "Action": "sts:AssumeRole"}  # fmt: skip
        may = {"Effect": "Allow", "Action": "states:StartExecution",
               "Resource": self.machine}  # fmt: skip
        iam = self.client("iam")
        made = iam.create_role(RoleName="load-rule", AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName="load-rule", PolicyName="start", PolicyDocument=_policy(may))
        return made["Role"]["Arn"]


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Clients:
    """The clients' calls, and what must be true of the endpoint after them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.report = Report()
        self.started: set[str] = set()
        self.stopped: set[str] = set()
        self.events = 0
        self.counted = 0
        self._lock = threading.Lock()
        self._actions: list[tuple[int, Callable[[random.Random, dict], None]]] = [
            (30, self._start), (14, self._describe), (6, self._list), (8, self._history),
            (4, self._stop), (8, self._write), (5, self._read), (5, self._scan),
            (6, self._put), (6, self._get), (3, self._logs), (3, self._stack),
            (5, self._invoke), (3, self._event), (2, self._wrong),
        ]  # fmt: skip

    # -- one client

    def client(self, number: int, seconds: float, ready: threading.Barrier) -> None:
        """Make calls for so long, from when all are ready."""
        chance = random.Random(number)
        mine: dict[str, Any] = {"number": number, "executions": [], "objects": {}, "made": 0}
        self.site.connect()
        ready.wait(120)
        until = time.monotonic() + seconds
        weights = [weight for weight, _ in self._actions]
        actions = [action for _, action in self._actions]
        while time.monotonic() < until:
            (action,) = chance.choices(actions, weights)
            try:
                action(chance, mine)
            except ClientError as error:
                self._break(f"{action.__name__[1:]}: {error}")
            except (BotoCoreError, OSError) as error:
                self._break(f"{action.__name__[1:]}: no answer: {type(error).__name__}: {error}")
            except Exception as error:  # an answer that lacks what AWS's has
                self._break(f"{action.__name__[1:]}: {type(error).__name__}: {error}")
            with self._lock:
                self.report.calls[action.__name__[1:]] += 1
        self.site.close()

    def _break(self, what: str) -> None:
        with self._lock:
            self.report.broken.append(what)

    def _expect(self, code: str, call: Callable[..., Any], **arguments: Any) -> None:
        """AWS refuses this with `code`, so the endpoint does."""
        try:
            call(**arguments)
        except ClientError as error:
            found = error.response["Error"]["Code"]
            if found != code:
                self._break(f"{error.operation_name}: {found} where AWS says {code}: {error}")
            with self._lock:
                self.report.refusals[found] += 1
        else:
            self._break(f"{call.__name__}: not refused where AWS says {code}")

    def _start(self, chance: random.Random, mine: dict) -> None:
        mine["made"] += 1
        name = f"client-{mine['number']}-{mine['made']}"
        made = self.site.client("stepfunctions").start_execution(
            stateMachineArn=self.site.machine, name=name, input=json.dumps({"name": name})
        )
        mine["executions"].append(made["executionArn"])
        with self._lock:
            self.started.add(made["executionArn"])

    def _describe(self, chance: random.Random, mine: dict) -> None:
        if mine["executions"]:
            arn = chance.choice(mine["executions"][-20:])
            found = self.site.client("stepfunctions").describe_execution(executionArn=arn)
            assert json.loads(found["input"]) == {"name": found["name"]}

    def _list(self, chance: random.Random, mine: dict) -> None:
        found = self.site.client("stepfunctions").list_executions(
            stateMachineArn=self.site.machine, maxResults=50
        )["executions"]
        dates = [one["startDate"] for one in found]
        assert dates == sorted(dates, reverse=True), "the newest is not the first"

    def _history(self, chance: random.Random, mine: dict) -> None:
        if mine["executions"]:
            arn = chance.choice(mine["executions"][-20:])
            found = self.site.client("stepfunctions").get_execution_history(executionArn=arn)
            ids = [event["id"] for event in found["events"]]
            assert ids == list(range(1, len(ids) + 1)), f"events {ids}"

    def _stop(self, chance: random.Random, mine: dict) -> None:
        if mine["executions"]:
            arn = mine["executions"][-1]
            with self._lock:
                self.stopped.add(arn)
            self.site.client("stepfunctions").stop_execution(executionArn=arn, cause="load")

    def _write(self, chance: random.Random, mine: dict) -> None:
        self.site.client("dynamodb").update_item(
            TableName=COUNTERS,
            Key={"Id": {"S": str(chance.randrange(3))}},
            UpdateExpression="ADD Calls :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        with self._lock:
            self.counted += 1

    def _read(self, chance: random.Random, mine: dict) -> None:
        key = {"Id": {"S": str(chance.randrange(3))}}
        self.site.client("dynamodb").get_item(TableName=COUNTERS, Key=key)

    def _scan(self, chance: random.Random, mine: dict) -> None:
        found = self.site.client("dynamodb").scan(TableName=self.site.table, Limit=25)
        assert all({"Id", "Type", "Price", "Quantity"} <= item.keys() for item in found["Items"])

    def _put(self, chance: random.Random, mine: dict) -> None:
        key, body = f"{mine['number']}/{chance.randrange(5)}", chance.randbytes(10_000)
        self.site.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        mine["objects"][key] = body

    def _get(self, chance: random.Random, mine: dict) -> None:
        for key, body in list(mine["objects"].items())[:1]:
            found = self.site.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
            assert found == body, f"{key} is not what was put"

    def _logs(self, chance: random.Random, mine: dict) -> None:
        group = f"/aws/lambda/{self.site.made['StockCheckerFunction']}"
        logs = self.site.client("logs")
        streams = logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
        )["logStreams"]
        for stream in streams:
            logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], limit=50)

    def _stack(self, chance: random.Random, mine: dict) -> None:
        (found,) = self.site.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        assert found["StackStatus"] == "CREATE_COMPLETE"

    def _invoke(self, chance: random.Random, mine: dict) -> None:
        found = self.site.client("lambda").invoke(
            FunctionName=self.site.made["StockCheckerFunction"], Payload=b"{}"
        )
        price = json.load(found["Payload"])["stock_price"]
        assert 0 <= price <= 100

    def _event(self, chance: random.Random, mine: dict) -> None:
        detail = {"trade": chance.random() < 0.5}
        entry = {"Source": "load", "DetailType": "load", "Detail": json.dumps(detail)}
        found = self.site.client("events").put_events(Entries=[entry])
        assert found["FailedEntryCount"] == 0
        with self._lock:
            self.events += detail["trade"]

    def _wrong(self, chance: random.Random, mine: dict) -> None:
        states, machine = self.site.client("stepfunctions"), self.site.machine
        nowhere = machine.replace(":stateMachine:", ":execution:") + ":nowhere"
        s3, dynamodb = self.site.client("s3"), self.site.client("dynamodb")
        code, call, arguments = chance.choice([
            ("ExecutionDoesNotExist", states.describe_execution, {"executionArn": nowhere}),
            ("InvalidExecutionInput", states.start_execution,
             {"stateMachineArn": machine, "input": "{"}),
            ("NoSuchKey", s3.get_object, {"Bucket": BUCKET, "Key": "nowhere"}),
            ("ResourceNotFoundException", dynamodb.get_item,
             {"TableName": "nowhere", "Key": {"Id": {"S": "1"}}}),
            ("ResourceNotFoundException", self.site.client("lambda").invoke,
             {"FunctionName": "nowhere"}),
            ("ValidationError", self.site.client("cloudformation").describe_stacks,
             {"StackName": "nowhere"}),
        ])  # fmt: skip
        self._expect(code, call, **arguments)

    # -- all of them

    def run(self, clients: int, seconds: float) -> Report:
        """Let them call, watch the endpoint, and judge."""
        ready = threading.Barrier(clients + 1)
        with ThreadPoolExecutor(clients) as pool:
            futures = [pool.submit(self.client, n, seconds, ready) for n in range(clients)]
            ready.wait(120)
            began = time.monotonic()
            self._watch(began, seconds)
            for future in futures:
                future.result(180)
            self.report.seconds = time.monotonic() - began
        self._settle()
        self.report.usage.append(usage(self.site))
        self._judge_trades()
        self._judge_writes()
        self.report.broken += growth(self.report.usage)
        return self.report

    def _watch(self, began: float, seconds: float) -> None:
        """Look at the endpoint some forty times; the first seconds, when all is new, not."""
        warm = min(10.0, seconds / 4)
        pause = max(0.3, (seconds - warm) / 40)
        moment = began + warm
        while moment < began + seconds:
            time.sleep(max(0.0, moment - time.monotonic()))
            self.report.usage.append(usage(self.site))
            moment += pause

    def _settle(self) -> None:
        """Wait until no execution is under way."""
        states = self.site.client("stepfunctions")
        deadline = time.monotonic() + 60
        while states.list_executions(
            stateMachineArn=self.site.machine, statusFilter="RUNNING", maxResults=1
        )["executions"]:
            if time.monotonic() > deadline:
                self._break("executions are still RUNNING a minute after the last call")
                return
            time.sleep(0.2)
        time.sleep(1)  # the endpoint sees that connections were closed

    def _judge_trades(self) -> None:
        """Every SUCCEEDED execution has exactly one item, and every item its execution."""
        pages = self.site.client("stepfunctions").get_paginator("list_executions")
        listed = [
            (one["executionArn"], one["status"])
            for page in pages.paginate(stateMachineArn=self.site.machine)
            for one in page["executions"]
        ]
        status = dict(listed)
        self.report.executions = Counter(status.values())
        if len(status) != len(listed):
            self._break(f"{len(listed) - len(status)} executions are listed twice")
        lost = self.started - status.keys()
        if lost:
            self._break(f"{len(lost)} executions that were started are not listed: {min(lost)}")
        by_event = len(status.keys() - self.started)
        if by_event != self.events:
            self._break(f"{self.events} events for the rule, {by_event} executions by it")
        for arn, found in status.items():
            if found != "SUCCEEDED" and not (found == "ABORTED" and arn in self.stopped):
                self._break(f"{arn} is {found}")
        scan = self.site.client("dynamodb").get_paginator("scan")
        items = {i["Id"]["S"] for p in scan.paginate(TableName=self.site.table) for i in p["Items"]}
        self.report.items = len(items)
        with ThreadPoolExecutor(4) as pool:
            ids = dict(zip(status, pool.map(self._trades_of, status), strict=True))
        self.report.broken += misplaced(status, ids, items)

    def _trades_of(self, arn: str) -> list[str]:
        """The ids of the trades that an execution set out to record."""
        found = self.site.client("stepfunctions").get_execution_history(
            executionArn=arn, maxResults=1000
        )["events"]
        parameters = (
            json.loads(event["taskScheduledEventDetails"]["parameters"])
            for event in found
            if event["type"] == "TaskScheduled"
        )
        return [given["Item"]["Id"]["S"] for given in parameters]

    def _judge_writes(self) -> None:
        found = self.site.client("dynamodb").scan(TableName=COUNTERS, ConsistentRead=True)
        total = sum(int(item["Calls"]["N"]) for item in found["Items"])
        if total != self.counted:
            self._break(f"{self.counted} additions of one were answered, the sum is {total}")


def misplaced(status: dict[str, str], trades: dict[str, list[str]], items: set[str]) -> list[str]:
    """What is wrong with the items of these executions, in words.

    status: by execution. trades: by execution, the ids that it set out to record.

    >>> misplaced({"a": "SUCCEEDED", "b": "ABORTED"}, {"a": ["1"], "b": ["2"]}, {"1"})
    []
    >>> misplaced({"a": "SUCCEEDED"}, {"a": ["1"]}, set())
    ["a SUCCEEDED with the trades ['1'], not exactly one item"]
    """
    wrong = [
        f"{arn} SUCCEEDED with the trades {found}, not exactly one item"
        for arn, found in trades.items()
        if status[arn] == "SUCCEEDED" and len([one for one in found if one in items]) != 1
    ]
    owned = Counter(one for found in trades.values() for one in found)
    return wrong + [
        f"the item {item} belongs to {owned[item]} executions"
        for item in sorted(items)
        if owned[item] != 1
    ]


def usage(site: Site) -> Usage:
    """What the endpoint and its children hold now."""
    own = psutil.Process(_pid(site))
    threads = files = memory = processes = 0
    for process in (own, *own.children(recursive=True)):
        try:
            memory += process.memory_info().rss
            if process == own:
                threads = process.num_threads()
                files = process.num_fds() if hasattr(process, "num_fds") else 0
            processes += 1
        except psutil.Error:  # it has just ended
            continue
    return Usage(time.monotonic(), threads, files, processes, memory)


def _pid(site: Site) -> int:
    return int(json.loads(Path(site.env["LOCALAWS_HOME"], "endpoint.json").read_text())["pid"])


def growth(found: list[Usage]) -> list[str]:
    """What grew under load, in words: the last fifth of the looks against the first half's most.

    How much is in flight goes up and down; what is lost rises above anything that was there before.
    The last look is taken when the clients have gone: then nothing may be above where they began.

    >>> steady = [Usage(n, 100, 200, 9, 0) for n in range(10)]
    >>> growth(steady)
    []
    >>> growth([*(Usage(n, 100 + 10 * n, 200, 9, 0) for n in range(10)), steady[0]])
    ['threads grew from 140 to 185 under load']
    """
    *looks, after = found
    fifth = max(1, len(looks) // 5)
    grown = []
    for name, slack in SLACK.items():
        first = statistics.median(getattr(look, name) for look in looks[:fifth])
        last = statistics.median(getattr(look, name) for look in looks[-fifth:])
        most = max(getattr(look, name) for look in looks[: (len(looks) + 1) // 2])
        if last > most + slack:
            grown.append(f"{name} grew from {most:g} to {last:g} under load")
        if getattr(after, name) > first + slack:
            grown.append(f"{name}: {getattr(after, name)} after the load, {first:g} in it")
    return grown


def show(report: Report) -> None:
    """Print the figures."""
    total = sum(report.calls.values())
    print(f"{total} calls in {report.seconds:.0f} s: {total / report.seconds:.0f}/s")
    print("  " + ", ".join(f"{name} {count}" for name, count in report.calls.most_common()))
    print(f"refused as AWS refuses: {dict(report.refusals) or 'none'}")
    print(f"executions {dict(report.executions)}, items {report.items}")
    looks = report.usage
    moments = {"start": looks[0], "middle": looks[len(looks) // 2], "end": looks[-2]}
    for name, look in (moments | {"after": looks[-1]}).items():
        print(
            f"  {name:7} {look.threads:4} threads {look.files:4} files {look.processes:3} processes"
            f" {look.memory / 1e6:6.0f} MB"
        )
    for what, count in Counter(report.broken).most_common(20):
        print(f"BROKEN ({count} x): {what}")
    print("every promise held" if not report.broken else f"{len(report.broken)} broken promises")


def main() -> int:
    """Prints the figures; 1 if a promise broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5)
    options = parser.parse_args()
    with an_endpoint() as (url, env):
        report = Clients(Site(url, env)).run(options.clients, options.minutes * 60)
    show(report)
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
