"""The items of a DynamoDB table, each a few bytes until somebody asks for it.

moto has objects for an item, for each of its attributes and for its keys: two kilobytes a trade.
Here an item is one of moto's while somebody may be changing it, and is packed by the next copy of
the state, which happens when nobody is inside the gate. So a copy looks at those items only that
somebody has asked for since the last one.
"""

from __future__ import annotations

import functools
import importlib
import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from helpers.localaws.item_sizes import size_of, size_of_flat
from helpers.localaws.persistence.orders import Order, Place

if TYPE_CHECKING:
    from moto.dynamodb.models.dynamo_type import DynamoType, Item

PROTOCOL = 5
_NUMBER = 6
_SIZE = 4
_HEAD = _NUMBER + _SIZE
"""Bytes of what a packed item begins with: the row's number, and how large DynamoDB says it is."""

Attributes = tuple[tuple[str, str], ...]
"""What items are sorted by: the name and the type of each attribute."""


@dataclass(frozen=True)
class Taken:
    """What of a table is not on disk. rows: number and value of each. gone: numbers of rows."""

    rows: list[tuple[int, bytes]]
    gone: list[int]
    fresh: dict[Any, bytes]


class Items:
    """Stands in for the dict in which moto keeps a table's items, by hash and by range key.

    hash_attribute, range_attribute: the names of the table's keys; the second may be None.
    """

    def __init__(self, hash_attribute: str, range_attribute: str | None) -> None:
        self._names = hash_attribute, range_attribute
        self._all: dict[Any, bytes | Item] = {}
        self._live: dict[Any, bytes | None] = {}  # those that are objects, as they were packed last
        self._fresh: dict[Any, bytes] = {}  # those that are packed and not on disk as they are now
        self._gone: list[int] = []
        self._next = 0
        self._packed_size = 0  # of those that are packed, as DynamoDB counts
        self._by_key = Order(self._place_by_key, natural=True)
        self._orders: dict[Attributes, Order] = {}
        self._lock = threading.Lock()

    # -- as moto uses it

    def __getitem__(self, hash_key: DynamoType) -> Any:
        """The item; with a range key, all that have this hash key, which may be none."""
        if self._names[1] is not None:
            return _Partition(self, _key(hash_key))
        return self.live(_key(hash_key))

    def __setitem__(self, hash_key: DynamoType, item: Item) -> None:
        self.put(_key(hash_key), item)

    def __contains__(self, hash_key: DynamoType) -> bool:
        key = _key(hash_key)
        if self._names[1] is not None:
            return any(known[0] == key for known in list(self._all))
        return key in self._all

    def __len__(self) -> int:
        """How many items there are, whatever their hash keys."""
        return len(self._all)

    def size(self) -> int:
        """How many bytes all items have, as DynamoDB counts."""
        with self._lock:
            live = [dict(self._all[key].attrs) for key in self._live]
            return self._packed_size + sum(map(size_of, live))

    def pop(self, hash_key: DynamoType) -> Item:
        """Take an item out. Raises KeyError."""
        return self.take_out(_key(hash_key))

    def values(self) -> list[Any]:
        """For reading: the items; with a range key, a dict of them for each hash key."""
        with self._lock:
            pairs = list(self._all.items())
        unpacked = self._unpacked
        if self._names[1] is None:
            return [unpacked(one) if type(one) is bytes else one for _, one in pairs]
        groups: dict[Any, dict[Any, Item]] = {}
        for (first, second), one in pairs:
            item = unpacked(one) if type(one) is bytes else one
            groups.setdefault(first, {})[second] = item
        return list(groups.values())

    def in_order(self) -> list[Item]:
        """For reading: all items, by their keys."""
        with self._lock:
            pairs = list(self._all.items())
        pairs.sort(key=itemgetter(0))
        unpacked = self._unpacked
        return [unpacked(one) if type(one) is bytes else one for _, one in pairs]

    def __deepcopy__(self, memo: dict[int, Any]) -> Items:
        """Another table's: nothing of it is on disk."""
        made = Items(*self._names)
        with self._lock:
            pairs, made._next = list(self._all.items()), self._next
            made._packed_size = self._packed_size
        for key, one in pairs:
            if type(one) is bytes:
                made._all[key] = made._fresh[key] = one
            else:
                made._all[key], made._live[key] = one.__deepcopy__(memo), None
        return made

    # -- for reading, in an order

    def between(
        self,
        attributes: Attributes,
        before: Callable[[Place], bool],
        beyond: Callable[[Place], bool],
    ) -> list[Any]:
        """The keys of the items that are neither before nor beyond what is asked for, in order.

        attributes: by which they are sorted; an item that lacks one of them is not among them.
        before, beyond: true of all places up to one, and from one on.
        """
        with self._lock:
            if tuple(name for name, _ in attributes) == tuple(filter(None, self._names)):
                return self._by_key.between(self._all, (), before, beyond)
            order = self._orders.get(attributes)
            if order is None:
                order = Order(functools.partial(self._place, attributes))
                self._orders[attributes] = order
            return order.between(self._all, self._live, before, beyond)

    def read(self, keys: Iterable[Any], attributes: Attributes) -> Iterator[Item]:
        """For reading: the items of the keys, each unpacked when its turn comes.

        An item that is gone by then, or has lost one of the attributes, is passed by.
        """
        names = {name for name, _ in attributes}.difference(self._names)
        for key in keys:
            one = self._all.get(key)
            if one is not None:
                item = self._unpacked(one) if type(one) is bytes else one
                if names <= item.attrs.keys():
                    yield item

    def _place_by_key(self, key: Any) -> Place | None:
        if key not in self._all:
            return None
        return (key,) if self._names[1] is None else key

    def _place(self, attributes: Attributes, key: Any) -> Place | None:
        one = self._all.get(key)
        if one is None:
            return None
        if type(one) is bytes:
            plain = pickle.loads(one[_HEAD:])
            if type(plain) is tuple:
                return _place(attributes, plain)
            one = plain
        flat: list[Any] = []
        for name, value in list(one.attrs.items()):
            flat += name, value.type, value.value
        return _place(attributes, tuple(flat))

    # -- by key

    def live(self, key: Any) -> Item:
        """The item as an object that may be changed. Raises KeyError."""
        with self._lock:
            one = self._all[key]
            if type(one) is bytes:
                for order in self._orders.values():
                    order.note(key)
                self._packed_size -= _size(one)
                self._live[key] = one
                one = self._all[key] = self._unpacked(one)
            return one

    def put(self, key: Any, item: Item) -> None:
        """Put an item in, in place of the one with the same key."""
        with self._lock:
            before = self._all.get(key)
            if type(before) is bytes or before is None:
                self._live[key] = before
            if before is None:
                self._by_key.note(key)
            elif type(before) is bytes:
                self._packed_size -= _size(before)
            for order in self._orders.values():
                order.note(key)
            self._all[key] = item

    def take_out(self, key: Any) -> Item:
        """Take an item out. Raises KeyError."""
        with self._lock:
            one = self._all.pop(key)
            for order in (self._by_key, *self._orders.values()):
                order.note(key)
            packed = one if type(one) is bytes else self._live.pop(key)
            if type(one) is bytes:
                self._packed_size -= _size(one)
            self._fresh.pop(key, None)
            if packed is not None:
                self._gone.append(_number(packed))
            return self._unpacked(one) if type(one) is bytes else one

    # -- for whoever writes them down

    def take(self, quiet: bool) -> Taken:
        """What is not on disk. quiet: nobody holds one of the items, so all can be packed.

        Raises RuntimeError if somebody changes an item meanwhile.
        """
        with self._lock:
            for key, before in list(self._live.items()):
                if before is None:
                    number, self._next = self._next, self._next + 1
                else:
                    number = _number(before)
                packed = self._packed(number, self._all[key])
                if packed != before:
                    self._fresh[key] = packed
                if quiet:
                    self._all[key] = packed
                    self._packed_size += _size(packed)
                    del self._live[key]
                else:
                    self._live[key] = packed
            rows = [(_number(packed), packed[_HEAD:]) for packed in self._fresh.values()]
            return Taken(rows, list(self._gone), dict(self._fresh))

    def settle(self, taken: Taken) -> None:
        """Note that it is on disk."""
        with self._lock:
            for key, packed in taken.fresh.items():
                if self._fresh.get(key) is packed:
                    del self._fresh[key]
            del self._gone[: len(taken.gone)]

    def forget(self) -> None:
        """Nothing of it is on disk any more."""
        with self._lock:
            known = {key: one for key, one in self._all.items() if type(one) is bytes}
            self._fresh = known | {k: one for k, one in self._live.items() if one is not None}
            self._gone.clear()

    def fill(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Put in what is on disk: number and value of each row, in the order of the numbers."""
        for number, value in rows:
            key, size = self._told(pickle.loads(value))
            self._all[key] = number.to_bytes(_NUMBER) + size.to_bytes(_SIZE) + value
            self._packed_size += size
            self._next = number + 1

    # -- an item as bytes

    def _packed(self, number: int, item: Item) -> bytes:
        first, second = self._names
        attributes, plain = item.attrs, []
        whole = _same(attributes.get(first), item.hash_key) and (
            second is None or _same(attributes.get(second), item.range_key)
        )
        for name, value in attributes.items():
            plain += name, *_plain(value)
        value = tuple(plain) if whole else item
        size = size_of_flat(plain)
        return number.to_bytes(_NUMBER) + size.to_bytes(_SIZE) + pickle.dumps(value, PROTOCOL)

    def _told(self, plain: Any) -> tuple[Any, int]:
        """The key and the size of what was packed."""
        first, second = self._names
        if type(plain) is tuple:
            names = plain[::3]

            def key(name: str) -> Any:
                at = 3 * names.index(name)
                return comparable(plain[at + 1], plain[at + 2])

            return key(first) if second is None else (key(first), key(second)), size_of_flat(plain)
        whole = _key(plain.hash_key)
        return (
            whole if second is None else (whole, _key(plain.range_key)),
            size_of(plain.attrs),
        )

    def _unpacked(self, packed: bytes) -> Item:
        plain = pickle.loads(packed[_HEAD:])
        if type(plain) is not tuple:
            return plain
        moto = _moto()
        attributes = dict.__new__(moto.LimitedSizeDict)
        values = map(_typed, repeat(moto.DynamoType), plain[1::3], plain[2::3])
        # Past LimitedSizeDict.__setitem__, which measures everything that is in it already.
        dict.update(attributes, zip(plain[::3], values, strict=True))
        item = object.__new__(moto.Item)
        first, second = self._names
        item.hash_key = attributes[first]
        item.range_key = None if second is None else attributes[second]
        item.attrs = attributes
        return item


class _Partition:
    """The items of one hash key, as moto uses them."""

    def __init__(self, items: Items, hash_key: Any) -> None:
        self._items = items
        self._first = hash_key

    def __getitem__(self, range_key: DynamoType) -> Item:
        return self._items.live((self._first, _key(range_key)))

    def __setitem__(self, range_key: DynamoType, item: Item) -> None:
        self._items.put((self._first, _key(range_key)), item)

    def pop(self, range_key: DynamoType) -> Item:
        """Take an item out. Raises KeyError."""
        return self._items.take_out((self._first, _key(range_key)))


def _key(value: Any) -> Any:
    """What is equal when two keys are: 1 and 1.0 are one number."""
    return value.value if value.type == "S" else (value.type, value.cast_value)


def comparable(kind: str, value: Any) -> Any:
    """A key of that type as what it is sorted by: `_key` of it."""
    if kind == "S":
        return value
    return kind, Decimal(value) if kind == "N" else value


def _place(attributes: Attributes, plain: tuple[Any, ...]) -> Place | None:
    """Where an item stands; plain: name, type and value of each of its attributes."""
    names, place = plain[::3], []
    for name, kind in attributes:
        if name not in names:
            return None
        at = 3 * names.index(name)
        if plain[at + 1] != kind:
            return None
        value = plain[at + 2]
        place.append(value if kind == "S" else comparable(kind, value))
    return tuple(place)


def _number(packed: bytes) -> int:
    return int.from_bytes(packed[:_NUMBER])


def _size(packed: bytes) -> int:
    return int.from_bytes(packed[_NUMBER:_HEAD])


def _same(attribute: Any, key: Any) -> bool:
    return attribute is not None and attribute.type == key.type and attribute.value == key.value


def _plain(value: Any) -> tuple[str, Any]:
    """The type of an attribute's value, and the value without moto's objects."""
    kind, held = value.type, value.value
    if kind == "L":
        return kind, [_plain(one) for one in held]
    if kind == "M":
        return kind, {name: _plain(one) for name, one in held.items()}
    return kind, held


def _typed(one_of: type, kind: str, value: Any) -> DynamoType:
    """The reverse of `_plain`; past DynamoType's constructor, which looks at each value twice."""
    made = object.__new__(one_of)
    made.type = kind
    if kind == "L":
        value = [_typed(one_of, *one) for one in value]
    elif kind == "M":
        value = {name: _typed(one_of, *one) for name, one in value.items()}
    made.value = value
    return made


@functools.cache
def _moto() -> Any:
    """moto's classes: their module is imported when the first table is made."""
    return importlib.import_module("moto.dynamodb.models.dynamo_type")
