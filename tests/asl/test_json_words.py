"""Why a text is no JSON is said in one parser's words, whoever is asked."""

import json

import pytest

from helpers.asl import diagnose
from helpers.asl.jackson import parse_error, why_not_json
from helpers.asl.json_text import parse
from helpers.localaws.lambdas.errors import InvalidRequestContent
from helpers.localaws.lambdas.invoking import parsed
from helpers.localaws.stepfunctions import inputs
from helpers.localaws.stepfunctions.errors import ApiError

VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
SINGLE = "Unexpected character (''' (code 39)): "
WHY = {
    "not some json": f"Unrecognized token 'not': was expecting {VALUES}",  # recorded from AWS
    "{'not': 'json'}": f"{SINGLE}was expecting double-quote to start field name",  # recorded
    "{'a': 1": f"{SINGLE}was expecting double-quote to start field name",
    "['a']": f"{SINGLE}expected a valid value {VALUES}",
    "$.a": f"Unrecognized token '$': was expecting {VALUES}",
    "tru": f"Unrecognized token 'tru': was expecting {VALUES}",
    '{"a": }': "Unexpected character ('}' (code 125)): expected a valid value " + VALUES,
    '{"a": 1,}': "Unexpected character ('}' (code 125)): was expecting double-quote to start field "
    "name",
    '{"a": 1 "b": 2}': "Unexpected character ('\"' (code 34)): was expecting comma to separate "
    "Object entries",
    '{"a" 1}': "Unexpected character ('1' (code 49)): was expecting a colon to separate field "
    "name and value",
    '{"a": 1': "Unexpected end-of-input: expected close marker for Object (start marker at "
    '[Source: (String)"{"a": 1"; line: 1, column: 1])',
    '"a': "Unexpected end-of-input: was expecting closing quote for a string value",
    "[1] 2": "Trailing token found after value",
    "NaN": "Non-standard token 'NaN': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow",
    '"a\tb"': "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash "
    "to be included in string value",
    '"\\x"': "Unrecognized character escape 'x' (code 120)",
    "“a”": f"Unexpected character ('“' (code 8220 / 0x201c)): expected a valid value {VALUES}",
    "\ufeff{}": "Unexpected character ('\ufeff' (code 65279 / 0xfeff)): expected a valid value "
    + VALUES,
}


@pytest.mark.parametrize(("text", "why"), WHY.items())
def test_every_reader_says_the_same(text, why):
    with pytest.raises(ValueError) as failure:
        parse(text)
    assert why_not_json(text, failure.value) == why
    with pytest.raises(ApiError) as refusal:
        inputs.check(text)
    assert refusal.value.code == "InvalidExecutionInput"
    assert refusal.value.message == f"Invalid State Machine Execution Input: '{why}'"
    with pytest.raises(InvalidRequestContent) as refusal:
        parsed(text.encode())
    assert json.loads(refusal.value.description)["message"].endswith(f": {why}")
    (diagnostic,) = diagnose(text)
    assert diagnostic.code == "INVALID_JSON_DESCRIPTION"
    assert diagnostic.message == f"{why}\n at {diagnostic.location}"
    message = inputs.refusal(text, "STANDARD")
    assert message == (
        "Invalid State Machine Definition: "
        f"'INVALID_JSON_DESCRIPTION: {why}\n at {diagnostic.location}'"
    )


@pytest.mark.parametrize("text", ["{}", " [1, 2.5e-3, null] ", '"\\u00e5"', "-0", "true"])
def test_what_is_json_is_json_to_all(text):
    assert parse_error(text) is None
    inputs.check(text)
    assert parsed(text.encode()) == text.encode()


def test_nested_past_all_reason():
    deep = "[" * 1100 + "]" * 1100
    with pytest.raises(ApiError, match="nested too deeply"):
        inputs.check(deep)
    with pytest.raises(InvalidRequestContent, match="nested too deeply"):
        parsed(deep.encode())


def test_a_byte_order_mark_has_a_hint():
    (diagnostic,) = diagnose("\ufeff{}")
    assert "byte order mark" in diagnostic.hint
