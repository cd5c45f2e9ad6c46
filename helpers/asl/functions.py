"""Intrinsic functions (`States.Format('{}', $.name)`): is one written right?"""

from __future__ import annotations

import re
from functools import lru_cache

from helpers.asl.paths import is_jsonpath

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "Array": (0, None),
    "ArrayContains": (2, 2),
    "ArrayGetItem": (2, 2),
    "ArrayLength": (1, 1),
    "ArrayPartition": (2, 2),
    "ArrayRange": (3, 3),
    "ArrayUnique": (1, 1),
    "Base64Decode": (1, 1),
    "Base64Encode": (1, 1),
    "Format": (1, None),
    "Hash": (2, 2),
    "JsonMerge": (3, 3),
    "JsonToString": (1, 1),
    "MathAdd": (2, 2),
    "MathRandom": (2, 3),
    "StringSplit": (2, 2),
    "StringToJson": (1, 1),
    "UUID": (0, 0),
}
"""Name → fewest and most arguments (AWS Step Functions Developer Guide, "Intrinsics for
JSONPath states")."""

_NUMBERS_ONLY = {"MathAdd": (0, 1), "MathRandom": (0, 1, 2), "ArrayRange": (0, 1, 2)}
"""Arguments that must be numbers: a text literal there cannot be right."""

_NAME = re.compile(r"States\.(\w+)\(")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?(?=\s*[,)])")
_WORD = re.compile(r"(true|false|null)(?=\s*[,)])")
_DEEPEST = 10  # AWS: "you can nest up to 10 intrinsic functions"


class _Wrong(Exception):
    """The call cannot be read; its text says why, for a hint."""


@lru_cache(maxsize=4096)
def why_not_intrinsic(text: str) -> str | None:
    """None for a well-formed call, otherwise what is amiss, as a sentence.

    >>> why_not_intrinsic("States.Format('Hello {}', $.name)")
    >>> why_not_intrinsic("States.format('{}', $.name)")
    "There is no intrinsic function States.format. Did you mean 'States.Format'?"
    >>> why_not_intrinsic("States.MathAdd(1, '-1')")
    'States.MathAdd takes numbers, and argument 2 is text.'
    """
    try:
        end = _call(text.strip(), 0, 1)
        if end != len(text.strip()):
            return f"Nothing may follow the closing bracket of {text.strip()[:end]}."
    except _Wrong as wrong:
        return str(wrong)
    return None


def _call(text: str, at: int, depth: int) -> int:
    found = _NAME.match(text, at)
    if found is None:
        raise _Wrong("An intrinsic function is written States.Name(arguments).")
    name = found[1]
    if name not in FUNCTIONS:
        from helpers.asl.suggest import nearest

        meant = nearest(name, FUNCTIONS)
        tail = f" Did you mean 'States.{meant}'?" if meant else ""
        raise _Wrong(f"There is no intrinsic function States.{name}.{tail}")
    if depth > _DEEPEST:
        raise _Wrong(f"At most {_DEEPEST} intrinsic functions may stand inside each other.")
    kinds: list[str] = []
    at = _space(text, found.end())
    if text.startswith(")", at):
        at += 1
    else:
        while True:
            kind, at = _argument(text, at, depth)
            kinds.append(kind)
            at = _space(text, at)
            mark = text[at : at + 1]
            at += 1
            if mark == ")":
                break
            if mark != ",":
                raise _Wrong(f"A comma or a closing bracket is missing in States.{name}(…).")
            at = _space(text, at)
    fewest, most = FUNCTIONS[name]
    if len(kinds) < fewest or (most is not None and len(kinds) > most):
        raise _Wrong(f"States.{name} takes {_how_many(fewest, most)}, not {len(kinds)}.")
    for number in _NUMBERS_ONLY.get(name, ()):
        if number < len(kinds) and kinds[number] == "text":
            raise _Wrong(f"States.{name} takes numbers, and argument {number + 1} is text.")
    return at


def _argument(text: str, at: int, depth: int) -> tuple[str, int]:
    """The kind of the argument at `at`, and the offset behind it."""
    if text.startswith("'", at):
        return "text", _literal(text, at)
    if text.startswith("States.", at):
        return "call", _call(text, at, depth + 1)
    if text.startswith("$", at):
        end = _path_end(text, at)
        if not is_jsonpath(text[at:end].rstrip()):
            raise _Wrong(f"{text[at:end].rstrip()} is no JSONPath.")
        return "path", end
    for kind, pattern in (("number", _NUMBER), ("word", _WORD)):
        if found := pattern.match(text, at):
            return kind, found.end()
    raise _Wrong(
        "An argument is a path ($.…), text in single quotes, a number, true, false, null or "
        "another intrinsic function."
    )


def _literal(text: str, at: int) -> int:
    at += 1
    while at < len(text):
        if text[at] == "'":
            return at + 1
        if text[at] == "\\":
            if text[at + 1 : at + 2] not in ("'", "{", "}", "\\"):
                raise _Wrong(
                    f"A backslash in a text may stand before ', {{, }} and \\ only, not before "
                    f"{text[at + 1 : at + 2]}."
                )
            at += 1
        at += 1
    raise _Wrong("A text is not closed with a single quote.")


def _path_end(text: str, at: int) -> int:
    """Behind a path: at the comma or bracket that ends the argument."""
    depth = 0
    while at < len(text):
        mark = text[at]
        if mark in "'\"" and depth:
            close = text.find(mark, at + 1)
            if close < 0:
                return len(text)
            at = close
        elif mark in "[(":
            depth += 1
        elif mark in "])":
            if depth == 0:
                return at
            depth -= 1
        elif mark == "," and depth == 0:
            return at
        at += 1
    return at


def _space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _how_many(fewest: int, most: int | None) -> str:
    if most is None:
        return f"at least {fewest} argument{'s' * (fewest != 1)}"
    if fewest == most:
        return f"{fewest or 'no'} argument{'s' * (fewest != 1)}"
    return f"{fewest} or {most} arguments"
