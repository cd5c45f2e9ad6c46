"""Fixtures of the tests of what is kept on disk."""

import pytest
from kept_world import World


@pytest.fixture(scope="module")
def world(module_endpoint):
    """A world with a day of hourly trades behind it."""
    return World(module_endpoint)
