"""The two local endpoints that `endpoint.py` compares, each with the stock trader deployed to it.

Both get the same template, made of sam-app's: without its two monitoring resources, which MiniStack
refuses, with the definition of the workflow in it, and with the code in a bucket.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import psutil
import yaml
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "sam-app"
STACK = "trader"
BUCKET = "trader-code"
THREADS = 20
"""Threads of the client, and connections that it keeps."""
LEFT_OUT = ("ApplicationResourceGroup", "ApplicationInsightsMonitoring")
FUNCTIONS = {
    "StockCheckerFunction": "stock_checker",
    "StockBuyerFunction": "stock_buyer",
    "StockSellerFunction": "stock_seller",
}
PATIENCE = 60.0
"""Seconds in which a server must answer, and in which a stack must be there."""


class Unavailable(Exception):
    """A server cannot be had; the message says why and what to do."""


class Server:
    """One endpoint: started, used through boto3, ended with all its processes."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: psutil.Process | None = None
        self.log = (folder / "said").open("wb")

    def start(self) -> tuple[float, float]:
        """Start it; seconds until its port answered and until CloudFormation did."""
        deploy = self.client("cloudformation")  # it reads its model for a while
        began = time.perf_counter()
        self._launch()
        while not self._answers():
            self._look(began, "its port does not answer")
        port = time.perf_counter() - began
        while True:
            try:
                deploy.describe_stacks(StackName=STACK)
            except ClientError as error:
                if "does not exist" in str(error):
                    return port, time.perf_counter() - began
            except BotoCoreError:
                pass
            self._look(began, "CloudFormation does not answer")

    def _launch(self) -> None:
        """Start the process, and return as soon as it is known."""
        raise NotImplementedError

    def credentials(self) -> dict[str, str]:
        """What boto3 signs with."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it and every process that it started, and remove its folder."""
        if self.process is not None:
            for one in self.processes():
                with suppress(psutil.Error):
                    one.terminate()
            _, alive = psutil.wait_procs(self.processes(), 3)
            for one in alive:
                with suppress(psutil.Error):
                    one.kill()
            psutil.wait_procs(alive, 3)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self) -> list[psutil.Process]:
        """The server and all that it started, as far as it lives."""
        try:
            return [self.process, *self.process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def memory(self) -> tuple[float, float, int]:
        """MB resident, each process counted in full; MB with shared pages counted once; processes.

        The second is 0 where the system does not tell it.
        """
        resident = proportional = 0
        found = self.processes()
        for one in found:
            with suppress(psutil.Error):
                memory = one.memory_full_info()
                resident += memory.rss
                proportional += getattr(memory, "pss", 0)
        return resident / 1e6, proportional / 1e6, len(found)

    def client(self, service: str) -> Any:
        """A boto3 client without retries: what goes wrong is to be seen."""
        return self._session.client(
            service,
            endpoint_url=self.url,
            config=Config(max_pool_connections=THREADS, retries={"total_max_attempts": 1}),
        )

    @cached_property
    def _session(self) -> Any:
        return boto3.Session(**self.credentials(), region_name="us-east-1")

    def _answers(self) -> bool:
        """Does it answer HTTP, whatever it says?"""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return sock.recv(5) == b"HTTP/"
        return False

    def _look(self, began: float, problem: str) -> None:
        """Wait a moment between two looks; raises Unavailable when it has taken too long."""
        if time.perf_counter() - began > PATIENCE:
            self.log.flush()
            said = (self.folder / "said").read_text(errors="replace")[-1000:]
            raise Unavailable(f"{self.name}: {problem}. It said: {said or 'nothing'}")
        time.sleep(0.005)


class Endpoint(Server):
    """The course's own endpoint, started as a learner starts it."""

    name = "this endpoint"
    root = ROOT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home = folder / "home"
        self.command("status")  # makes its folder, and the keys in it

    def command(self, *arguments: str) -> str:
        """What `python -m helpers.localaws …` prints."""
        done = subprocess.run(
            [sys.executable, "-m", "helpers.localaws", *arguments],
            env=os.environ | {"LOCALAWS_HOME": str(self.home)},
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        return done.stdout

    def _launch(self) -> None:
        self.command("start", "--port", str(self.port))
        with suppress(OSError):  # it did not start: `_look` says so
            self.process = psutil.Process(
                json.loads((self.home / "endpoint.json").read_text())["pid"]
            )

    def credentials(self) -> dict[str, str]:
        """The keys of its workspace."""
        keys = json.loads((self.home / "keys.json").read_text())
        return {
            "aws_access_key_id": keys["access_key"],
            "aws_secret_access_key": keys["secret_key"],
        }


class Before(Endpoint):
    """The endpoint of another checkout, run by the same Python."""

    name = "before"


class MiniStack(Server):
    """MiniStack as its users start it, on loopback."""

    name = "MiniStack"
    python = ""

    @classmethod
    def install(cls, scratch: Path) -> str:
        """Install it into a venv of its own in `scratch`, unless it is there; returns its version.

        Raises Unavailable.
        """
        venv = scratch / "ministack"
        python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        cls.python = str(python)
        what = "import importlib.metadata as m; print(m.version('ministack'))"
        told = [cls.python, "-c", what]
        if not python.exists() or subprocess.run(told, capture_output=True).returncode:
            uv = shutil.which("uv")  # several times as fast as pip
            commands = (
                (
                    [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)],
                    [uv, "pip", "install", "--quiet", "--python", cls.python, "ministack[full]"],
                )
                if uv
                else (
                    [sys.executable, "-m", "venv", "--clear", str(venv)],
                    [cls.python, "-m", "pip", "install", "--quiet", "ministack[full]"],
                )
            )
            for command in commands:
                done = subprocess.run(command, capture_output=True, text=True)
                if done.returncode:
                    last = (done.stderr.strip() or "no reason given").splitlines()[-1]
                    raise Unavailable(f"ministack[full] cannot be installed from PyPI: {last}")
        # As `make setup` does here: uv leaves it to each start where no bytecode may be written.
        subprocess.run([cls.python, "-m", "compileall", "-qq", "-j", "0", str(venv)], check=False)
        return subprocess.run(told, capture_output=True, text=True).stdout.strip()

    def _launch(self) -> None:
        names = [n for n in os.environ if not n.startswith(("AWS_", "MINISTACK_", "LOCALSTACK_"))]
        settings = {"GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1"}
        self.process = psutil.Popen(
            [self.python, "-m", "ministack"],
            env={name: os.environ[name] for name in names}
            | settings
            | {"TMPDIR": str(self.folder), "HOME": str(self.folder)},
            cwd=self.folder,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def credentials(self) -> dict[str, str]:
        """Any will do."""
        return {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


class Trader:
    """The stock trader on a server."""

    def __init__(self, server: Server) -> None:
        """Deploy it; raises Unavailable."""
        self.server = server
        self.states = server.client("stepfunctions")
        s3, deploy = server.client("s3"), server.client("cloudformation")
        s3.create_bucket(Bucket=BUCKET)
        for folder in FUNCTIONS.values():
            s3.put_object(Bucket=BUCKET, Key=folder, Body=_zipped(APP / "functions" / folder))
        deploy.create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(template()),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": "PythonRuntime", "ParameterValue": RUNTIME}],
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            (stack,) = deploy.describe_stacks(StackName=STACK)["Stacks"]
            if stack["StackStatus"] != "CREATE_IN_PROGRESS" or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            reasons = deploy.describe_stack_events(StackName=STACK)["StackEvents"]
            failed = [e.get("ResourceStatusReason") for e in reasons if "FAILED" in str(e)]
            raise Unavailable(f"{server.name}: the stack is {stack['StackStatus']}: {failed}")
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        self.arn, self.table = outputs["StockTradingStateMachineArn"], outputs["Table"]
        self.rule = outputs["Rule"].rpartition("/")[2]

    def check(self, started: int) -> None:
        """Every one of so many executions has succeeded and has one item in the table."""
        pages = self.states.get_paginator("list_executions").paginate(
            stateMachineArn=self.arn, statusFilter="SUCCEEDED", PaginationConfig={"PageSize": 1000}
        )
        names = {one["name"] for page in pages for one in page["executions"]}
        scan = self.server.client("dynamodb").get_paginator("scan")
        items = sum(page["Count"] for page in scan.paginate(TableName=self.table))
        if not len(names) == items == started:
            raise Unavailable(
                f"{self.server.name}: of {started} executions {len(names)} succeeded, "
                f"and there are {items} items"
            )


RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


def template() -> dict[str, Any]:
    """sam-app's template as both take it."""
    made = yaml.load((APP / "template.yaml").read_text(), _Loader)
    for name in LEFT_OUT:
        del made["Resources"][name]
    for name, folder in FUNCTIONS.items():
        made["Resources"][name]["Properties"]["CodeUri"] = {"Bucket": BUCKET, "Key": folder}
    machine = made["Resources"]["StockTradingStateMachine"]["Properties"]
    definition = APP / machine.pop("DefinitionUri")
    machine["Definition"] = json.loads(definition.read_text())
    made["Outputs"]["Table"] = {"Value": {"Ref": "TransactionTable"}}
    rule = {"Ref": "StockTradingStateMachineHourlyTradingSchedule"}
    made["Outputs"]["Rule"] = {"Value": rule}
    return made


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as the long ones."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    assert isinstance(node, yaml.ScalarNode), "sam-app's template has a form that is new here"
    value: Any = loader.construct_scalar(node)
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for path in sorted(folder.glob("*.py")):
            made.write(path, path.name)
    return buffer.getvalue()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
