"""Who is where, and where the room is stuck: read from records that learners put into a folder.

What stands in a record is what its learner says, and may be anything: only known words of it count.
"""

from __future__ import annotations

import lzma
import os
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

from helpers.exercises import catalogue, hints, record
from helpers.exercises.outcome import CannotCheck, Status
from helpers.units import plural

LARGEST = 1024 * 1024
LONGEST = 5000
"""Bytes and lines of a record that are read; a learner's whole course has a few hundred lines."""
MOST = 500
"""Records that are read."""
_NAME = 24

RIGHT, TRIED, HINTED, SHOWN, OPEN = "✓", "✗", "?", "s", "·"
LEGEND = "✓ right   s right, solution seen   ✗ not yet   ? a hint was asked for   · not begun"


@dataclass
class Seen:
    """What one learner did with one exercise."""

    tries: int = 0
    hints: int = 0
    right: bool = False
    shown: bool = False
    met: Counter[str] = field(default_factory=Counter)
    """Key of the hints → how often a check ended there."""

    @property
    def mark(self) -> str:
        """One character, as in `LEGEND`."""
        if self.right:
            return SHOWN if self.shown else RIGHT
        return HINTED if self.hints else TRIED if self.tries else OPEN


@dataclass
class Learner:
    """One learner: what was done, and when and where last."""

    name: str
    seen: dict[str, Seen] = field(default_factory=dict)
    last: str = ""
    at: datetime | None = None

    def of(self, exercise: str) -> Seen:
        """What was done with this exercise."""
        return self.seen.get(exercise, Seen())

    @property
    def done(self) -> int:
        """How many exercises are right."""
        return sum(one.right for one in self.seen.values())


@dataclass(frozen=True)
class Stuck:
    """An exercise that learners tried and are not through with."""

    exercise: str
    learners: int
    tries: int
    hints: int
    key: str
    """The wrong answer that was met most often; empty if none of them had a name."""
    times: int

    @property
    def ask(self) -> str:
        """The question that stands in the first hint for it."""
        return catalogue.task(self.exercise).hints_for(self.key)[0]


