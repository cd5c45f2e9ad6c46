"""JSONata states: expressions, variables, `$states`, and what happens when one goes wrong."""

import time

import pytest

from helpers.asl.evaluation import DefinitionError, Scope
from helpers.asl.jsonata.evaluation import QueryError
from helpers.asl.jsonata.templates import compile_jsonata
from helpers.localaws.stepfunctions.run import OUTSIDE


def value(text, given=None, variables=None):
    scope = Scope(given, lambda: {"Execution": {"Name": "run"}}, OUTSIDE, variables or {})
    return compile_jsonata("{% " + text + " %}", "Output")(scope)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("$states.input", {"a": None}, {"a": None}),
        ("$states.input.a + 1", {"a": 1}, 2),
        ("$states.input.a", {"a": None}, None),
        ("$states.context.Execution.Name", None, "run"),
        ("[1..3]", None, [1, 2, 3]),
        ("$states.input[$ > 1]", [1, 2, 3], [2, 3]),
        ("$states.input.{'x': a}", [{"a": 1}, {"a": 2}], [{"x": 1}, {"x": 2}]),
        ("[]", None, []),
        ("{}", None, {}),
        ("1.0", None, 1),
        ("0.5", None, 0.5),
        ("'a' & 1", None, "a1"),
        ("$partition([1,2,3,4], 3)", None, [[1, 2, 3], [4]]),
        ("$range(0, 10, 5)", None, [0, 5, 10]),
        ("$range(3, 3, 1)", None, 3),
        ("$range(5, 1, -2)", None, [5, 3, 1]),
        ("$range(-1.7, 2, 1)", None, [-1, 0, 1, 2]),
        ("$count($range(1, 5000, 1))", None, 5000),
        ("$partition([1,2,3])", None, [[1, 2, 3]]),
        ("$random(42)", None, 0.7275636800328681),
        ("1 / 0", None, "Infinity"),
        ("-1 / 0", None, "-Infinity"),
        ("0 / 0", None, "NaN"),
        ("5 % 0", None, "NaN"),
        ("5.5 % 2", None, 1.5),
        ("-7 % 3", None, -1),
        ("1 / 0 > 3", None, True),
        ("$string(1e20)", None, "100000000000000000000"),
        ("$string(1e21)", None, "1e+21"),
        ("'' & 1e20", None, "100000000000000000000"),
        ("$map([1, 2], $string)", None, ["1", "2"]),
        ("[$count(null), $count($nothing), $count('a'), $count([1..5])]", None, [1, 0, 1, 5]),
        ("$map([[1], [1, 2]], $count)", None, [1, 2]),
        ("+".join(["1"] * 100), None, 100),
        ("(" * 99 + "1" + ")" * 99, None, 1),
        ("($f := function($n) { $n <= 1 ? 1 : 1 + $f($n - 1) }; $f(31))", None, 31),
        ("$hash('hi', 'MD5')", None, "49f68a5c8493ec2c0bf489821c21fc3b"),
        ("$parse('{\"a\": [null, 1]}')", None, {"a": [None, 1]}),
        ("$map($states.input, function($x) { $x * 2 })", [1, 2], [2, 4]),
        ("$match('ab12', /[0-9]+/).match", None, "12"),
    ],
)
def test_gives(text, given, expected):
    assert value(text, given) == expected


def test_variables():
    assert value("$price * $deal.qty", None, {"price": 2, "deal": {"qty": 3}}) == 6


