"""The guide for teachers: what is counted in it is as counted, and timetables add up."""

import re

import pytest

from helpers import contents, teaching
from helpers.chapters import CHAPTERS
from helpers.exercises import catalogue
from helpers.stages import ROOT

ANSWERS = ROOT / "tests" / "exercises" / "answers"


def test_the_page_is_as_it_is_generated():
    text = teaching.PAGE.read_text(encoding="utf-8")
    assert teaching.page(text) == text, "python -m helpers.teaching"


@pytest.mark.parametrize("plan", [day for days in teaching.PLANS.values() for day in days], ids=str)
def test_a_plan_fits_and_keeps_a_reserve(plan):
    assert plan.minutes * 0.1 <= plan.reserve <= plan.minutes * 0.2, (
        f"{plan.reserve} of {plan.minutes} minutes are left, not 10 to 20 %: PLANS in teaching.py"
    )
    rows = [line.split("|")[1:-1] for line in teaching.timetable(plan).splitlines()[2:]]
    *items, end = [(clock.strip(), int(minutes)) for clock, _, minutes in rows]
    now = plan.begins
    for clock, minutes in items:
        assert clock == f"{now // 60}:{now % 60:02}"
        now += minutes
    assert end == (f"{now // 60}:{now % 60:02}", plan.minutes)
    assert now == plan.begins + plan.minutes


def test_two_days_have_the_whole_lesson_and_its_exercises_once_and_in_order():
    """Notebooks 00 to 09; part two stands beside the two days."""
    items = [
        item
        for day in teaching.PLANS["two days"]
        for item in day.items
        if not isinstance(item, teaching.Pause)
    ]
    lesson = [number for number in CHAPTERS if number < "10"]
    every = [one for number in lesson for one in (number, f"{number}.*")]
    assert items == every, "the plan of two days: PLANS in helpers/teaching.py"


def test_a_plans_minutes_are_those_that_notebooks_are_counted_at():
    assert teaching._minutes("06") == contents.minutes("06")
    assert teaching._minutes("06.*") == sum(task.minutes for task in catalogue.every("06"))


@pytest.mark.parametrize("exercise", catalogue.ids())
def test_what_a_teacher_will_see_is_an_answer_that_was_tried(exercise):
    tried = {path.name.split(".")[1] for path in (ANSWERS / exercise).glob("wrong.*")}
    assert len(teaching._seen(exercise)) >= 2
    assert teaching._seen(exercise).keys() <= tried


def test_what_a_notebook_promises_may_end_its_cell(monkeypatch):
    source = ["# 17 · Its name\n", "\n", "**You will be able to** give a workflow a limit."]
    cells = [{"cell_type": "markdown", "source": source}]
    monkeypatch.setattr(contents, "cells", lambda number: cells)
    assert teaching._aims("17") == "give a workflow a limit"
    cells[0]["source"] = ["# 17 · Its name"]
    with pytest.raises(ValueError, match=r"Notebook 17 .+ begins with \*\*You will be able to\*\*"):
        teaching._aims("17")


def test_what_is_not_there_yet_is_told_with_where_to_write_it():
    with pytest.raises(ValueError, match=r"SEEN in helpers/teaching\.py has no 99\.1"):
        teaching._seen("99.1")
    with pytest.raises(ValueError, match="two lines, <!-- plan 90 minutes --> and <!-- end -->"):
        teaching.page("a page without any place")


def test_headings_and_links():
    text = teaching.PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^### (\d\d) · (.+)$", text, re.M)
    chapters = [(one.number, one.title) for one in CHAPTERS.values()]
    assert headings == chapters, "a section of docs/teaching.md for each: ### NUMBER · TITLE"
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (teaching.PAGE.parent / link).exists(), link
