"""A learner's record, copied into a folder that the teacher looks at: only when it is asked for."""

from __future__ import annotations

import getpass
import json
import os
import tempfile
from pathlib import Path

from helpers.exercises import record
from helpers.exercises.outcome import CannotCheck

_FIELDS = ("at", "exercise", "did", "status", "hint")


def share(folder: Path, name: str | None = None) -> Path:
    """Copy what was done, and no answers, to `FOLDER/NAME.jsonl`; returns where it is.

    name: the learner's; the hub's or the system's user name if it is not said. What is there under
    that name is replaced, if it is this user's. Raises CannotCheck if it cannot be done.
    """
    own = name or os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    place = folder / f"{own}.jsonl"
    if own.startswith(".") or Path(own).name != own or "\\" in own:
        raise CannotCheck(
            f"{own!r} is no name for a file.",
            "The record is shared under the learner's name.",
            "Say another: python -m helpers.exercises share FOLDER --name ada",
        )
    if not record.file().exists():
        raise CannotCheck(
            "There is nothing to share yet.",
            "No exercise was checked in this folder so far.",
            "Check one (`exercise.check()`), and type this again.",
        )
    lines = [
        json.dumps({key: one[key] for key in _FIELDS if key in one}, ensure_ascii=False)
        for one in record.entries()
    ]
    beside = None
    try:
        if os.name != "nt" and os.path.lexists(place) and place.lstat().st_uid != os.geteuid():
            raise PermissionError(0, f"{place.name} is another user's")
        # Under a name that nobody can foresee; whoever reads finds the old one or the new one.
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
        beside = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.writelines(f"{line}\n" for line in lines)
        beside.chmod(0o644)
        beside.replace(place)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise CannotCheck(
            f"The record cannot be shared in {folder}.",
            f"{error.strerror}.",
            "Ask the teacher for the folder, or for the right to write into it.",
        ) from None
    return place
