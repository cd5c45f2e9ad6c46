"""Moments, sizes, statuses and JSON as the pages say them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tornado.escape import xhtml_escape

from helpers import units
from helpers.draw.look import STATUS

DEEPEST = 100  # JSON in JSON that is laid out with indents

_MARKS = {
    "SUCCEEDED": ("✓", "succeeded"),
    "RUNNING": ("…", "running"),
    "PENDING_REDRIVE": ("…", "running"),
    "FAILED": ("✗", "failed"),
    "TIMED_OUT": ("✗", "failed"),
    "ABORTED": ("–", "cancelled"),
    "ALARM": ("!", "failed"),
    "OK": ("✓", "succeeded"),
}


def moment(when: datetime | None, finely: bool = False) -> str:
    """HTML: a moment in UTC to the second; the page's script adds the reader's own time.

    finely: to the millisecond.
    """
    if when is None:
        return "–"
    when = when.astimezone(UTC)
    more = f".{when.microsecond // 1000:03d}" if finely else ""
    said = f"{when:%Y-%m-%d %H:%M:%S}{more} UTC"
    return f'<time datetime="{when:%Y-%m-%dT%H:%M:%S.%f}Z">{said}</time>'


def status(word: str) -> str:
    """HTML: a status by word, mark and colour."""
    mark, kind = _MARKS.get(word, (None, None))
    if mark is None:
        if "FAILED" in word or "ROLLBACK" in word:
            mark, kind = "✗", "failed"
        elif word.endswith("IN_PROGRESS"):
            mark, kind = "…", "running"
        elif word.endswith("COMPLETE") or word in ("ACTIVE", "ENABLED"):
            mark, kind = "✓", "succeeded"
        else:
            mark, kind = "○", "other"
    words = xhtml_escape(word.replace("_", " ").lower())
    return f'<span class="status {kind}"><span aria-hidden="true">{mark}</span> {words}</span>'


def state_status(word: str) -> str:
    """HTML: how it went with a state, by word, mark and colour."""
    look = STATUS[word]
    mark = f'<span aria-hidden="true">{look.mark}</span>'
    return f'<span class="status {word.replace(" ", "-")}">{mark} {look.word}</span>'


def size(count: float) -> str:
    """So many bytes: `512 bytes`, `1.4 MB`."""
    if count < 1000:
        return f"{count:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 1000 or unit == "GB":
            return f"{count:.1f} {unit}".replace(".0 ", " ")
    return ""


def pretty(value: Any) -> str:
    """JSON with indents, from text that is JSON or from anything else; other text as it stands.

    So does JSON that is very deep: its indents would be longer than itself.
    """
    try:
        told = json.loads(value) if isinstance(value, str) else value
        if isinstance(value, str) and _is_deep(value, told):
            return value
        return json.dumps(told, indent=2, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # no JSON, or deeper than can be read
        return str(value)


def _is_deep(text: str, told: Any) -> bool:
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    level, depth = ([told] if isinstance(told, dict | list) else []), 0
    while level and depth <= DEEPEST:
        insides = [one.values() if isinstance(one, dict) else one for one in level]
        level = [one for inside in insides for one in inside if isinstance(one, dict | list)]
        depth += 1
    return depth > DEEPEST


NAMES = {
    "moment": moment,
    "status": status,
    "state_status": state_status,
    "size": size,
    "pretty": pretty,
    "duration": units.duration,
    "plural": units.plural,
}
"""What the templates know."""
