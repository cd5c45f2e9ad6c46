"""The simple states: what each does with its data, and when it fails."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

END = {"Type": "Pass", "End": True}


def one(fields):
    """A machine of one state."""
    return {"A": {"End": True, **fields}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a": [1, 2], "b": {"c": 3}}),
        ({"InputPath": "$.b"}, {"c": 3}),
        ({"InputPath": None}, {}),
        ({"OutputPath": "$.a[1]"}, 2),
        ({"OutputPath": None}, {}),
        ({"Result": 7}, 7),
        ({"Result": None}, None),
        ({"Result": {"x.$": "$.a"}}, {"x.$": "$.a"}),
        ({"ResultPath": None}, {"a": [1, 2], "b": {"c": 3}}),
        ({"Result": 7, "ResultPath": "$.b.d"}, {"a": [1, 2], "b": {"c": 3, "d": 7}}),
        ({"Result": 7, "ResultPath": "$.x.y"}, {"a": [1, 2], "b": {"c": 3}, "x": {"y": 7}}),
        ({"Result": 7, "ResultPath": "$.a[0]"}, {"a": [7, 2], "b": {"c": 3}}),
        ({"InputPath": "$.b", "ResultPath": "$.b"}, {"a": [1, 2], "b": {"c": 3}}),
        ({"InputPath": "$.b", "Parameters": {"d.$": "$.c", "e": 1}}, {"d": 3, "e": 1}),
        ({"Parameters": {"n.$": "$$.State.Name"}}, {"n": "A"}),
        ({"Parameters": {"list": [{"c.$": "$.b.c"}, 2]}}, {"list": [{"c": 3}, 2]}),
        ({"Parameters": {"all.$": "$.a[*]"}}, {"all": [1, 2]}),
        ({"InputPath": "$['a','x']"}, {"a": [1, 2]}),
        ({"Parameters": {"none.$": "$.b[?(@.x)]"}}, {"none": []}),
        ({"Parameters": {"past.$": "$.a[2]"}}, {"past": None}),
    ],
)
def test_pass(workshop, fields, expected):
    assert (
        workshop.output(one({"Type": "Pass", **fields}), {"a": [1, 2], "b": {"c": 3}}) == expected
    )


def test_input_that_nothing_changes_goes_through_to_the_letter(workshop):
    given = '{"b": 1, "a": {"z": 2,\n"y": 3}}'
    done = workshop.run({"StartAt": "A", "States": {"A": END}}, given)
    assert done["output"] == given


def test_the_order_of_keys_is_kept(workshop):
    states = one({"Type": "Pass", "OutputPath": "$.o"})
    done = workshop.run({"StartAt": "A", "States": states}, '{"o": {"b": 1, "a": [{}, "\\u00e9"]}}')
    assert done["output"] == '{"b":1,"a":[{},"é"]}'


def test_numbers_keep_their_size(workshop):
    given = '{"a":12345678901234567890,"b":0.1,"c":1E400,"d":1.0}'
    done = workshop.run({"StartAt": "A", "States": {"A": END}}, given)
    assert done["status"] == "SUCCEEDED"
    assert json.loads(done["output"])["a"] == 12345678901234567890


@pytest.mark.parametrize(
    ("fields", "error", "cause"),
    [
        (
            {"InputPath": "$.no"},
            "States.Runtime",
            "An error occurred while executing the state 'A' (entered at the event id #2). Invalid "
            "path '$.no' : No results for path: $['no']",
        ),
        (  # https://github.com/awsdocs/aws-step-functions-developer-guide/pull/5
            {"InputPath": "$.a.length()"},
            "States.Runtime",
            "An error occurred while executing the state 'A' (entered at the event id #2). Invalid "
            "path '$.a.length()' : Property ['length()'] not found in path $['a']",
        ),
        (  # https://gist.github.com/deric4/733eb129a10b13530cebaa3b70031c77
            {"InputPath": "$['a', 'b'].v"},
            "States.Runtime",
            "An error occurred while executing the state 'A' (entered at the event id #2). Invalid "
            "path '$['a', 'b'].v' : Multi properties can only be used as path leafs: $['a', 'b']",
        ),
        (  # https://repost.aws/questions/QUYiQKP0XfThWEc_ahsMnLOA
            {"Parameters": {"x.$": "$.a.sum()"}},
            "States.Runtime",
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "JSONPath '$.a.sum()' specified for the field 'x.$' could not be found in the input "
            "'{\"a\":1}'",
        ),
        (
            {"Parameters": {"x.$": "$.no"}},
            "States.Runtime",
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "JSONPath '$.no' specified for the field 'x.$' could not be found in the input "
            "'{\"a\":1}'",
        ),
        (
            {"Parameters": {"x.$": "States.Format('{}', $.no)"}},
            "States.Runtime",
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "function 'States.Format('{}', $.no)' had the following error: The JsonPath argument "
            "for the field '$.no' could not be found in the input '{\"a\":1}'",
        ),
        (
            {"Parameters": {"x.$": "States.Format('{}', $.a[0])"}},
            "States.Runtime",
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "function 'States.Format('{}', $.a[0])' had the following error: Filter: [0] can only "
            "be applied to arrays. Current context is: 1",
        ),
        (
            {"Result": 1, "ResultPath": "$.a.b"},
            "States.ResultPathMatchFailure",
            "An error occurred while executing the state 'A' (entered at the event id #2). Unable "
            "to apply ReferencePath $.a.b to input {\"a\":1}",
        ),
    ],
)  # fmt: skip
def test_pass_fails(workshop, fields, error, cause):
    assert workshop.failure(one({"Type": "Pass", **fields}), '{"a":1}') == (error, cause)


def test_succeed(workshop):
    states = {"A": {"Type": "Succeed", "InputPath": "$.a", "OutputPath": "$.b"}}
    done = workshop.run({"StartAt": "A", "States": states}, {"a": {"b": 1}})
    assert (done["status"], done["output"]) == ("SUCCEEDED", "1")
    assert workshop.types(done)[1:] == [
        "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (None, None)),
        ({"Error": "E"}, ("E", None)),
        ({"Error": "E", "Cause": "because"}, ("E", "because")),
        ({"ErrorPath": "$.e", "CausePath": "$.c"}, ("Named", "caused")),
        ({"CausePath": "States.Format('{}!', $.c)"}, (None, "caused!")),
        (
            {"ErrorPath": "$.no"},
            (
                "States.Runtime",
                "An error occurred while executing the state 'A' (entered at the event id #2). The "
                "JSONPath '$.no' specified for the field 'ErrorPath' could not be found in the "
                "input '{\"e\":\"Named\",\"c\":\"caused\"}'",
            ),
        ),
    ],
)  # fmt: skip
def test_fail(workshop, fields, expected):
    states = {"A": {"Type": "Fail", **fields}}
    given = '{"e":"Named","c":"caused"}'
    done = workshop.run({"StartAt": "A", "States": states}, given)
    assert (done["status"], done.get("error"), done.get("cause")) == ("FAILED", *expected)
    assert workshop.types(done)[1:] == ["FailStateEntered", "ExecutionFailed"]
    details = {k: v for k, v in zip(("error", "cause"), expected, strict=True) if v is not None}
    assert workshop.events(done)[-1].get("executionFailedEventDetails", {}) == details


def rule(**fields):
    return {"Variable": "$.v", "Next": "Yes", **fields}


def chosen(workshop, rule, given):
    states = {
        "A": {"Type": "Choice", "Choices": [rule], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": True, "End": True},
        "No": {"Type": "Pass", "Result": False, "End": True},
    }
    return workshop.output(states, given)


MORNING, EVENING = "2026-03-01T08:00:00Z", "2026-03-01T20:00:00+02:00"


@pytest.mark.parametrize(
    ("fields", "yes", "no"),
    [
        ({"StringEquals": "a"}, ["a"], ["b", 1, None]),
        ({"StringEqualsPath": "$.w"}, ["w"], ["v"]),
        ({"StringLessThan": "b"}, ["a", "B"], ["b", "c", 0]),
        ({"StringLessThanEquals": "b"}, ["a", "b"], ["c"]),
        ({"StringGreaterThan": "b"}, ["c"], ["b", "a"]),
        ({"StringGreaterThanEquals": "b"}, ["b"], ["a"]),
        ({"StringMatches": "log-*.txt"}, ["log-.txt", "log-1.txt"], ["log-1.txt.gz", "og-1.txt"]),
        ({"StringMatches": "a\\*"}, ["a*"], ["ab"]),
        ({"StringMatches": "*a*b*"}, ["ab", "xaxbx"], ["ba"]),
        ({"NumericEquals": 1}, [1, 1.0], [2, "1", True]),
        ({"NumericEqualsPath": "$.n"}, [5], [6]),
        ({"NumericLessThan": 1.5}, [1, -3], [1.5, "0"]),
        ({"NumericLessThanEquals": 1.5}, [1.5], [1.6]),
        ({"NumericGreaterThan": 1}, [2], [1]),
        ({"NumericGreaterThanEquals": 1}, [1], [0]),
        ({"BooleanEquals": True}, [True], [False, 1, "true"]),
        ({"BooleanEqualsPath": "$.t"}, [True], [False]),
        ({"TimestampEquals": "2026-03-01T18:00:00Z"}, [EVENING], [MORNING, "x"]),
        ({"TimestampLessThan": EVENING}, [MORNING], [EVENING]),
        ({"TimestampLessThanEquals": EVENING}, [EVENING], ["2026-03-01T18:00:01Z"]),
        ({"TimestampGreaterThan": MORNING}, [EVENING], [MORNING]),
        ({"TimestampGreaterThanEquals": MORNING}, [MORNING], ["2026-03-01T07:59:59.999Z"]),
        ({"IsNull": True}, [None], [0, ""]),
        ({"IsNull": False}, [0], [None]),
        ({"IsNumeric": True}, [0, 1.5], ["0", True]),
        ({"IsString": True}, [""], [0]),
        ({"IsBoolean": True}, [False], [0]),
        ({"IsTimestamp": True}, [MORNING, EVENING], ["2026-03-01", "2026-03-01 08:00:00Z", 1]),
        ({"IsPresent": True}, [None, 0], []),
        ({"IsPresent": False}, [], [None, 0]),
    ],
)
def test_comparisons(workshop, fields, yes, no):
    machine = workshop.machine(
        {
            "StartAt": "All",
            "States": {
                "All": {
                    "Type": "Map",
                    "ItemsPath": "$.vs",
                    "ItemSelector": {"v.$": "$$.Map.Item.Value", "w": "w", "n": 5, "t": True},
                    "ItemProcessor": {
                        "StartAt": "A",
                        "States": {
                            "A": {"Type": "Choice", "Choices": [rule(**fields)], "Default": "No"},
                            "Yes": {"Type": "Pass", "Result": True, "End": True},
                            "No": {"Type": "Pass", "Result": False, "End": True},
                        },
                    },
                    "End": True,
                }
            },
        }
    )
    done = workshop.run(machine, {"vs": yes + no})
    assert json.loads(done["output"]) == [True] * len(yes) + [False] * len(no)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Not": {"Variable": "$.v", "NumericEquals": 1}}, False),
        ({"And": [{"Variable": "$.v", "NumericEquals": 1}, {"Variable": "$.w", "IsNull": True}]},
         True),
        ({"Or": [{"Variable": "$.v", "NumericEquals": 2}, {"Variable": "$.w", "IsNull": True}]},
         True),
        ({"Or": [{"Variable": "$.v", "NumericEquals": 2}, {"Variable": "$.w", "IsNull": False}]},
         False),
        ({"And": [{"Variable": "$.no", "IsPresent": True},
                  {"Variable": "$.no", "NumericEquals": 1}]}, False),
    ],
)  # fmt: skip
def test_rules_of_rules(workshop, condition, expected):
    assert chosen(workshop, {**condition, "Next": "Yes"}, {"v": 1, "w": None}) is expected


def test_a_rule_about_nothing(workshop):
    states = {"A": {"Type": "Choice", "Choices": [rule(NumericEquals=1)], "Default": "No"},
              "Yes": END, "No": END}  # fmt: skip
    assert workshop.failure(states, {"a": 1}) == (
        "States.Runtime",
        "An error occurred while executing the state 'A' (entered at the event id #2). Invalid "
        "path '$.v': The choice state's condition path references an invalid value.",
    )


def test_no_rule_holds_and_there_is_no_default(workshop):
    states = {"A": {"Type": "Choice", "Choices": [rule(NumericEquals=1)]}, "Yes": END}
    assert workshop.failure(states, {"v": 2}) == (
        "States.Runtime",
        "An error occurred while executing the state 'A' (entered at the event id #2). Failed to "
        "transition out of the state. The state does not point to a next state.",
    )


def test_a_pattern_with_many_stars_takes_no_long_time(workshop):
    begin = time.monotonic()
    stars = rule(StringMatches="*a" * 40 + "b")
    assert chosen(workshop, stars, {"v": "a" * 20_000}) is False
    assert time.monotonic() - begin < 5


def waited(workshop, done):
    by_type = {event["type"]: event["timestamp"] for event in workshop.events(done)}
    return (by_type["WaitStateExited"] - by_type["WaitStateEntered"]).total_seconds()


@pytest.mark.parametrize(
    ("fields", "given", "seconds"),
    [
        ({"Seconds": 0}, {}, 0),
        ({"Seconds": 90}, {}, 90),
        ({"SecondsPath": "$.n"}, {"n": 86_400}, 86_400),
        ({"SecondsPath": "$.n"}, {"n": 2.0}, 2),
        ({"SecondsPath": "$.n"}, {"n": "40"}, 40),
        ({"SecondsPath": "$$.Execution.Input.n"}, {"n": 30}, 30),
        ({"Timestamp": "2020-01-01T00:00:00Z"}, {}, 0),
        ({"Seconds": "{% $states.input.n * 2 %}", "QueryLanguage": "JSONata"}, {"n": 21}, 42),
    ],
)
def test_wait(workshop, fields, given, seconds):
    begin = time.monotonic()
    done = workshop.run({"StartAt": "A", "States": one({"Type": "Wait", **fields})}, given)
    assert done["status"] == "SUCCEEDED"
    assert json.loads(done["output"]) == given
    assert waited(workshop, done) == pytest.approx(seconds, abs=0.5)
    assert time.monotonic() - begin < 5


def test_wait_until_a_time(workshop):
    now = workshop.states.describe_state_machine(
        stateMachineArn=workshop.machine({"StartAt": "A", "States": {"A": END}})
    )["creationDate"]
    until = (now + timedelta(days=300)).astimezone(UTC)
    text = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    states = one({"Type": "Wait", "TimestampPath": "$.at"})
    done = workshop.run({"StartAt": "A", "States": states}, {"at": text})
    left = workshop.events(done)[2]["timestamp"]
    late = left - datetime.fromisoformat(text)
    assert timedelta(0) <= late < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("fields", "given", "words"),
    [
        (
            {"SecondsPath": "$.n"},
            {"n": -1},
            "The SecondsPath parameter references a negative value: $.n == -1",
        ),
        (
            {"SecondsPath": "$.n"},
            {"n": "five"},
            "The SecondsPath parameter cannot be parsed as a long value: $.n == five",
        ),
        (
            {"SecondsPath": "$.n"},
            {},
            "The SecondsPath parameter does not reference an input value: $.n",
        ),
        (
            {"TimestampPath": "$.n"},
            {"n": "tomorrow"},
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset "
            "date-time format string: $.n == tomorrow",
        ),
        ({"TimestampPath": "$.n"}, {"n": "9999-01-01T00:00:00Z"}, "Wait state delay is too long."),
    ],
)
def test_what_a_wait_cannot_wait_for(workshop, fields, given, words):
    error, cause = workshop.failure(one({"Type": "Wait", **fields}), given)
    assert error == "States.Runtime"
    assert cause == (
        f"An error occurred while executing the state 'A' (entered at the event id #2). {words}"
    )


def test_variables_outlive_states(workshop):
    states = {
        "A": {"Type": "Pass", "Assign": {"a": 1, "b.$": "$.x"}, "Next": "B"},
        "B": {"Type": "Wait", "Seconds": 1, "Assign": {"a.$": "States.MathAdd($a, 1)"},
              "Next": "C"},
        "C": {"Type": "Pass", "Parameters": {"a.$": "$a", "b.$": "$b.y"}, "End": True},
    }  # fmt: skip
    done = workshop.run({"StartAt": "A", "States": states}, {"x": {"y": 5}})
    assert json.loads(done["output"]) == {"a": 2, "b": 5}
    exits = [e["stateExitedEventDetails"] for e in workshop.events(done) if "Exited" in e["type"]]
    assert exits[0]["assignedVariables"] == {"a": "1", "b": '{"y":5}'}
    assert exits[0]["assignedVariablesDetails"] == {"truncated": False}
    assert exits[1]["assignedVariables"] == {"a": "2"}
    assert "assignedVariables" not in exits[2]


def test_the_machine_takes_too_long(workshop):
    states = {"A": {"Type": "Wait", "Seconds": 1000, "End": True}}
    done = workshop.run({"StartAt": "A", "TimeoutSeconds": 60, "States": states})
    assert done["status"] == "TIMED_OUT"
    assert "output" not in done
    assert (done["stopDate"] - done["startDate"]).total_seconds() == pytest.approx(60, abs=1)
    events = workshop.events(done)
    assert events[-1]["type"] == "ExecutionTimedOut"


def test_an_endless_loop_ends_at_25000_events(workshop):
    states = {
        "A": {"Type": "Choice", "Choices": [rule(BooleanEquals=True)], "Default": "B"},
        "B": {"Type": "Pass", "Next": "A"},
        "Yes": END,
    }
    done = workshop.run({"StartAt": "A", "States": states}, {"v": False})
    assert done["status"] == "FAILED"
    assert done["error"] == "States.Runtime"
    assert done["cause"] == "The execution reached the maximum number of history events (25000)."
    assert done["redriveStatusReason"] == "Execution history event limit exceeded"
    last = workshop.events(done, reverseOrder=True, maxResults=1)[0]
    assert (last["id"], last["type"]) == (25_000, "ExecutionFailed")


def test_a_state_that_gives_more_than_256_kb(workshop):
    states = {
        "A": {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "End": True},
    }
    error, cause = workshop.failure(states, {"text": "x" * 200_000})
    assert error == "States.DataLimitExceeded"
    assert cause == (
        "The state/task 'A' returned a result with a size exceeding the maximum number of bytes "
        "service limit."
    )


@pytest.mark.parametrize(
    ("names", "status"),
    [(["States.DataLimitExceeded"], "SUCCEEDED"), (["States.ALL"], "FAILED"),
     (["States.TaskFailed"], "FAILED")],
)  # fmt: skip
def test_too_much_data_for_a_task_is_not_sent_and_caught_by_its_name_only(workshop, names, status):
    states = {
        "A": {
            "Type": "Task",
            "Resource": workshop.function("def handler(event, context):\n    return 1\n"),
            "Parameters": {"a.$": "$.text", "b.$": "$.text"},
            "Retry": [{"ErrorEquals": ["States.TaskFailed"]}],
            "Catch": [{"ErrorEquals": names, "Next": "B"}],
            "End": True,
        },
        "B": END,
    }
    done = workshop.run({"StartAt": "A", "States": states}, {"text": "x" * 140_000})
    assert done["status"] == status
    assert "LambdaFunctionScheduled" not in workshop.types(done)
    if status == "FAILED":
        assert done["error"] == "States.DataLimitExceeded"


@pytest.mark.parametrize("resource", ["{arn}", "arn:aws:states:::lambda:invoke"])
def test_a_result_that_is_too_large_is_caught_by_all_as_aws_was_seen_to_do(workshop, resource):
    function = workshop.function("def handler(event, context):\n    return 'x' * 300_000\n")
    states = {
        "A": {
            "Type": "Task",
            "Resource": resource.format(arn=function),
            "Parameters": {"FunctionName": function},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
            "End": True,
        },
        "B": END,
    }
    caught = workshop.output(states)
    assert caught["Error"] == "States.DataLimitExceeded"
    assert "returned a result with a size exceeding the maximum" in caught["Cause"]


def test_deep_data_go_through(workshop):
    deep = "[" * 900 + "]" * 900
    done = workshop.run({"StartAt": "A", "States": {"A": END}}, deep)
    assert (done["status"], done["output"]) == ("SUCCEEDED", deep)


def test_a_list_below_nothing_is_empty(workshop):
    fields = {"a.$": "$.items[*]", "b.$": "$.items[1:]", "c.$": "$.a.items[*].x",
              "d.$": "States.ArrayLength($.items[*])"}  # fmt: skip
    expected = {"a": [], "b": [], "c": [], "d": 0}
    assert workshop.output(one({"Type": "Pass", "Parameters": fields}), {}) == expected


@pytest.mark.parametrize(
    ("path", "given"),
    [("$.items[*]", [1]), ("$.items.y[*].x", {"items": "a"}), ("$.a[9][*]", {"a": [1]}),
     ("$.a.b[1:]", {"a": None}), ("$.a[0].b[?(@.x > 1)]", {"a": {"c": 1}})],
)  # fmt: skip
def test_so_is_a_list_below_what_is_of_another_kind(workshop, path, given):
    state = one({"Type": "Pass", "Parameters": {"x.$": path}})
    assert workshop.output(state, given) == {"x": []}


def test_an_intrinsic_function_that_cannot_do_its_work_has_a_name_where_it_may_be_caught(workshop):
    fields = {"Parameters": {"a.$": "States.ArrayLength(States.JsonToString($))"}, "Next": "B"}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", **fields}
    where = "An error occurred while executing the state 'A' (entered at the event id #2). "
    words = (
        "There was an error while evaluating the intrinsic function: "
        "States.ArrayLength(States.JsonToString($)). Invalid arguments in States.ArrayLength"
    )
    done = workshop.run({"StartAt": "A", "States": {"A": {"Type": "Pass", **fields}, "B": END}})
    assert (done["error"], done["cause"]) == ("States.Runtime", where + words)
    named = [{"ErrorEquals": ["States.IntrinsicFailure"], "Next": "B"}]
    caught = workshop.output({"A": {**task, "Catch": named}, "B": END})
    assert caught == {"Error": "States.IntrinsicFailure", "Cause": words}
