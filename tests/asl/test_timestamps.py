"""What is a timestamp is one to all: diagnosis, words, the interpreter's rules and its Wait."""

from datetime import UTC, datetime

import pytest

from helpers.asl import diagnose, rule_holds
from helpers.asl.evaluation import Scope
from helpers.asl.timestamps import timestamp
from helpers.localaws.stepfunctions.choice import compile_rule

MOMENT = datetime(2030, 1, 1, 9, 0, 0, tzinfo=UTC)
TEXTS = {
    "2030-01-01T09:00:00Z": MOMENT,
    "2030-01-01T09:00:00.000Z": MOMENT,
    "2030-01-01T10:00:00.0+01:00": MOMENT,
    "2030-01-01T09:00:00.5Z": MOMENT.replace(microsecond=500_000),
    "2030-01-01T09:00:00.1234567891Z": MOMENT.replace(microsecond=123_456),
    "2030-02-30T00:00:00Z": None,
    "2016-12-31T23:59:60Z": None,
    "0000-01-01T00:00:00Z": None,
    "2030-13-01T00:00:00Z": None,
    "2030-01-01T24:00:00Z": None,
    "2030-01-01T09:00:00+25:00": None,
    "2030-01-01t09:00:00z": None,
    "2030-01-01T09:00:00": None,
    "2030-01-01 09:00:00Z": None,
    "2030-01-01T09:00Z": None,
    "٢٠٣٠-01-01T09:00:00Z": None,
    "": None,
}


def takes(test: dict, value: str) -> bool:
    """Does the interpreter's rule hold?"""
    rule = compile_rule({"Variable": "$.at", **test}, "Choices[0]")
    return rule(Scope({"at": value}, dict, None))


@pytest.mark.parametrize(("text", "moment"), TEXTS.items())
def test_every_reader_says_the_same(text, moment):
    is_one = moment is not None
    assert timestamp(text) == moment
    wait = {"Type": "Wait", "Timestamp": text, "End": True}
    assert (diagnose({"StartAt": "A", "States": {"A": wait}}) == []) is is_one
    for test, holds in (
        ({"IsTimestamp": True}, is_one),
        ({"IsTimestamp": False}, not is_one),
        ({"TimestampGreaterThanEquals": "2000-01-01T00:00:00Z"}, is_one),
        ({"TimestampEqualsPath": "$.at"}, is_one),
        ({"TimestampLessThan": "2000-01-01T00:00:00Z"}, False),
    ):
        assert rule_holds({"Variable": "$.at", **test}, {"at": text}) is holds
        assert takes(test, text) is holds


@pytest.mark.parametrize("value", [None, 5, True, ["2030-01-01T09:00:00Z"], {}])
def test_only_text_is_a_timestamp(value):
    assert timestamp(value) is None
