"""The learner's copies of the notebooks: blank, complete, and never written over."""

import json
import re

import pytest

from helpers import editions, stages

ONE = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {},
            "source": ["[x](../docs/x.md)\n", "y"],
        },
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "source": ["1 + 1"],
            "execution_count": 3,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["2"]}],
        },
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one notebook, and a learner's folder; returns the notebook's path."""
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "course" / "work"))
    monkeypatch.setattr(editions, "NOTEBOOKS", tmp_path / "course" / "notebooks")
    editions.NOTEBOOKS.mkdir(parents=True)
    path = editions.NOTEBOOKS / "00_one.ipynb"
    path.write_text(json.dumps(ONE))
    return path


def edit(path, text):
    notebook = json.loads(path.read_text())
    notebook["cells"][1]["source"] = [text]
    path.write_text(json.dumps(notebook))


def cell(path):
    return json.loads(path.read_text())["cells"][1]["source"]


def names():
    return sorted(path.name for path in editions.folder().glob("*.ipynb"))


def test_a_copy_has_no_outputs_and_its_links_lead_where_they_led(course):
    assert editions.lay_out() == []
    copy = json.loads((editions.folder() / "00_one.ipynb").read_text())
    assert copy["cells"][1]["outputs"] == [] and copy["cells"][1]["execution_count"] is None
    link = re.search(r"\]\((.*)\)", copy["cells"][0]["source"][0])[1]
    assert (editions.folder() / link).resolve() == editions.NOTEBOOKS.parent / "docs" / "x.md"


def test_a_copy_that_was_worked_in_stays(course):
    editions.lay_out()
    edit(editions.folder() / "00_one.ipynb", "mine")
    assert editions.lay_out() == []
    assert cell(editions.folder() / "00_one.ipynb") == ["mine"] and names() == ["00_one.ipynb"]


def test_a_newer_edition_replaces_a_copy_that_nobody_touched(course):
    editions.lay_out()
    edit(course, "newer")
    assert editions.lay_out() == ["00_one.ipynb is a newer edition."]
    assert cell(editions.folder() / "00_one.ipynb") == ["newer"]
    assert editions.lay_out() == []


def test_a_newer_edition_is_laid_beside_a_copy_that_was_worked_in_once(course):
    editions.lay_out()
    edit(editions.folder() / "00_one.ipynb", "mine")
    edit(course, "newer")
    assert editions.lay_out() == [
        "00_one-2.ipynb is a newer edition of 00_one.ipynb, which you worked in and keep."
    ]
    assert editions.lay_out() == []
    assert cell(editions.folder() / "00_one.ipynb") == ["mine"]
    assert cell(editions.folder() / "00_one-2.ipynb") == ["newer"]
    edit(editions.folder() / "00_one-2.ipynb", "mine too")
    edit(course, "newest")
    editions.lay_out()
    assert [cell(editions.folder() / name) for name in names()] == [
        ["mine too"],
        ["newest"],
        ["mine"],
    ]


def test_a_new_execution_of_the_same_cells_is_no_newer_edition(course):
    editions.lay_out()
    notebook = json.loads(course.read_text())
    notebook["cells"][1]["outputs"] = []
    course.write_text(json.dumps(notebook, indent=2))
    edit(editions.folder() / "00_one.ipynb", "mine")
    assert editions.lay_out() == []


def test_a_copy_of_which_nothing_was_noted_is_the_learners(course):
    editions.lay_out()
    edit(editions.folder() / "00_one.ipynb", "mine")
    (editions.folder() / ".editions.json").write_text("[")
    editions.lay_out()
    assert cell(editions.folder() / "00_one.ipynb") == ["mine"]


def test_every_notebook_of_the_course_has_its_copy_with_links_that_lead_somewhere(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("COURSE_WORK", str(stages.ROOT / "build" / "editions"))
    for path in sorted(editions.NOTEBOOKS.glob("*.ipynb")):
        text = editions.blank(path).decode()
        for link in re.findall(r"\]\((\.\.[^)#:]+)\)", text):
            assert (editions.folder() / link).resolve().exists(), link
