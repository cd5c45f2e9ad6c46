"""What executions write into CloudWatch Logs, and into which streams."""

import json

import pytest

from tests.workshop import until

PROOF = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}


@pytest.fixture
def logs(workshop):
    return workshop.endpoint.client("logs")


@pytest.fixture
def group(logs, request):
    name = f"/aws/vendedlogs/states/{request.node.name}"
    logs.create_log_group(logGroupName=name)
    yield name
    logs.delete_log_group(logGroupName=name)


def into(group, level="ALL"):
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    return {"level": level, "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]}


def streams(logs, group):
    found = logs.describe_log_streams(logGroupName=group)["logStreams"]
    return [one["logStreamName"] for one in found]


def lines(logs, group, stream):
    """All of a stream: an answer holds a megabyte at most."""
    told, asked = [], {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
    while events := (page := logs.get_log_events(**asked))["events"]:
        told += [one["message"] for one in events]
        asked["nextToken"] = page["nextForwardToken"]
    return told


def test_one_stream_for_all_executions_of_a_machine(workshop, logs, group):
    machine = workshop.machine(PASS, loggingConfiguration=into(group))
    assert streams(logs, group) == [PROOF]
    assert lines(logs, group, PROOF)[0].startswith("Permissions are set correctly to allow AWS")
    runs = []
    for _ in range(3):
        runs.append(workshop.run(machine)["executionArn"])
        workshop.advance(90)
    assert len(streams(logs, group)) == 2
    mine = streams(logs, group)[-1]
    assert mine.startswith(f"states/{machine.split(':')[-1]}/20")
    until(lambda: len(lines(logs, group, mine)) == 12)
    told = [json.loads(line) for line in lines(logs, group, mine)]
    assert [one["execution_arn"] for one in told] == [arn for arn in runs for _ in range(4)]
    workshop.run(workshop.machine(PASS, loggingConfiguration=into(group)))
    assert len(streams(logs, group)) == 3


def test_logging_that_comes_later_leaves_its_proof_too(workshop, logs, group):
    machine = workshop.machine(PASS, loggingConfiguration={"level": "OFF"})
    assert streams(logs, group) == []
    workshop.states.update_state_machine(stateMachineArn=machine, loggingConfiguration=into(group))
    assert streams(logs, group) == [PROOF]


def test_an_execution_logs_and_is_described_as_its_version(workshop, logs, group):
    machine = workshop.machine(PASS, publish=True)
    workshop.states.update_state_machine(
        stateMachineArn=machine, definition=json.dumps(FAIL), loggingConfiguration=into(group)
    )
    told = []
    for arn in (f"{machine}:1", machine):
        run = workshop.run(arn)["executionArn"]
        told.append(workshop.states.describe_state_machine_for_execution(executionArn=run))
    old, new = told
    assert (old["loggingConfiguration"]["level"], "revisionId" in old) == ("OFF", False)
    assert (new["loggingConfiguration"]["level"], "revisionId" in new) == ("ALL", True)
    assert old["updateDate"] < new["updateDate"]
    until(lambda: len(lines(logs, group, streams(logs, group)[-1])) == 3)
    mine = [json.loads(line) for line in lines(logs, group, streams(logs, group)[-1])]
    assert {one["execution_arn"] for one in mine} == {run}


def test_a_line_is_as_long_as_its_event(workshop, logs, group):
    configuration = {**into(group), "includeExecutionData": True}
    machine = workshop.machine(PASS, loggingConfiguration=configuration)
    given = json.dumps("x" * 255_000)
    workshop.run(machine, given)
    until(lambda: len(lines(logs, group, streams(logs, group)[-1])) == 4)
    first = json.loads(lines(logs, group, streams(logs, group)[-1])[0])["details"]
    assert (first["input"], first["inputDetails"]) == (given, {"truncated": False})


def test_what_a_redriven_execution_writes_counts_its_redrives(workshop, logs, group):
    machine = workshop.machine(FAIL, loggingConfiguration=into(group, "FATAL"))
    failed = workshop.run(machine)["executionArn"]
    workshop.states.redrive_execution(executionArn=failed)
    workshop.ended(failed)
    until(lambda: len(lines(logs, group, streams(logs, group)[-1])) == 2)
    told = [json.loads(line) for line in lines(logs, group, streams(logs, group)[-1])]
    assert [one["redrive_count"] for one in told] == ["0", "1"]
