"""Where something happens it is noted here, for a fraction of a microsecond; it is entered later.

What is noted is entered into its region's ledger when somebody asks for metrics, when the state is
written down, or at once while there are alarms that watch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from helpers.localaws.clock import clock
from helpers.localaws.workspace import ACCOUNT

from .ledger import Dimensions, Key, Ledger
from .units import unit_of

TOGETHER = 2048
"""So many notes are entered together, at the latest."""

Values = tuple[tuple[str, float], ...]
Note = tuple[float, str, str, tuple[Dimensions, ...], Values]

_noted: list[Note] = []
_entering = threading.RLock()
_keys: dict[tuple[str, str, Dimensions], Key] = {}

watched: set[tuple[str, str, str, Dimensions]] = set()
"""Region, namespace, metric and dimensions of what alarms look at."""
on_value: Callable[[str, str, str, Dimensions, int], None] | None = None
"""Told of each value of what is watched: region, namespace, metric, dimensions, minute."""


def note(
    region: str,
    namespace: str,
    dimensions: tuple[Dimensions, ...],
    values: Values,
    when: float | None = None,
) -> None:
    """Note what was measured.

    dimensions: the sets of dimensions under which all of `values`, metric and number, are written.
    when: simulated POSIX seconds; now, if not given.
    """
    _noted.append((clock.time() if when is None else when, region, namespace, dimensions, values))
    if watched or len(_noted) >= TOGETHER:
        enter()


def enter() -> None:
    """Enter everything that was noted into the ledgers."""
    with _entering:
        count = len(_noted)
        if not count:
            return
        notes = _noted[:count]
        del _noted[:count]  # others may have added to it meanwhile
        seen: list[tuple[str, str, str, Dimensions, int]] = []
        for when, region, namespace, sets, values in notes:
            ledger, minute = ledger_of(region), int(when // 60)
            for dimensions in sets:
                for name, value in values:
                    place = (namespace, name, dimensions)
                    key = _keys.get(place)
                    if key is None:
                        if len(_keys) > 5000:
                            _keys.clear()
                        key = _keys[place] = (*place, unit_of(name))
                    ledger.add(key, minute, value)
                    if watched and (region, *place) in watched:
                        seen.append((region, *place, minute))
    for one in seen:
        if on_value is not None:
            on_value(*one)


def forget() -> None:
    """What was noted and is not entered yet is dropped."""
    with _entering:
        _noted.clear()


def ledger_of(region: str) -> Ledger:
    """The ledger of a region: it belongs to CloudWatch's backend, and is kept with it."""
    from moto.cloudwatch.models import cloudwatch_backends

    return cloudwatch_backends[ACCOUNT][region].ledger


def tell(region: str, key: Key, minute: int) -> None:
    """Tell who watches of a value that was entered past `note`."""
    if (region, *key[:3]) in watched and on_value is not None:
        on_value(region, *key[:3], minute)
