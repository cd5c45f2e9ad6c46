"""The notebooks' own pictures: in what is made of a notebook, small, and told in words."""

import base64
import re
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from helpers import attachments, editions

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
PICTURES = sorted((NOTEBOOKS / "images").iterdir())
LARGEST = 80_000  # bytes


def shown():
    """The words that stand for each picture, by its name."""
    found = {}
    for path in NOTEBOOKS.glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for words, name in re.findall(r"!\[([^\]]*)\]\(images/([^)]+)\)", cell.source):
                    found[name] = words
    return found


def test_each_is_shown_small_and_told_in_words():
    words = shown()
    assert words.keys() == {path.name for path in PICTURES}
    assert all(len(one) > 60 for one in words.values())
    assert all(path.stat().st_size <= LARGEST for path in PICTURES)
    for path in PICTURES:
        Image.open(path).verify()


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_learners_copy_has_them_in_it(path):
    copy = nbformat.reads(editions.blank(path).decode(), as_version=4)
    nbformat.validate(copy)
    for cell in copy.cells:
        assert "](images/" not in cell.source
        for name in re.findall(r"\]\(attachment:([^)]+)\)", cell.source):
            picture = base64.b64decode(cell.attachments[name]["image/png"])
            assert picture == (NOTEBOOKS / "images" / name).read_bytes()


def test_cells_without_one_stay_as_they_are():
    cells = [
        {"cell_type": "markdown", "source": ["[x](images/x.png.txt)\n"]},
        {"cell_type": "code", "source": "'](images/x.png)'"},
    ]
    before = [dict(cell) for cell in cells]
    attachments.take_in(cells, NOTEBOOKS)
    assert cells == before
