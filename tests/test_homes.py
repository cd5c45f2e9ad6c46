"""Where work/ and .localaws/ are: in the course, or where it is shared in each learner's home."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import homes, stages
from helpers.localaws.process.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A learner's home, with nothing of the course's set."""
    for name in ("JUPYTERHUB_USER", "COURSE_WORK", "LOCALAWS_HOME"):
        monkeypatch.delenv(name, raising=False)
    made = tmp_path / "ada"
    made.mkdir()
    monkeypatch.setenv("HOME", str(made))
    return made


def test_on_a_laptop_it_is_the_courses_folder(home):
    assert homes.folder() == ROOT
    assert stages.work() == ROOT / "work"


def test_a_course_that_cannot_be_written_to_leaves_the_home(home, monkeypatch, tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != course)  # root may write
    assert homes.folder(course=course) == home


def test_on_a_hub_it_is_the_learners_home(home, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert stages.work() == home / "work"
    assert Workspace.find().home == home / ".localaws"


def test_the_littlest_jupyterhub_names_the_systems_users_after_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "jupyter-ada"))
    assert homes.folder({"JUPYTERHUB_USER": "ada"}) == tmp_path / "jupyter-ada"


def test_learners_who_share_a_home_each_have_a_folder_by_name(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "everybody"))
    names = ["ada", "grace", "ada/", "..", ".", "Ada", "a%2Fb", "a/b", "../../etc", "金 学"]
    found = [homes.folder({"JUPYTERHUB_USER": name}) for name in names]
    assert len(set(found)) == len(names)
    assert all(folder.resolve().parent == tmp_path / "everybody" for folder in found)


def test_what_is_set_wins(home, monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "w"))
    monkeypatch.setenv("LOCALAWS_HOME", str(tmp_path / "l"))
    assert (stages.work(), Workspace.find().home) == (tmp_path / "w", tmp_path / "l")


def test_beside_a_work_in_a_home_lies_what_sam_init_is_told_to_copy(home, monkeypatch):
    homes.lay_beside()
    assert not (ROOT / "sam-app").is_symlink()  # on a laptop it is there
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    homes.lay_beside()
    homes.lay_beside()
    assert (stages.work().parent / "sam-app" / "template.yaml").exists()
    (home / "sam-app").unlink()
    (home / "sam-app").mkdir()
    homes.lay_beside()
    assert not list((home / "sam-app").iterdir())  # the learner's own


def test_two_of_one_uid_have_an_endpoint_each_and_no_key_fits_both(tmp_path, monkeypatch):
    for name in ("LOCALAWS_HOME", "COURSE_WORK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    said = {}
    for learner in ("ada", "grace"):
        environment = os.environ | {"JUPYTERHUB_USER": learner}
        command = [sys.executable, "-m", "helpers.localaws", "env", "--json", "--no-start"]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        said[learner] = json.loads(done.stdout)
    for name in ("LOCALAWS_HOME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert said["ada"][name] != said["grace"][name]
    assert said["ada"]["LOCALAWS_HOME"] == str(tmp_path / "learner-ada" / ".localaws")
