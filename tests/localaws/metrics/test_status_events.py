"""Executions tell the default event bus when they start and when they end."""

import json

import pytest

from helpers.localaws.stepfunctions.facts import Facts
from helpers.localaws.stepfunctions.status_events import LARGEST, detail


def pattern(machine, *statuses):
    found = {"stateMachineArn": [machine]} | ({"status": list(statuses)} if statuses else {})
    return {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": found,
    }


def test_an_execution_that_succeeds(sky):
    _, url, queue = sky.queue()
    machine = sky.machine()
    sky.rule(pattern(machine), queue)
    ended = sky.run(machine, {"a": 1}, name="one")
    running, succeeded = sorted(sky.received(url), key=lambda event: event["detail"]["status"])
    arn = ended["executionArn"]
    for event in (running, succeeded):
        assert event["source"] == "aws.states"
        assert event["detail-type"] == "Step Functions Execution Status Change"
        assert event["resources"] == [arn]
        assert event["account"] == "123456789012"
    start = round(ended["startDate"].timestamp() * 1000)
    assert running["detail"] == {
        "executionArn": arn,
        "stateMachineArn": machine,
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "name": "one",
        "status": "RUNNING",
        "startDate": start,
        "stopDate": None,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
        "input": '{"a": 1}',
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": None,
        "error": None,
        "cause": None,
    }
    assert succeeded["detail"] == running["detail"] | {
        "status": "SUCCEEDED",
        "stopDate": round(ended["stopDate"].timestamp() * 1000),
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "output": '{"a": 1}',
        "outputDetails": {"included": True},
    }


def test_a_rule_for_failures_starts_another_machine(sky):
    machine, answer = sky.machine(sky.failing), sky.machine()
    name = "on-failure"
    sky.events.put_rule(
        Name=name, EventPattern=json.dumps(pattern(machine, "FAILED", "TIMED_OUT", "ABORTED"))
    )
    sky.events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": answer, "RoleArn": sky.role}])
    failed = sky.run(machine)
    sky.advance(0)
    [started] = sky.states.list_executions(stateMachineArn=answer)["executions"]
    given = json.loads(sky.ended(started["executionArn"])["input"])
    assert given["detail"]["executionArn"] == failed["executionArn"]
    assert (given["detail"]["error"], given["detail"]["cause"]) == ("Bad", "it is")
    assert given["detail"]["redriveStatus"] == "REDRIVABLE"


def test_children_of_a_map_run_are_redriven_with_it(sky):
    _, url, queue = sky.queue()
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    each = {"Type": "Map", "Label": "Each", "ItemProcessor": {**config, **sky.failing}, "End": True}
    machine = sky.machine({"StartAt": "M", "States": {"M": each}})
    sky.rule(pattern(f"{machine}/Each", "FAILED"), queue)
    sky.run(machine, [1])
    [child] = sky.received(url)
    assert child["detail"]["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    assert child["detail"]["redriveStatusReason"] is None


def test_express_executions_tell_nothing(sky):
    _, url, queue = sky.queue()
    machine = sky.machine(type="EXPRESS")
    sky.rule(pattern(machine), queue)
    sky.states.start_execution(stateMachineArn=machine)
    sky.advance(1)
    assert sky.received(url) == []


@pytest.mark.parametrize(
    ("given", "output", "included"),
    [
        (1000, 1000, (True, True)),
        (LARGEST // 2, LARGEST // 2, (False, True)),
        (1000, LARGEST, (False, False)),
        (LARGEST - 100, 10, (True, True)),
    ],
)
def test_what_is_too_large_is_left_out(given, output, included):
    facts = Facts(
        "arn", "n", "arn:aws:states:us-east-1:123456789012:stateMachine:m", "m", "r", "{}", 1.0,
        input=json.dumps("x" * given), status="SUCCEEDED", output=json.dumps("x" * output),
    )  # fmt: skip
    told = detail(facts)
    assert (told["input"] is not None, told["output"] is not None) == included
    shown = (told["inputDetails"]["included"], told["outputDetails"]["included"])
    assert shown == included
