"""The files of an exercise: laid out, compared, kept beside, copied for a check."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from helpers.exercises.outcome import CannotCheck

BY_COMMANDS = {".aws-sam", ".pytest_cache", ".ipynb_checkpoints", "__pycache__", ".DS_Store"}
"""What commands leave in a folder is no answer."""

REMOVED = ".removed"
"""In an overlay, an empty file NAME.removed stands for: without NAME."""

LARGEST = 50 * 1024 * 1024
MOST = 5000


def files(folder: Path) -> Iterator[Path]:
    """The files below a folder, relative to it, without what commands leave there."""
    for here, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if name not in BY_COMMANDS)
        for name in sorted(set(names) - BY_COMMANDS):
            yield (Path(here) / name).relative_to(folder)


def same(one: Path, other: Path) -> bool:
    """Do two folders hold the same files with the same bytes?"""
    ours, theirs = set(files(one)), set(files(other))
    return ours == theirs and all(_same_bytes(one / name, other / name) for name in ours)


def _same_bytes(one: Path, other: Path) -> bool:
    """Compared by what is in them: two files that one checkout wrote may share size and time."""
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:  # a link to nothing, or one that may not be read
        return False


def lay(source: Path, folder: Path) -> None:
    """Copy the files of `source` into `folder`, over those of the same name."""
    for name in files(source):
        target = folder / name
        if name.name.endswith(REMOVED):
            target.with_name(name.name.removesuffix(REMOVED)).unlink(missing_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, target)


def make(folder: Path) -> None:
    """Make the folder unless it is there. Raises CannotCheck where a file has its name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        taken = next(
            place
            for place in (folder.parent, folder)
            if os.path.lexists(place) and not place.is_dir()
        )
        raise CannotCheck(
            f"{taken} is a file.",
            "The exercise's files go into a folder of that name.",
            "Rename the file, and run this cell again.",
        ) from None


def keep_beside(folder: Path) -> Path:
    """Copy the whole folder to a free name beside it; returns where."""
    kept = next(
        place
        for n in range(1, 10_000)
        if not (place := folder.with_name(f"{folder.name}-kept-{n}")).exists()
    )
    shutil.copytree(folder, kept, symlinks=True)
    return kept


def empty(folder: Path) -> None:
    """Remove what is in a folder, and not the folder: somebody may stand in it."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def copy(folder: Path, to: Path) -> None:
    """Copy a learner's files for a check.

    Raises CannotCheck where there is more than an answer can be.
    """
    names = list(files(folder))
    size = sum((folder / name).lstat().st_size for name in names)
    if len(names) > MOST or size > LARGEST:
        raise CannotCheck(
            f"There are {len(names)} files with {size >> 20} MB in {folder.name}.",
            f"A check copies the folder, and takes {MOST} files and {LARGEST >> 20} MB.",
            "Move what does not belong to the answer elsewhere, and check again.",
        )
    for name in names:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, to / name, follow_symlinks=False)
