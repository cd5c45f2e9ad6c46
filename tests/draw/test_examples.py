"""The examples in the docstrings of the drawing modules and of what they stand on hold."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    ["helpers.units", "helpers.draw.look", "helpers.draw.dot", "helpers.draw.resources"],
)
def test_examples(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed
