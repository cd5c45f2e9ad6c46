"""Notebooks that are committed are executed, as they stand: what is not is told, and why."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import freshness, run_all


@pytest.fixture
def notebook(tmp_path):
    """A fresh notebook, and a call that writes it and says what is wrong with it."""
    ran = new_output("stream", text="2\n")
    cells = [
        new_markdown_cell("# Two"),
        new_code_cell("print(1 + 1)", execution_count=1, outputs=[ran]),
        new_code_cell("a = 3", execution_count=2),
    ]
    made = new_notebook(cells=cells)
    freshness.note(made)

    def look(notebook=made):
        nbformat.write(notebook, tmp_path / "02_two.ipynb")
        return freshness.faults(tmp_path / "02_two.ipynb")

    return made, look


def test_the_committed_ones_are_fresh(capsys):
    assert freshness.main([]) == 0
    assert capsys.readouterr().out == ""


def test_prose_may_change_without_a_run(notebook):
    made, look = notebook
    made.cells[0].source = "# Two and more"
    made.cells.append(new_markdown_cell("The end."))
    assert look() == []


def test_code_that_changed_after_its_run_is_told_though_outputs_are_there(notebook):
    made, look = notebook
    made.cells[1].source = "print(1 + 2)"
    assert look() == ["its code is not the code that was run: make notebooks ARGS=02"]


def test_a_cell_that_moved_or_came_or_went_is_told(notebook):
    made, look = notebook
    made.cells[1], made.cells[2] = made.cells[2], made.cells[1]
    made.cells[1].execution_count, made.cells[2].execution_count = 1, 2
    assert any("not the code that was run" in fault for fault in look())
    del made.cells[1]
    assert any("not the code that was run" in fault for fault in look())


def test_cells_that_were_not_run_in_order_are_told(notebook):
    made, look = notebook
    made.cells[1].execution_count = 7
    assert look() == ["its cells were not run once each, top to bottom: make notebooks ARGS=02"]
    made.cells[1].execution_count = None
    assert len(look()) == 1


def test_an_error_in_an_output_is_told(notebook):
    made, look = notebook
    made.cells[2].outputs = [new_output("error", ename="E", evalue="", traceback=[])]
    assert look() == ["cell 2 ends in an error: mend it, then make notebooks ARGS=02"]


@pytest.mark.parametrize("text", ["", "{", '{"cells": 3}', '{"nbformat": 4, "nbformat_minor": 5}'])
def test_what_is_no_notebook_is_told(tmp_path, text, capsys):
    path = tmp_path / "03_broken.ipynb"
    path.write_text(text)
    assert freshness.main([str(path)]) == 1
    assert capsys.readouterr().out.startswith("03_broken.ipynb: is no valid notebook: ")


def test_what_make_notebooks_saves_is_fresh(tmp_path, monkeypatch):
    """The real run: executed, noted and saved."""
    path = tmp_path / "02_two.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("print(1 + 1)")]), path)
    assert len(freshness.faults(path)) == 2
    monkeypatch.chdir(tmp_path)
    assert run_all._run_one(path, None)
    assert freshness.faults(path) == []
    assert re.search(r'"executed": "[0-9a-f]{64}"', path.read_text())
