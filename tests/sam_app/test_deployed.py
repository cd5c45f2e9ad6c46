"""The stock trader on the local endpoint: built, deployed and tried by its own integration test."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas
import pytest

from helpers import trades


@pytest.fixture(scope="module")
def deployed(module_endpoint, app, tmp_path_factory):
    """A learner's copy whose stack stands, and the environment that reaches it."""
    project = Path(shutil.copytree(app, tmp_path_factory.mktemp("deployed") / app.name))
    here = str(Path(sys.executable).parent)
    environment = module_endpoint.env | {
        "PATH": os.pathsep.join([here, module_endpoint.env["PATH"]]),
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


def read(endpoint):
    """The trades in the stack's table."""
    return trades.read(
        "the-trader",
        client=endpoint.client("dynamodb"),
        cloudformation=endpoint.client("cloudformation"),
    )


def machine_of(endpoint):
    """The ARN of the stack's state machine, from its outputs."""
    (stack,) = endpoint.client("cloudformation").describe_stacks(StackName="the-trader")["Stacks"]
    named = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return named["StockTradingStateMachineArn"]


def trade(endpoint, times):
    """Run the trader so often; when all have ended, their statuses."""
    states, machine = endpoint.client("stepfunctions"), machine_of(endpoint)
    started = [
        states.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(times)
    ]
    while True:
        found = {states.describe_execution(executionArn=arn)["status"] for arn in started}
        if "RUNNING" not in found:
            return found
        time.sleep(0.1)


def test_each_trade_is_read_from_the_stacks_table(module_endpoint, deployed):
    before = read(module_endpoint)
    assert trade(module_endpoint, 5) == {"SUCCEEDED"}
    after = read(module_endpoint)
    assert len(after) == len(before) + 5
    assert set(before["id"]) < set(after["id"])
    bought = after["type"] == "buy"
    assert (after.loc[bought, "price"] <= 50).all()
    assert (after.loc[~bought, "price"] > 50).all()
    assert after["time"].is_monotonic_increasing


def test_it_trades_on_after_a_stop_and_after_a_kill(module_endpoint, deployed):
    """What was deployed and traded is there again, and its hourly rule fires on."""
    endpoint = module_endpoint
    states, machine = endpoint.client("stepfunctions"), machine_of(endpoint)
    (rule,) = endpoint.client("events").list_rules()["Rules"]
    endpoint.client("events").enable_rule(Name=rule["Name"])

    def executions():
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
        return {one["executionArn"]: one for page in pages for one in page["executions"]}

    for kill in (False, True):
        before, ran, frame = describe(endpoint), executions(), read(endpoint)
        if kill:
            time.sleep(1.0)  # the last second of writes may be missing
            os.kill(endpoint.control("/_local/status")["pid"], signal.SIGKILL)
        else:
            endpoint.command("stop", check=True)
        endpoint.command("start", check=True)
        assert describe(endpoint) == before
        assert executions() == ran
        pandas.testing.assert_frame_equal(read(endpoint), frame)
        assert trade(endpoint, 2) == {"SUCCEEDED"}
        endpoint.control("/_local/clock", {"advance": 3 * 3600})
        assert executions().keys() > ran.keys()
        assert len(executions()) == len(ran) + 2 + 3
        assert len(read(endpoint)) == len(frame) + 2 + 3
    run, _ = deployed
    said = run("sam", "deploy", "--stack-name", "the-trader", "--no-fail-on-empty-changeset")
    assert "up to date" in said


def describe(endpoint):
    """The stack, what is in it, and its rule."""
    stacks, events = endpoint.client("cloudformation"), endpoint.client("events")
    return (
        stacks.describe_stacks(StackName="the-trader")["Stacks"],
        stacks.describe_stack_resources(StackName="the-trader")["StackResources"],
        stacks.get_template(StackName="the-trader")["TemplateBody"],
        events.list_rules()["Rules"],
        endpoint.client("lambda").list_functions()["Functions"],
    )
