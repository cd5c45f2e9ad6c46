"""Whatever is thrown at it: an answer, never an exception."""

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpers.asl import (
    AslError,
    Definition,
    diagnose,
    invalid_definition_message,
    rule_holds,
    rule_value,
    rule_words,
)
from helpers.asl.fields import COMMON, MACHINE_FIELDS, STATE_FIELDS, TYPES
from helpers.asl.intrinsics import why_not_intrinsic
from helpers.asl.jackson import parse_error
from helpers.asl.paths import is_jsonpath, look_up, read, why_not_reference_path
from helpers.asl.places import json_places
from helpers.asl.rules import OPERATORS
from helpers.asl.selecting import MISSING

# the same examples each time; thousands of others were tried when this was written
QUICK = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)

WORDS = (
    *("A", "B", "$.a", "$$", "$", "", "States.ALL", "States.Format('{}', $.a)", "${X}", "${"),
    *("{% $x %}", "{%", "%}", "{% ( %}", "arn:aws:states:::lambda:invoke", "2030-01-01T00:00:00Z"),
    *("JSONata", "JSONPath", "DISTRIBUTED", "INLINE", "CSV", "GIVEN", *TYPES),
)
FIELDS = (
    *sorted({name for known in STATE_FIELDS.values() for name in known} | COMMON | OPERATORS),
    *(*MACHINE_FIELDS, "ProcessorConfig", "Mode", "ExecutionType", "ErrorEquals", "Variable"),
    *("And", "Or", "Not", "Condition", "ReaderConfig", "InputType", "a.$", "Fn::Sub", "Ref"),
)
PIECES = st.sampled_from(WORDS)
SCALARS = (
    PIECES
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=8)
)
KEYS = st.sampled_from(FIELDS) | PIECES | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)
STATES = st.dictionaries(PIECES, st.dictionaries(KEYS, VALUES, max_size=8) | SCALARS, max_size=4)
MACHINES = st.fixed_dictionaries(
    {"StartAt": PIECES, "States": STATES},
    optional={"QueryLanguage": PIECES, "Comment": VALUES, "Version": VALUES, "x": VALUES},
)
TYPED = st.builds(
    lambda kind, raw: {"StartAt": "A", "States": {"A": {"Type": kind, **raw}, "B": raw}},
    st.sampled_from(TYPES),
    st.dictionaries(KEYS, VALUES, max_size=8),
)


def look_at_all(definition):
    for state in definition.states:
        assert isinstance(state.words, str)
        assert isinstance(state.service, str)
        assert state.location.startswith("/States/")
        assert all(retrier.words for retrier in state.retriers)
        assert all(catcher.words for catcher in state.catchers)
    for edge in definition.edges():
        assert isinstance(edge.label, str)
        assert edge.target is None or edge.target_name == edge.target.name
    assert isinstance(definition.unresolved, tuple)


@QUICK
@given(MACHINES | TYPED | VALUES)
def test_any_data_is_walked_and_diagnosed(data):
    for kind in ("STANDARD", "EXPRESS"):
        found = diagnose(data, type=kind)
        assert isinstance(invalid_definition_message(found), str)
        assert all(one.message and one.hint for one in found)
    if isinstance(data, dict):
        look_at_all(Definition.from_dict(data))


@QUICK
@given(st.text() | st.text(alphabet='{}[]",:\\ \n1ae.$%', max_size=60))
@example("\x00")
@example('{"a": "\ud800"}')
@example("{" * 2000)
def test_any_text_is_diagnosed(text):
    found = diagnose(text)
    assert found, "no text of this kind is a definition"
    try:
        look_at_all(Definition.from_text(text))
    except AslError as error:
        assert str(error)


BASE = json.dumps(
    {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.x", "NumericLessThan": 5, "Next": "B"}],
                "Default": "B",
            },
            "B": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"Payload.$": "States.Format('{}', $.a)"},
                "Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 1.5}],
                "End": True,
            },
        },
    },
    indent=1,
)


@QUICK
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(BASE) - 1),
            st.sampled_from(["delete", "insert", "replace"]),
            st.sampled_from(list('{}[]",:0e.$\\ \nat')),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_text_is_told_where_it_broke(edits):
    text = BASE
    for where, how, mark in edits:
        where = min(where, len(text) - 1)
        rest = text[where + (how != "insert") :]
        text = text[:where] + (mark if how != "delete" else "") + rest
    try:
        json.loads(text)
    except ValueError:
        assert parse_error(text) is not None
        (found,) = diagnose(text)
        assert found.code == "INVALID_JSON_DESCRIPTION"
        assert 1 <= found.line <= text.count("\n") + 1
    else:
        assert parse_error(text) is None
        lines = text.split("\n")
        for one in diagnose(text):
            assert 1 <= one.line <= len(lines)
            assert 1 <= one.column <= len(lines[one.line - 1]) + 1


@QUICK
@given(VALUES)
def test_the_two_readers_agree_and_places_are_found(value):
    text = json.dumps(value, indent=1)
    places = json_places(text)
    assert (parse_error(text) is None) == ("NaN" not in text and "Infinity" not in text) or (
        '"' in text  # the words may stand inside a string
    )
    assert () in places
    if isinstance(value, dict):
        for key in value:
            line, column = places[(key,)]
            assert text.split("\n")[line - 1][column - 1 :].startswith(json.dumps(key))


@QUICK
@given(VALUES, VALUES)
def test_any_rule_has_words(rule, seen):
    assert isinstance(rule_words(rule), str)
    assert isinstance(rule_value(rule, seen), str)
    assert rule_holds(rule, seen) in (True, False, None)


@QUICK
@given(st.text(alphabet="$.[]()'\"?@*,:-0 aé\\{}%", max_size=30), VALUES)
def test_any_path_has_an_answer(path, seen):
    if is_jsonpath(path):
        assert read(path).text == path
    else:
        assert why_not_reference_path(path) is not None
        assert look_up(path, seen) is MISSING
    look_up(path, seen)
    why_not_intrinsic("States.Format(" + path)
