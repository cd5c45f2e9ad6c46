"""Scan and Query of a table: moto's own, which see those items only that the answer needs.

moto makes an object of each item, sorts all of them, and passes those by that an earlier page had:
seconds for a page of a large table. Here `Items` finds where the page begins, and moto says what is
on it. Imports moto.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import DecimalException
from typing import Any

from moto.dynamodb.models import table as moto_table
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from helpers.localaws.persistence.items import Attributes, comparable
from helpers.localaws.persistence.orders import Place

LARGEST = 410_000
"""Bytes that no item has: moto's LimitedSizeDict takes up to 405,000."""

_Test = Callable[[Any], bool]

_plain_scan = Table.scan
_plain_query = Table.query


def _never(_: Any) -> bool:
    return False


INTERVALS: dict[str, Callable[..., tuple[_Test, _Test]]] = {
    "=": lambda a: (lambda v: v < a, lambda v: v > a),
    "<": lambda a: (_never, lambda v: v >= a),
    "<=": lambda a: (_never, lambda v: v > a),
    ">": lambda a: (lambda v: v <= a, _never),
    ">=": lambda a: (lambda v: v < a, _never),
    "BETWEEN": lambda a, b: (lambda v: v < a, lambda v: v > b),
    "BEGINS_WITH": lambda a: (lambda v: v < a, lambda v: v > a and not _begins(v, a)),
}
"""What a query may say of a sort key: true of all values below what it means, and of all above."""


class _AsMotoDoes(Exception):
    """What is asked is unusual: moto is to see all items."""


def install() -> None:
    """Put the hooks in place."""
    Table.scan = _scan  # type: ignore[method-assign]
    Table.query = _query  # type: ignore[method-assign]


def _scan(
    self: Table, filters: Any, limit: Any, exclusive_start_key: Any, *rest: Any, **named: Any
) -> Any:
    """For Table.scan, which begins at the first item, whatever page is asked for."""
    view: Any = _Scanned(self, exclusive_start_key)
    return _plain_scan(view, filters, limit, exclusive_start_key, *rest, **named)


def _query(
    self: Table,
    hash_key: Any,
    range_comparison: str | None,
    range_objs: list[Any],
    limit: int | None,
    exclusive_start_key: dict[str, Any] | None,
    scan_index_forward: bool,
    projection_expressions: Any,
    index_name: str | None = None,
    consistent_read: bool = False,
    filter_expression: Any = None,
    hash_key_conditions: list[tuple[str, Any]] | None = None,
    range_key_conditions: list[tuple[str, str, list[Any]]] | None = None,
    **filter_kwargs: Any,
) -> Any:
    """For Table.query, which looks for the hash key in all items."""
    ranges = range_key_conditions or []
    equal = dict(hash_key_conditions or ()) if index_name else {self.hash_key_attr: hash_key}
    if index_name:
        equal |= {name: values[0] for name, _, values in ranges[:-1]}
    asked = _Asked(
        index_name, equal, ranges[-1] if range_comparison and ranges else None,
        exclusive_start_key, scan_index_forward, limit, whole=bool(filter_kwargs),
    )  # fmt: skip
    view: Any = _Queried(self, asked)
    return _plain_query(
        view, hash_key, range_comparison, range_objs, limit, exclusive_start_key,
        scan_index_forward, projection_expressions, index_name, consistent_read, filter_expression,
        hash_key_conditions, range_key_conditions, **filter_kwargs,
    )  # fmt: skip