def test_random_numbers_repeat_with_a_seed():
    assert value("$random(7)") == value("$random(7)")
    assert value("$random()") != value("$random()")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$states.input.nope", "returned nothing (undefined)."),
        ("function($x) { $x }", "returned an unsupported result type."),
        ("$eval('1')", "evaluation. T1006: Attempted to invoke a non-function"),
        ("'a' + 1", 'evaluation. T2001: The left side of the "+" operator must evaluate to a'),
        ("'a' < 1", 'T2009: The values "a" and 1 either side of operator "<" must be of the same'),
        ("$nope(1)", "evaluation. T1006: Attempted to invoke a non-function"),
        ("$number('x')", 'evaluation. D3030: Unable to cast value to a number: "x"'),
        ("$toMillis('x')", "D3110: The argument of the toMillis function must be an ISO 8601"),
        ("$sum('a')", 'T0412: Argument 1 of function "sum" must be an array of "numbers"'),
        ("$hash()", 'T0410: Argument 1 of function "hash" does not match function signature'),
        ("$hash('hi')", "returned nothing (undefined)."),
        ("$hash(42, 'MD5')", 'T0410: Argument 1 of function "hash" does not match function sig'),
        ("$hash('hi', 9)", 'T0410: Argument 2 of function "hash" does not match function sig'),
        (
            "$hash('hi', 'MD6')",
            "D3137: Hash algorithm 'MD6' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
        ),
        ("$partition([1], -1)", "D3137: Second argument must be zero or greater"),
        ("$partition([1], -0.5)", "returned nothing (undefined)."),
        ("$partition([], 2)", "returned nothing (undefined)."),
        (
            "$partition(null, 2)",
            'T0412: Argument 1 of function "partition" must be an array of undefined',
        ),
        ("$partition([1], 2, 3)", 'T0410: Argument 3 of function "partition" does not match'),
        ("$range(1, 2, 0)", "returned nothing (undefined)."),
        ("$range(1, 2)", "returned nothing (undefined)."),
        ("$range(5, 1, 1)", "returned nothing (undefined)."),
        ("$range(1)", 'T0410: Argument 2 of function "range" does not match function signature'),
        ("$range(1, 1e12, 1)", "evaluation: Expression evaluation memory limit exceeded: Check"),
        ('$parse(\'{"a": 1, "a": 2}\')', "evaluation. D3137: Invalid JSON"),
        ("$parse('{')", "evaluation. D3137: Invalid JSON"),
        ("$parse('1e400')", "evaluation. D3137: Invalid JSON"),
        ("$parse(null)", 'T0410: Argument 1 of function "parse" does not match function signat'),
        ("$parse()", "returned nothing (undefined)."),
        ("$uuid(1)", 'T0410: Argument 1 of function "uuid" does not match function signature'),
        ("$length(null)", 'T0410: Argument 1 of function "length" does not match function sign'),
        ("$substring('ab', 'b')", 'T0410: Argument 2 of function "substring" does not match'),
        ("$string(1 / 0)", "D3001: Attempting to invoke string function on Infinity or NaN"),
        ("$power(10, 400)", "D3061: The power function has resulted in a value that cannot be"),
        ("$replace('a', '', 'b')", "D3010: Second argument of replace function cannot be an em"),
        ("$formatNumber(1, 'x')", "D3086: The sub-picture must not contain a passive character"),
        ("$single([1, 2], function($x) {true})", "D3138: The $single() function expected exact"),
        ("$sqrt(-1)", "D3060: The sqrt function cannot be applied to a negative number: -1"),
        ("$error('no')", "evaluation. D3137: no"),
        ("$sort([1, 'a'])", "evaluation. D3070: The single argument form of the sort function"),
        (
            "($f := function($n) { $f($n + 1) + 1 }; $f(1))",
            "threw an error during evaluation: Stack overflow error: Check for non-terminating "
            "recursive function. Consider rewriting as tail-recursive",
        ),
        (
            "($f := function($n) { $f($n + 1) }; $f(1))",
            "threw an error during evaluation: Expression evaluation timeout: Check for infinite "
            "loop",
        ),
    ],
)
def test_what_goes_wrong_says_where_and_ends(text, words):
    began = time.monotonic()
    with pytest.raises(QueryError) as caught:
        value(text, {})
    assert caught.value.error == "States.QueryEvaluationError"
    assert f"'{text}' specified for the field 'Output' " in caught.value.cause
    assert words in caught.value.cause
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("most", "more"),
    [
        ("[1..873782] ~> $count()", "[1..873783] ~> $count()"),
        ("$count($range(1, 360145, 1))", "$count($range(1, 360146, 1))"),
        ("$length($pad('', 6990256))", "$length($pad('', 6990257))"),
        ("+".join(["1"] * 100), "+".join(["1"] * 101)),
        ("(" * 99 + "1" + ")" * 99, "(" * 100 + "1" + ")" * 100),
        ("1" + "~>$string" * 99, "1" + "~>$string" * 100),
    ],
)
def test_it_takes_as_much_as_on_aws_and_no_more(most, more):
    value(most)
    with pytest.raises(QueryError, match=r"memory limit exceeded|: Stack overflow error: "):
        value(more)


