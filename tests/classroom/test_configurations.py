"""classroom/: each configuration against the schema of what reads it."""

import importlib
import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[2]
CLASSROOM = ROOT / "classroom"
HERE = Path(__file__).parent


def schema(name):
    found = json.loads((HERE / name).read_text(encoding="utf-8"))
    Draft7Validator.check_schema(found)
    return Draft7Validator(found)


@pytest.fixture
def values():
    return yaml.safe_load((CLASSROOM / "z2jh" / "values.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def tljh():
    return yaml.safe_load((CLASSROOM / "tljh" / "config.yaml").read_text(encoding="utf-8"))


def course(monkeypatch, **environment):
    for name in ("COURSE_FOLDER", "COURSE_MATERIAL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    folder = CLASSROOM / "tljh" / "jupyterhub_config.d"
    return PyFileConfigLoader("course.py", path=str(folder)).load_config()


def test_the_chart_takes_the_values(values):
    assert list(schema("z2jh-values.schema.json").iter_errors(values)) == []


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("memory", {"limits": "1G"}),
        ("cmd", 3),
        ("defaultURL", "/lab"),
        ("storage", {"size": "2Gi"}),
    ],
)
def test_and_would_not_take_a_slip(values, place, wrong):
    values["singleuser"][place] = wrong
    assert list(schema("z2jh-values.schema.json").iter_errors(values))


def test_the_littlest_takes_its_settings(tljh):
    validator = schema("tljh-config.schema.json")
    assert list(validator.iter_errors(tljh)) == []
    assert tljh.keys() <= validator.schema["properties"].keys()
    tljh["services"]["cull"]["timeouts"] = 3
    assert list(validator.iter_errors(tljh))


def test_each_learner_has_a_server_that_starts_the_endpoint_in_the_real_home(monkeypatch, values):
    spawner = course(monkeypatch).Spawner
    assert spawner.cmd == ["/opt/course/.venv/bin/course-server"]
    assert spawner.environment["LOCALAWS_HOME"] == "~/.localaws"
    assert spawner.environment["COURSE_WORK"] == "~/work"
    assert spawner.notebook_dir == "~"
    single = values["singleuser"]
    assert single["cmd"][0] == "course-server"
    home = single["storage"]["homeMountPath"]
    assert single["extraEnv"]["LOCALAWS_HOME"] == f"{home}/.localaws"
    assert single["extraEnv"]["COURSE_WORK"] == f"{home}/work"
    assert single["defaultUrl"] == spawner.default_url
    assert [*single["cmd"][1:]] == list(spawner.args)


def test_a_teachers_material_is_pulled_before_the_server_starts(monkeypatch):
    address = "https://git.example/class; rm -rf ~"
    shell, option, script, *more = course(monkeypatch, COURSE_MATERIAL=address).Spawner.cmd
    assert (shell, option, more) == ("/bin/sh", "-c", ["course-server"])
    assert f"gitpuller '{address}' main class" in script
    assert script.endswith('exec /opt/course/.venv/bin/course-server "$@"')


def test_the_command_is_one_that_the_course_brings():
    scripts = re.search(
        r"\[project\.scripts\]\n(.*?)\n\n", (ROOT / "pyproject.toml").read_text(), re.DOTALL
    )
    assert 'course-server = "helpers.classroom:main"' in scripts[1]
    for target in re.findall(r'= "(\S+)"', scripts[1]):
        module, function = target.split(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_the_image_has_an_init_that_reaps():
    text = (CLASSROOM / "z2jh" / "Dockerfile").read_text(encoding="utf-8")
    assert 'ENTRYPOINT ["tini"' in text
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"work", ".localaws", ".venv"} <= set(ignored)  # of whoever builds it
