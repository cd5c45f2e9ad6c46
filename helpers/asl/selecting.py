"""A path taken apart: what it selects in data, and where it puts a value.

A path is *definite* if it names one place (`$.a.b[0]`): that nothing is there is then an error.
Any other (`..`, `*`, slices, filters, several indexes) selects an array, which may be empty.

What a path leads to, and the words where it leads to nothing, are Jayway's JsonPath 2.0.0: AWS's
own words are those of this version, and no later one has all of them (a merged report of 2018 has
"Property ['length()'] not found in path $['list']":
https://github.com/awsdocs/aws-step-functions-developer-guide/pull/5; one of 2023 "Multi properties
can only be used as path leafs": https://gist.github.com/deric4/733eb129a10b13530cebaa3b70031c77).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from helpers.asl.failures import ParentMissing, PastTheEnd, PathMissing, StateError
from helpers.asl.json_text import dump

MISSING: Any = type(
    "Missing", (), {"__repr__": lambda self: "MISSING", "__bool__": lambda s: False}
)()
"""What there is where a path leads nowhere. None would be JSON's null."""

MOST = 200_000
"""So many values may a path select; an input of 256 KB has fewer."""
HEAVIEST = 16 * 2**20
"""So many characters may they have as JSON, before a function makes less of them."""


class Step(NamedTuple):
    """One step of a path. kind: a key of `SELECT`; value: what it takes besides, such as a name."""

    kind: str
    value: Any = None


class Path:
    """A path, read.

    text: its source. root: what it begins with: `$`, `$$`, `$name`, or `@` inside a filter.
    keys: the names and indexes that lead to one place, outermost first; rest: the steps from
    there. single: whether it is a Reference Path, which names one place by plain means only.
    """

    __slots__ = ("keys", "rest", "root", "single", "text")

    def __init__(self, text: str, root: str, steps: list[Step], *, plain: bool) -> None:
        definite = 0
        while definite < len(steps) and steps[definite].kind in ("name", "index"):
            definite += 1
        self.text = text
        self.root = root
        self.keys: tuple[str | int, ...] = tuple([value for _, value in steps[:definite]])
        self.rest = tuple(steps[definite:])
        self.single = plain and not self.rest

    def find(self, data: Any) -> Any:
        """What the path selects in `data`, which is what its root stands for.

        Raises PathMissing where it names what is not there; StateError where it selects too much.
        """
        here = data
        for number, key in enumerate(self.keys):
            if isinstance(key, str):
                inner = here.get(key, MISSING) if isinstance(here, dict) else MISSING
            elif isinstance(here, list) and -len(here) <= key < len(here):
                inner = here[key]
            else:
                inner = MISSING
            if inner is MISSING:
                raise self._missing(data, here, number)
            here = inner
        return self._select(here, data) if self.rest else here

    def select(self, data: Any) -> Any:
        """As `find`; but an array of nothing where a path that may select several finds no parent.

        So AWS has it where a state looks something up; a filter does not.

        >>> from helpers.asl.paths import read
        >>> read("$.orders[*].id").select({}), read("$.orders[1:]").select({})
        ([], [])
        """
        try:
            return self.find(data)
        except ParentMissing:
            return []

    def _missing(self, data: Any, here: Any, number: int) -> PathMissing:
        """Why `here`, to which the keys before `number` lead, does not have that one."""
        key, way, last = self.keys[number], self.keys[: number + 1], number == len(self.keys) - 1
        last = last and not self.rest
        if isinstance(key, str):
            if not isinstance(here, dict):
                reason = f"Property ['{key}'] not found in path {shown(way[:-1])}"
            elif last:
                reason = f"No results for path: {shown(way)}"
            else:
                reason = f"Missing property in path {shown(way)}"
        elif isinstance(here, list):
            reason = f"Index out of bounds when evaluating path {shown(way)}"
            if last:
                return PastTheEnd(self.text, data, reason)
        elif here is None:
            reason = f"The path {shown(way[:-1])} is null"
        else:
            reason = (
                f"Filter: {shown(self.keys[number:])[1:]} can only be applied to arrays. "
                f"Current context is: {dump(here)}"
            )
        several = self.rest and self.rest[0].kind != "names"
        return (ParentMissing if several else PathMissing)(self.text, data, reason)

    def _select(self, node: Any, data: Any) -> Any:
        if self.rest[0].kind == "names":
            return self._named(node, data)
        nodes: list[Any] = [node]
        for kind, value in self.rest:
            selected: list[Any] = []
            for node in nodes:
                selected.extend(SELECT[kind](value, node, data))
                if len(selected) > MOST:
                    raise _too_large(self.text)
            nodes = selected
        if _size(nodes) > HEAVIEST:
            raise _too_large(self.text)
        return nodes

    def _named(self, node: Any, data: Any) -> dict[str, Any]:
        """The several fields that the path names in one object: an object, not an array."""
        names = self.rest[0].value
        listed = "[" + ", ".join(f"'{name}'" for name in names) + "]"
        if not isinstance(node, dict):
            reason = f"Property {listed} not found in path {shown(self.keys)}"
        elif len(self.rest) > 1:
            way = shown(self.keys) + listed
            reason = f"Multi properties can only be used as path leafs: {way}"
        else:
            return next(_by_names(names, node, data))
        raise PathMissing(self.text, data, reason)

    def put(self, data: Any, value: Any) -> Any:
        """A copy of `data` with `value` at this (definite) path, which is made where it is missing.

        Raises TypeError where something that is neither object nor array is in the way.
        """
        return _put(data, self.keys, value)


