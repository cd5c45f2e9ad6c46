"""The stock trader on the local endpoint: built, deployed and tried by its own integration test."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers import trades


@pytest.fixture(scope="module")
def deployed(endpoint, app, tmp_path_factory):
    """A learner's copy whose stack stands, and the environment that reaches it."""
    project = Path(shutil.copytree(app, tmp_path_factory.mktemp("deployed") / app.name))
    here = str(Path(sys.executable).parent)
    environment = endpoint.env | {
        "PATH": os.pathsep.join([here, endpoint.env["PATH"]]),
        "SAM_CLI_TELEMETRY": "0",
    }

    def run(*command):
        done = subprocess.run(
            command,
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    run("sam", "build")
    run("sam", "deploy", "--stack-name", "the-trader")
    return run, environment


def test_the_apps_own_integration_test_passes(deployed):
    run, environment = deployed
    environment["AWS_SAM_STACK_NAME"] = "the-trader"
    said = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/integration")
    assert "2 passed" in said


def test_each_trade_is_read_from_the_stacks_table(endpoint, deployed):
    clients = {
        "client": endpoint.client("dynamodb"),
        "cloudformation": endpoint.client("cloudformation"),
    }
    before = trades.read("the-trader", **clients)
    states = endpoint.client("stepfunctions")
    outputs = endpoint.client("cloudformation").describe_stacks(StackName="the-trader")
    machine = next(
        output["OutputValue"]
        for output in outputs["Stacks"][0]["Outputs"]
        if output["OutputKey"] == "StockTradingStateMachineArn"
    )
    started = [states.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(5)]
    while any(states.describe_execution(executionArn=a)["status"] == "RUNNING" for a in started):
        time.sleep(0.1)
    after = trades.read("the-trader", **clients)
    assert len(after) == len(before) + 5
    assert set(before["id"]) < set(after["id"])
    bought = after["type"] == "buy"
    assert (after.loc[bought, "price"] <= 50).all()
    assert (after.loc[~bought, "price"] > 50).all()
    assert after["time"].is_monotonic_increasing