def test_it_recurses_as_deep_as_on_aws_and_no_deeper():
    recursion = "($f := function($n) { $n <= 0 ? 0 : 1 + $f($n - 1) }; $f(%d))"
    assert value(recursion % 31) == 31
    with pytest.raises(QueryError, match="evaluation: Stack overflow error: Check for non"):
        value(recursion % 32)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e308 * 10", "Infinity"),
        ("[1 / 0, {'k': 0 / 0}]", ["Infinity", {"k": "NaN"}]),
        ("$parseInteger('abc', '0')", "NaN"),
        ("$string(1e20)", "100000000000000000000"),
        ("$string(1e21)", "1e+21"),
        ("$string(999999999999999868928)", "999999999999999900000"),
        ("$string($parse('9223372036854775807'))", "9223372036854775807"),
        ("$string($parse('9223372036854775808'))", "9223372036854776000"),
        ("$string({'n': [1e20, 1/3, 1e-7, true, null]}, true)",
         '{\n  "n": [\n    100000000000000000000,\n    0.333333333333333,\n    1e-7,\n    true,'
         "\n    null\n  ]\n}"),
        ("1e20 & ''", "100000000000000000000"),
        ("$map(['{}', '[]'], $parse)", [{}, []]),
    ],
)  # fmt: skip
def test_numbers_are_written_as_on_aws(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("picture", "code"),
    [("0;0;0", "D3080"), ("0.0.0", "D3081"), ("0%%", "D3082"), ("0\u2030\u2030", "D3083"),
     ("0%\u2030", "D3084"), ("0,.0", "D3087"), ("0,", "D3088"), ("0,,0", "D3089"), ("0#", "D3090"),
     ("##0.0#0", "D3091"), ("0e0%", "D3092"), ("#0e", "D3093")],
)  # fmt: skip
def test_what_is_no_picture_of_a_number_is_refused_with_its_code(picture, code):
    with pytest.raises(QueryError, match=f"evaluation. {code}: "):
        value(f"$formatNumber(1, '{picture}')")


def test_what_is_no_expression_is_found_when_it_is_compiled():
    with pytest.raises(DefinitionError):
        compile_jsonata("{% $sum( %}", "Output")


def test_an_expression_may_be_used_by_many_threads_at_once():
    from concurrent.futures import ThreadPoolExecutor

    expression = compile_jsonata("{% $sum($states.input) %}", "Output")
    with ThreadPoolExecutor(8) as pool:
        scopes = [Scope(list(range(n)), dict, OUTSIDE) for n in range(200)]
        assert list(pool.map(expression, scopes)) == [sum(range(n)) for n in range(200)]


# -- in a machine

JSONATA = {"QueryLanguage": "JSONata"}