def shown(keys: tuple[str | int, ...]) -> str:
    """A way through data as the messages write it.

    >>> shown(("list", 0))
    "$['list'][0]"
    """
    return "$" + "".join(f"['{key}']" if isinstance(key, str) else f"[{key}]" for key in keys)


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


# -- what each kind of step selects in a node


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


def _filtered(test: Test, node: Any, root: Any) -> Iterator[Any]:
    items = node if isinstance(node, list) else [node] if isinstance(node, dict) else []
    holds = test.holds
    for item in items:
        if holds(item, root):
            yield item


SELECT: dict[str, Callable[[Any, Any, Any], Iterator[Any]]] = {
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
"""Each is called with the step's value, a node, and what `$` stands for inside a filter."""


# -- the test of a filter: `?(@.price < 10 && !@.sold)`


class Constant(NamedTuple):
    """A value written into the filter."""

    value: Any

    def of(self, item: Any, root: Any) -> Any:
        """The value."""
        return self.value


class Looked(NamedTuple):
    """A path in a filter, from the item (`@`) or from the root (`$`)."""

    path: Path

    def of(self, item: Any, root: Any) -> Any:
        """What the path leads to, or MISSING."""
        path = self.path
        try:
            return path.find(root if path.root == "$" else item)
        except PathMissing:
            return MISSING


class Exists(NamedTuple):
    """There is something: `@.isbn`."""

    operand: Looked

    def holds(self, item: Any, root: Any) -> bool:
        """Does it hold for the item?"""
        return self.operand.of(item, root) is not MISSING


class Comparison(NamedTuple):
    """`@.price < 10`; `compare` is what `COMPARE` has for the operator."""

    left: Constant | Looked
    compare: Callable[[Any, Any], bool]
    right: Constant | Looked

    def holds(self, item: Any, root: Any) -> bool:
        """Does it hold for the item?"""
        left, compare, right = self
        return compare(left.of(item, root), right.of(item, root))


class Not(NamedTuple):
    """`!(…)`."""

    test: Test

    def holds(self, item: Any, root: Any) -> bool:
        """Does it hold for the item?"""
        return not self.test.holds(item, root)


class Every(NamedTuple):
    """`… && …`."""

    tests: list[Test]

    def holds(self, item: Any, root: Any) -> bool:
        """Does it hold for the item?"""
        return all(test.holds(item, root) for test in self.tests)


class Either(NamedTuple):
    """`… || …`."""

    tests: list[Test]

    def holds(self, item: Any, root: Any) -> bool:
        """Does it hold for the item?"""
        return any(test.holds(item, root) for test in self.tests)


Test = Exists | Comparison | Not | Every | Either


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left is not MISSING and left == right


_NUMBERS = (int, float)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(left: Any, right: Any) -> bool:
        if type(left) in _NUMBERS:  # which true and false are not
            return type(right) in _NUMBERS and compare(left, right)
        return isinstance(left, str) and isinstance(right, str) and compare(left, right)

    return test


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
    "in": lambda a, b: isinstance(b, list) and any(_same(a, x) for x in b),
    "nin": lambda a, b: isinstance(b, list) and not any(_same(a, x) for x in b),
}
