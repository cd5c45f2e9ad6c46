"""What a learner has done: a file in the learner's folder that is only ever added to.

It is a record, not a certificate: whoever owns the folder can write into it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from helpers import stages

Did = Literal["check", "hint", "solution", "apply", "restart"]


def file() -> Path:
    """Where it is kept."""
    return stages.work() / "progress.jsonl"


def add(exercise: str, did: Did, **more: Any) -> None:
    """Note that something was done with an exercise, now (UTC)."""
    entry = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "exercise": exercise, "did": did}
    line = json.dumps(entry | more, ensure_ascii=False) + "\n"
    file().parent.mkdir(parents=True, exist_ok=True)
    # One write at the file's end: two notebooks may note something at once.
    descriptor = os.open(file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def entries(exercise: str | None = None) -> list[dict[str, Any]]:
    """What was noted, the oldest first; of one exercise, or of all."""
    return [one for one in _read() if exercise in (None, one["exercise"])]


def last_hint_key(exercise: str) -> str:
    """The key of the hints that fit what the last check of this exercise saw; "" if none did."""
    checks = [one for one in entries(exercise) if one["did"] == "check"]
    return str(checks[-1].get("hint", "")) if checks else ""


def is_done(exercise: str) -> bool:
    """Was a check of this exercise ever right?"""
    return exercise in done()


def done() -> set[str]:
    """The exercises of which a check was right once."""
    return {one["exercise"] for one in _read() if one.get("status") == "right"}


def was_tried(exercise: str) -> bool:
    """Was an answer of the learner's own ever checked?"""
    statuses = {one.get("status") for one in entries(exercise) if one["did"] == "check"}
    return bool(statuses - {"not attempted"})


def parse(text: str) -> Iterator[dict[str, Any]]:
    """The entries in the text of a record; a line that is none is left out."""
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue  # cut off by a full disk, or written by hand
        if isinstance(entry, dict) and {"exercise", "did"} <= entry.keys():
            yield entry


def _read() -> Iterator[dict[str, Any]]:
    try:
        text = file().read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    yield from parse(text)