def test_assign_output_and_arguments(workshop):
    echo = workshop.function("def handler(event, context):\n    return {'got': event}\n")
    output = workshop.output(
        {
            "Begin": {
                "Type": "Pass",
                "Assign": {"half": "{% $states.input.n / 2 %}"},
                "Next": "Call",
            },
            "Call": {
                "Type": "Task",
                "Resource": echo,
                "Arguments": {"half": "{% $half %}", "fixed": [1, "{% $states.input.n %}"]},
                "Assign": {"half": 0, "seen": "{% $half %}"},
                "Output": {"result": "{% $states.result.got %}", "half": "{% $half %}"},
                "Next": "End",
            },
            "End": {
                "Type": "Pass",
                "Output": {"before": "{% $states.input %}", "half": "{% $half %}",
                           "seen": "{% $seen %}"},
                "End": True,
            },
        },
        {"n": 8},
        **JSONATA,
    )  # fmt: skip
    before = {"result": {"half": 4, "fixed": [1, 8]}, "half": 4}
    assert output == {"before": before, "half": 0, "seen": 4}


def test_choice_with_conditions(workshop):
    def end(word):
        return {"Type": "Pass", "Output": word, "End": True}

    states = {
        "Which": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.price <= 50 %}", "Next": "Buy",
                 "Assign": {"why": "cheap"}, "Output": "{% $states.input.price %}"},
            ],
            "Default": "Sell",
        },
        "Buy": {"Type": "Pass", "Output": "{% $why & $states.input %}", "End": True},
        "Sell": end("sell"),
    }  # fmt: skip
    assert workshop.output(states, {"price": 50}, **JSONATA) == "cheap50"
    assert workshop.output(states, {"price": 51}, **JSONATA) == "sell"


def test_states_may_mix_query_languages(workshop):
    states = {
        "One": {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Assign": {"v": "{% {'list': [1, 2]} %}"},
            "Next": "Two",
        },
        "Two": {
            "Type": "Pass",
            "Parameters": {"second.$": "$v.list[1]", "length.$": "States.ArrayLength($v.list)"},
            "End": True,
        },
    }
    assert workshop.output(states) == {"second": 2, "length": 2}


def test_one_bad_definition_does_not_hurt_the_next(workshop):
    bad = {"StartAt": "A", **JSONATA, "States": {"A": {"Type": "Pass", "Output": "{% ( %}"}}}
    code, _ = workshop.refused(workshop.machine, bad)
    assert code == "InvalidDefinition"
    states = {"A": {"Type": "Pass", "Parameters": {"x.$": "$.y"}, "End": True}}
    assert workshop.output(states, {"y": 3}) == {"x": 3}


def test_an_error_is_an_event_of_its_own_and_can_be_caught(workshop):
    states = {
        "A": {
            "Type": "Task",
            "Resource": workshop.function("def handler(event, context):\n    return event\n"),
            "Arguments": {"x": "{% $states.input.nope %}"},
            "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "B",
                       "Output": "{% $states.errorOutput %}"}],
            "End": True,
        },
        "B": {"Type": "Pass", "End": True},
    }  # fmt: skip
    done = workshop.run({"StartAt": "A", "States": states, **JSONATA}, {})
    assert done["status"] == "SUCCEEDED"
    failed = workshop.events(done)[2]
    assert failed["type"] == "EvaluationFailed"
    assert failed["evaluationFailedEventDetails"] == {
        "error": "States.QueryEvaluationError",
        "cause": "An error occurred while executing the state 'A' (entered at the event id #2). "
        "The JSONata expression '$states.input.nope' specified for the field 'Arguments/x' "
        "returned nothing (undefined).",
        "location": "Arguments/x",
        "state": "A",
    }


def test_the_variables_of_a_state_have_256_kb_together(workshop):
    half = "{% $states.input.text %}"
    states = {"A": {"Type": "Pass", "Assign": {"a": half, "b": half}, "Output": 1, "End": True}}
    done = workshop.run({"StartAt": "A", "States": states, **JSONATA}, {"text": "x" * 140_000})
    assert (done["status"], done["error"]) == ("FAILED", "States.DataLimitExceeded")
    states["A"]["Assign"] = {"a": half}
    assert workshop.output(states, {"text": "x" * 140_000}, **JSONATA) == 1


