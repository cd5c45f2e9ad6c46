"""JSONPath as Step Functions reads it: compiled once, then applied to many inputs.

The dialect is Jayway's: a *definite* path (`$.a.b[0]`) names one value and its absence is an error;
an *indefinite* one (`..`, `[*]`, slices, filters, several names or indexes) selects an array, which
may be empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from helpers.asl.failures import PastTheEnd, PathMissing, StateError

MISSING = object()
MOST = 200_000
"""So many values may a path select; an input of 256 KB has fewer."""
HEAVIEST = 16 * 2**20
"""So many characters may they have as JSON, before a function makes less of them."""

Step = Callable[[Any], Iterator[Any]]


class PathSyntaxError(ValueError):
    """The text is no JSONPath."""


_NAME = re.compile(r"[^\s.\[\]()'\"@?*,:=<>!&|]+")
_SPACE = re.compile(r"\s*")
_INT = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>|=~|\bin\b|\bnin\b")


class Path:
    """A compiled path. `text` is its source, `definite` whether it names exactly one value."""

    __slots__ = ("_keys", "_steps", "definite", "text")

    def __init__(self, text: str, steps: list[tuple[str, Any]]) -> None:
        self.text = text
        self.definite = all(kind in ("name", "index") for kind, _ in steps)
        self._keys = tuple(value for _, value in steps) if self.definite else ()
        self._steps = steps

    @property
    def keys(self) -> tuple[str | int, ...]:
        """The names and indexes of a definite path, outermost first."""
        return self._keys

    def find(self, data: Any) -> Any:
        """What the path selects in `data`; raises PathMissing where it names what is not there."""
        if self.definite:
            return self._walk(data)
        return self._select(data)

    def _walk(self, data: Any) -> Any:
        here = data
        for number, key in enumerate(self._keys):
            if isinstance(key, str):
                here = here.get(key, MISSING) if isinstance(here, dict) else MISSING
            elif isinstance(here, list) and -len(here) <= key < len(here):
                here = here[key]
            elif isinstance(here, list) and number == len(self._keys) - 1:
                raise PastTheEnd(self.text, data, self._reason(number))
            else:
                here = MISSING
            if here is MISSING:
                raise PathMissing(self.text, data, self._reason(number))
        return here

    def _reason(self, number: int) -> str:
        """Jayway's words for a definite path that ends at step `number`."""

        def shown(keys: tuple[str | int, ...]) -> str:
            return "$" + "".join(f"['{k}']" if isinstance(k, str) else f"[{k}]" for k in keys)

        if number + 1 < len(self._keys):
            return f"Missing property in path {shown(self._keys[: number + 1])}"
        return f"No results for path: {shown(self._keys)}"

    def _select(self, data: Any) -> Any:
        nodes: list[Any] = [data]
        many = False
        for kind, value in self._steps:
            found: list[Any] = []
            for node in nodes:
                found.extend(_SELECT[kind](value, node, data))
                if len(found) > MOST:
                    raise _too_large(self.text)
            if not found and not many and kind in ("name", "index"):
                raise PathMissing(self.text, data, f"No results for path: {self.text}")
            many = many or kind not in ("name", "index")
            nodes = found
        if _size(nodes) > HEAVIEST:
            raise _too_large(self.text)
        return nodes

    def put(self, data: Any, value: Any) -> Any:
        """A copy of `data` with `value` at this (definite) path, which is made where it is missing.

        Raises TypeError where something that is neither object nor array is in the way.
        """
        return _put(data, self._keys, value)


def _too_large(path: str) -> StateError:
    return StateError(
        "States.DataLimitExceeded",
        f"The path '{path}' selects a result with a size exceeding the maximum number of bytes "
        "service limit.",
    )


def _size(nodes: list[Any]) -> int:
    """At least so many characters have the nodes as JSON, each value that they share counted for
    every node: `$..*` may select much more than there is.
    """
    sizes: dict[int, int] = {}
    waiting: list[Any] = list(nodes)
    while waiting:
        here = waiting[-1]
        if not isinstance(here, dict | list) or id(here) in sizes:
            waiting.pop()
            continue
        inner = here.values() if isinstance(here, dict) else here
        todo = [one for one in inner if isinstance(one, dict | list) and id(one) not in sizes]
        if todo:
            waiting += todo
            continue
        waiting.pop()
        names = sum(map(len, here)) if isinstance(here, dict) else 0
        sizes[id(here)] = 2 + names + sum(_characters(one, sizes) for one in inner)
    return sum(_characters(one, sizes) for one in nodes)


def _characters(value: Any, sizes: dict[int, int]) -> int:
    if isinstance(value, dict | list):
        return sizes[id(value)]
    return len(value) if isinstance(value, str) else 1


