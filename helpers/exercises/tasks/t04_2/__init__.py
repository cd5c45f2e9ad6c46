"""04.2 Nothing was lost: two folders hold the same files with the same bytes, or they do not."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.exercises import NotYet, Task, Workbench

SCRIPT = "same.py"
APP = {
    "template.yaml": b"Threshold: 50\n",
    ".gitignore": b".aws-sam/\n",
    "functions/checker/app.py": b"price = 50\n",
    "functions/checker/logo.png": b"\x89PNG\r\n\x1a\n\x00\xff\xfe",
    "docs/two words.md": b"The threshold is 50.\n",
    ".aws-sam/build/app.py": b"built here\n",
}
MOMENT = 1_780_000_000
"""When every file was last changed, unless a case says otherwise: time is to tell nothing."""


@dataclass(frozen=True)
class Case:
    """What was done to the copy, whether it is still the same, and the hint if it is overlooked."""

    told: str
    change: Callable[[Path], object]
    same: bool = False
    hint: str = ""


def _write(name: str, content: bytes) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return change


def _folder_for_file(folder: Path) -> None:
    (folder / "template.yaml").unlink()
    (folder / "template.yaml").mkdir()


CASES = (
    Case("An exact copy", lambda folder: None, same=True, hint="equal-refused"),
    Case(
        "A copy that was built once more (.aws-sam differs)",
        _write(".aws-sam/build/app.py", b"built there, and longer\n"),
        same=True,
        hint="built-counts",
    ),
    Case(
        "A copy without .aws-sam",
        lambda folder: shutil.rmtree(folder / ".aws-sam"),
        same=True,
        hint="built-counts",
    ),
    Case("A file more at the top", _write("NOTES.md", b"a note\n"), hint="one-way"),
    Case("A file less at the top", lambda f: (f / "template.yaml").unlink(), hint="one-way"),
    Case("A file more in docs", _write("docs/more.md", b"more\n"), hint="not-deep"),
    Case(
        "functions/checker/app.py missing",
        lambda folder: (folder / "functions/checker/app.py").unlink(),
        hint="not-deep",
    ),
    Case("template.yaml with more in it", _write("template.yaml", b"No\n" * 9), hint="names-only"),
    Case(
        "One digit of template.yaml changed, size and time as before",
        _write("template.yaml", b"Threshold: 51\n"),
        hint="bytes",
    ),
    Case(
        "One digit of functions/checker/app.py changed, size and time as before",
        _write("functions/checker/app.py", b"price = 51\n"),
        hint="bytes",
    ),
    Case(
        "One byte of logo.png changed, size and time as before",
        _write("functions/checker/logo.png", b"\x89PNG\r\n\x1a\n\x00\xff\xfd"),
        hint="bytes",
    ),
    Case(".gitignore changed", _write(".gitignore", b".aws-sam\n.env\n"), hint="hidden"),
    Case("A folder where template.yaml was", _folder_for_file, hint="names-only"),
    Case(
        "A file about.aws-sam.md more, which is no build",
        _write("docs/about.aws-sam.md", b"notes\n"),
        hint="too-much-ignored",
    ),
    Case("A folder that is there and empty", lambda folder: _empty(folder), hint="one-way"),
)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def check(bench: Workbench) -> str:
    """The exit code is 0 for the copies that are the same, and for no other, both ways round."""
    bench.python(SCRIPT)
    with tempfile.TemporaryDirectory(prefix="folders-") as place:
        one, other = Path(place, "here", "demo-sam"), Path(place, "there", "demo-sam")
        _lay(one)
        for case in CASES:
            bench.trying(case.told[0].lower() + case.told[1:])
            _lay(other)
            case.change(other)
            _touch(other)
            for first, second in ((one, other), (other, one)):
                _ask(bench, case, first, second, swapped=first is other)
    return (
        f"{len(CASES)} copies, both ways round: the three that are the same were told from a byte "
        "changed, a file missing, one too many, and all the others."
    )


def _lay(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in APP.items():
        _write(name, content)(folder)
    _touch(folder)


def _touch(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (MOMENT, MOMENT))


def _ask(bench: Workbench, case: Case, first: Path, second: Path, *, swapped: bool) -> None:
    ran = bench.run(sys.executable, SCRIPT, str(first), str(second), timeout=8)
    if (ran.code == 0) == case.same:
        return
    place = "first" if swapped else "second"
    should = "They are the same: it was to be 0." if case.same else "They are not the same."
    said = f" Its last line: {ran.last_line}" if ran.last_line else ""
    raise NotYet(
        f"{case.told} (named {place}): {SCRIPT} ended with code {ran.code}. {should}{said}",
        hint=case.hint,
    )


TASK = Task(
    title="Nothing was lost",
    minutes=10,
    check=check,
    hints={
        "": (
            "What does the script look at now? Name three differences that it would not see.",
            "Two things are to be known of every file: where it lies below the folder, and what is "
            "in it.",
            "You have met a way to say what is in a file in one line of text: the checksum.",
        ),
        "equal-refused": (
            "Two folders with the same in them were told apart. What did the script compare that "
            "is not in the files?",
            "The folders' own names differ, and so do full paths. What is the path below the "
            "folder?",
            "Some files are no text. Did the script try to read them as text, and fail?",
        ),
        "built-counts": (
            "What lies in .aws-sam was made by a build and can be made again. Does the script "
            "still look into it?",
            "It may be there on one side, on both, or on neither.",
            "A path has parts: which part tells that a file lies in .aws-sam?",
        ),
        "one-way": (
            "A file that is only on one side was overlooked. From which side does the script "
            "start?",
            "What is missing cannot be found by walking through what is there.",
            "Two dictionaries, or two sets, can be compared with each other as a whole.",
        ),
        "not-deep": (
            "The difference lies further down. How deep does the script look?",
            "iterdir gives what lies in one folder. Which of its neighbours goes all the way down?",
            "Two files in different folders may have the same name. What tells them apart?",
        ),
        "names-only": (
            "The names are the same, and what is under them is not. What is compared beside names?",
            "A name can belong to a file or to a folder. Which of the two does the script ask for?",
            "What would be different if a single letter in a file changed?",
        ),
        "bytes": (
            "Size and time are the same, and the content is not. Was the content read?",
            "filecmp looks at size and time first and believes them, unless it is told otherwise.",
            "Read the bytes. Text would be another question: not every file is text.",
        ),
        "hidden": (
            "A file whose name begins with a dot was overlooked. How were the files listed?",
            "The patterns of a shell, and glob.glob, leave such names out.",
            ".gitignore is a file of the app like any other; only the folder .aws-sam is left out.",
        ),
        "too-much-ignored": (
            "This file only has .aws-sam in its name. What did the script look for, and where?",
            "The text of a whole path holds many things. Which part is the folder?",
            "Path.parts gives the names of a path one by one.",
        ),
    },
    reasoning="""
A folder is the same as another if the same paths lead to the same bytes. So the script makes of
each a dictionary, path below the folder to checksum, and compares the two as a whole: what is
missing, what is too much and what was changed are then one question.

Reading the bytes is what makes it a proof. Size and time are quick and mostly right, which is
good for a backup every hour, and no proof: a time can be set, and one digit changes no size.

Also right: filecmp.cmp with shallow=False on every file; a tar of each, compared, if names are
sorted and times left out; diff -r with --exclude=.aws-sam, started from Python. Usual mistakes:
filecmp.dircmp alone (it believes size and time, and report() looks at one level); walking through
one side only; leaving out every path with .aws-sam anywhere in its text.
""",
)
