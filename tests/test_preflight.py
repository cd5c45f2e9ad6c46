"""Is this machine ready? Each finding is right, and each that is not names what mends it."""

import os
import sys
from pathlib import Path

import pytest

from helpers import preflight


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a program of this name first on PATH."""

    def put(name, script):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", os.pathsep.join([str(path.parent), os.environ["PATH"]]))
        return path

    return put


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "work" / "demo-sam"
    folder.mkdir(parents=True)

    def wants(runtime):
        (folder / "samconfig.toml").write_text(f'parameter_overrides = "PythonRuntime={runtime}"\n')

    return wants


def test_this_machine_is_ready(endpoint, monkeypatch):
    monkeypatch.setenv("LOCALAWS_HOME", str(endpoint.home))
    before = dict(os.environ)
    report = preflight.check()
    os.environ.clear()
    os.environ.update(before)
    assert report.ready, report
    assert str(report).endswith("Ready.")
    assert str(report).count("✓") == len(report.findings)
    assert endpoint.url in str(report)


def test_nothing_on_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for look in (preflight.sam, preflight.aws):
        found = look()
        assert not found.ok
        assert "no such command" in found.found
        assert "make setup" in found.fix


def test_a_sam_of_somebody_else_is_named(program):
    path = program("sam", "echo SAM CLI, version 1.2.3")
    assert preflight.sam().found == f"version 1.2.3 ({path}, not the course's own)"


def test_a_sam_that_does_not_run(program):
    program("sam", "echo broken; exit 1")
    found = preflight.sam()
    assert not found.ok
    assert "make clean setup" in str(found)


def test_the_runtime_is_this_python(app):
    app(f"python3.{sys.version_info.minor}")
    assert preflight.runtime().ok


def test_a_runtime_that_is_not_here_says_what_sam_build_would_say(app):
    app("python3.99")
    found = preflight.runtime()
    assert not found.ok
    assert "Binary validation failed" in found.fix
    assert f"PythonRuntime=python3.{sys.version_info.minor}" in found.fix


def test_without_dot_the_built_in_one_draws(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = preflight.graphviz()
    assert found.ok
    assert "built-in" in found.found


def test_nothing_that_draws(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(preflight, "_has", lambda name: False)
    assert not preflight.graphviz().ok
    assert "make lab" in preflight.kernel().fix
    assert not preflight.kernel().ok


def test_an_old_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    found = preflight.python()
    assert not found.ok
    assert "3.11 or newer" in found.fix


def test_a_folder_without_room(monkeypatch):
    monkeypatch.setattr(preflight, "ROOM_MB", 10**9)
    found = preflight.folder()
    assert not found.ok
    assert "COURSE_WORK" in found.fix


def test_a_target_that_is_none(monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "moon")
    found = preflight.endpoint()
    assert not found.ok
    assert "moon" in found.found
    assert "local or to aws" in found.fix


def test_the_report_counts_what_is_to_mend():
    good = preflight.Finding("A", True, "there")
    bad = preflight.Finding("B", False, "missing", "install B")
    report = preflight.Report((good, bad))
    assert not report.ready
    assert str(report) == (
        "✓ A: there\n✗ B: missing\n    → install B\n1 to mend, then run this cell again."
    )
