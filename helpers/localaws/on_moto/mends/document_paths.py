"""Which attributes an expression of DynamoDB names, read once; and which two of them quarrel.

Of the grammar only so much is read as that takes: what is no expression, moto says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

Path = tuple[str | int, ...]
"""Names of attributes, and numbers of places in lists, from the outside to the inside."""

_TOKEN = re.compile(r"\[\s*\d+\s*\]|[#:]?\w+|[^\s\w]")
_NAME = re.compile(r"#\w+|[A-Za-z_]\w*")
_OF_CONDITIONS = {"AND", "OR", "NOT", "BETWEEN", "IN"}
_CLAUSES = {"SET", "REMOVE", "ADD", "DELETE"}
_KEYWORDS: dict[str, set[str]] = {"UpdateExpression": _CLAUSES, "ProjectionExpression": set()}


@dataclass(frozen=True)
class Read:
    """What is in an expression.

    words: the attributes that stand in it by their own names. names, values: its `#` and `:` words.
    targets: of an UpdateExpression what it changes, of a ProjectionExpression what it gives.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    values: tuple[str, ...]
    targets: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=512)
def read(kind: str, text: str) -> Read:
    """Read an expression. kind: what it is called in a request.

    >>> read("UpdateExpression", "SET a.#b = size, c[1] = if_not_exists(d, :e)")
    Read(words=('a', 'size', 'c', 'd'), names=('#b',), values=(':e',), \
targets=(('a', '#b'), ('c', '[1]')))
    """
    tokens = _TOKEN.findall(text)
    return Read(
        tuple(_words(tokens, _KEYWORDS.get(kind, _OF_CONDITIONS))),
        tuple(token for token in tokens if token[0] == "#" and len(token) > 1),
        tuple(token for token in tokens if token[0] == ":" and len(token) > 1),
        tuple(_targets(kind, tokens)),
    )


def _words(tokens: list[str], keywords: set[str]) -> Iterator[str]:
    for place, token in enumerate(tokens):
        inner = place > 0 and tokens[place - 1] == "."
        called = tokens[place + 1 : place + 2] == ["("]
        plain = inner or not (called or token.upper() in keywords)
        if plain and token[0] != "#" and _NAME.fullmatch(token):
            yield token


def _targets(kind: str, tokens: list[str]) -> Iterator[tuple[str, ...]]:
    """The paths that begin where one is expected: behind a comma, or a clause's own word."""
    update = kind == "UpdateExpression"
    if not update and kind != "ProjectionExpression":
        return
    depth, expected = 0, not update
    for place, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token, 0)
        inner = place > 0 and tokens[place - 1] == "."
        clause = update and token.upper() in _CLAUSES and not inner
        if depth == 0 and (clause or token == ","):
            expected = True
        elif expected:
            yield tuple(_path(tokens[place:]))
            expected = False


def _path(tokens: list[str]) -> Iterator[str]:
    """The parts of the path with which the tokens begin."""
    inner = True
    for token in tokens:
        if token[0] == "[" and len(token) > 1 and not inner:
            yield token
        elif token == ".":
            inner = True
        elif inner and _NAME.fullmatch(token):
            yield token
            inner = False
        else:
            return


def resolved(parts: Iterable[str], names: dict[str, str]) -> Path:
    """A path with the names that its `#` words stand for.

    >>> resolved(("#a", "[ 1 ]"), {"#a": "b.c"})
    ('b.c', 1)
    """
    return tuple(
        int(part[1:-1]) if part[0] == "[" else str(names.get(part, part)) for part in parts
    )


def quarrel(paths: list[Path]) -> str | None:
    """DynamoDB's words for the first two paths that cannot stand together; None if all can.

    >>> quarrel([("a", "b"), ("a", 1)])
    'Two document paths conflict with each other; must remove or rewrite one of these paths; \
path one: [a, b], path two: [a, [1]]'
    """
    for how, holds in (("overlap", _overlap), ("conflict", _conflict)):
        for one, other in combinations(paths, 2):
            if holds(one, other):
                return (
                    f"Two document paths {how} with each other; must remove or rewrite one of these"
                    f" paths; path one: {_shown(one)}, path two: {_shown(other)}"
                )
    return None


def _overlap(one: Path, other: Path) -> bool:
    """Is one of them in the other, or the other itself?"""
    return all(a == b for a, b in zip(one, other, strict=False))


def _conflict(one: Path, other: Path) -> bool:
    """Is a value a list for one of them, and a map for the other?"""
    parts = zip(one, other, strict=False)
    differ = next(((a, b) for a, b in parts if a != b), None)
    return differ is not None and type(differ[0]) is not type(differ[1])


def _shown(path: Path) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else part for part in path)
    return f"[{', '.join(parts)}]"
