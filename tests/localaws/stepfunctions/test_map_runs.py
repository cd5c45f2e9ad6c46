"""Map Runs that are redriven: the children of a distributed Map that failed go on."""

import json

import pytest

FLAKY = """
import os

def handler(event, context):
    if event == 2 and not os.path.exists({flag!r}):
        raise ValueError(event)
    return event * 10
"""


def mapping(function, kind="STANDARD", **fields):
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": "Before",
        "States": {
            "Before": {"Type": "Pass", "Next": "T"},
            "T": {"Type": "Task", "Resource": function, "End": True},
        },
    }
    state = {"Type": "Map", "ItemsPath": "$.n", "ItemProcessor": inner, "End": True, **fields}
    return {"StartAt": "M", "States": {"M": state}}


@pytest.fixture
def flaky(workshop, tmp_path):
    """A function that fails for 2 until it is mended, and what mends it."""
    flag = tmp_path / "mended"
    return workshop.function(FLAKY.format(flag=str(flag))), flag.touch


def runs_of(workshop, execution):
    found = workshop.states.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    return [workshop.states.describe_map_run(mapRunArn=run["mapRunArn"]) for run in found]


def children_of(workshop, run):
    found = workshop.states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    return {one["executionArn"]: (one["status"], one["redriveCount"]) for one in found}


def redriven(workshop, failed, mend):
    mend()
    workshop.states.redrive_execution(executionArn=failed["executionArn"])
    return workshop.ended(failed["executionArn"])


def test_a_redrive_goes_on_with_what_did_not_succeed(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, ToleratedFailureCount=0), {"n": [1, 2, 3]})
    assert failed["error"] == "States.ExceedToleratedFailureThreshold"
    (run,) = runs_of(workshop, failed)
    before = children_of(workshop, run)
    done = redriven(workshop, failed, mend)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", [10, 20, 30])
    (again,) = runs_of(workshop, done)
    assert again["mapRunArn"] == run["mapRunArn"]
    assert (again["status"], again["redriveCount"]) == ("SUCCEEDED", 1)
    assert again["redriveDate"] >= run["stopDate"]
    assert again["executionCounts"]["succeeded"] == 3
    after = children_of(workshop, again)
    for arn, (status, _) in before.items():
        assert after[arn] == ("SUCCEEDED", 0 if status == "SUCCEEDED" else 1)
    tail = workshop.types(done)[len(workshop.types(failed)) - 1 :]
    assert "MapRunStarted" not in tail


def test_its_history(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, MaxConcurrency=1), {"n": [1, 2]})
    length = len(workshop.events(failed))
    done = redriven(workshop, failed, mend)
    rest = workshop.events(done)[length:]
    assert [event["type"] for event in rest] == [
        "ExecutionRedriven",
        "MapRunRedriven",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
    (run,) = runs_of(workshop, done)
    assert rest[1]["mapRunRedrivenEventDetails"] == {
        "mapRunArn": run["mapRunArn"],
        "redriveCount": 1,
    }
    (child,) = [arn for arn, told in children_of(workshop, run).items() if told[1] == 1]
    types = workshop.types(child)
    assert types.count("PassStateEntered") == 1
    assert types[-6:] == [
        "ExecutionRedriven",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_children_that_never_began_begin(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, MaxConcurrency=1), {"n": [2, 1, 3]})
    (run,) = runs_of(workshop, failed)
    assert run["executionCounts"]["pending"] == 2
    done = redriven(workshop, failed, mend)
    assert json.loads(done["output"]) == [20, 10, 30]
    (again,) = runs_of(workshop, done)
    assert sorted(children_of(workshop, again).values()) == [
        ("SUCCEEDED", 0),
        ("SUCCEEDED", 0),
        ("SUCCEEDED", 1),
    ]


def test_express_children_all_run_again(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, "EXPRESS"), {"n": [1, 2]})
    done = redriven(workshop, failed, mend)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", [10, 20])
    (again,) = runs_of(workshop, done)
    assert again["redriveCount"] == 1


def test_a_child_does_not_see_the_variables_outside(workshop):
    """AWS: "Distributed Map states cannot reference variables in outer scopes"."""
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "Output": "{% $exists($v) %}", "End": True}},
    }
    states = {
        "A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"},
        "M": {"Type": "Map", "Items": [0], "ItemProcessor": inner, "End": True},
    }
    assert workshop.output(states, QueryLanguage="JSONata") == [False]
