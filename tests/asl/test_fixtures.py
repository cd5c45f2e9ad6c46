"""Held to 465 definitions of others, to asl-validator's verdicts and to AWS's own answers."""

import json

import pytest
from asl_data import FILES, SHARED, WHY_NOT

from helpers.asl import Definition, diagnose

VALIDATOR = "ChristopheBougere+asl-validator__"

pytestmark = pytest.mark.skipif(not FILES, reason=WHY_NOT)


def short(path):
    """`valid-wait-state` for asl-validator's file of that name."""
    return path.name.removeprefix(VALIDATOR).rsplit("__", 1)[0]


def named(beginning):
    return [path for path in FILES if path.name.startswith(VALIDATOR + beginning)]


def errors(text, **options):
    return [one for one in diagnose(text, **options) if one.severity == "ERROR"]


# Where asl-validator and AWS part ways, AWS counts.
VALID_BUT_REFUSED = {
    # A state inside a JSONata machine says QueryLanguage JSONPath. AWS's recorded answer to that
    # (INVALID_DOWNGRADE_QUERY_LANGUAGE in the shared responses) is FAIL.
    "valid-map-with-item-batcher-jsonata": "'QueryLanguage' can not be 'JSONPath'",
}
INVALID_BUT_TAKEN = {
    # Text where a number belongs: AWS takes the definition, and the state fails when it runs.
    "invalid-math-add": "INTRINSIC_ARGUMENTS",
    # asl-validator wants exactly one space inside {% and %}; AWS's guide asks only that a text
    # begin with {% and end with %}, and shows expressions over several lines. A warning, then.
    "invalid-json-surround-syntax-extra-spaces": "JSONATA_SPACING",
    "invalid-jsonata-surround-syntax-no-spaces": "JSONATA_SPACING",
}


def test_all_are_here():
    assert (len(FILES), len(named("valid")), len(named("invalid"))) == (465, 62, 50)


@pytest.mark.parametrize("path", named("valid"), ids=short)
def test_valid_ones_are_accepted(path):
    found = errors(path.read_text())
    if short(path) in VALID_BUT_REFUSED:
        (found,) = found
        assert VALID_BUT_REFUSED[short(path)] in found.message
    else:
        assert found == []


@pytest.mark.parametrize("path", named("invalid"), ids=short)
def test_invalid_ones_are_rejected(path):
    found = diagnose(path.read_text())
    if short(path) in INVALID_BUT_TAKEN:
        assert [one.code for one in found] == [INVALID_BUT_TAKEN[short(path)]]
    else:
        assert [one for one in found if one.severity == "ERROR"]
    for one in found:
        assert one.hint.strip(), one
        assert one.line is not None
        assert one.column is not None


RESPONSES = SHARED / "aws-validation-responses.json"
DEFINITIONS = {
    "EMPTY_STRING": "",
    "NOT_A_DEF": "not a definition",
    "EMPTY_DICT": "{}",
    "VALID_BASE_PASS": "localstack+localstack__valid-base-pass__",
    "INVALID_BASE_NO_STARTAT": "localstack+localstack__invalid-base-no-startat__",
    "ILLEGAL_WFTT": "localstack+localstack__sqs-wait-for-task-token__",
    "VALID_QUERY_LANGUAGE_PASS": "localstack+localstack__valid-query-language-pass__",
    "INVALID_DOWNGRADE_QUERY_LANGUAGE": "localstack+localstack__invalid-downgrade-query-language__",
}
RECORDED = json.loads(RESPONSES.read_text()) if RESPONSES.is_file() else {}


@pytest.mark.parametrize("test", RECORDED, ids=lambda test: test.rsplit("::", 1)[1])
def test_the_recorded_answers_of_aws_are_reproduced(test):
    name = test[test.index("[") + 1 : -1]
    kind = "EXPRESS" if "type_express" in test else "STANDARD"
    text = DEFINITIONS[name]
    if text.startswith("localstack+"):
        (path,) = [path for path in FILES if path.name.startswith(text)]
        text = path.read_text()
    expected = RECORDED[test]["recorded-content"]["validation_response"]
    assert [one.as_aws() for one in diagnose(text, type=kind)] == expected["diagnostics"]


def test_every_definition_is_loaded_and_diagnosed_without_an_exception():
    for path in FILES:
        text = path.read_text()
        definition = Definition.from_text(text, file=path.name)
        data = json.loads(text)
        assert definition.data == data
        assert all(isinstance(edge.label, str) for edge in definition.edges())
        as_text = diagnose(text)
        for given in (data, definition):
            found = diagnose(given)
            assert [(one.code, one.message, one.location) for one in found] == [
                (one.code, one.message, one.location) for one in as_text
            ], path.name


# What is flagged among the others, LocalStack's test machines: those that their tests change
# before they are used (a Resource that is no ARN, a %PLACEHOLDER%), and these.
FLAGGED = {
    "base-invalid-state-definition": "Value should be one of the following: [Task",
    "base-map-state-machine-choice-fail": "Missing 'Next' target: MapState",
    "empty-credentials": "The field 'RoleArn' is required",
    "escape-sequences-illegal-intrinsic-function": "must be a valid JSONPath or a valid intrinsic",
    "escape-sequences-illegal-intrinsic-function-2": "must be a valid JSONPath or a valid",
    "invalid-base-no-startat": "These fields are required: [StartAt]",
    "invalid-credentials-field": "The field 'RoleArn' is required",
    "invalid-downgrade-query-language": "'QueryLanguage' can not be 'JSONPath'",
    "invalid-integration-dynamodb-query": "dynamodb:query is not recognized",
    "lambda-list-functions": "lambda:listFunctions is not recognized",
    "map-state-items-literal": "Expected value of type [ARRAY]",  # Items: "_tbd_"
    "map-state-label-empty-fail": "Invalid Label name",
    "map-state-label-invalid-char-fail": "Invalid Label name",
    "map-state-label-too-long-fail": "Invalid Label name",
    "task-retry-reference-exception": "Expected value of type Integer",
    "task-lambda-invoke-catch-tbd": "Value cannot be empty",
    "task-service-lambda-invoke-catch-tbd": "Value cannot be empty",
    "template": "Field '%ComparisonOperatorType%' is not supported",
}


def localstack():
    return [path for path in FILES if path.name.startswith("localstack+")]


@pytest.mark.parametrize("path", localstack(), ids=lambda path: path.name[22:-5])
def test_real_definitions_are_taken_unless_there_is_a_reason(path):
    text = path.read_text()
    found = errors(text)
    name = path.name.removeprefix("localstack+localstack__").rsplit("__", 1)[0]
    if name in FLAGGED:
        assert any(FLAGGED[name] in one.message for one in found)
    else:
        filled_in_by_the_test = [
            one
            for one in found
            if one.message == "Value is not a valid resource ARN" or "_PLACEHOLDER%" in text
        ]
        assert found == filled_in_by_the_test