class _View:
    """A table as moto's Scan and Query see it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


class _Scanned(_View):
    """A table of which somebody reads everything after `start`, a key as it came."""

    def __init__(self, table: Table, start: Any) -> None:
        super().__init__(table)
        self._start = start

    def all_items(self) -> Iterator[Any]:
        """For Table.all_items: each item when its turn comes."""
        keys = self._table.table_key_attrs
        try:
            return self._after(keys, keys)
        except _AsMotoDoes:
            return iter(self._table.all_items())

    def has_idx_items(self, index_name: str) -> Any:
        """For Table.has_idx_items, whose answer moto hands to `sorted_items`: the index itself."""
        return self._table.get_index(index_name)

    def sorted_items(
        self, hash_key_attrs: list[str], range_key_attrs: list[str | None], items: Any
    ) -> Iterable[Any]:
        """For Table.sorted_items: those of an index, each when its turn comes."""
        names = self._table._generate_attr_to_sort_by(hash_key_attrs, range_key_attrs)
        try:
            return self._after(names, [*names, *(one["AttributeName"] for one in items.schema)])
        except _AsMotoDoes:
            found = self._table.has_idx_items(items.name)
            return self._table.sorted_items(hash_key_attrs, range_key_attrs, found)

    def _after(self, names: list[str], needed: list[str]) -> Iterator[Any]:
        """The items after the start, by the attributes `names`, that have all that are needed."""
        attributes = _typed(self._table, needed)
        before: _Test = _never
        if self._start is not None:
            try:
                start = _start(self._start, _typed(self._table, names))
                before = lambda place: place[: len(start)] <= start  # noqa: E731
            except _AsMotoDoes:  # then moto itself passes by what comes before, or says why not
                pass
        items: Any = self._table.items
        return items.read(items.between(attributes, before, _never), attributes)


@dataclass(frozen=True)
class _Asked:
    """What a Query asks.

    equal: the attributes whose values are given. interval: the next one's name, the comparison and
    its values. start: a key as it came. whole: all that is there, not a page.
    """

    index_name: str | None
    equal: dict[str, Any]
    interval: tuple[str, str, list[Any]] | None
    start: dict[str, Any] | None
    forward: bool
    limit: int | None
    whole: bool


class _Queried(_View):
    """A table of which somebody reads what has one hash key."""

    def __init__(self, table: Table, asked: _Asked) -> None:
        super().__init__(table)
        self._asked = asked
        self._is_page = False

    def all_items(self) -> list[Any]:
        """For Table.all_items: the page's, and the item by which moto sees that it is full."""
        try:
            page = _page(self._table, self._asked)
        except _AsMotoDoes:
            return self._table.all_items()
        self._is_page = True
        return page

    def sorted_items(
        self, hash_key_attrs: list[str], range_key_attrs: list[str | None], items: list[Any]
    ) -> list[Any]:
        """For Table.sorted_items, which need not sort a page again."""
        if self._is_page:
            return items
        return self._table.sorted_items(hash_key_attrs, range_key_attrs, items)


def _page(table: Table, asked: _Asked) -> list[Any]:
    """The items that moto has to see to answer, in the order of their keys."""
    names, needed = _sorted_by(table, asked.index_name)
    attributes = _typed(table, needed)
    equal = tuple(
        _given(asked.equal[name].type, asked.equal[name].value, kind)
        for name, kind in attributes[: len(asked.equal)]
        if name in asked.equal
    )
    depth = len(equal)
    if depth != len(asked.equal) or asked.forward not in (True, False):
        raise _AsMotoDoes
    before: list[_Test] = [lambda place: place[:depth] < equal]
    beyond: list[_Test] = [lambda place: place[:depth] > equal]
    if asked.start is not None:
        start = _start(asked.start, _typed(table, names))
        if start[:depth] != equal:
            raise _AsMotoDoes
        if asked.forward:
            before.append(lambda place: place[: len(start)] <= start)
        else:
            beyond.append(lambda place: place[: len(start)] >= start)

    def found(before: list[_Test], beyond: list[_Test]) -> Iterator[Any]:
        items: Any = table.items
        keys = items.between(
            attributes,
            lambda place: any(test(place) for test in before),
            lambda place: any(test(place) for test in beyond),
        )
        return items.read(keys if asked.forward else reversed(keys), attributes)

    if asked.whole:
        page = list(found(before, beyond))
    elif asked.interval is None:
        page, _ = _until_full(found(before, beyond), asked.limit)
    else:
        below, above = _interval(asked.interval, attributes[depth : depth + 1])

        def here(test: _Test, wanted: bool = True) -> _Test:
            return lambda place: place[:depth] == equal and test(place[depth]) is wanted

        inside = found([*before, here(below)], [*beyond, here(above)])
        page, size = _until_full(inside, asked.limit)
        if asked.forward:
            before.append(here(above, False))
        else:
            beyond.append(here(below, False))
        page += _one_more(lambda: found(before, beyond), len(page), size, asked.limit)
    return page if asked.forward else page[::-1]


