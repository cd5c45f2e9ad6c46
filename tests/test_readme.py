"""The README says what is true: its picture, its contents, its commands and its links."""

import re
import subprocess
from pathlib import Path

import nbformat
import pytest

from helpers import run_all

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def readme():
    return (ROOT / "README.md").read_text()


def test_its_picture_is_the_run_of_the_notebook(readme):
    assert f"]({run_all.README_PICTURE.relative_to(ROOT).as_posix()})" in readme
    notebook = nbformat.read(run_all.NOTEBOOKS / run_all.PICTURED, as_version=4)
    assert run_all.README_PICTURE.read_text() == run_all._first_drawing(notebook) + "\n"


def test_the_words_under_its_picture_are_those_in_it(readme):
    (alt,) = re.findall(r"!\[([^\]]+)\]", readme)
    drawing = run_all.README_PICTURE.read_text()
    assert "stock_price 2 ≤ 50" in drawing
    assert "the price 2 is at most 50, so Buy Stock ran and not Sell Stock" in alt
    assert "Not started: Sell Stock." in drawing


def test_its_links_lead_somewhere(readme):
    for link in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / link).exists(), link


def test_its_make_targets_exist(readme):
    for name in set(re.findall(r"`?make (\w+)", readme)):
        done = subprocess.run(["make", "-n", name], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, name
