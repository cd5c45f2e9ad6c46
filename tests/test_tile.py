"""What JupyterLab's page is told: where the learner's copy of notebook 00 lies; and its kernels."""

import json
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers import homes, tile
from helpers.console import addresses


@pytest.fixture
def copy(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "home" / "work"))
    homes.first_notebook().parent.mkdir(parents=True)
    homes.first_notebook().write_text("{}")
    return homes.first_notebook()


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """The server's own, put back afterwards."""
    for name in (addresses.CONSOLE, addresses.TARGET):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def told(root, settings=None, **extensions):
    settings = {} if settings is None else settings
    tile._load_jupyter_server_extension(
        SimpleNamespace(
            root_dir=str(root),
            base_url="/user/ada/",
            jpserver_extensions=extensions,
            web_app=SimpleNamespace(settings=settings),
        )
    )
    return settings


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
    settings = told(tmp_path / "home", {"page_config_data": {"hubUser": "ada"}})
    assert settings["page_config_data"].keys() == {"hubUser", "courseNotebook"}


def test_kernels_are_told_where_the_console_is_and_of_which_target(copy, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_TARGET", "aws")
    told(tmp_path, jupyter_server_proxy=True)
    assert os.environ[addresses.CONSOLE] == "/user/ada/console/"
    assert os.environ[addresses.TARGET] == "aws"


@pytest.mark.parametrize("extensions", [{}, {"jupyter_server_proxy": False}])
def test_not_where_the_server_has_none(copy, tmp_path, extensions):
    told(tmp_path, **extensions)
    assert addresses.CONSOLE not in os.environ


def test_any_server_of_this_environment_loads_it():
    """A hub's, Binder's, VS Code's: not only those that the course itself starts."""
    config = Path(sys.prefix) / "etc/jupyter/jupyter_server_config.d/course.json"
    named = json.loads(config.read_text())["ServerApp"]["jpserver_extensions"]
    assert named == {"helpers.tile": True}
    extension = Path(sys.prefix) / "share/jupyter/labextensions/serverless-workflows-course"
    build = json.loads((extension / "package.json").read_text())["jupyterlab"]["_build"]
    assert (extension / build["load"]).exists()


def test_any_server_of_this_environment_has_the_console():
    (console,) = entry_points(group="jupyter_serverproxy_servers", name=addresses.NAME)
    assert console.load()()["launcher_entry"]["title"] == "Console"