def _until_full(items: Iterable[Any], limit: int | None) -> tuple[list[Any], int]:
    """The items up to the one that moto has no room for on the page, and their size."""
    page, size = [], 0
    for item in items:
        full = len(page) == limit
        page.append(item)
        size += item.size()
        if full or size > moto_table.RESULT_SIZE_LIMIT:
            break
    return page, size


def _one_more(
    rest: Callable[[], Iterable[Any]], count: int, size: int, limit: int | None
) -> list[Any]:
    """The first of what a query's comparison leaves out that moto would have no room for.

    moto looks at that too, and says that the page is not the last.
    """
    most = moto_table.RESULT_SIZE_LIMIT
    if (limit is not None and count > limit) or size > most:
        return []
    if count == limit or size + LARGEST > most:
        for item in rest():
            if count == limit or size + item.size() > most:
                return [item]
    return []


def _sorted_by(table: Table, index_name: str | None) -> tuple[list[str], list[str]]:
    """The attributes by which Table.query sorts, and all that an item has to have."""
    if index_name is None:
        return table.table_key_attrs, table.table_key_attrs
    index = table.get_index(index_name)
    hashes = [one["AttributeName"] for one in index.schema if one["KeyType"] == "HASH"]
    ranges = [one["AttributeName"] for one in index.schema if one["KeyType"] == "RANGE"]
    instead = table.range_key_attr if isinstance(index, GlobalSecondaryIndex) else None
    names = table._generate_attr_to_sort_by(
        [*hashes, table.hash_key_attr],
        [*(ranges or [instead or table.hash_key_attr]), table.range_key_attr],
    )
    return names, [*names, *hashes, *ranges]


def _typed(table: Table, names: Iterable[str]) -> Attributes:
    """The attributes, each once, with their types."""
    kinds = {one["AttributeName"]: one["AttributeType"] for one in table.attr}
    if not kinds.keys() >= set(names):
        raise _AsMotoDoes
    return tuple((name, kinds[name]) for name in dict.fromkeys(names))


def _start(given: Any, attributes: Attributes) -> Place:
    """Where a page begins: after this place."""
    if not isinstance(given, dict):
        raise _AsMotoDoes
    place = []
    for name, kind in attributes:
        value = given.get(name)
        if not isinstance(value, dict) or len(value) != 1:
            raise _AsMotoDoes
        ((found, inner),) = value.items()
        place.append(_given(found, inner, kind))
    return tuple(place)


def _given(found: str, value: Any, kind: str) -> Any:
    """A value that the caller gives for an attribute of type `kind`, as it is compared."""
    if found != kind or not isinstance(value, str):
        raise _AsMotoDoes
    try:
        made = comparable(kind, value)
    except DecimalException:
        raise _AsMotoDoes from None
    if kind == "N" and not made[1].is_finite():
        raise _AsMotoDoes
    return made


def _interval(asked: tuple[str, str, list[Any]], following: Attributes) -> tuple[_Test, _Test]:
    """What is true of values below what is asked of the attribute that follows, and above."""
    name, comparison, values = asked
    kind = dict(following).get(name)
    if (
        kind is None
        or comparison not in INTERVALS
        or len(values) != (2 if comparison == "BETWEEN" else 1)
        or (comparison == "BEGINS_WITH" and kind == "N")
    ):
        raise _AsMotoDoes
    return INTERVALS[comparison](*(_given(one.type, one.value, kind) for one in values))


def _begins(value: Any, start: Any) -> bool:
    """Of two that are `comparable`."""
    return value.startswith(start) if isinstance(value, str) else value[1].startswith(start[1])
