"""Show a folder, or the part of a file that is being talked about."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.errors import CourseError

_NOT_THE_LEARNERS = {"__pycache__", ".pytest_cache", ".ipynb_checkpoints", ".DS_Store"}
_SHOWS = {"folder": "tree", "file": "excerpt"}


def tree(folder: str | Path, depth: int | None = None) -> None:
    """Print the files below `folder`, folders first; depth: how many levels, None for all.

    Raises CourseError if there is no such folder.
    """
    top = Path(folder)
    if not top.is_dir():
        raise _missing(top, "folder")
    print(f"{top}/")
    _branches(top, "", depth)


def excerpt(path: str | Path, *starts: str) -> None:
    """Print those parts of a YAML, JSON or TOML file that begin with each of `starts`.

    A part is the first line that begins so, and what is indented below it (in TOML: what comes
    before the next table).

    Raises CourseError if there is no such file, or no such part in it.
    """
    file = Path(path)
    if not file.is_file():
        raise _missing(file, "file")
    lines = file.read_text(encoding="utf-8").splitlines()
    print("\n\n".join("\n".join(_part(file, lines, start)) for start in starts))


def _branches(folder: Path, margin: str, depth: int | None) -> None:
    if depth == 0:
        return
    entries = [entry for entry in folder.iterdir() if entry.name not in _NOT_THE_LEARNERS]
    entries.sort(key=lambda entry: (entry.is_file(), entry.name))
    for entry in entries:
        last = entry == entries[-1]
        print(f"{margin}{'└── ' if last else '├── '}{entry.name}{'/' if entry.is_dir() else ''}")
        if entry.is_dir():
            _branches(
                entry, margin + ("    " if last else "│   "), None if depth is None else depth - 1
            )


def _part(file: Path, lines: list[str], start: str) -> list[str]:
    whole_word = re.compile(rf'\s*"?{re.escape(start)}(?!\w)')
    begins = [n for n, line in enumerate(lines) if whole_word.match(line)]
    if not begins:
        raise CourseError(
            f"There is no {start} in {file}.",
            "The file was changed, or the name is spelled in another way.",
            f'Look at the whole file: print(open("{file.as_posix()}").read())',
        )
    first = begins[0]
    margin = _indent(lines[first])
    end = first + 1
    while end < len(lines) and _belongs(lines[end], margin, is_table=start.startswith("[")):
        end += 1
    if end < len(lines) and lines[end].strip() in ("}", "},", "]", "],"):
        end += 1  # the bracket that closes it
    part = lines[first:end]
    while not part[-1].strip() or part[-1].lstrip().startswith("#"):
        part.pop()  # a comment down here is about what comes next
    return part


def _belongs(line: str, margin: int, *, is_table: bool) -> bool:
    if is_table:
        return not line.startswith("[")
    return not line.strip() or _indent(line) > margin


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _missing(path: Path, wanted: str) -> CourseError:
    if path.exists():
        there = "folder" if path.is_dir() else "file"
        return CourseError(
            f"{path} is a {there}.",
            f"A {wanted} was to be shown.",
            f"Name a {wanted}; a {there} is shown by show.{_SHOWS[there]}.",
        )
    return CourseError(
        f"There is no {path} here.",
        f"The current folder is {Path.cwd()}.",
        "Run the notebook's first cell again: course.begin goes to the right folder.",
    )
