"""Contents, links and minutes are those of chapters.py; prose is spelled, questions answered."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers import contents
from helpers.chapters import CHAPTERS
from helpers.exercises import catalogue, folders

ROOT = Path(__file__).parents[1]


def prose(number):
    cells = nbformat.read(contents.path(number), as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def test_the_readme_is_as_it_is_generated():
    text = (ROOT / "README.md").read_text()
    assert contents.readme(text) == text, "python -m helpers.contents"


@pytest.mark.parametrize("number", CHAPTERS)
def test_a_notebook_is_as_it_is_generated(number):
    text = contents.path(number).read_text()
    assert contents.notebook(number, text) == text, "python -m helpers.contents"


def test_check_names_what_is_not_fresh_and_writes_nothing(tmp_path, monkeypatch, capsys):
    for part in ("README.md", "notebooks"):
        (shutil.copytree if part == "notebooks" else shutil.copy)(ROOT / part, tmp_path / part)
    monkeypatch.setattr(contents, "ROOT", tmp_path)
    monkeypatch.setattr(contents, "NOTEBOOKS", tmp_path / "notebooks")
    assert contents.main(["--check"]) == 0
    page = tmp_path / "README.md"
    stale = re.sub(r"\d+, about \d+ minutes", "none", page.read_text(), count=1)
    page.write_text(stale)
    assert contents.main(["--check"]) == 1
    assert capsys.readouterr().out == "README.md is not fresh: python -m helpers.contents\n"
    assert page.read_text() == stale
    assert contents.main([]) == 0
    assert page.read_text() == (ROOT / "README.md").read_text()


@pytest.mark.parametrize("last", ["Last words.", "Last words.\n", "Last words.\n\n"])
def test_links_take_the_place_of_links_and_of_no_last_words(last):
    number = next(reversed(CHAPTERS))
    before = json.loads(contents.path(number).read_text(encoding="utf-8"))
    before["cells"].append({"cell_type": "markdown", "metadata": {}, "source": [last]})
    once = contents.notebook(number, json.dumps(before))
    source = "".join(json.loads(once)["cells"][-1]["source"])
    assert source == f"Last words.\n\n{contents.links(number)}"
    assert contents.notebook(number, once) == once


@pytest.mark.parametrize("number", CHAPTERS)
def test_its_minutes_are_counted(number):
    counted = contents.minutes(number)
    assert CHAPTERS[number].minutes == counted, f"chapters.py: {number} takes {counted} minutes"


@pytest.mark.parametrize("number", CHAPTERS)
def test_every_exercise_of_a_notebook_stands_in_it(number):
    cells = nbformat.read(contents.path(number), as_version=4).cells
    asked = [
        found[1]
        for cell in cells
        if cell.cell_type == "code"
        for found in re.finditer(r'course\.exercise\("(\d\d\.\d)"\)', cell.source)
    ]
    assert sorted(asked) == [task.id for task in catalogue.every(number)], (
        f'a code cell of notebook {number} for each: exercise = course.exercise("{number}.…")'
    )
    assert 2 <= len(asked) <= 7
    headings = re.findall(r"^#+ Exercise (\d\d\.\d) · (.+)$", "\n".join(prose(number)), re.M)
    titles = [(task.id, task.title) for task in catalogue.every(number)]
    assert sorted(headings) == titles, "a heading for each: ## Exercise ID · its TASK's title"
    assert [one for one, _ in headings] == asked


@pytest.mark.parametrize("number", CHAPTERS)
def test_each_of_its_questions_has_one_right_answer_and_an_answer_to_each_wrong_one(number):
    questions = [
        part
        for text in prose(number)
        for part in re.split(r"(?=\*\*(?:Question|Recall)\.)", text)
        if part.startswith(("**Question.", "**Recall."))
    ]
    assert 2 <= len(questions) <= 8, "each begins with **Question.** or **Recall.**"
    for question in questions:
        options = re.findall(r"<details><summary>(.+?)</summary>\s*(.+?)</details>", question, re.S)
        assert 2 <= len(options) <= 5, question
        assert len({shown for shown, _ in options}) == len(options)
        right = [answer for _, answer in options if answer.strip().startswith("Yes")]
        assert len(right) == 1, f"one answer, and no other, begins with Yes: {question}"
        short = [answer for _, answer in options if len(answer.split()) < 5]
        assert not short, f"an answer says why: {short} in {question}"


@pytest.mark.parametrize("number", CHAPTERS)
def test_what_follows_a_question_is_a_cell_of_its_own(number):
    """JupyterLab leaves no room between an answer and a paragraph of the same cell."""
    for text in prose(number):
        after = re.split(r"</details>\s*", text)[1:]
        stray = [part for part in after if part and not part.startswith("<details>")]
        assert not stray, f"move into the next cell of prose: {stray[0]}"


@pytest.mark.parametrize("number", CHAPTERS)
def test_the_options_of_a_question_are_html(number):
    """JupyterLab leaves Markdown as it stands between the tags of a summary."""
    options = re.findall(r"<summary>(.+?)</summary>", "\n".join(prose(number)), re.S)
    assert not [option for option in options if re.search(r"[`*]", option)], "write <code>…</code>"


@pytest.mark.parametrize("number", [number for number in CHAPTERS if number >= "02"])
def test_it_recalls_an_earlier_one_before_anything_new(number):
    """Among the first cells, before the second thing that is run."""
    cells = nbformat.read(contents.path(number), as_version=4).cells
    second = [n for n, cell in enumerate(cells) if cell.cell_type == "code"][1]
    early = "".join(cell.source for cell in cells[:second])
    assert "<details>" in early, f"notebook {number} has no **Recall.** before its second code cell"


def test_it_is_spelled_right(tmp_path):
    """Prose of notebooks, documents, exercises; what learners read in errors and hints."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "sam-app").rglob("*.md")]
    files += [*(ROOT / "helpers").glob("*.py"), *(ROOT / "helpers" / "exercises").rglob("*.py")]
    for number in CHAPTERS:
        files.append(tmp_path / f"{number}.md")
        files[-1].write_text("\n\n".join(prose(number)))
    command = [sys.executable, "-m", "codespell_lib", "--ignore-words-list=ans,nd"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_exercise_holds_what_is_not_the_learners():
    for task in catalogue.every():
        names = {name.name for name in folders.files(task.starter)}
        assert names and not any(name.endswith((".pyc", "~", ".orig")) for name in names)
