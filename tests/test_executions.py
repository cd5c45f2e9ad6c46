"""Executions read from their histories: captured on AWS, and recorded here where none was."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from recorder import BEGIN, Recorder, trade

from helpers import executions

# Captured history → status, path, attempts of the first Task/Map/Parallel (in words), its status.
CAPTURED = {
    "test-assign-base-test-base-cases-BASE-CONSTANT-LITERALS": ("SUCCEEDED", "State0", {}),
    "test-base-scenarios-test-catch-states-runtime": (
        "FAILED",
        "RaiseRuntime",
        {"RaiseRuntime": ("failed", ["succeeded"], "States.Runtime")},
    ),
    "test-base-scenarios-test-choice-aws-docs-scenario-CHOICE-STATE-AWS-SCENARIO": (
        "SUCCEEDED",
        "ChoiceStateX ValueInTwenties",
        {},
    ),
    "test-base-scenarios-test-lambda-invoke-with-retry-base": (
        "SUCCEEDED",
        "InvokeLambdaWithRetry HandleError",
        {"InvokeLambdaWithRetry": ("caught", ["failed"] * 4, "Exception")},
    ),
    "test-base-scenarios-test-lambda-service-invoke-with-retry-extended-input": (
        "SUCCEEDED",
        "InvokeLambdaWithRetry HandleError",
        {"InvokeLambdaWithRetry": ("caught", ["failed"] * 4, "Exception")},
    ),
    "test-base-scenarios-test-map-state-config-distributed-item-selector": (
        "SUCCEEDED",
        "MapState Finish",
        {"MapState": ("succeeded", ["succeeded"], None)},
    ),
    "test-base-scenarios-test-map-state-retry": (
        "FAILED",
        "StartState MapState",
        {"MapState": ("failed", ["failed"] * 3, "HandleItemFailError")},
    ),
    "test-base-scenarios-test-parallel-state-fail": (
        "FAILED",
        "ParallelState",
        {"ParallelState": ("failed", ["failed"], "FailureType")},
    ),
    "test-base-scenarios-test-retry-interval-features": (
        "FAILED",
        "LambdaTask",
        {"LambdaTask": ("failed", ["failed"] * 3, "Exception")},
    ),
    "test-dynamodb-task-service-test-base-integrations-DYNAMODB-PUT-GET-ITEM": (
        "SUCCEEDED",
        "PutItem GetItem",
        {"PutItem": ("succeeded", ["succeeded"], None)},
    ),
    "test-dynamodb-task-service-test-base-integrations-DYNAMODB-PUT-UPDATE-GET-ITEM": (
        "SUCCEEDED",
        "PutItem UpdateItem GetItem",
        {"UpdateItem": ("succeeded", ["succeeded"], None)},
    ),
    "test-lambda-task-test-invoke-json-values-0-0": ("SUCCEEDED", "step1", {}),
    "test-lambda-task-test-invoke-json-values-HelloWorld": ("SUCCEEDED", "step1", {}),
    "test-lambda-task-test-invoke-json-values-True": ("SUCCEEDED", "step1", {}),
    "test-lambda-task-test-invoke-json-values-json-value6": ("SUCCEEDED", "step1", {}),
    "test-lambda-task-test-invoke-pipe": ("SUCCEEDED", "step1 step2", {}),
    "test-lambda-task-test-lambda-task-filter-parameters-input": (
        "SUCCEEDED",
        "StartCheckLoop CheckComplete",
        {},
    ),
    "test-states-errors-test-service-task-lambada-data-limit-exceeded-on-large-utf8-response": (
        "SUCCEEDED",
        "InvokeLambda HandleDataLimitExceeded",
        {"InvokeLambda": ("caught", ["failed"], "States.DataLimitExceeded")},
    ),
    "test-task-lambda-test-no-such-function-catch": (
        "SUCCEEDED",
        "Start EndWithStateTaskFailedHandler",
        {"Start": ("caught", ["failed"], "Exception")},
    ),
    "test-task-lambda-test-raise-custom-exception": (
        "SUCCEEDED",
        "InvokeLambda ErrorMatched",
        {"InvokeLambda": ("caught", ["failed"], "CustomException")},
    ),
    "test-task-lambda-test-raise-exception": (
        "FAILED",
        "Start",
        {"Start": ("failed", ["failed"], "Exception")},
    ),
    "test-task-service-dynamodb-test-put-item-invalid-table-name": (
        "FAILED",
        "PutItem",
        {"PutItem": ("failed", ["failed"], "DynamoDB.AmazonDynamoDBException")},
    ),
    "test-timeouts-test-fixed-timeout-lambda": (
        "FAILED",
        "Start",
        {"Start": ("failed", ["failed"], "States.Timeout")},
    ),
}


def restored(path):
    """A captured history with its payloads as the strings that AWS sends."""
    content = json.loads(path.read_text())
    for event in content["events"]:
        for details in event.values():
            if isinstance(details, dict):
                for key in ("input", "output", "parameters", "cause"):
                    if key in details and not isinstance(details[key], str):
                        details[key] = json.dumps(details[key])
    return content["events"]


def test_every_captured_history_is_expected(shared):
    assert {path.stem for path in (shared / "histories").glob("*.json")} == set(CAPTURED)


@pytest.mark.parametrize("name", CAPTURED)
@pytest.mark.parametrize("as_strings", [True, False], ids=["strings", "objects"])
def test_captured_on_aws(shared, name, as_strings):
    path = shared / "histories" / f"{name}.json"
    run = executions.from_history(restored(path)) if as_strings else executions.from_json(path)
    status, names, steps = CAPTURED[name]
    assert run.status == status
    assert run.path == names.split()
    assert not [step for step in run.walk() if step.status == "running"]
    for step in run.steps:
        if step.name in steps:
            told, attempts, error = steps[step.name]
            assert step.status == told
            assert [attempt.status for attempt in step.attempts] == attempts
            assert step.error == error
        else:
            assert step.status == "succeeded"
    assert (run.error is not None) == (status == "FAILED")


def test_payloads_come_parsed(shared):
    folder = shared / "histories"
    for value, name in ((0.0, "0-0"), ("HelloWorld", "HelloWorld"), (True, "True")):
        events = restored(folder / f"test-lambda-task-test-invoke-json-values-{name}.json")
        run = executions.from_history(events)
        assert run.input == value and run.output == value
        assert run.steps[0].input == value and run.steps[0].output == value


def test_the_stock_trader():
    run = executions.from_history(trade(2))
    assert len(run.events) == 19
    assert run.path == ["Check Stock Value", "Buy or Sell?", "Buy Stock", "Record Transaction"]
    assert run.choice_values == {"Buy or Sell?": {"stock_price": 2}}
    assert repr(run) == "SUCCEEDED after 0.4 s"
    assert run.started == BEGIN and run.stopped == BEGIN + timedelta(seconds=0.4)
    assert run.duration == pytest.approx(0.4)
    assert [step.number for step in run.steps] == [1, 2, 3, 4]


def test_choice_values_are_those_the_rules_name():
    definition = {
        "States": {
            "Buy or Sell?": {
                "Type": "Choice",
                "Choices": [
                    {"And": [{"Variable": "$.a.b", "IsPresent": True}], "Next": "x"},
                    {"Not": {"Variable": "$.c", "IsPresent": True}, "Next": "y"},
                ],
            }
        }
    }
    run = Recorder()
    run.simple("Choice", "Buy or Sell?", {"a": {"b": 7}, "other": 1})
    read = executions.from_history(run.ends(), definition=definition)
    assert read.choice_values == {"Buy or Sell?": {"a.b": 7}}


@pytest.mark.parametrize("until", range(1, 20))
def test_any_beginning_of_a_history_is_a_running_execution(until):
    run = executions.from_history(trade(2, until))
    assert run.is_running == (until < 19)
    running = [step for step in run.walk() if step.status == "running"]
    assert len(running) <= 1
    assert all(step.status == "succeeded" for step in run.walk() if step not in running)


def test_retries_and_their_waits():
    run = Recorder()
    run.enter("Task", "Check")
    run.fails("States.Timeout", 1).passes(15).fails("Market.Closed", 2).passes(22.5)
    run.succeeds(0.3)
    run.leave("Task", "Check")
    step = executions.from_history(run.ends()).steps[0]
    assert step.status == "succeeded" and step.retries == 2
    assert [attempt.error for attempt in step.attempts] == ["States.Timeout", "Market.Closed", None]
    assert step.waits == [15, 22.5]
    assert step.attempts[2].duration == pytest.approx(0.3)
    assert step.duration == pytest.approx(41.1, abs=0.8)


def test_waiting_for_a_retry_is_running():
    run = Recorder()
    run.enter("Task", "Check")
    run.fails()
    read = executions.from_history(run.events)
    assert (read.status, read.steps[0].status) == ("RUNNING", "running")
    assert read.steps[0].attempts[-1].status == "failed"


def parallel(finish: bool = True) -> Recorder:
    """Two branches whose events interleave, as on AWS."""
    run = Recorder()
    run.enter("Parallel", "Fan out")
    fork = run.add("ParallelStateStarted")
    left = run.enter("Task", "A", after=fork)
    right = run.enter("Task", "B", after=fork)
    run.last = left
    run.succeeds(3)
    run.leave("Task", "A")
    run.simple("Pass", "A2")
    run.last = right
    run.fails("Boom", 2).passes(4).succeeds(5)
    run.leave("Task", "B")
    if finish:
        run.add("ParallelStateSucceeded")
        run.leave("Parallel", "Fan out")
        run.simple("Succeed", "Done")
    return run


def test_parallel_branches_are_told_apart():
    run = executions.from_history(parallel().ends())
    assert run.path == ["Fan out", "Done"]
    branches = run.steps[0].runs
    assert [[step.name for step in branch.steps] for branch in branches] == [["A", "A2"], ["B"]]
    assert [branch.status for branch in branches] == ["succeeded", "succeeded"]
    assert len(branches[1].steps[0].attempts) == 2
    assert [step.name for step in run.walk()] == ["Fan out", "A", "A2", "B", "Done"]


def test_a_failing_branch_cancels_the_other():
    run = Recorder()
    run.enter("Parallel", "Fan out")
    fork = run.add("ParallelStateStarted")
    run.enter("Wait", "Slow", after=fork)
    run.enter("Task", "Quick", after=fork)
    run.fails("Boom", cause="no")
    run.add("ParallelStateFailed")
    failed = executions.from_history([*run.events, *_end(run, "Failed", error="Boom", cause="no")])
    fan = failed.steps[0]
    assert (fan.status, fan.error) == ("failed", "Boom")
    assert [(s.name, s.status) for s in failed.walk()][1:] == [
        ("Slow", "cancelled"),
        ("Quick", "failed"),
    ]
    caught = Recorder()
    caught.events, caught.last, caught.now = [*run.events], run.events[-1]["id"], run.now
    caught.leave("Parallel", "Fan out")
    caught.simple("Pass", "Sorry")
    read = executions.from_history(caught.ends())
    assert [(s.name, s.status) for s in read.steps] == [
        ("Fan out", "caught"),
        ("Sorry", "succeeded"),
    ]
    assert read.steps[0].error == "Boom"


def _end(run, how, **details):
    count = len(run.events)
    run.ends(how, **details)
    tail = run.events[count:]
    del run.events[count:]
    return tail


def mapped(count: int = 4, fail: int | None = None, open_: int = 0) -> Recorder:
    run = Recorder()
    run.enter("Map", "Each", list(range(count)))
    fork = run.add("MapStateStarted", length=count)
    for index in range(count - open_):
        run.add("MapIterationStarted", fork, name="Each", index=index)
        run.enter("Task", "Work")
        if index == fail:
            run.fails("Boom")
            run.add("MapIterationFailed", name="Each", index=index)
            break
        run.succeeds()
        run.leave("Task", "Work")
        run.add("MapIterationSucceeded", name="Each", index=index)
    return run


def test_map_iterations_are_counted_by_status():
    run = mapped(4)
    run.add("MapStateSucceeded")
    run.leave("Map", "Each")
    step = executions.from_history(run.ends()).steps[0]
    assert step.length == 4 and step.iterations == {"succeeded": 4}
    assert [one.index for one in step.runs] == [0, 1, 2, 3]

    run = mapped(4, fail=1)
    run.add("MapStateFailed")
    step = executions.from_history(run.ends("Failed", error="Boom")).steps[0]
    assert step.iterations == {"succeeded": 1, "failed": 1, "not started": 2}
    assert (step.status, step.error) == ("failed", "Boom")

    step = executions.from_history(mapped(4, open_=3).events).steps[0]
    assert step.iterations == {"succeeded": 1, "not started": 3}
    assert step.status == "running"


def test_a_map_inside_a_map():
    run = Recorder()
    run.enter("Map", "Outer")
    outer = run.add("MapStateStarted", length=2)
    for index in range(2):
        run.add("MapIterationStarted", outer, name="Outer", index=index)
        run.enter("Map", "Inner")
        inner = run.add("MapStateStarted", length=2)
        for number in range(2):
            run.add("MapIterationStarted", inner, name="Inner", index=number)
            run.simple("Pass", "Leaf", [index, number])
            run.add("MapIterationSucceeded", name="Inner", index=number)
        run.add("MapStateSucceeded")
        run.leave("Map", "Inner")
        run.add("MapIterationSucceeded", name="Outer", index=index)
    run.add("MapStateSucceeded")
    run.leave("Map", "Outer")
    read = executions.from_history(run.ends())
    leaves = [step for step in read.walk() if step.name == "Leaf"]
    assert [leaf.input for leaf in leaves] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert read.path == ["Outer"]
    assert [len(one.runs) for one in read.walk() if one.name == "Inner"] == [2, 2]


@pytest.mark.parametrize(("how", "status"), [("Aborted", "ABORTED"), ("TimedOut", "TIMED_OUT")])
def test_stopped_from_outside(how, status):
    run = parallel(finish=False)
    run.enter("Wait", "Hold on", after=0)
    read = executions.from_history(run.ends(how, error="States.Timeout"))
    assert read.status == status and not read.is_running
    assert [step.status for step in read.steps] == ["cancelled", "cancelled"]
    assert read.error == "States.Timeout"


def test_redriven():
    run = Recorder()
    run.task("First")
    run.enter("Task", "Second")
    run.fails("Boom")
    run.ends("Failed", error="Boom", cause="it broke")
    assert executions.from_history(run.events).status == "FAILED"
    run.add("ExecutionRedriven", redriveCount=1)
    again = executions.from_history(run.events)
    assert again.status == "RUNNING" and again.redrives == 1 and again.error is None
    assert [step.status for step in again.steps] == ["succeeded", "running"]
    run.succeeds()
    run.leave("Task", "Second")
    done = executions.from_history(run.ends())
    assert done.status == "SUCCEEDED" and done.path == ["First", "Second"]
    assert [attempt.status for attempt in done.steps[1].attempts] == ["failed", "succeeded"]


def test_an_item_redriven_counts_once():
    run = mapped(2, fail=1)
    run.add("MapStateFailed")
    run.ends("Failed", error="Boom")
    run.add("ExecutionRedriven", redriveCount=1)
    run.add("MapIterationStarted", name="Each", index=1)
    run.task("Work")
    run.add("MapIterationSucceeded", name="Each", index=1)
    run.add("MapStateSucceeded")
    run.leave("Map", "Each")
    step = executions.from_history(run.ends()).steps[0]
    assert step.status == "succeeded" and step.iterations == {"succeeded": 2}


def test_a_loop_gives_a_step_a_visit():
    run = Recorder()
    for _ in range(5):
        run.task("Work").simple("Choice", "Again?")
    read = executions.from_history(run.ends())
    assert read.path == ["Work", "Again?"] * 5


def test_assigned_variables_are_known_to_later_steps():
    run = Recorder()
    run.enter("Pass", "Set")
    run.leave("Pass", "Set", assignedVariables={"count": "3", "name": '"x"'})
    run.simple("Pass", "Use")
    steps = executions.from_history(run.ends()).steps
    assert steps[0].assigned == {"count": 3, "name": "x"}
    assert steps[0].variables == {} and steps[1].variables == {"count": 3, "name": "x"}


def test_event_types_of_the_future_change_nothing():
    plain = trade(2)
    strange = []
    for event in plain:
        strange.append(
            {**event, "id": event["id"] * 2, "previousEventId": event["previousEventId"] * 2}
        )
        if event["type"] == "TaskStarted":
            strange.append(
                {
                    "id": event["id"] * 2 + 1,
                    "previousEventId": event["id"] * 2,
                    "type": "TaskDreamtOfElectricSheep",
                    "timestamp": event["timestamp"],
                    "taskDreamtOfElectricSheepEventDetails": {"sheep": 1},
                }
            )
    for event in strange:  # what follows the strange event is linked to it
        if event["type"] == "TaskSucceeded":
            event["previousEventId"] += 1
    one, other = executions.from_history(plain), executions.from_history(strange)
    assert repr([*other.walk()]) == repr([*one.walk()]) and other.status == one.status


def test_an_evaluation_that_fails():
    run = Recorder()
    run.enter("Pass", "Sum")
    run.add("EvaluationFailed", state="Sum", error="States.QueryEvaluationError", cause="T1001")
    read = executions.from_history(run.ends("Failed", error="States.QueryEvaluationError"))
    assert (read.steps[0].status, read.steps[0].error) == ("failed", "States.QueryEvaluationError")


@pytest.mark.parametrize(
    "stamp", ["2025-03-01T10:00:00+01:00", "2025-03-01T09:00:00Z", 1740819600, 1740819600.0]
)
def test_times_from_anywhere_are_utc(stamp):
    run = executions.from_history([{"id": 1, "type": "ExecutionStarted", "timestamp": stamp}])
    assert run.started == datetime(2025, 3, 1, 9, tzinfo=UTC)


def test_saved_and_read_again_is_the_same(tmp_path):
    definition = {"StartAt": "x", "States": {}}
    describe = {"executionArn": "arn:aws:states:us-east-1:1:execution:m:e", "status": "SUCCEEDED"}
    run = executions.from_history(trade(73), describe, definition)
    path = run.save(tmp_path / "run.json")
    again = executions.from_json(path)
    assert again.path == run.path and again.duration == run.duration
    assert again.definition == definition and again.name == "e"
    assert again.wait() is again and again.refresh() is again


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not json", "is not JSON"),
        ('{"a": 1}', "has no list of events"),
        ('{"events": [1, 2]}', "This is no event history"),
        ('{"events": []}', "has no events"),
        ('[{"type": "ExecutionStarted"}]', "This is no event history"),
    ],
)
def test_what_is_no_history_is_refused_in_a_sentence(tmp_path, content, says):
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(executions.NotAHistory, match=says):
        executions.from_json(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(executions.NotAHistory, match=r"nowhere\.json cannot be read: No such file"):
        executions.from_json(tmp_path / "nowhere.json")


def test_a_running_history_from_a_file_does_not_wait_for_ever():
    with pytest.raises(executions.ExecutionsError, match="will not go on"):
        executions.from_history(trade(2, 5)).wait()


def test_an_evaluation_that_fails_is_linked_to_what_came_before_its_state():
    run = Recorder()
    run.enter("Pass", "Before")
    run.leave("Pass", "Before")
    run.enter("Pass", "Sum")
    run.add("EvaluationFailed", state="Sum", error="States.QueryEvaluationError", cause="T1001")
    run.events[-1]["previousEventId"] = run.events[-2]["previousEventId"]
    read = executions.from_history(run.ends("Failed", error="States.QueryEvaluationError"))
    assert [step.status for step in read.steps] == ["succeeded", "failed"]
