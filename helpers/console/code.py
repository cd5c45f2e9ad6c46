"""A function's code as it was deployed: the files of its zip, as text where they are text."""

from __future__ import annotations

import io
import urllib.request
import zipfile
from dataclasses import dataclass
from typing import Any

from helpers.console.aws import Problem
from helpers.console.said import size

UNASKED = 1_000_000  # bytes of a zip that is fetched without a click
LARGEST = 50_000_000  # bytes of one that is fetched at all; AWS takes no larger one directly
LONGEST = 200_000  # bytes of a file that are shown
MANY = 500  # files that are listed
SECONDS = 20.0


@dataclass(frozen=True)
class File:
    """One file of the zip, its size in bytes as it is when unpacked."""

    name: str
    size: int


@dataclass(frozen=True)
class Code:
    """files: the first of `count`. chosen: the name of the one that is shown, "" for none.

    text: of that file, `missing` bytes cut off; a Problem where it is not text.
    """

    files: list[File]
    count: int
    chosen: str
    text: str | Problem
    missing: int


def fetch(location: str) -> bytes | Problem:
    """The zip at the presigned address that GetFunction tells, or why it is not to be had."""
    if not location.startswith(("https://", "http://")):
        return Problem("The endpoint tells no address of the code.")
    try:
        with urllib.request.urlopen(location, timeout=SECONDS) as answer:
            data = answer.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        return Problem("The code could not be fetched.", f"{location.split('/')[2]}: {error}")
    return data if len(data) <= LARGEST else Problem(f"The code is larger than {size(LARGEST)}.")


def read(data: bytes, handler: str, wanted: str = "") -> Code | Problem:
    """What is in a zip, with the text of the file `wanted`, else of the one with the handler."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            entries.sort(key=lambda one: one.filename)
            chosen = _chosen(entries, handler, wanted)
            text, missing = _text(archive, chosen) if chosen else ("", 0)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        return Problem("The code is no zip that can be read.", str(error))
    return Code(
        [File(one.filename, one.file_size) for one in entries[:MANY]],
        len(entries),
        chosen.filename if chosen else "",
        text,
        missing,
    )


def _chosen(entries: list[Any], handler: str, wanted: str) -> zipfile.ZipInfo | None:
    """The file that was asked for, the handler's, or the first."""
    module = handler.rpartition(".")[0].replace(".", "/")
    named = {one.filename: one for one in entries}
    if wanted in named:
        return named[wanted]
    for one in entries:
        if module and one.filename.rpartition(".")[0] in (module, module.replace("/", ".")):
            return one
    return entries[0] if entries else None


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[str | Problem, int]:
    """The beginning of a file as text, and how many bytes are cut off."""
    try:
        with archive.open(entry) as opened:
            data = opened.read(LONGEST)  # no more, whatever it claims its size is
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        return Problem("This file cannot be unpacked.", str(error)), 0
    missing = max(0, entry.file_size - len(data))
    if b"\0" in data:
        return Problem("This is not text.", f"It has {size(entry.file_size)}."), 0
    try:
        # what was cut in the middle of a character is no fault of the file's
        return data.decode("utf-8", "ignore" if missing else "strict"), missing
    except UnicodeDecodeError:
        return Problem("This is not text in UTF-8.", f"It has {size(entry.file_size)}."), 0
