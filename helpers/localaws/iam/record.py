"""What users and sessions of roles have asked for, where that is checked: each thing once.

A file of the workspace keeps it, a JSON object a line, from one `start` of the endpoint to the
next, whoever slept in between.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LOCK = threading.Lock()
_known: set[tuple[str, str, str, bool]] = set()


def note(principal: str, action: str, resource: str, allowed: bool) -> None:
    """Note that somebody asked for an action on a resource ("" if it is not known)."""
    from helpers.localaws.process import workspace

    asked = (principal, action, resource, allowed)
    with _LOCK:
        if asked in _known:
            return
        _known.add(asked)
        line = {"principal": principal, "action": action, "resource": resource, "allowed": allowed}
        with workspace.current().asked_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def read(path: Path) -> Iterator[dict[str, Any]]:
    """What a workspace's file keeps, each thing once: principal, action, resource, allowed."""
    seen: set[str] = set()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        if line not in seen:
            seen.add(line)
            yield json.loads(line)