def test_a_variable_of_an_inner_scope_may_have_the_name_of_an_outer_one(workshop):
    """AWS refuses the definition."""
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Assign": {"v": 2}, "End": True}}}
    states = {
        "A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"},
        "M": {"Type": "Map", "Items": [0], "ItemProcessor": inner, "Next": "C"},
        "C": {"Type": "Pass", "Output": "{% $v %}", "End": True},
    }
    assert workshop.output(states, **JSONATA) == 1


TYPE = (
    "The JSONata expression '{}' specified for the field '{}' returned an unexpected result type. "
    "Expected '{}', but was '{}' for value: {}"
)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"Type": "Wait", "Seconds": "{% 'x' %}"},
         TYPE.format("'x'", "Seconds", "number", "string", '"x"')),
        ({"Type": "Wait", "Seconds": "{% -1 %}"},
         "The Seconds parameter references a negative value: Seconds == -1"),
        ({"Type": "Wait", "Timestamp": "{% {'a': 1} %}"},
         TYPE.format("{'a': 1}", "Timestamp", "string", "object", '{"a":1}')),
        ({"Type": "Fail", "Error": "{% [5] %}"},
         TYPE.format("[5]", "Error", "string", "array", "[5]")),
        ({"Type": "Choice", "Choices": [{"Condition": "{% 'x' %}", "Next": "Z"}]},
         TYPE.format("'x'", "Choices[0]/Condition", "boolean", "string", '"x"')),
        ({"Type": "Map", "Items": "{% [1] %}", "MaxConcurrency": "{% true %}",
          "ItemProcessor": {"StartAt": "M", "States": {"M": {"Type": "Pass", "End": True}}}},
         TYPE.format("true", "MaxConcurrency", "number", "boolean", "true")),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
          "Arguments": {"FunctionName": "f"}, "TimeoutSeconds": "{% '5' %}"},
         TYPE.format("'5'", "TimeoutSeconds", "number", "string", '"5"')),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
          "Arguments": {"FunctionName": "f"}, "TimeoutSeconds": "{% 0 %}"},
         "TimeoutSeconds must be a positive integer, not 0"),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
          "Arguments": {"FunctionName": "f"}, "TimeoutSeconds": "{% -1 %}"},
         "TimeoutSeconds must be between 0 and 99999999 but was: -1"),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
          "Arguments": {"FunctionName": "f"}, "TimeoutSeconds": "{% 1.6 %}"},
         "The TimeoutSeconds field cannot be parsed as an integer: 1.6"),
    ],
)  # fmt: skip
def test_a_field_that_gets_a_value_of_the_wrong_kind(workshop, fields, words):
    kind = fields["Type"]
    state = {**fields, **({} if kind in ("Fail", "Choice") else {"Next": "Z"})}
    states = {"A": state, "Z": {"Type": "Succeed"}}
    if kind == "Fail":
        del states["Z"]
    done = workshop.run({"StartAt": "A", "States": states, **JSONATA}, {})
    assert (done["status"], done["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert done["cause"].endswith(words)
    assert workshop.types(done)[-2:] == ["EvaluationFailed", "ExecutionFailed"]


def test_a_field_of_the_wrong_kind_can_be_caught(workshop):
    states = {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f"},
            "TimeoutSeconds": "{% 'soon' %}",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
            "End": True,
        },
        "B": {"Type": "Pass", "Output": "{% $states.input.Error %}", "End": True},
    }
    assert workshop.output(states, {}, **JSONATA) == "States.QueryEvaluationError"


def test_now_is_the_simulated_time(workshop, endpoint):
    states = {
        "Wait": {"Type": "Wait", "Seconds": 100_000, "Next": "Now"},
        "Now": {"Type": "Pass", "Output": "{% $millis() %}", "End": True},
    }
    done = workshop.run({"StartAt": "Wait", "States": states, **JSONATA})
    assert abs(int(done["output"]) / 1000 - done["stopDate"].timestamp()) < 5


def test_a_pattern_that_searches_for_years_is_ended():
    begin = time.monotonic()
    with pytest.raises(QueryError, match="evaluation: Expression evaluation timeout: Check"):
        value("$contains($states.input, /^(a|aa)+$/)", "a" * 60 + "!")
    assert time.monotonic() - begin < 30


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("$match($states.input, /(B)(2)/i).groups", "a1 b2", ["b", "2"]),
        ("$replace($states.input, /(o)/, '[$1]')", "foo", "f[o][o]"),
        ("$replace($states.input, /(o)/, '$12')", "fo", "fo2"),
        ("$replace($states.input, /o/, '0', 1)", "foo", "f0o"),
        ("$split($states.input, /,\\s*/)", "a, b", ["a", "b"]),
        ("$contains($states.input, /^b/m)", "a\nb", True),
    ],
)
def test_patterns(text, given, expected):
    assert value(text, given) == expected


