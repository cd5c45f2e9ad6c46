"""Whatever service a command or a client asks for, it asks the local endpoint, and nobody else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from way_out import a_recorder

from helpers.localaws import aws_plugin

COMMANDS = (
    "s3 ls",
    "s3api list-buckets",
    "sqs list-queues",
    "sns list-topics",
    "rds describe-db-instances",
    "cloudformation list-stacks",
    "stepfunctions list-state-machines",
    "lambda list-functions",
    "dynamodb list-tables",
    "events list-rules",
    "scheduler list-schedules",
    "iam list-roles --max-items 1",
    "sts get-caller-identity",
    "logs describe-log-groups",
    "cloudwatch list-metrics",
    "resource-groups list-groups",
    "application-insights list-applications",
    "ssm describe-parameters",
    "kms list-keys",
    "budgets describe-budgets --account-id 123456789012",
    "neptune describe-db-instances",
    "docdb describe-db-instances",
    "health describe-events",
)
"""What the course asks for, and those that `aws` sends to a host of its own."""


@pytest.fixture
def watched(endpoint):
    """The endpoint's environment with the way out watched; and what went out."""
    with a_recorder() as (proxy, knocks):
        yield endpoint.env | {"HTTPS_PROXY": proxy, "AWS_MAX_ATTEMPTS": "1"}, knocks


def aws(environment, command):
    return subprocess.run(
        [str(Path(sys.executable).with_name("aws")), *command.split()],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_asks_nobody_else(watched, command):
    environment, knocks = watched
    done = aws(environment, command)
    assert knocks == []
    # Answered, or refused by the endpoint itself for a service that it does not have.
    assert done.returncode == 0 or "An error occurred" in done.stderr, done.stderr


def test_without_the_plugin_one_of_them_leaves(watched, tmp_path):
    """The contract with `aws`: when this fails, version 1 was mended and the plugin can go."""
    environment, knocks = watched
    (tmp_path / "config").write_text("[default]\nregion = us-east-1\n")
    aws(environment | {"AWS_CONFIG_FILE": str(tmp_path / "config")}, "sqs list-queues")
    assert knocks and b"queue.amazonaws.com" in knocks[0]


def test_another_endpoint_may_still_be_named(watched, monkeypatch):
    environment, _ = watched
    done = aws(environment, "sqs list-queues --endpoint-url http://127.0.0.1:9")
    assert "http://127.0.0.1:9" in done.stderr


def test_the_hook_of_the_plugin_is_there():
    """`top-level-args-parsed` is told to plugins with `parsed_args`, which has `endpoint_url`."""
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    heard = []
    driver.session.register("top-level-args-parsed", lambda **told: heard.append(told))
    aws_plugin.awscli_initialize(driver.session.get_component("event_emitter"))
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(SystemExit):
        driver.main(["sts", "no-such-operation"])
    assert hasattr(heard[0]["parsed_args"], "endpoint_url")


def test_no_client_asks_anybody_else(watched):
    environment, knocks = watched
    names = sorted({command.split()[0] for command in COMMANDS} - {"s3api"})
    ask = (
        "import boto3, sys\n"
        f"for name in {names}:\n"
        "    client = boto3.client(name)\n"
        f"    assert client.meta.endpoint_url == {environment['AWS_ENDPOINT_URL']!r}, name\n"
    )
    subprocess.run([sys.executable, "-c", ask], env=environment, check=True, timeout=120)
    assert knocks == []
