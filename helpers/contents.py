"""Tables of contents, links between notebooks and minutes, written from `chapters.py`: for authors.

    python -m helpers.contents [--check]

What it writes: the README's table, notebook 00's table, and the last line of each notebook. With
--check it writes nothing, names the files that are not so, and ends with 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.chapters import CHAPTERS, Chapter
from helpers.exercises import catalogue
from helpers.stages import ROOT

NOTEBOOKS = ROOT / "notebooks"
WORDS_A_MINUTE = 150
"""Technical prose is read more slowly than a novel."""
SECONDS_A_CELL = 15
"""To run a cell, and to look at what it says."""

_PICTURE = re.compile(r"!\[.*?\]\(.*?\)")
"""It is looked at. Its words are for who does not see it."""

_LINKS = re.compile(r"\[(← |Next: |Back to the start\])")


def main(arguments: list[str] | None = None) -> int:
    """Write them all; with `--check` say which are to be written, and return 1 if any is."""
    parser = argparse.ArgumentParser(prog="helpers.contents", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what is not fresh")
    checking = parser.parse_args(arguments).check
    stale = 0
    for file, text, fresh in _pages():
        if text != fresh and checking:
            print(f"{file.relative_to(ROOT).as_posix()} is not fresh: python -m helpers.contents")
            stale = 1
        elif text != fresh:
            file.write_text(fresh, encoding="utf-8")
    return stale


def _pages() -> Iterator[tuple[Path, str, str]]:
    """Each file, its text, and the text that it should have."""
    page = ROOT / "README.md"
    text = page.read_text(encoding="utf-8")
    yield page, text, readme(text)
    for number in CHAPTERS:
        text = path(number).read_text(encoding="utf-8")
        yield path(number), text, notebook(number, text)


def path(number: str) -> Path:
    """The file of a notebook."""
    (notebook,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    return notebook


def cells(number: str) -> list[dict[str, Any]]:
    """The cells of a notebook, as its file has them."""
    return json.loads(path(number).read_text(encoding="utf-8"))["cells"]


def readme(text: str) -> str:
    """The README with its table as it should be."""
    rows = [
        f"| {one.number} | [{one.title}](notebooks/{path(one.number).name}) | {one.about} "
        f"| {one.minutes} | {_exercises(one)} |"
        for one in CHAPTERS.values()
    ]
    head = ["| | notebook | what you do | minutes | exercises |", "| --- | --- | --- | --- | --- |"]
    return re.sub(r"\| \| notebook \|.*\n(\|.*\n)+", "\n".join([*head, *rows]) + "\n", text)


def notebook(number: str, text: str) -> str:
    """A notebook's file with its table and its last line as they should be."""
    content = json.loads(text)
    prose = [cell for cell in content["cells"] if cell["cell_type"] == "markdown"]
    if number == next(iter(CHAPTERS)):
        for cell in prose:
            _put(cell, re.sub(r"\| \| notebook \|.*(\n\|.*)+", _table(), "".join(cell["source"])))
    _put(prose[-1], _linked("".join(prose[-1]["source"]), links(number)))
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _linked(text: str, line: str) -> str:
    """The text with `line` as its last paragraph, in place of the links that it may have had."""
    before, _, last = text.rstrip().rpartition("\n")
    kept = before if _LINKS.match(last) else text
    return f"{kept.rstrip()}\n\n{line}"


def links(number: str) -> str:
    """The last line: where one comes from, and where it goes on."""
    numbers = list(CHAPTERS)
    here = numbers.index(number)
    told = []
    if here:
        before = numbers[here - 1]
        told.append(f"[← {CHAPTERS[before].title}]({path(before).name})")
    if here + 1 < len(numbers):
        after = numbers[here + 1]
        told.append(f"[Next: {CHAPTERS[after].title} →]({path(after).name})")
    else:
        told.append(f"[Back to the start]({path(numbers[0]).name})")
    return " · ".join(told)


def minutes(number: str) -> int:
    """How long a notebook takes to read and run, its exercises apart, in steps of five minutes."""
    every = cells(number)
    prose = [cell for cell in every if cell["cell_type"] == "markdown"]
    words = sum(len(_PICTURE.sub("", "".join(cell["source"])).split()) for cell in prose)
    took = words / WORDS_A_MINUTE + (len(every) - len(prose)) * SECONDS_A_CELL / 60
    return math.ceil(took / 5) * 5


def _table() -> str:
    rows = [
        f"| {one.number} | [{one.title}]({path(one.number).name}): {one.about} "
        f"| {one.minutes} | {_exercises(one)} |"
        for one in CHAPTERS.values()
    ]
    head = ["| | notebook | minutes | exercises |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows[1:]])


def _exercises(chapter: Chapter) -> str:
    tasks = catalogue.every(chapter.number)
    return f"{len(tasks)}, about {sum(task.minutes for task in tasks)} minutes"


def _put(cell: dict[str, Any], source: str) -> None:
    cell["source"] = source.splitlines(keepends=True)


if __name__ == "__main__":
    sys.exit(main())
