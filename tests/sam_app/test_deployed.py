"""The stock trader on the local endpoint: built, deployed and tried by its own integration test."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pandas
import pytest

from helpers import prices, trades


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


def cold_call(endpoint, function):
    """What the first call of a function is billed for: seconds × GB, and bytes of its log."""
    logs, group = endpoint.client("logs"), f"/aws/lambda/{function}"
    (stream, *_) = logs.describe_log_streams(logGroupName=group, descending=False)["logStreams"]
    events = logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
    )["events"]
    messages = [event["message"] for event in events]
    assert messages[0].startswith("INIT_START")
    first = messages[: 1 + next(i for i, text in enumerate(messages) if text.startswith("REPORT"))]
    billed = int(re.search(r"Billed Duration: (\d+) ms", first[-1])[1]) / 1000
    memory = int(re.search(r"Memory Size: (\d+) MB", first[-1])[1]) / 1024
    return billed * memory, sum(len(text.encode()) + 26 for text in first)


def test_the_priced_counts_are_those_of_executions_that_run(deployed, module_endpoint):
    """A year that is priced by what was counted here is within 5 % of the one in the table."""
    ask = module_endpoint.client
    assert trade(module_endpoint, 1) == {"SUCCEEDED"}
    machine = machine_of(module_endpoint)
    run = ask("stepfunctions").list_executions(stateMachineArn=machine)["executions"][0]
    history = ask("stepfunctions").get_execution_history(executionArn=run["executionArn"])
    kinds = [event["type"] for event in history["events"]]
    entered = sum(kind.endswith("StateEntered") for kind in kinds)
    calls = kinds.count("LambdaFunctionSucceeded")
    assert (entered, calls) == (prices.STATES_ENTERED, prices.CALLS)

    groups = ask("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/the-trader-")
    functions = [one["logGroupName"].rpartition("/")[2] for one in groups["logGroups"]]
    checker = next(name for name in functions if "Checker" in name)
    other = next(name for name in functions if "Checker" not in name)
    both = [cold_call(module_endpoint, one) for one in (checker, other)]
    seconds, written = (sum(one[place] for one in both) for place in (0, 1))
    assert abs(written - prices.LOG_BYTES) < 0.1 * prices.LOG_BYTES

    resources = ask("cloudformation").describe_stack_resource(
        StackName="the-trader", LogicalResourceId="TransactionTable"
    )
    name = resources["StackResourceDetail"]["PhysicalResourceId"]
    table = ask("dynamodb").describe_table(TableName=name)["Table"]["ProvisionedThroughput"]
    units = table["WriteCapacityUnits"], table["ReadCapacityUnits"]
    assert units == (prices.WRITE_UNITS, prices.READ_UNITS)
    item = ask("dynamodb").scan(TableName=name)["Items"][0]
    size = 100 + sum(len(key) + len(*value.values()) for key, value in item.items())
    assert abs(size - prices.ITEM_BYTES) < 0.1 * prices.ITEM_BYTES

    year = prices.HOURS_A_YEAR
    counted = {
        prices.TRANSITIONS: entered * year,
        prices.REQUESTS: calls * year,
        prices.SECONDS: Decimal(seconds) * year,
        prices.WRITES: units[0] * year,
        prices.READS: units[1] * year,
        prices.LOGGED: Decimal(written) * year / 2**30,
    }
    for hours in (0, year):  # with what stands there, and the executions alone
        dollars = sum(
            prices.PRICES[what].cost(count)
            for what, count in counted.items()
            if hours or what not in (prices.WRITES, prices.READS)
        )
        priced = prices.total(prices.trader(year, hours))
        assert abs(dollars - priced) < priced * Decimal("0.05")


def test_what_a_deploy_uploads_costs_less_than_an_execution(deployed, module_endpoint):
    s3 = module_endpoint.client("s3")
    (bucket,) = (b["Name"] for b in s3.list_buckets()["Buckets"] if "samcli" in b["Name"])
    objects = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert len(objects) == prices.UPLOADS
    months = Decimal(sum(one["Size"] for one in objects)) / 2**30 * 12
    cost = prices.PRICES[prices.PUTS].cost(len(objects))
    cost += prices.PRICES[prices.OBJECTS].cost(months)
    assert cost < prices.EXECUTION


COURSE = {"course": "serverless-workflows"}


def tagged(endpoint):
    """Of each resource of the stack its tags, asked of its own service."""
    ask = endpoint.client
    account = ask("sts").get_caller_identity()["Account"]
    here = f"us-east-1:{account}"
    calls = {
        "AWS::ApplicationInsights::Application": lambda name: ask(
            "application-insights"
        ).list_tags_for_resource(ResourceARN=name)["Tags"],
        "AWS::DynamoDB::Table": lambda name: ask("dynamodb").list_tags_of_resource(
            ResourceArn=f"arn:aws:dynamodb:{here}:table/{name}"
        )["Tags"],
        "AWS::Events::Rule": lambda name: ask("events").list_tags_for_resource(
            ResourceARN=f"arn:aws:events:{here}:rule/{name}"
        )["Tags"],
        "AWS::IAM::Role": lambda name: ask("iam").list_role_tags(RoleName=name)["Tags"],
        "AWS::Lambda::Function": lambda name: ask("lambda").list_tags(
            Resource=f"arn:aws:lambda:{here}:function:{name}"
        )["Tags"],
        "AWS::ResourceGroups::Group": lambda name: ask("resource-groups").get_tags(
            Arn=f"arn:aws:resource-groups:{here}:group/{name}"
        )["Tags"],
        "AWS::StepFunctions::StateMachine": lambda name: ask(
            "stepfunctions"
        ).list_tags_for_resource(resourceArn=name)["tags"],
    }
    resources = ask("cloudformation").describe_stack_resources(StackName="the-trader")
    found = {}
    for resource in resources["StackResources"]:
        tags = calls[resource["ResourceType"]](resource["PhysicalResourceId"])
        if isinstance(tags, list):
            tags = {
                (tag.get("Key") or tag["key"]): tag.get("Value", tag.get("value")) for tag in tags
            }
        found[resource["LogicalResourceId"]] = tags
    return found


def by_tag(endpoint):
    """What the tagging API lists by the course's tag: ARN → its tags."""
    pages = (
        endpoint.client("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(TagFilters=[{"Key": "course", "Values": ["serverless-workflows"]}])
    )
    return {
        one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        for page in pages
        for one in page["ResourceTagMappingList"]
    }


def test_all_that_the_stack_makes_carries_the_courses_tag(deployed, module_endpoint):
    found = tagged(module_endpoint)
    assert len(found) == 13
    assert [name for name, tags in found.items() if not COURSE.items() <= tags.items()] == []
    stacks = module_endpoint.client("cloudformation").describe_stacks(StackName="the-trader")
    assert stacks["Stacks"][0]["Tags"] == [{"Key": "course", "Value": "serverless-workflows"}]
    # by the tag AWS lists the stack and all of it but the roles
    listed = by_tag(module_endpoint)
    kinds = sorted(arn.split(":")[2] for arn in listed if "the-trader" in arn or ":states:" in arn)
    assert kinds == [
        *("applicationinsights", "cloudformation", "dynamodb", "events"),
        *("lambda", "lambda", "lambda", "resource-groups", "states"),
    ]


def test_another_tag_reaches_what_is_there_and_the_old_one_goes(deployed, module_endpoint):
    run, _ = deployed
    run("sam", "deploy", "--stack-name", "the-trader", "--tags", "team=blue")
    for name, tags in tagged(module_endpoint).items():
        assert (tags.get("team"), tags.get("course")) == ("blue", None), name
    assert not any(":rule/" in arn or ":group/" in arn for arn in by_tag(module_endpoint))
    run("sam", "deploy", "--stack-name", "the-trader")
    assert all(COURSE.items() <= tags.items() for tags in tagged(module_endpoint).values())
