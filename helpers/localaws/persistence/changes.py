"""Which of DynamoDB's items were changed in place since they were last written."""

from __future__ import annotations

import itertools
from typing import Any

Changed = dict[int, tuple[Any, int]]
"""Items by `id`, each with the number of its last change."""


class Changes:
    """The items that were changed. A hook notes them; whoever has written them says so."""

    def __init__(self) -> None:
        self._items: Changed = {}
        self._numbers = itertools.count()

    def note(self, item: Any) -> None:
        """This item has been changed, perhaps not for the first time."""
        self._items[id(item)] = (item, next(self._numbers))

    def now(self) -> Changed:
        """The items that were changed until now."""
        return dict(self._items)

    def settle(self, written: Changed) -> None:
        """Forget what is on disk, but for what has been changed again meanwhile."""
        for here, change in written.items():
            if self._items.get(here) is change:
                del self._items[here]


changes = Changes()
