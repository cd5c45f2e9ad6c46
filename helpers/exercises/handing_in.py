"""The record as one file: what was done and the learner's answers, to hand to a teacher."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from helpers import stages
from helpers.exercises import catalogue, folders, record
from helpers.exercises.outcome import CannotCheck

LARGEST = 100 * 1024 * 1024
"""Bytes that a record may unpack to."""


def write(to: Path | None = None) -> Path:
    """Write the record, to `work/record.zip` if it is not said where; returns where it is.

    A record that is there stays: the new one gets a number. Raises CannotCheck if there is
    nothing to hand in, or the file cannot be written.
    """
    answers = stages.work() / "exercises"
    if not record.file().exists():
        raise CannotCheck(
            "There is nothing to hand in.",
            f"No exercise was begun in {stages.work()}.",
            "Begin one in a notebook, or set COURSE_WORK to the folder that you work in.",
        )
    place = to or _free(stages.work() / "record.zip")
    try:
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("summary.txt", summary())
            archive.write(record.file(), record.file().name)
            for answer in dict.fromkeys(task.answer for task in catalogue.every()):
                folder = answers / answer
                for name in folders.files(folder):
                    if not (folder / name).is_symlink():
                        inside = PurePosixPath("exercises", answer, name.as_posix())
                        archive.write(folder / name, str(inside))
    except OSError as error:
        raise CannotCheck(
            f"The record cannot be written to {place}.",
            f"{error.strerror}.",
            "Name another place: python -m helpers.exercises record --to FILE",
        ) from None
    return place


def summary() -> str:
    """What was done, in a line an exercise."""
    lines = []
    for task in catalogue.every():
        seen = record.entries(task.id)
        checks = [one for one in seen if one["did"] == "check"]
        tries = sum(one.get("status") != "not attempted" for one in checks)
        right = next((one["at"] for one in checks if one.get("status") == "right"), None)
        hints = sum(one["did"] == "hint" for one in seen)
        shown = any(one["did"] in ("solution", "apply") for one in seen)
        state = f"right since {right}" if right else ("not yet" if tries else "not attempted")
        used = f"{tries} tries, {hints} hints{', solution seen' if shown else ''}"
        lines.append(f"{task.id}  {state:<33} {used}")
    return "\n".join(lines) + "\n"


@contextmanager
def opened(record_file: Path) -> Iterator[Path]:
    """The folder that a record holds, unpacked for the block's time.

    Raises CannotCheck where it is no record.
    """
    with TemporaryDirectory(prefix="record-") as folder:
        try:
            with zipfile.ZipFile(record_file) as archive:
                _unpack(archive, Path(folder))
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise CannotCheck(
                f"{record_file.name} is no record.",
                str(error),
                "Ask for the file that `python -m helpers.exercises record` writes.",
            ) from None
        yield Path(folder)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Unpack what a record consists of, and nothing beside its folder."""
    if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
        raise ValueError(f"it unpacks to more than {LARGEST >> 20} MB")
    for entry in archive.infolist():
        inside = PurePosixPath(entry.filename)
        if inside.is_absolute() or ".." in inside.parts or "\\" in entry.filename:
            raise ValueError(f"it names a place outside itself: {entry.filename}")
        if entry.is_dir():
            continue
        target = folder.joinpath(*inside.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as packed, target.open("wb") as written:
            shutil.copyfileobj(packed, written)


def _free(place: Path) -> Path:
    """This name, or the first with a number that is free."""
    numbered = (place.with_stem(f"{place.stem}-{n}") for n in range(2, 10_000))
    return next(name for name in (place, *numbered) if not name.exists())
