"""Where in the text a value stands: line and column (from 1) for a path of keys and indices."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

Steps = tuple[str | int, ...]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def doubled_keys(text: str) -> set[Steps]:
    """Where a key stands twice in the same object of a JSON text.

    >>> doubled_keys('{"States": {"A": 1, "A": 2}, "A": 3}')
    {('States', 'A')}
    """
    doubled: set[Steps] = set()
    _scan(text, doubled)
    return doubled


def json_places(text: str) -> dict[Steps, tuple[int, int]]:
    """Line and column of everything in a JSON text: of the key for a field, of the value for an
    array's item. Where a key is repeated the last one counts, as it does for the value.

    >>> json_places('{"States":\\n {"A": {"Next": "B"}}}')[("States", "A", "Next")]
    (2, 9)
    """
    return _scan(text, set())


def _scan(text: str, doubled: set[Steps]) -> dict[Steps, tuple[int, int]]:
    starts = [0, *(line_end.end() for line_end in re.finditer("\n", text))]

    def place(offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    places: dict[Steps, tuple[int, int]] = {}
    stack: list[list[str | int]] = []  # one [kind, current key or index] per open bracket
    path: list[str | int] = []
    expect_key = False
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in ("}", "]"):
            if stack:
                stack.pop()
                if path:
                    path.pop()
            expect_key = False
        elif mark == ",":
            if stack and stack[-1][0] == "[":
                path[-1] = stack[-1][1] = int(stack[-1][1]) + 1
            expect_key = bool(stack) and stack[-1][0] == "{"
        elif mark == ":":
            pass
        elif expect_key and mark.startswith('"'):
            path[-1] = _string(mark)
            steps = tuple(path)
            if steps in places:
                doubled.add(steps)
            places[steps] = place(token.start())
            expect_key = False
        else:
            if not stack or stack[-1][0] == "[":
                places[tuple(path)] = place(token.start())
            if mark in ("{", "["):
                stack.append([mark, 0])
                path.append("" if mark == "{" else 0)
                expect_key = mark == "{"
    return places


def place_of(places: dict[Steps, tuple[int, int]], steps: Steps) -> tuple[int, int] | None:
    """The place of `steps`, or of the nearest thing around it that has one."""
    while True:
        if steps in places:
            return places[steps]
        if not steps:
            return None
        steps = steps[:-1]


def _string(token: str) -> str:
    try:
        return json.loads(token, strict=False)
    except ValueError:
        return token[1:-1]
