"""Executions started, found and read at a real endpoint; and what is said when that fails."""

import json
import os
import uuid
from datetime import timedelta

import boto3
import pytest

from helpers import executions

CHOICE = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.price", "NumericLessThanEquals": 50, "Next": "Wait a bit"}],
            "Default": "No",
        },
        "Wait a bit": {"Type": "Wait", "Seconds": 90, "Next": "Yes"},
        "Yes": {"Type": "Pass", "Result": {"bought": True}, "End": True},
        "No": {"Type": "Fail", "Error": "TooDear", "Cause": "above the threshold"},
    },
}


@pytest.fixture(scope="module")
def role(endpoint):
    return endpoint.role("tests-of-executions")


@pytest.fixture
def client(endpoint):
    return endpoint.client("stepfunctions")


@pytest.fixture
def machine(client, role):
    """A state machine of its own for each test, by its ARN; named `trader-…`."""
    made = client.create_state_machine(
        name=f"trader-{uuid.uuid4().hex[:8]}", definition=json.dumps(CHOICE), roleArn=role
    )
    yield made["stateMachineArn"]
    client.delete_state_machine(stateMachineArn=made["stateMachineArn"])


@pytest.fixture
def environment(endpoint, monkeypatch):
    """The environment as a notebook has it: boto3 finds the endpoint by itself."""
    for name, value in endpoint.env.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def test_started_waited_for_and_read(client, machine):
    run = executions.start(machine, {"price": 2}, client=client).wait(30)
    assert run.status == "SUCCEEDED"
    assert run.path == ["Look", "Wait a bit", "Yes"]
    assert run.choice_values == {"Look": {"price": 2}}
    assert run.output == {"bought": True} and run.input == {"price": 2}
    assert run.duration >= 90 and repr(run).startswith("SUCCEEDED after 1 min 30 s")
    assert run.stopped - run.started >= timedelta(seconds=90)
    assert run.definition == CHOICE
    again = executions.read(run.arn, client=client)
    assert again.path == run.path and again.events == run.events


def test_a_failure_says_why(client, machine):
    run = executions.start(machine, {"price": 51}, client=client).wait(30)
    assert run.path == ["Look", "No"]
    assert (run.status, run.error, run.cause) == ("FAILED", "TooDear", "above the threshold")
    assert repr(run).endswith(": TooDear (above the threshold)")
    assert run.steps[1].error == "TooDear"


def test_by_name_and_by_the_notebook_s_environment(environment, client, machine):
    name = machine.rpartition(":")[2]
    one = executions.start(name, '{"price": 1}', name="first").wait(30)
    two = executions.start(name, {"price": 99}, name="second").wait(30)
    assert executions.latest(name).name == "second"
    both = executions.listing(name)
    assert [run.name for run in both] == ["second", "first"]
    assert [run.status for run in both] == ["FAILED", "SUCCEEDED"]
    assert both[1].path == one.path and both[0].path == two.path
    assert executions.listing(name, limit=1)[0].arn == two.arn
    lines = repr(both).splitlines()
    assert lines[0].split() == ["started", "status", "took", "name"]
    assert lines[1].endswith("second") and "FAILED" in lines[1]


def test_by_the_name_of_its_stack(environment, endpoint, role):
    stacks = endpoint.client("cloudformation")
    template = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"DefinitionString": json.dumps(CHOICE), "RoleArn": role},
            }
        }
    }
    stacks.create_stack(StackName="demo-of-executions", TemplateBody=json.dumps(template))
    try:
        run = executions.start("demo-of-executions", {"price": 3}).wait(30)
        assert run.status == "SUCCEEDED"
        assert executions.latest("demo-of-executions").arn == run.arn
    finally:
        stacks.delete_stack(StackName="demo-of-executions")


def test_one_that_runs_is_told_so_and_does_not_hold_the_notebook(endpoint, client, machine):
    endpoint.control("/_local/clock", {"mode": "realtime"})  # a Wait of 90 s takes 90 s
    try:
        run = executions.start(machine, {"price": 1}, client=client)
        with pytest.raises(executions.StillRunning, match=r"has not ended after 0\.3 s"):
            run.wait(0.3)
        assert run.is_running and run.stopped is None
        assert run.refresh().path == ["Look", "Wait a bit"]
        assert run.steps[-1].status == "running" and repr(run).startswith("RUNNING for")
        assert "…" in repr(executions.listing(machine, client=client))
        client.stop_execution(executionArn=run.arn, error="Enough", cause="test over")
        run.wait(30)
    finally:
        endpoint.control("/_local/clock", {"mode": "jump"})
    assert (run.status, run.error) == ("ABORTED", "Enough")
    assert run.path == ["Look", "Wait a bit"] and run.steps[-1].status == "cancelled"


def test_no_such_state_machine_suggests_one(environment, machine):
    name = machine.rpartition(":")[2]
    with pytest.raises(executions.NoSuchStateMachine, match=f'Did you mean "{name}"'):
        executions.start(name[:-1] + "!")
    with pytest.raises(executions.NoSuchStateMachine, match=r"There (are|is): "):
        executions.start("something-else")
    gone = machine.replace("trader", "gone")
    with pytest.raises(executions.NoSuchStateMachine, match="There is no state machine arn:"):
        executions.start(gone)


def test_an_execution_is_no_state_machine(client, machine):
    run = executions.start(machine, {"price": 1}, client=client).wait(30)
    with pytest.raises(executions.NoSuchStateMachine, match="ARN of an execution"):
        executions.start(run.arn, client=client)


def test_no_such_execution(client, machine):
    arn = machine.replace(":stateMachine:", ":execution:") + ":nobody"
    with pytest.raises(executions.NoSuchExecution, match="There is no execution arn:"):
        executions.read(arn, client=client)
    with pytest.raises(executions.NoSuchExecution, match="has not run yet"):
        executions.latest(machine, client=client)
    assert repr(executions.listing(machine, client=client)) == "no executions yet"


def test_a_name_serves_once(client, machine):
    executions.start(machine, {"price": 1}, name="one", client=client).wait(30)
    with pytest.raises(executions.CannotStart, match="has that name already"):
        executions.start(machine, {"price": 2}, name="one", client=client)


def test_input_that_is_no_json(client, machine):
    with pytest.raises(executions.CannotStart, match="does not become JSON"):
        executions.start(machine, {"price": object()}, client=client)


def test_an_endpoint_that_is_not_there():
    nobody = boto3.client(
        "stepfunctions",
        endpoint_url="http://127.0.0.1:9",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=boto3.session.Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(executions.Unreachable, match="does not answer at http://127") as caught:
        executions.start("demo-sam", client=nobody)
    assert caught.value.__suppress_context__
    assert "python -m helpers.localaws start" in str(caught.value)


def test_no_region_and_no_credentials(monkeypatch, tmp_path):
    for name in [*map(str, os.environ)]:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(executions.Unreachable, match="which AWS region"):
        executions.start("demo-sam")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(executions.Unreachable, match="no AWS credentials"):
        executions.start("demo-sam")
