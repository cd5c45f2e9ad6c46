"""JSON as Step Functions reads it."""

import sys

import pytest

from helpers.asl.json_text import DEEPEST, parse


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
