"""The eighteen intrinsic functions of JSONPath states."""

import json
import random
import time
import uuid

import pytest

from helpers.asl.evaluation import DefinitionError, Outside, Scope
from helpers.asl.expressions import compile_expression
from helpers.asl.failures import RuntimeFailure, StateError

INPUT = {"name": "Ann", "n": 7, "list": [1, 2, 2, 3], "text": '{"a": 1}', "one": {"a": 1, "b": 1},
         "two": {"b": 2}}  # fmt: skip

OUTSIDE = Outside(time.time, random.Random(), lambda: str(uuid.uuid4()))


def call(text):
    scope = Scope(INPUT, lambda: {"Execution": {"Name": "run"}}, OUTSIDE, {"v": {"x": [10]}})
    return compile_expression(text)(scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("States.Format('Hello {}, {}', $.name, $.n)", "Hello Ann, 7"),
        ("States.Format('{}', $.list)", "[1,2,2,3]"),
        (r"States.Format('a \{\} {} it\'s', null)", "a {} null it's"),
        ("States.Format($.name)", "Ann"),
        ("States.Format('{}!', $.one)", "{a=1, b=1}!"),
        ("States.Format('{}', $$.Execution)", "{Name=run}"),
        ("States.Format('{}', $v)", "{x=[10]}"),
        ("States.StringToJson('')", None),
        ("States.StringToJson(' ')", None),
        ("States.StringToJson($.text)", {"a": 1}),
        ("States.JsonToString($.one)", '{"a":1,"b":1}'),
        ("States.Array(1, 'a', null, true, $$.Execution.Name, $v.x[0])",
         [1, "a", None, True, "run", 10]),
        ("States.Array()", []),
        ("States.ArrayPartition($.list, 3)", [[1, 2, 2], [3]]),
        ("States.ArrayContains($.list, 3)", True),
        ("States.ArrayContains(States.Array(States.Array(1)), States.Array(true))", False),
        ("States.ArrayContains(States.Array(States.Array(1, null)), States.Array(1, null))", True),
        ("States.ArrayContains($.list, '3')", True),
        ("States.ArrayContains(States.Array('true', 'x'), true)", True),
        ("States.ArrayContains(States.Array(0, 1), false)", False),
        ("States.ArrayContains(States.Array($.one), States.JsonMerge($.two, $.one, false))", False),
        ("States.ArrayUnique(States.Array(true, false, true, null))", [None, False, True]),
        ("States.ArrayUnique(States.Array(States.Array(1, 2), States.Array(2, 1)))",
         [[2, 1], [1, 2]]),
        ("States.ArrayPartition($.list, 2.6)", [[1, 2], [2, 3]]),
        ("States.ArrayRange(1.6, 1.4, 1)", [1]),
        ("States.ArrayRange(5.4, -0.6, -2.4)", [5, 3, 1]),
        ("States.ArrayGetItem($.list, 1.9)", 2),
        ("States.ArrayGetItem(States.Array(), 999)", None),
        ("States.Base64Decode(' YW!Jj=Z')", "abc"),
        ("States.JsonMerge($.one, $.two, 'false')", {"a": 1, "b": 2}),
        ("States.MathRandom(1, 100, 42)", 63),
        ("States.MathRandom(1, 1000, 2)", 806),
        ("States.MathRandom(1, 5, 42)", 3),
        ("States.MathRandom(1, 10, -10)", 1),
        ("States.MathRandom(2147483640, 2147483647, 1)", 2147483644),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayGetItem($.list, 1)", 2),
        ("States.ArrayLength($.list)", 4),
        ("States.ArrayLength($.list[?(@ > 1)])", 3),
        ("States.ArrayUnique($.list)", [1, 2, 3]),
        ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="),
        ("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "Data to encode"),
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.JsonMerge($.one, $.two, false)", {"a": 1, "b": 2}),
        ("States.MathAdd($.n, -2)", 5),
        ("States.MathAdd(-1.49, 0)", -1),
        ("States.MathAdd(-2.51, -0.49)", -3),
        ("States.MathAdd(0.5, 0)", 1),
        ("States.ArrayRange(-1.7, 0, 1)", [-1, 0]),
        ("States.StringSplit('1,2;3', ',;')", ["1", "2", "3"]),
        ("States.StringSplit('a.*+b', '.*+')", ["a", "b"]),
        ("States.MathRandom(1, 2)", 1),
        ("States.Format('{}', States.MathAdd(States.ArrayLength($.list), 1))", "5"),
    ],
)  # fmt: skip
def test_gives(text, expected):
    assert call(text) == expected


