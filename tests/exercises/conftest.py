"""A learner's folder for each test, and one endpoint for the checks of a test process."""

from __future__ import annotations

import pytest

from helpers.exercises.workbench import place


@pytest.fixture(scope="session")
def checks_home(tmp_path_factory):
    """Where the checks' endpoint lives; it is stopped at the end."""
    home = tmp_path_factory.mktemp("exercises") / "localaws"
    yield home
    place.stop(home / "checks")


@pytest.fixture
def learner(tmp_path, monkeypatch, checks_home):
    """A learner's folder `work/`, empty, and an environment that leads to it."""
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("LOCALAWS_HOME", str(checks_home))
    return tmp_path / "work"
