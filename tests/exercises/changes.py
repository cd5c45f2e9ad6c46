"""An answer that is another one but for a few places: its `change.yaml` says which, and where.

over: the other answer, as `16.1/right.functions`, or `solution`. changes: in each a file, and what
stands in it (`old`, once) and is to stand there (`new`). Files beside it are laid over all that.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from helpers.exercises import catalogue, folders

FILE = "change.yaml"
ANSWERS = Path(__file__).parent / "answers"


def lay(answer: Path, folder: Path) -> None:
    """Lay an answer over what is in `folder`."""
    said = answer / FILE
    if not said.exists():
        folders.lay(answer, folder)
        return
    change = yaml.safe_load(said.read_text(encoding="utf-8"))
    base = change["over"]
    number = answer.parent.name
    lay(catalogue.task(number).solution if base == "solution" else ANSWERS / base, folder)
    folders.lay(answer, folder)
    (folder / FILE).unlink()
    for one in change.get("changes", ()):
        place = folder / one["file"]
        text = place.read_text(encoding="utf-8")
        assert text.count(one["old"]) == 1, f"{said}: {one['old']!r} stands there once"
        place.write_text(text.replace(one["old"], one["new"]), encoding="utf-8")
