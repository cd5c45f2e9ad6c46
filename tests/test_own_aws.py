"""An `aws` of the learner's own, of version 2, is the one that an account is asked with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import own_aws

OURS = str(Path(sys.executable).parent)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands here are scripts of sh")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of programs, as /usr/local/bin is one; made are `aws` 2.38.5 and a `sam`."""
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    made = tmp_path / "local bin"
    made.mkdir()
    program(made / "aws", "echo aws-cli/2.38.5 Python/3.14.8 Linux/6")
    program(made / "sam", "echo SAM CLI, version 1.2.3")
    return made


def program(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def said(path, command="aws"):
    found = shutil.which(command, path=path)
    return subprocess.run([found, "--version"], capture_output=True, text=True).stdout


def test_it_comes_first_and_no_other_command_does(folder):
    path = own_aws.first(os.pathsep.join([OURS, str(folder), "/usr/bin", "/bin"]))
    assert said(path).startswith("aws-cli/2.38.5 ")
    assert Path(shutil.which("sam", path=path)).parent == Path(OURS)
    assert shutil.which("python3", path=path) == f"{OURS}/python3"
    assert own_aws.first(path) == path, "and once more changes nothing"


def test_another_place_is_noticed(folder, tmp_path):
    given = os.pathsep.join([OURS, str(folder)])
    own_aws.first(given)
    newer = tmp_path / "newer"
    newer.mkdir()
    program(newer / "aws", "echo aws-cli/2.40.0 Python/3.14.8 Linux/6")
    path = own_aws.first(os.pathsep.join([OURS, str(newer), str(folder)]))
    assert said(path).startswith("aws-cli/2.40.0 ")


@pytest.mark.parametrize("version", ["aws-cli/1.46.3 Python/3.11", "something else"])
def test_a_version_1_or_another_program_stays_where_it_is(folder, version):
    program(folder / "aws", f"echo {version}")
    path = os.pathsep.join([OURS, str(folder)])
    assert own_aws.first(path) == path


def test_where_there_is_none_or_no_room_for_the_link_the_path_stays(folder, tmp_path, monkeypatch):
    assert own_aws.first(OURS) == OURS
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "file"))
    path = os.pathsep.join([OURS, str(folder)])
    assert own_aws.first(path) == path


def test_only_for_an_account(folder, monkeypatch):
    path = os.pathsep.join([OURS, str(folder)])
    monkeypatch.setenv("PATH", path)
    for target in ("local", ""):
        monkeypatch.setenv("COURSE_TARGET", target)
        own_aws.prefer()
        assert os.environ["PATH"] == path
    monkeypatch.setenv("COURSE_TARGET", "AWS ")
    own_aws.prefer()
    assert said(os.environ["PATH"]).startswith("aws-cli/2.38.5 ")