def read(folder: Path) -> list[Learner]:
    """Everybody in the folder: `NAME.jsonl`, a `work/` folder by any name, a record (.zip).

    Raises CannotCheck where there is no folder.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        raise CannotCheck(
            f"{folder} cannot be looked into.",
            f"{error.strerror}.",
            "Name the folder into which learners share: python -m helpers.exercises share FOLDER",
        ) from None
    learners = []
    for name in names:
        text = _text(folder / name)
        if text is not None:
            stem = name if (folder / name).is_dir() else Path(name).stem
            lines = "\n".join(text.splitlines()[-LONGEST:])
            learners.append(_learner(_plain(stem), record.parse(lines)))
        if len(learners) == MOST:
            break
    return learners


def stuck(learners: Iterable[Learner]) -> list[Stuck]:
    """Where learners are not through, most of them first."""
    everyone = list(learners)
    hurdles = []
    for exercise in catalogue.ids():
        there = [one.of(exercise) for one in everyone]
        there = [seen for seen in there if (seen.tries or seen.hints) and not seen.right]
        if there:
            met: Counter[str] = sum((seen.met for seen in there), Counter())
            key, times = next(iter(met.most_common(1)), ("", 0))
            tries, given = sum(one.tries for one in there), sum(one.hints for one in there)
            hurdles.append(Stuck(exercise, len(there), tries, given, key, times))
    return sorted(hurdles, key=lambda one: (-one.learners, -one.tries, one.exercise))


def text(learners: list[Learner], now: datetime) -> str:
    """The board for a terminal."""
    if not learners:
        return "Nobody has shared a record yet."
    width = max(len("learner"), *(len(one.name) for one in learners))
    by_notebook = groups()
    head = " ".join(f"{number:<{len(ids)}}" for number, ids in by_notebook.items())
    lines = [f"{'learner':<{width}}  {head}  right  last"]
    for one in learners:
        marks = " ".join(
            f"{''.join(one.of(exercise).mark for exercise in ids):<{max(2, len(ids))}}"
            for ids in by_notebook.values()
        )
        lines.append(f"{one.name:<{width}}  {marks}  {one.done:>5}  {last(one, now)}".rstrip())
    lines += ["", LEGEND]
    if hurdles := stuck(learners):
        lines += ["", "Not through yet:"]
    for one in hurdles:
        lines.append(f"{one.exercise}  {plural(one.learners, 'learner')}, {how(one)}")
        lines.append(f"      ask: {one.ask}")
    return "\n".join(lines)


def how(one: Stuck) -> str:
    """How learners got stuck, in a few words."""
    most = f", most often “{one.key}” ({one.times}×)" if one.key else ""
    return f"{plural(one.tries, 'check')}, {plural(one.hints, 'hint')}{most}"


def last(one: Learner, now: datetime) -> str:
    """Where the learner was last, and how long ago."""
    if one.at is None:
        return one.last
    minutes = max(0, round((now - one.at).total_seconds() / 60))
    ago = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return f"{one.last}, {ago} ago" if minutes < 48 * 60 else f"{one.last}, {one.at:%Y-%m-%d}"


def groups() -> dict[str, list[str]]:
    """Notebook → its exercises."""
    by_notebook: dict[str, list[str]] = {}
    for exercise in catalogue.ids():
        by_notebook.setdefault(exercise.partition(".")[0], []).append(exercise)
    return by_notebook


# ---- records, which may hold anything

_NO_RECORD = (
    *(OSError, EOFError, KeyError, ValueError, RuntimeError),  # no such member, encrypted, …
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)


def _text(path: Path) -> str | None:
    """What a record says; None for what is none. Links are not followed."""
    try:
        kind = path.lstat().st_mode
        if stat.S_ISDIR(kind):
            return _of_file(path / record.file().name)
        if not stat.S_ISREG(kind):
            return None
        if path.suffix == ".zip":
            return _of_zip(path)
        return _of_file(path) if path.suffix == ".jsonl" and path.name[0] != "." else None
    except _NO_RECORD:
        return None  # half written, or none at all


def _of_file(path: Path) -> str:
    # Not blocking: what was a file a moment ago may be a pipe now.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise ValueError(f"{path.name} is no file")
        return opened.read(LARGEST).decode(errors="replace")


def _of_zip(path: Path) -> str:
    with zipfile.ZipFile(path) as archive, archive.open(record.file().name) as member:
        return member.read(LARGEST).decode(errors="replace")


def _learner(name: str, entries: Iterator[dict[str, Any]]) -> Learner:
    learner = Learner(name)
    for entry in entries:
        exercise, did = entry["exercise"], entry["did"]
        if exercise not in catalogue.ids() or did not in get_args(record.Did):
            continue
        seen = learner.seen.setdefault(exercise, Seen())
        status = entry.get("status")
        if did == "check" and status in get_args(Status) and status != "not attempted":
            seen.tries += 1
            seen.right = seen.right or status == "right"
            if status == "not yet" and (key := _key(exercise, entry.get("hint"))):
                seen.met[key] += 1
        seen.hints += did == "hint"
        seen.shown = seen.shown or did in ("solution", "apply")
        learner.last, learner.at = exercise, _moment(entry.get("at")) or learner.at
    return learner


def _key(exercise: str, key: Any) -> str:
    return key if isinstance(key, str) and key in _keys(exercise) else ""


@cache
def _keys(exercise: str) -> frozenset[str]:
    return frozenset(catalogue.task(exercise).hints) | frozenset(hints.GENERIC)


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None


def _plain(name: str) -> str:
    """A file's name without what would move a terminal's cursor, and not too long."""
    shown = "".join(
        "�" if unicodedata.category(letter).startswith("C") else letter for letter in name
    )
    return shown if len(shown) <= _NAME else f"{shown[: _NAME - 1]}…"