def failed_expression(workshop, states, given):
    """The id of the event that a failed expression follows, its details, and what comes behind."""
    done = workshop.run({"StartAt": next(iter(states)), "States": states, **JSONATA}, given)
    events = workshop.events(done)
    (at,) = (n for n, event in enumerate(events) if event["type"] == "EvaluationFailed")
    event = events[at]
    behind = [one["type"] for one in events[at + 1 :]]
    return event["previousEventId"], event["evaluationFailedEventDetails"], behind


@pytest.mark.parametrize(
    "fields",
    [
        {"Type": "Pass", "Output": "{% $nope %}"},
        {"Type": "Pass", "Assign": {"x": "{% $nope %}"}},
        {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
         "Arguments": "{% $nope %}"},
    ],
)  # fmt: skip
def test_a_failed_expression_follows_what_came_before_its_state(workshop, fields):
    states = {"Z": {"Type": "Pass", "Next": "A"}, "A": {**fields, "End": True}}
    previous, _, behind = failed_expression(workshop, states, {})
    assert (previous, behind) == (3, ["ExecutionFailed"])  # 3 ZExited, 4 AEntered


PASSING = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(
    ("items", "given", "words"),
    [
        ("{% 1 %}", {}, TYPE.format("1", "Items", "array", "number", "1")),
        ("{% 'a' %}", {}, TYPE.format("'a'", "Items", "array", "string", '"a"')),
        ("{% null %}", {}, TYPE.format("null", "Items", "array", "null", "null")),
        (None, {"a": 1}, 'Map state input must be an array but was: {"a":1}'),
        (None, '"a"', 'Map state input must be an array but was: "a"'),
    ],
)
def test_items_that_are_no_array(workshop, items, given, words):
    state = {"Type": "Map", "ItemProcessor": PASSING, "End": True}
    if items is not None:
        state["Items"] = items
    previous, details, behind = failed_expression(workshop, {"M": state}, given)
    assert details["cause"].endswith(f"). {words}")
    assert details.get("location") == (None if items is None else "Items")
    assert (previous, behind) == (0, ["MapStateFailed", "ExecutionFailed"])


def test_a_time_that_is_none(workshop):
    states = {"A": {"Type": "Wait", "Timestamp": "{% '2016-13-05T21:29:29Z' %}", "End": True}}
    previous, details, behind = failed_expression(workshop, states, {})
    assert details["cause"].endswith(
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format "
        "string: 2016-13-05T21:29:29Z"
    )
    assert (previous, details["location"], behind) == (2, "Timestamp", ["ExecutionFailed"])


def test_long_texts_in_an_array_are_not_counted():
    """On AWS, `[$pad('', 6000000), $pad('', 6000000)]` is too much."""
    assert value("$count([$pad('', 6000000), $pad('', 6000000)])") == 2


def test_numbers_of_the_input_are_whole_and_exact_as_far_as_64_bits_go():
    whole = value("$states.input", [1.0, 1e17, 9223372036854775807])
    assert repr(whole) == "[1, 100000000000000000, 9223372036854775807]"
    assert isinstance(value("$states.input", 9223372036854775808), float)
