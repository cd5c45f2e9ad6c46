"""JSON as Step Functions reads it."""

import sys

import pytest

from helpers.asl.json_text import DEEPEST, dump, parse


@pytest.fixture
def deep_recursion():
    """As it is once jsonata-python is imported, which raises the limit."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("pair", ["[]", '{"a":}'])
def test_nesting_ends_where_jackson_ends_it(deep_recursion, pair):
    def nested(depth):
        innermost = pair[0] + pair[-1]
        return pair[:-1] * (depth - 1) + innermost + pair[-1] * (depth - 1)

    assert parse(nested(DEEPEST))
    with pytest.raises(ValueError, match="nested too deeply"):
        parse(nested(DEEPEST + 1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1789180622.0, "1.789180622E9"),
        (12345678.5, "1.23456785E7"),
        (9999999.5, "9999999.5"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (-2.5e300, "-2.5E300"),
        (0.0, "0.0"),
        (10**20, "100000000000000000000"),
        ({'1e-7, "': [1e-7, "12345678.5"]}, '{"1e-7, \\"":[1.0E-7,"12345678.5"]}'),
    ],
)
def test_numbers_are_written_as_java_writes_them(value, text):
    assert dump(value) == text
