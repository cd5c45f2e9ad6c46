"""A Python that learners may not run is noticed when root sets the course up."""

import os
import tempfile
from pathlib import Path

import pytest

from helpers import shared_python

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no such permissions there")


@pytest.fixture(autouse=True)
def as_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def open_folder():
    """A folder that all may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_python_in_a_closed_folder_is_told_with_what_to_type(open_folder):
    closed = open_folder / "home of root"
    (closed / "bin").mkdir(parents=True)
    (closed / "bin" / "python3").touch(mode=0o755)
    link = open_folder / "venv-python"
    link.symlink_to(closed / "bin" / "python3")
    assert shared_python.trouble(str(link)) is None
    closed.chmod(0o700)
    said = shared_python.trouble(str(link))
    assert str(closed) in said
    assert "make setup PYTHON=/usr/bin/python3" in said


def test_who_is_not_root_sets_up_for_himself(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert shared_python.trouble(str(tmp_path)) is None
