"""Setting up: with a bare Python, once, and what is said where it cannot be done."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from helpers import setup
from helpers.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def bare(tmp_path):
    """A checkout with nothing but what setting up reads, in a path that asks for trouble."""
    course = tmp_path / "课程 kurs"
    (course / "helpers").mkdir(parents=True)
    for name in ("__init__", "setup", "errors", "homes", "shared_python"):
        shutil.copy(ROOT / "helpers" / f"{name}.py", course / "helpers")
    shutil.copy(ROOT / "pyproject.toml", course)
    for lock in (setup.LOCK, setup.TEST_LOCK):
        (course / lock.name).write_text("# nothing\n")
    return course


def type_in(course, *arguments, python=sys.executable, **variables):
    """`python -m helpers.setup …` with no other package than the standard library."""
    return subprocess.run(
        [python, "-S", "-m", "helpers.setup", *arguments],
        cwd=course,
        env=os.environ | {"PATH": "/usr/bin:/bin", "PYTHONPATH": ""} | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_command_of_make_is_a_command_without_make():
    asked = (ROOT / "Makefile").read_text()
    for command in setup.COMMANDS:
        assert f"$(SETUP) {command}" in asked
    for tool in {line[0] for lines in setup.COMMANDS.values() for line in lines}:
        assert setup._inside(tool).exists() or not setup.is_ready(setup.TEST_LOCK), tool


def test_a_word_that_is_no_command_is_answered_with_those_that_are(bare):
    done = type_in(bare, "labs")
    assert done.returncode == 2
    assert "lab | run | test" in done.stderr
    assert not (bare / ".venv").exists()


def test_stop_sets_nothing_up(bare):
    assert type_in(bare, "stop").returncode == 0
    assert not (bare / ".venv").exists()


def test_packages_that_cannot_be_had_are_said_and_the_next_try_goes_on(bare):
    """No index is asked: the lock names what nobody has."""
    (bare / "requirements.lock").write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    done = type_in(bare, PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 1
    assert "packages of the course were not installed" in done.stderr
    assert "needs the network this once" in done.stderr
    assert "Traceback" not in done.stderr
    assert (bare / ".venv" / "pyvenv.cfg").exists()
    assert not list((bare / ".venv").glob(".*-installed"))


def test_a_folder_of_the_learners_that_is_called_venv_is_left_alone(bare):
    mine = bare / ".venv" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    done = type_in(bare)
    assert done.returncode == 1
    assert "is no Python environment" in done.stderr
    assert mine.read_text() == "mine"


def test_a_python_without_venv_is_said_with_what_to_install(bare):
    """As on a bare Debian: `python3 -m venv` finds no ensurepip."""
    (bare / "ensurepip.py").write_text("raise ImportError('not here')\n")
    (bare / "venv.py").write_text(
        "import sys; print('The virtual environment was not created'); sys.exit(1)\n"
    )
    done = type_in(bare, PYTHONPATH=str(bare))
    assert done.returncode == 1
    assert "makes no environment" in done.stderr
    assert "python3-venv" in done.stderr


def test_an_environment_that_is_half_made_is_made_anew(monkeypatch, tmp_path):
    """One that lost its Python, or that Debian left without pip."""
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    venv.create(setup.VENV, symlinks=os.name != "nt", with_pip=False)
    made = []
    monkeypatch.setattr(setup.subprocess, "run", recording(made, subprocess.run))
    setup._make_venv(None)
    assert made[-1][1:3] == ["-m", "venv"]
    assert not setup.VENV.exists()  # the recorded command was not carried out
    venv.create(setup.VENV, symlinks=os.name != "nt", with_pip=False)
    setup._inside("python").unlink()
    setup._make_venv(None)
    assert made[-1][1:3] == ["-m", "venv"]
    assert not setup.VENV.exists()


def recording(made, run):
    """`subprocess.run` that keeps the commands, and makes no environment."""

    def instead(command, **options):
        made.append(command)
        if command[1:3] == ["-m", "venv"]:
            return subprocess.CompletedProcess(command, 0, "", "")
        return run(command, **options)

    return instead


def test_a_python_that_is_too_old_says_so(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(setup, "is_ready", lambda lock: False)
    with pytest.raises(CourseError, match=r"needs Python 3\.11 or newer, and this is 3\.10\.4"):
        setup.set_up()
    monkeypatch.setattr(setup, "is_ready", lambda lock: True)
    setup.set_up()  # `.venv` has a Python of its own, whichever one asks


@pytest.mark.parametrize("version", ["3.8", "3.10"])
def test_a_real_python_that_is_too_old_gets_as_far_as_saying_so(bare, version):
    managed = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    python = next(managed, None) or shutil.which(f"python{version}")
    if not python or subprocess.run([python, "-V"], capture_output=True).returncode:
        pytest.skip(f"no python{version} here")
    done = type_in(bare, python=str(python))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_what_was_installed_is_known_by_the_locks_words_not_by_its_time(monkeypatch, tmp_path):
    python = tmp_path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir()
    python.touch()
    lock = tmp_path / "requirements.lock"
    lock.write_bytes(b"a==1\n")
    monkeypatch.setattr(setup, "VENV", tmp_path)
    assert not setup.is_ready(lock)
    setup._mark(lock).write_text(setup._state(lock))
    lock.write_bytes(b"a==1\r\n")  # as git checks it out on Windows
    assert setup.is_ready(lock)
    lock.write_bytes(b"a==2\n")
    assert not setup.is_ready(lock)


@pytest.mark.skipif(os.name == "nt", reason="there is no #! line there")
def test_a_script_runs_where_the_path_has_a_blank(tmp_path):
    """pip writes such a `#!` line into what a package brings as a file, and `aws` is one."""
    home = tmp_path / "课程 kurs" / "v"
    venv.create(home, symlinks=True)
    script = home / "bin" / "aws"
    script.write_text(f"#!{home}/bin/python\nimport sys\nprint(sys.argv[1:])\n")
    other = home / "bin" / "other"
    other.write_text("#!/bin/sh\necho other\n")
    for one in (script, other):
        one.chmod(0o755)
    with pytest.raises(OSError):
        subprocess.run([script], check=True)
    assert setup.mend_first_lines(home) == ["aws"]
    assert setup.mend_first_lines(home) == []
    said = subprocess.run([script, "s3", "a b"], capture_output=True, text=True, check=True)
    assert said.stdout == "['s3', 'a b']\n"
    assert other.read_text() == "#!/bin/sh\necho other\n"