def test_random_numbers_lie_between_and_repeat_with_a_seed():
    numbers = {call("States.MathRandom(1, 5)") for _ in range(200)}
    assert numbers == {1, 2, 3, 4}
    assert len({call("States.MathRandom(1, 1000000, 42)") for _ in range(5)}) == 1


def test_uuids_differ():
    made = {call("States.UUID()") for _ in range(3)}
    assert {uuid.UUID(one).version for one in made} == {4}
    assert len(made) == 3


@pytest.mark.parametrize(
    "text",
    [
        "States.Format('{} {}', 1)",
        "States.Format('{}', 1, 2)",
        "States.ArrayPartition($.list, 0)",
        "States.ArrayPartition($.list, 0.6)",
        "States.ArrayRange(1, 10, 0)",
        "States.ArrayRange(1, 100000, 1)",
        "States.ArrayGetItem($.list, 4)",
        "States.ArrayLength($.name)",
        "States.Hash('a', 'SHA-3')",
        "States.JsonMerge($.one, $.two, true)",
        "States.MathAdd($.name, 1)",
        "States.MathAdd('a', 1)",
        "States.MathAdd(1)",
        "States.MathAdd(1, 2, 3)",
        "States.MathAdd(2147483647, 1)",
        "States.MathAdd(3000000000, 1)",
        "States.MathAdd(1e309, 1)",
        "States.MathRandom(5, 1)",
        "States.MathRandom(1.4, 1.6)",
        "States.MathRandom(1, 10, null)",
        "States.StringToJson()",
        "States.StringToJson(12)",
        "States.StringSplit('a', null)",
    ],
)
def test_arguments_that_do_not_fit_fail_with_a_reason(text):
    with pytest.raises(StateError) as caught:
        call(text)
    assert caught.value.error == "States.IntrinsicFailure"
    assert caught.value.cause == (
        f"There was an error while evaluating the intrinsic function: {text}. "
        f"Invalid arguments in {text.partition('(')[0]}"
    )


SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1"
TEMPLATE = "Invalid template in States.Format:"
NO_JSON = "Cannot convert String to Json in States.StringToJson, caused by: "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("States.Format('{x')", f"{TEMPLATE} matching '}}' not found for '{{'."),
        ("States.Format('{{}}', 1)", f"{TEMPLATE} matching '}}' not found for '{{'."),
        ("States.Format('}')", f"{TEMPLATE} matching '{{' not found for '}}'."),
        ("States.StringToJson('{bad json}')",
         f"{NO_JSON}Unexpected character ('b' (code 98)): was expecting double-quote to start "
         f"field name\n at {SOURCE}, column: 2]"),
        ("States.StringToJson('undefined')",
         f"{NO_JSON}Unrecognized token 'undefined': was expecting (JSON String, Number, Array, "
         f"Object or token 'null', 'true' or 'false')\n at {SOURCE}, column: 10]"),
        ("States.StringToJson('{\"a\":1')",
         f"{NO_JSON}Unexpected end-of-input: expected close marker for Object (start marker at "
         f"{SOURCE}, column: 1])\n at {SOURCE}, column: 7]"),
        ("States.Array(States.Hash('a', 'SHA-3'))", "Invalid arguments in States.Hash"),
    ],
)  # fmt: skip
def test_what_a_function_cannot_do_is_told_in_words_of_its_own(text, words):
    with pytest.raises(StateError) as caught:
        call(text)
    assert caught.value.cause == (
        f"There was an error while evaluating the intrinsic function: {text}. {words}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "States.Nope()",
        "States.Format('a",
        "States.Format('a') x",
        "States.Array(1,)",
        "States.Array(" * 11 + ")" * 11,
        "States.ArrayLength($.a[)",
    ],
)
def test_what_is_no_call(text):
    with pytest.raises(DefinitionError):
        compile_expression(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("States.ArrayLength($.nope)", "$.nope"),
        ("States.Format('{} {}', $.n, $.one.x.y)", "$.one.x.y"),
        ("States.Format('{}', States.Array($.nope))", "$.nope"),
        ("States.Format('{}', $.list[4])", "$.list[4]"),
        ("States.JsonToString($$.Nope)", "$.Nope"),
    ],
)
def test_a_path_to_nothing_is_told_with_the_whole_call(text, path):
    with pytest.raises(RuntimeFailure) as caught:
        call(text)
    assert caught.value.error == "States.Runtime"
    assert caught.value.cause == (
        f"The function '{text}' had the following error: The JsonPath argument for the field "
        f"'{path}' could not be found in the input '{json.dumps(INPUT, separators=(',', ':'))}'"
    )
