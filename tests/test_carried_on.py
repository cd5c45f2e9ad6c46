"""What those who carry it on go by is true: versions, tests, workflows, forms, citation."""

import ast
import re
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from helpers import setup

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted(set((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")) - {
    ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"
})  # fmt: skip
FILES = [one for one in (ROOT / "tests").rglob("test_*.py") if "answers" not in one.parts]
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", *(
    f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))
))  # fmt: skip


def test_pre_commit_checks_with_the_versions_of_the_lock():
    locks = "\n".join(path.read_text() for path in ROOT.glob("requirements*.lock"))
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repo in settings["repos"] for hook in repo["hooks"]]
    wanted = {one for hook in hooks for one in hook.get("additional_dependencies", ())}
    ours = {one for one in wanted if one.startswith(("ruff==", "codespell=="))}
    assert len(ours) == 2
    for one in ours:
        assert re.search(rf"^{re.escape(one)}(?![\w.])", locks, re.MULTILINE), f"{one}: lock"
    assert all("==" in one for one in wanted), "a hook may not change by itself"


def test_pre_commit_spells_what_the_suite_spells():
    suite = (ROOT / "tests" / "test_contents.py").read_text()
    (ignored,) = re.findall(r"--ignore-words-list=[\w,]+", suite)
    assert ignored in (ROOT / ".pre-commit-config.yaml").read_text()


def test_the_own_hooks_of_pre_commit_are_there():
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repo in settings["repos"] for hook in repo["hooks"]]
    own = [hook["entry"] for hook in hooks if hook["language"] == "system"]
    modules = [entry.split()[2] for entry in own]
    assert modules == ["helpers.freshness", "helpers.contents"]
    for hook in hooks:
        files = re.compile(hook.get("files", ""))
        assert any(map(files.search, of_the_project())), f"{hook['id']} looks at nothing"


def of_the_project():
    """The files at the root, and in the folders that hooks look at."""
    folders = ("notebooks", "docs", "helpers", "sam-app", ".github")
    below = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return [path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*"), *below)]


# ---- workflows and forms; their schemas are a hook of pre-commit


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_calls_what_is_there(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    makefile = (ROOT / "Makefile").read_text()
    commands = []
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])
            else:
                commands.append(step["run"])
    for command in commands:
        program, *arguments = command.split()
        if program == "make":
            assert re.search(rf"^{arguments[0]}:", makefile, re.MULTILINE), command
        elif program == "python":
            assert arguments[:2] == ["-m", "helpers.setup"], command
            assert set(arguments[2:]) <= set(setup.COMMANDS), command
        else:
            assert (ROOT / program).stat().st_mode & 0o111, command
    assert commands


def test_the_suite_is_run_on_each_python_that_the_course_is_for_and_on_three_systems():
    pythons = ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    linux, elsewhere = (
        yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())["jobs"]
        for name in ("tests.yml", "elsewhere.yml")
    )
    assert linux["linux"]["strategy"]["matrix"]["python"] == pythons
    assert [step.get("run") for step in linux["linux"]["steps"]].count(".ci/run") == 1
    assert elsewhere["elsewhere"]["strategy"]["matrix"] == {
        "machine": ["macos-latest", "windows-latest"],
        "python": pythons,
    }


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_has_fields_of_names_of_their_own(path):
    form = yaml.safe_load(path.read_text())
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids)) >= 2
    if path.stem != "hard_to_follow":
        (asked,) = [field for field in form["body"] if field.get("id") == "preflight"]
        assert "python -m helpers.preflight" in asked["attributes"]["description"]
        assert asked["validations"]["required"]
        assert find_spec("helpers.preflight")


# ---- citation and changelog


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["version"] == PROJECT["version"]
    assert " AND ".join(citation["license"]) == PROJECT["license"]
    assert citation["title"] == (ROOT / "README.md").read_text().splitlines()[0].lstrip("# ")


def test_the_changelog_says_what_of_it_is_released():
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    for heading in headings[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", heading), heading
    if len(headings) == 1:
        assert f"Nothing has been released so far: {PROJECT['version']}" in text


# ---- what the pages name


@cache
def defined_in(path):
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if hasattr(node, "name")}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_each_test_that_a_page_names_is_there(page):
    text = (ROOT / page).read_text()
    everywhere = {name for path in FILES for name in defined_in(path)}
    named = re.findall(r"`(?:([\w/]+\.py)::)?(test_\w+)(?:\[[^`]*)?`", text)
    assert len(named) >= 5
    for file, name in named:
        assert name in (defined_in(ROOT / "tests" / file) if file else everywhere), name


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_each_file_and_command_that_a_page_names_is_there(page):
    text = (ROOT / page).read_text()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"\bmake ([a-z]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for path in re.findall(r"`((?:helpers|tests|docs|\.github)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES)
def test_its_links_lead_somewhere(page):
    file = ROOT / page
    for link, anchor in re.findall(r"\]\(([^)#:\s]*)(#[^)\s]+)?\)", file.read_text()):
        target = (file.parent / link) if link else file
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
            assert anchor[1:] in slugs, anchor
