"""A table's items in an order, so that those that are asked for are found without the others.

An order is a list of keys and nothing else: where an item stands is read in the item when somebody
looks for a place. So an item costs eight bytes in each order, and a write costs next to nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection
from operator import itemgetter
from typing import Any

Place = tuple[Any, ...]
"""The values by which an item is sorted."""

_MANY = 16
"""With more than one changed item among so many, sorting all is quicker than moving each."""


class Order:
    """The keys of the items that have a place, by their places.

    place: gives the place of a key's item as it is now; None if it has none, or is gone. natural:
    each has a place, and the places are as the keys are.
    """

    def __init__(self, place: Callable[[Any], Place | None], natural: bool = False) -> None:
        self._place = place
        self._natural = natural
        self._keys: list[Any] | None = None  # None: nobody has asked yet
        self._changed: dict[Any, Place | None] = {}  # with the place that it was given last

    def note(self, key: Any) -> None:
        """Note that the key's item is another from now on, or none, or may be changed."""
        if self._keys is None:
            return
        self._changed.setdefault(key)
        if len(self._changed) * _MANY > len(self._keys) + 1000:  # nobody reads: let go of it
            self._keys, self._changed = None, {}

    def between(
        self,
        everything: Collection[Any],
        moving: Collection[Any],
        before: Callable[[Place], bool],
        beyond: Callable[[Place], bool],
    ) -> list[Any]:
        """The keys of the items that are neither before nor beyond what is asked for, in order.

        everything: all keys. moving: those whose items may change without notice. before, beyond:
        true of all places up to one, and from one on.
        """
        keys = self._settled(everything, moving)
        begin = bisect_left(keys, True, key=lambda key: not before(self._at(key)))
        return keys[begin : bisect_left(keys, True, begin, key=lambda key: beyond(self._at(key)))]

    def _settled(self, everything: Collection[Any], moving: Collection[Any]) -> list[Any]:
        keys, changed = self._keys, self._changed
        if keys is None or len(changed) * _MANY > len(keys):
            keys = self._sorted(everything)
        elif changed:
            keys = [key for key in keys if key not in changed]
            for key in changed:
                changed[key] = self._place(key)
            for key, place in changed.items():
                if place is not None:
                    insort(keys, key, key=self._at)
        self._keys = keys
        self._changed = {
            key: changed[key] if key in changed else self._place(key) for key in moving
        }
        return keys

    def _sorted(self, everything: Collection[Any]) -> list[Any]:
        self._changed.clear()
        if self._natural:
            return sorted(everything)
        placed = [(place, key) for key in everything if (place := self._place(key)) is not None]
        placed.sort(key=itemgetter(0))
        return [key for _, key in placed]

    def _at(self, key: Any) -> Place:
        """Where the key stands. What may be changing this very moment stands where it was put."""
        return self._changed.get(key) or self._place(key) or ()