def _put(data: Any, keys: tuple[str | int, ...], value: Any) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(key, str):
        if data is MISSING:
            data = {}
        if not isinstance(data, dict):
            raise TypeError(key)
        return {**data, key: _put(data.get(key, MISSING), rest, value)}
    if not isinstance(data, list) or not -len(data) <= key < len(data):
        raise TypeError(key)
    copy = list(data)
    copy[key] = _put(copy[key], rest, value)
    return copy


# -- selecting with the steps of an indefinite path


def _by_name(name: str, node: Any, root: Any) -> Iterator[Any]:
    if isinstance(node, dict) and name in node:
        yield node[name]
    elif isinstance(node, list):  # Jayway looks through an array that an earlier step selected
        for item in node:
            if isinstance(item, dict) and name in item:
                yield item[name]


def _by_index(index: int, node: Any, root: Any) -> Iterator[Any]:
    if isinstance(node, list) and -len(node) <= index < len(node):
        yield node[index]


def _by_names(names: list[str], node: Any, root: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield {name: node[name] for name in names if name in node}


def _by_indexes(indexes: list[int], node: Any, root: Any) -> Iterator[Any]:
    for index in indexes:
        yield from _by_index(index, node, root)


def _by_slice(bounds: slice, node: Any, root: Any) -> Iterator[Any]:
    if isinstance(node, list):
        yield from node[bounds]


def _all(_: None, node: Any, root: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


def _deep(_: None, node: Any, root: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting.extend(reversed(list(here.values())))
        elif isinstance(here, list):
            waiting.extend(reversed(here))


def _deep_any(_: None, node: Any, root: Any) -> Iterator[Any]:
    waiting = [_all(None, node, root)]
    while waiting:
        for inner in waiting[-1]:
            yield inner
            waiting.append(_all(None, inner, root))
            break
        else:
            waiting.pop()


def _deep_lists(_: None, node: Any, root: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            yield here
            waiting.extend(reversed(here))
        elif isinstance(here, dict):
            waiting.extend(reversed(list(here.values())))


def _filtered(test: Callable[[Any, Any], bool], node: Any, root: Any) -> Iterator[Any]:
    items = node if isinstance(node, list) else [node] if isinstance(node, dict) else []
    for item in items:
        if test(item, root):
            yield item


_SELECT: dict[str, Callable[[Any, Any, Any], Iterator[Any]]] = {
    "name": _by_name,
    "index": _by_index,
    "names": _by_names,
    "indexes": _by_indexes,
    "slice": _by_slice,
    "all": _all,
    "deep": _deep,
    "deep_any": _deep_any,
    "deep_lists": _deep_lists,
    "filter": _filtered,
}


# -- reading the text of a path


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, why: str) -> PathSyntaxError:
        return PathSyntaxError(f"{why} at position {self.at} of '{self.text}'")

    def peek(self, what: str) -> bool:
        return self.text.startswith(what, self.at)

    def take(self, what: str) -> bool:
        if self.peek(what):
            self.at += len(what)
            return True
        return False

    def need(self, what: str) -> None:
        if not self.take(what):
            raise self.fail(f"'{what}' expected")

    def match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def space(self) -> None:
        self.match(_SPACE)

    def string(self) -> str:
        quote = self.text[self.at]
        self.at += 1
        out = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\" and self.at + 1 < len(self.text):
                out.append(self.text[self.at + 1])
                self.at += 2
                continue
            self.at += 1
            if char == quote:
                return "".join(out)
            out.append(char)
        raise self.fail("the string does not end")

    def steps(self, *, to_end: bool) -> list[tuple[str, Any]]:
        steps: list[tuple[str, Any]] = []
        while self.at < len(self.text):
            if self.take(".."):
                if self.take("*"):
                    steps.append(("deep_any", None))
                elif self.peek("["):
                    after = self.bracket()
                    deep = "deep" if after[0] in ("name", "names") else "deep_lists"
                    steps += [(deep, None), after] if after[0] != "all" else [("deep_any", None)]
                else:
                    name = self.match(_NAME)
                    if name is None:
                        raise self.fail("a name expected")
                    steps += [("deep", None), ("name", name)]
            elif self.take("."):
                if self.take("*"):
                    steps.append(("all", None))
                else:
                    name = self.match(_NAME)
                    if name is None:
                        raise self.fail("a name expected")
                    steps.append(("name", name))
            elif self.peek("["):
                steps.append(self.bracket())
            elif to_end:
                raise self.fail("'.' or '[' expected")
            else:
                break
        return steps

    def bracket(self) -> tuple[str, Any]:
        self.need("[")
        self.space()
        if self.take("*"):
            step: tuple[str, Any] = ("all", None)
        elif self.take("?"):
            self.need("(")
            step = ("filter", self.either())
            self.space()
            self.need(")")
        elif self.peek("'") or self.peek('"'):
            names = [self.string()]
            self.space()
            while self.take(","):
                self.space()
                names.append(self.string())
                self.space()
            step = ("name", names[0]) if len(names) == 1 else ("names", names)
        else:
            step = self.numbers()
        self.space()
        self.need("]")
        return step

    def numbers(self) -> tuple[str, Any]:
        first = self.match(_INT)
        self.space()
        if self.take(":"):
            self.space()
            last = self.match(_INT)
            step = None
            self.space()
            if self.take(":"):
                step = self.match(_INT)
            low, high, by = (None if n is None else int(n) for n in (first, last, step))
            if by == 0:
                raise self.fail("a slice cannot step by 0")
            return "slice", slice(low, high, by)
        if first is None:
            raise self.fail("an index or a name expected")
        indexes = [int(first)]
        while self.take(","):
            self.space()
            more = self.match(_INT)
            if more is None:
                raise self.fail("an index expected")
            indexes.append(int(more))
            self.space()
        return ("index", indexes[0]) if len(indexes) == 1 else ("indexes", indexes)

    # filter expressions, loosest first

    def either(self) -> Callable[[Any, Any], bool]:
        tests = [self.both()]
        self.space()
        while self.take("||"):
            tests.append(self.both())
            self.space()
        return tests[0] if len(tests) == 1 else lambda i, r: any(t(i, r) for t in tests)

    def both(self) -> Callable[[Any, Any], bool]:
        tests = [self.one()]
        self.space()
        while self.take("&&"):
            tests.append(self.one())
            self.space()
        return tests[0] if len(tests) == 1 else lambda i, r: all(t(i, r) for t in tests)

    def one(self) -> Callable[[Any, Any], bool]:
        self.space()
        if self.take("!"):
            inner = self.one()
            return lambda i, r: not inner(i, r)
        if self.take("("):
            inner = self.either()
            self.space()
            self.need(")")
            return inner
        left = self.operand()
        self.space()
        operator = self.match(_OPERATOR)
        if operator is None:
            return lambda i, r: left(i, r) is not MISSING
        self.space()
        right = self.operand()
        compare = _COMPARE.get(operator)
        if compare is None:
            raise self.fail(f"'{operator}' is not supported")
        return lambda i, r: compare(left(i, r), right(i, r))

    def operand(self) -> Callable[[Any, Any], Any]:
        self.space()
        for sign, pick in (("@", 0), ("$", 1)):
            if self.take(sign):
                path = Path(self.text, self.steps(to_end=False))

                def look(item: Any, root: Any, path: Path = path, pick: int = pick) -> Any:
                    try:
                        return path.find(root if pick else item)
                    except PathMissing:
                        return MISSING

                return look
        if self.peek("'") or self.peek('"'):
            constant: Any = self.string()
        elif self.peek("["):
            end = self.text.find("]", self.at)
            try:
                constant = json.loads(self.text[self.at : end + 1].replace("'", '"'))
            except ValueError:
                raise self.fail("an array expected") from None
            self.at = end + 1
        else:
            for word, value in (("true", True), ("false", False), ("null", None)):
                if self.take(word):
                    constant = value
                    break
            else:
                number = self.match(_NUMBER)
                if number is None:
                    raise self.fail("a value expected")
                constant = json.loads(number)
        return lambda item, root: constant


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left is not MISSING and left == right


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(left: Any, right: Any) -> bool:
        for kind in ((int, float), str):
            if isinstance(left, kind) and isinstance(right, kind):
                return not isinstance(left, bool) and compare(left, right)
        return False

    return test


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
    "in": lambda a, b: isinstance(b, list) and any(_same(a, x) for x in b),
    "nin": lambda a, b: isinstance(b, list) and not any(_same(a, x) for x in b),
}


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Path:
    """Compile a JSONPath that begins with `$`; raises PathSyntaxError."""
    if not text.startswith("$"):
        raise PathSyntaxError(f"'{text}' does not begin with '$'")
    reader = _Reader(text)
    reader.at = 1
    return Path(text, reader.steps(to_end=True))


@lru_cache(maxsize=1024)
def compile_reference(text: str) -> Path:
    """Compile a *reference path*, one that names a single place, as ResultPath wants it."""
    path = compile_path(text)
    if not path.definite:
        raise PathSyntaxError(f"'{text}' is no reference path: it may select several values")
    return path
