"""The learner's copies of the notebooks: without outputs, and never written over.

A copy that is as it was handed out is replaced by a newer edition; beside one that was worked in,
the newer edition is laid under a name of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from helpers import attachments, stages

NOTEBOOKS = stages.ROOT / "notebooks"


def folder() -> Path:
    """Where the learner's copies are: `work/notebooks/`."""
    return stages.work() / "notebooks"


def lay_out() -> list[str]:
    """Make the copies that are missing or out of date; returns a sentence for each newer edition.

    Nothing that a learner worked in is changed.
    """
    folder().mkdir(parents=True, exist_ok=True)
    handed_out = _noted()
    said = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        edition = blank(path)
        said += _lay(folder() / path.name, edition, handed_out)
    _ledger().write_text(json.dumps(handed_out, indent=1), encoding="utf-8")
    return said


def blank(path: Path) -> bytes:
    """The notebook as a reader should meet it: nothing run yet; links lead where they led.

    Its pictures are in it: the course's folder may be out of JupyterLab's sight.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    attachments.take_in(notebook["cells"], path.parent)
    away = Path(os.path.relpath(path.parent, folder())).as_posix()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        else:
            source = "".join(cell["source"])
            moved = re.sub(r"(\]\(|src=\")\.\./", rf"\g<1>{away}/../", source)
            cell["source"] = moved.splitlines(keepends=True)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _lay(copy: Path, edition: bytes, handed_out: dict[str, str]) -> list[str]:
    """Lay one edition; what was handed out is noted under the copy's name."""
    key = _key(edition)
    if not copy.exists() or _key(copy.read_bytes()) == handed_out.get(copy.name):
        newer = copy.exists() and handed_out.get(copy.name) != key
        copy.write_bytes(edition)
        handed_out[copy.name] = key
        return [f"{copy.name} is a newer edition."] if newer else []
    if handed_out.get(copy.name) == key or key in handed_out.values():
        return []
    beside = next(
        place for n in range(2, 1000) if not (place := copy.with_stem(f"{copy.stem}-{n}")).exists()
    )
    beside.write_bytes(edition)
    handed_out[beside.name] = key
    return [f"{beside.name} is a newer edition of {copy.name}, which you worked in and keep."]


def _key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _ledger() -> Path:
    return folder() / ".editions.json"


def _noted() -> dict[str, str]:
    """Copy → the hash of what was handed out under that name."""
    try:
        ledger = json.loads(_ledger().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return ledger if isinstance(ledger, dict) else {}
