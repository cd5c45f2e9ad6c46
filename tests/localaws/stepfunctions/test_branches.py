"""Parallel and Map: order, failures and aborts, retries, limits; the same history each time."""

import json

import pytest

FAIL = "def handler(event, context):\n    raise ValueError('no')\n"
AFTER = {"Type": "Pass", "End": True}


def branch(**states):
    return {"StartAt": next(iter(states)), "States": states}


def parallel(*branches, **fields):
    return {"A": {"Type": "Parallel", "Branches": list(branches), "End": True, **fields}}


def mapped(processor, **fields):
    return {"A": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


def wait(seconds):
    return {"Type": "Wait", "Seconds": seconds, "End": True}


def result(value):
    return {"Type": "Pass", "Result": value, "End": True}


def test_results_come_in_the_order_of_the_branches(workshop):
    slow = branch(W={"Type": "Wait", "Seconds": 50, "Next": "S"}, S=result("slow"))
    assert workshop.output(parallel(slow, branch(F=result("fast")))) == ["slow", "fast"]


def test_branches_wait_side_by_side(workshop):
    done = workshop.run(
        {"StartAt": "A", "States": parallel(*[branch(**{f"W{n}": wait(100)}) for n in range(5)])}
    )
    took = (done["stopDate"] - done["startDate"]).total_seconds()
    assert took == pytest.approx(100, abs=3)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"InputPath": "$.b"}, [{"c": 1}]),
        ({"Parameters": {"x.$": "$.b.c"}}, [{"x": 1}]),
        ({"ResultSelector": {"first.$": "$[0].b"}}, {"first": {"c": 1}}),
        ({"ResultPath": "$.r"}, {"b": {"c": 1}, "r": [{"b": {"c": 1}}]}),
    ],
)
def test_data_of_a_parallel(workshop, fields, expected):
    assert workshop.output(parallel(branch(P=AFTER), **fields), {"b": {"c": 1}}) == expected


def test_one_branch_fails_and_the_others_are_called_off(workshop):
    bad = branch(W={"Type": "Wait", "Seconds": 1, "Next": "F"}, F={"Type": "Fail", "Error": "E"})
    done = workshop.run({"StartAt": "A", "States": parallel(branch(L=wait(5000)), bad)})
    assert (done["status"], done["error"]) == ("FAILED", "E")
    assert "ParallelStateFailed" in workshop.types(done)
    assert (done["stopDate"] - done["startDate"]).total_seconds() < 10


def test_a_parallel_is_caught(workshop):
    states = parallel(
        branch(F={"Type": "Fail", "Error": "E", "Cause": "C"}),
        Catch=[{"ErrorEquals": ["E"], "Next": "B"}],
    )
    assert workshop.output(states | {"B": AFTER}) == {"Error": "E", "Cause": "C"}


def test_a_parallel_is_retried_as_a_whole(workshop):
    states = parallel(
        branch(P=AFTER),
        branch(F={"Type": "Fail", "Error": "E"}),
        Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 2}],
    )
    done = workshop.run({"StartAt": "A", "States": states})
    assert done["status"] == "FAILED"
    assert workshop.types(done).count("FailStateEntered") == 3


@pytest.mark.parametrize(
    ("fields", "given", "expected"),
    [
        ({}, [1, 2, 3], [1, 2, 3]),
        ({}, [], []),
        ({"ItemsPath": "$.l"}, {"l": ["a"]}, ["a"]),
        ({"ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"}}, ["a", "b"],
         [{"i": 0, "v": "a"}, {"i": 1, "v": "b"}]),
        ({"ItemSelector": {"i.$": "$$.Map.Item"}}, [5],
         [{"i": {"Index": 0, "Value": 5, "Source": "STATE_DATA"}}]),
        ({"ItemsPath": "$.l", "ItemSelector": {"k.$": "$.k"}}, {"l": [1, 2], "k": 9},
         [{"k": 9}, {"k": 9}]),
        ({"ItemsPath": "$.l", "ResultPath": "$.r"}, {"l": [1]}, {"l": [1], "r": [1]}),
        ({"MaxConcurrency": 1}, [1, 2], [1, 2]),
    ],
)  # fmt: skip
def test_map(workshop, fields, given, expected):
    assert workshop.output(mapped(branch(P=AFTER), **fields), given) == expected


@pytest.mark.parametrize(("most", "seconds"), [(0, 10), (1, 60), (2, 30), (3, 20)])
def test_no_more_iterations_at_once_than_allowed(workshop, most, seconds):
    states = mapped(branch(W=wait(10)), MaxConcurrency=most)
    done = workshop.run({"StartAt": "A", "States": states}, list(range(6)))
    took = (done["stopDate"] - done["startDate"]).total_seconds()
    assert took == pytest.approx(seconds, abs=3)


def test_a_map_over_what_is_no_list(workshop):
    error, _ = workshop.failure(mapped(branch(P=AFTER), ItemsPath="$.l"), {"l": 5})
    assert error == "States.Runtime"


def test_an_iteration_fails(workshop):
    states = mapped(branch(T={"Type": "Task", "Resource": workshop.function(FAIL), "End": True}))
    done = workshop.run({"StartAt": "A", "States": states}, [1])
    assert (done["status"], done["error"]) == ("FAILED", "ValueError")
    types = workshop.types(done)
    assert types[-2:] == ["MapStateFailed", "ExecutionFailed"]
    assert types.index("LambdaFunctionFailed") < types.index("MapIterationFailed")


def test_branches_within_branches(workshop):
    inner = parallel(branch(X=result(1)), branch(Y=result(2)))["A"]
    assert workshop.output(mapped(branch(I=inner)), [0, 0]) == [[1, 2], [1, 2]]


