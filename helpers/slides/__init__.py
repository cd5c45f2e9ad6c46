"""The notebooks as slides: nbconvert's, with reveal.js in the page, so no network is needed."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter
from nbformat import NotebookNode

from helpers import attachments, contents
from helpers.chapters import CHAPTERS
from helpers.errors import CourseError
from helpers.stages import ROOT

FOLDER = ROOT / "build" / "slides"
_HERE = Path(__file__).parent
_REVEAL = _HERE / "reveal"
_FETCHED = re.compile(r"<link\b[^>]*\brel=\"stylesheet\"[^>]*>")
_HEADING = re.compile(r"#{1,3} ")


def write(number: str, folder: Path = FOLDER) -> Path:
    """Write a notebook's slides, with the outputs that it was saved with; returns the file.

    number: "06". Raises CourseError if there is no such notebook.
    """
    if number not in CHAPTERS:
        raise CourseError(
            f"There is no notebook {number}.",
            f"There are {', '.join(CHAPTERS)}.",
            "Type python -m helpers.slides with one of these, or with none for all.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{number}.html"
    notebook = nbformat.read(contents.path(number), as_version=4)
    notebook.metadata["title"] = f"{number} {CHAPTERS[number].title}"
    file.write_text(page(notebook), encoding="utf-8")
    return file


def page(notebook: NotebookNode) -> str:
    """The slides of a notebook as one page that needs no other file."""
    for position, cell in enumerate(notebook.cells):
        begins = cell.cell_type == "markdown" and _HEADING.match(cell.source)
        kind = "slide" if begins or not position else "-"
        cell.metadata["slideshow"] = {"slide_type": kind}
    # Not `embed_images`: it closes each piece of HTML, and an answer would stand below its fold.
    attachments.take_in(notebook.cells, contents.NOTEBOOKS)
    exporter = SlidesExporter(extra_template_basedirs=[str(_HERE)], template_name="template")
    body, _ = exporter.from_notebook_node(notebook, {"slides": {"css": _css(), "js": _js()}})
    return _FETCHED.sub("", body)


def _css() -> str:
    files = (_REVEAL / "reset.css", _REVEAL / "reveal.css", _HERE / "slides.css")
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _js() -> str:
    return (_REVEAL / "reveal.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
