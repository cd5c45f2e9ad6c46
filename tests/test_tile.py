"""What JupyterLab's page is told: where the learner's copy of notebook 00 lies."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers import homes, tile


@pytest.fixture
def copy(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "home" / "work"))
    homes.first_notebook().parent.mkdir(parents=True)
    homes.first_notebook().write_text("{}")
    return homes.first_notebook()


def told(root):
    server = SimpleNamespace(root_dir=str(root), web_app=SimpleNamespace(settings={}))
    tile._load_jupyter_server_extension(server)
    return server.web_app.settings


def test_it_is_named_as_the_server_calls_it(copy, tmp_path):
    page = told(tmp_path / "home")["page_config_data"]
    assert page == {"courseNotebook": "work/notebooks/00_start_here.ipynb"}
    assert tile.path(copy.parent) == "00_start_here.ipynb"


def test_a_home_is_known_by_its_sign(copy, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert tile.path(Path("~")) == "work/notebooks/00_start_here.ipynb"


def test_what_the_server_does_not_show_or_has_no_tile(copy, tmp_path):
    assert told(tmp_path / "elsewhere") == {}
    copy.unlink()
    assert told(tmp_path / "home") == {}


def test_what_others_told_the_page_stays(copy, tmp_path):
    settings = {"page_config_data": {"hubUser": "ada"}}
    server = SimpleNamespace(
        root_dir=str(tmp_path / "home"), web_app=SimpleNamespace(settings=settings)
    )
    tile._load_jupyter_server_extension(server)
    assert settings["page_config_data"].keys() == {"hubUser", "courseNotebook"}


def test_any_server_of_this_environment_loads_it():
    """A hub's, Binder's, VS Code's: not only those that the course itself starts."""
    config = Path(sys.prefix) / "etc/jupyter/jupyter_server_config.d/course.json"
    named = json.loads(config.read_text())["ServerApp"]["jpserver_extensions"]
    assert named == {"helpers.tile": True}
    extension = Path(sys.prefix) / "share/jupyter/labextensions/serverless-workflows-course"
    build = json.loads((extension / "package.json").read_text())["jupyterlab"]["_build"]
    assert (extension / build["load"]).exists()