def test_the_same_history_each_time_where_nothing_is_waited_for(workshop):
    steps = branch(P={"Type": "Pass", "Next": "Q"}, Q=AFTER)
    machine = workshop.machine({"StartAt": "A", "States": mapped(steps)})
    seen = {
        json.dumps([(e["type"], e["previousEventId"]) for e in workshop.events(done)])
        for done in [workshop.run(machine, list(range(8))) for _ in range(5)]
    }
    assert len(seen) == 1


def test_stopping_ends_all_branches_at_once(workshop):
    echo = "import time\n\ndef handler(event, context):\n    time.sleep(5)\n"
    slow = workshop.function(echo, Timeout=30)
    task = {"Type": "Task", "Resource": slow, "End": True}
    states = parallel(branch(T=task), branch(U=task))
    arn = workshop.start({"StartAt": "A", "States": states})
    workshop.reached(arn, "LambdaFunctionStarted")
    workshop.states.stop_execution(executionArn=arn)
    assert workshop.states.describe_execution(executionArn=arn)["status"] == "ABORTED"
    ended = workshop.types(arn)
    assert ended[-1] == "ExecutionAborted"
    assert workshop.types(arn) == ended


def over(fields, **inner):
    """A Map with these fields over passing states."""
    body = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True, **inner}}}
    return {"M": {"Type": "Map", "ItemProcessor": body, "End": True, **fields}}


def test_a_path_may_lead_to_a_number_in_a_text(workshop):
    states = over({"ItemsPath": "$.n", "MaxConcurrencyPath": "$.most"})
    assert workshop.output(states, {"n": [1, 2], "most": "1"}) == [1, 2]


@pytest.mark.parametrize(
    ("most", "shown"), [("many", "many"), ({}, "{}"), ("1.5", "1.5"), (True, "true"), ("", "")]
)
def test_a_path_to_what_is_no_number(workshop, most, shown):
    states = over({"ItemsPath": "$.n", "MaxConcurrencyPath": "$.most"})
    error, cause = workshop.failure(states, {"n": [1], "most": most})
    words = f'The MaxConcurrencyPath field refers to value "{shown}" which is not a valid integer'
    assert (error, cause.partition("). ")[2]) == ("States.Runtime", f"{words}: $.most")


def test_a_map_or_parallel_keeps_its_language_to_itself(workshop):
    """The states inside are in the machine's."""
    plain = {"Parameters": {"v.$": "$.n"}}
    states = over({"QueryLanguage": "JSONata", "Items": "{% $states.input %}"}, **plain)
    assert workshop.output(states, [{"n": 1}]) == [{"v": 1}]
    branch = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True, **plain}}}
    state = {"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": [branch], "End": True}
    assert workshop.output({"P": state}, {"n": 1}) == [{"v": 1}]


def kinds(workshop, states, given=None, **fields):
    """The history's kinds of event behind the state's own …Started, and what each follows."""
    machine = {"StartAt": "A", "States": states, **fields}
    events = workshop.events(workshop.run(machine, given or {}))[3:]
    return [(event["type"], event["previousEventId"]) for event in events]


NOWHERE = {"Type": "Pass", "Parameters": {"m.$": "$.nope"}, "End": True}
UNDEFINED = {"Type": "Pass", "Output": "{% $states.input.nope %}", "End": True}
JSONATA = {"QueryLanguage": "JSONata"}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (parallel(branch(P=NOWHERE)), [("PassStateEntered", 3), ("ExecutionFailed", 4)]),
        (
            mapped(branch(P=NOWHERE), MaxConcurrency=1, ItemsPath="$.items"),
            [("MapIterationStarted", 3), ("PassStateEntered", 4), ("ExecutionFailed", 5)],
        ),
        (
            parallel(branch(P=AFTER), ResultSelector={"m.$": "$.nope"}),
            [
                ("PassStateEntered", 3),
                ("PassStateExited", 4),
                ("ParallelStateSucceeded", 5),
                ("ExecutionFailed", 6),
            ],
        ),
    ],
)
def test_what_nothing_catches_ends_the_execution_from_where_it_is(workshop, states, expected):
    """As measured: neither the iteration nor the state is told to have failed."""
    assert kinds(workshop, states, {"items": [1, 2]}) == expected


def test_a_state_in_which_an_expression_fails_fails(workshop):
    states = parallel(branch(P=UNDEFINED), Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}])
    told = [kind for kind, _ in kinds(workshop, {**states, "B": AFTER}, **JSONATA)]
    assert told[:4] == [
        "PassStateEntered",
        "EvaluationFailed",
        "ParallelStateFailed",
        "ParallelStateExited",
    ]
    iterations = mapped(branch(P=UNDEFINED), MaxConcurrency=1, Items=[1, 2])
    told = kinds(workshop, iterations, **JSONATA)
    assert [kind for kind, _ in told][2:] == [
        "EvaluationFailed",
        "MapIterationFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_an_expression_of_a_catch_that_fails_makes_the_state_fail_once_more(workshop):
    catch = [{"ErrorEquals": ["E"], "Output": "{% $states.input.nope %}", "Next": "B"}]
    states = parallel(branch(F={"Type": "Fail", "Error": "E"}), Catch=catch)
    assert kinds(workshop, {**states, "B": AFTER}, **JSONATA) == [
        ("FailStateEntered", 3),
        ("ParallelStateFailed", 4),
        ("EvaluationFailed", 4),
        ("ParallelStateFailed", 6),
        ("ExecutionFailed", 7),
    ]
