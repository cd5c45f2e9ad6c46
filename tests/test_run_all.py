"""`make run`: every notebook in order, a line each, HTML for all, and a bad end for a bad one."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import run_all


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(run_all, "NOTEBOOKS", folder)
    monkeypatch.setattr(run_all, "WORLD", tmp_path / "world")

    def write(name, *sources):
        cells = [new_markdown_cell("[next](02_second.ipynb) [out](https://example.com/a.ipynb)")]
        cells += [new_code_cell(source) for source in sources]
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
        return folder / f"{name}.ipynb"

    return write


def run(tmp_path, *arguments):
    return run_all.main(["--out", str(tmp_path / "html"), *arguments])


def test_all_in_order_a_line_each_and_html(course, tmp_path, capsys):
    course("02_second", "print('two')")
    course("01_first", "print('one')")
    assert run(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["✓", "01_first"], ["✓", "02_second"]]
    assert lines[2].startswith("2 of 2 ran through")
    page = (tmp_path / "html" / "01_first.html").read_text()
    assert "one" in page
    assert 'href="02_second.html"' in page
    assert 'href="https://example.com/a.ipynb"' in page


def test_the_html_asks_for_nothing_from_the_network(course, tmp_path):
    course("01_first", "1 + 1")
    run(tmp_path)
    page = (tmp_path / "html" / "01_first.html").read_text()
    assert "<script src=" not in page
    assert '<link rel="stylesheet" href="http' not in page


@pytest.mark.parametrize("path", sorted(run_all.NOTEBOOKS.glob("*.ipynb")), ids=lambda p: p.stem)
def test_in_the_html_an_answer_is_folded_away_and_no_picture_is_elsewhere(path):
    page = BeautifulSoup(run_all._html(nbformat.read(path, as_version=4), "x"), "html.parser")
    questions = [found for found in page.find_all("details") if found.summary.text != "In words"]
    assert len(questions) >= 4
    for question in questions:
        assert len(question.text.split()) >= len(question.summary.text.split()) + 5
    assert all(image["src"].startswith("data:") for image in page.find_all("img"))


def test_a_failing_cell_fails_the_run_but_not_the_others(course, tmp_path, capsys):
    course("01_first", "raise ValueError('broken on purpose')")
    course("02_second", "print('two')")
    assert run(tmp_path) == 1
    said = capsys.readouterr()
    assert [line[0] for line in said.out.splitlines()[:2]] == ["✗", "✓"]
    assert "broken on purpose" in said.err
    assert (tmp_path / "html" / "01_first.html").exists()


def test_the_originals_stay_as_they_are(course, tmp_path):
    path = course("01_first", "print('one')")
    before = path.read_bytes()
    run(tmp_path)
    assert path.read_bytes() == before


def test_authors_save_the_outputs_without_progress_and_times(course, tmp_path):
    path = course("01_first", "print('working …', end='\\r')\nprint('done      ')")
    assert run(tmp_path, "--in-place") == 0
    (cell,) = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert cell.execution_count == 1
    assert cell.outputs[0].text == "done      \n"
    assert "execution" not in cell.metadata


def test_one_by_its_number(course, tmp_path, capsys):
    course("01_first", "1")
    course("02_second", "2")
    assert run(tmp_path, "02") == 0
    assert "01_first" not in capsys.readouterr().out


def test_a_number_that_does_not_exist_is_said(course, tmp_path, capsys):
    course("01_first", "1")
    assert run(tmp_path, "77") == 2
    assert "There is no notebook 77" in capsys.readouterr().out


def test_the_learners_work_is_not_touched(course, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "mine"))
    course("01_first", "import os; open(os.environ['COURSE_WORK'] + '/x', 'w').close()")
    assert run(tmp_path) == 0
    assert not (tmp_path / "mine").exists()
