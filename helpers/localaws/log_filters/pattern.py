"""A filter pattern: terms, a JSON expression, or fields between spaces; and what it finds.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from helpers.localaws.log_filters.conditions import (
    InvalidPattern,
    Reader,
    Test,
    expression,
    text_of,
)

__all__ = ["InvalidPattern", "Pattern", "compiled"]

_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|(\S+))')
_STEP = re.compile(r"""\.([\w*-]+)|\[(\d+|\*)\]|\['([^']*)'\]|\["([^"]*)"\]""")
_FIELD = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')
_NAME = re.compile(r"[\w-]*")


@dataclass(frozen=True)
class Pattern:
    """A pattern that has been read.

    found: what a message that fits has of the fields that the pattern names, by `$.selector` or
    `$name`; None if it does not fit. expressions: how many regular expressions are in it.
    """

    kind: Literal["terms", "json", "fields"]
    found: Callable[[str], dict[str, str] | None]
    expressions: int

    def fits(self, message: str) -> bool:
        """Does a message fit the pattern?"""
        return self.found(message) is not None


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Pattern:
    """Read a pattern. Raises InvalidPattern."""
    text = pattern.strip()
    if text.startswith("{"):
        return _json(text)
    if text.startswith("["):
        return _fields(text)
    return _terms(text)


# -- terms: `ERROR`, `ERROR timeout`, `?ERROR ?WARN`, `-DEBUG`, `"a phrase"`, `%an expression%`


def _terms(text: str) -> Pattern:
    kinds: dict[str, list[Callable[[str], bool]]] = {"": [], "?": [], "-": []}
    expressions = 0
    for kind, phrase, pattern, word in _TERM.findall(text):
        if pattern:
            expressions += 1
            kinds[kind].append(expression(pattern))
            continue
        if word and not re.fullmatch(r"\w+", word):
            raise InvalidPattern(f"Invalid character(s) in term '{word}'")
        if term := re.sub(r"\\(.)", r"\1", phrase) or word:
            kinds[kind].append(lambda message, term=term: term in message)
    wanted, optional, excluded = kinds[""], kinds["?"], kinds["-"]
    if wanted or excluded:
        optional = []  # AWS: "the question mark will be ignored"

    def found(message: str) -> dict[str, str] | None:
        fits = (
            all(one(message) for one in wanted)
            and not any(one(message) for one in excluded)
            and (not optional or any(one(message) for one in optional))
        )
        return {} if fits else None

    return Pattern("terms", found, expressions)


# -- JSON: `{ $.level = "ERROR" && $.n > 4 }`


def _json(text: str) -> Pattern:
    if not text.endswith("}"):
        raise InvalidPattern("If a filter pattern starts with '{' it must end with '}'")
    selected: dict[str, Callable[[Any], list[Any]]] = {}

    def operand(path: str) -> Callable[[Any], list[Any]]:
        selected[path] = _selector(path)
        return selected[path]

    reader = Reader(text[1:-1], operand)
    test = reader.whole()

    def found(message: str) -> dict[str, str] | None:
        try:
            data = json.loads(message)
            if not isinstance(data, dict | list) or not test(data):
                return None
        except (ValueError, RecursionError):
            return None
        given = {path: values(data) for path, values in selected.items()}
        return {
            path: text_of(values[0])
            for path, values in given.items()
            if values and values[0] is not None and not isinstance(values[0], dict | list)
        }

    return Pattern("json", found, reader.expressions)


def _selector(path: str) -> Callable[[Any], list[Any]]:
    if not path.startswith("$"):
        raise InvalidPattern("Invalid filter pattern")
    steps = [next(part for part in groups if part) for groups in _STEP.findall(path)]

    def values(data: Any) -> list[Any]:
        reached = [data]
        for step in steps:
            inner: list[Any] = []
            for one in reached:
                if step == "*" and isinstance(one, dict | list):
                    inner += one.values() if isinstance(one, dict) else one
                elif isinstance(one, dict) and step in one:
                    inner.append(one[step])
                elif isinstance(one, list) and step.isdigit() and int(step) < len(one):
                    inner.append(one[int(step)])
            reached = inner
        return reached

    return values


# -- fields between spaces: `[ip, user, ..., status = 4*, size > 100]`


def _fields(text: str) -> Pattern:
    if not text.endswith("]"):
        raise InvalidPattern("If a filter pattern starts with '[' it must end with ']'")
    parts = [part.strip() for part in re.split(r',(?=(?:[^"%]|"[^"]*"|%[^%]*%)*$)', text[1:-1])]
    if parts.count("...") > 1:
        raise InvalidPattern("Invalid filter pattern")
    gap = parts.index("...") if "..." in parts else len(parts)
    read = [_field(part) for part in parts if part != "..."]
    fixed = "..." not in parts

    def found(message: str) -> dict[str, str] | None:
        given = [first or second or third for first, second, third in _FIELD.findall(message)]
        if len(given) < len(read) or (fixed and len(given) != len(read)):
            return None
        between = len(given) - len(read)
        named = [*read[:gap], *[("", None)] * between, *read[gap:]]
        values: dict[str, str] = {}
        for number, ((name, test), value) in enumerate(zip(named, given, strict=True), 1):
            if test is not None and not test(value):
                return None
            values[f"${name or number}"] = value
        return values

    return Pattern("fields", found, sum(part.count("%") // 2 for part in parts))


def _field(part: str) -> tuple[str, Test | None]:
    """The name of a field, and what is asked of it."""
    if _NAME.fullmatch(part):
        return part, None
    names: list[str] = []

    def operand(name: str) -> Callable[[Any], list[Any]]:
        names.append(name)
        return lambda value: [value]

    test = Reader(part, operand).whole()
    if len(set(names)) > 1 or not _NAME.fullmatch(names[0]):
        raise InvalidPattern("Invalid filter pattern")  # a condition is about the field it is at
    return names[0], test
