"""Where something happens it is noted here, for a fraction of a microsecond; it is entered later.

What is noted is entered into its region's ledger when somebody asks for metrics, when the state is
written down, or at once while there are alarms that watch. Many notes at once cost little more than
one: what they have in common is looked up once.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from helpers.localaws.account import ACCOUNT
from helpers.localaws.metrics.ledger import Dimensions, Key, Ledger
from helpers.localaws.metrics.units import unit_of
from helpers.localaws.turns.clock import clock

TOGETHER = 2048
"""So many notes are entered together, at the latest."""


class Subject:
    """What notes are about: the metrics, in their order, and all dimensions that they are under.

    Who notes keeps the subject: notes of the same one are entered together. unit: where it is not
    what `units` tells of one of AWS's metrics.
    """

    __slots__ = ("keys", "region")

    def __init__(
        self,
        region: str,
        namespace: str,
        sets: tuple[Dimensions, ...],
        names: tuple[str, ...],
        unit: str | None = None,
    ) -> None:
        self.region = region
        self.keys: tuple[tuple[Key, ...], ...] = tuple(
            tuple((namespace, name, dimensions, unit or unit_of(name)) for dimensions in sets)
            for name in names
        )
        """Of each metric, its keys in the ledger."""


_noted: list[tuple[float, Subject, tuple[float, ...]]] = []
_entering = threading.RLock()

watched: set[tuple[str, str, str, Dimensions]] = set()
"""Region, namespace, metric and dimensions of what alarms look at."""
on_value: Callable[[str, str, str, Dimensions, int], None] | None = None
"""Told of each value of what is watched: region, namespace, metric, dimensions, minute."""


def note(subject: Subject, values: tuple[float, ...], when: float | None = None) -> None:
    """Note what was measured: a value for each of the subject's metrics.

    when: simulated POSIX seconds; now, if not given.
    """
    _noted.append((clock.time() if when is None else when, subject, values))
    if watched or len(_noted) >= TOGETHER:
        enter()


def enter() -> None:
    """Enter everything that was noted into the ledgers."""
    seen: list[tuple[str, Key, int]] = []
    with _entering:
        count = len(_noted)
        if not count:
            return
        notes = _noted[:count]
        del _noted[:count]  # others may have added to it meanwhile
        alike: dict[tuple[Subject, int], list[tuple[float, ...]]] = {}
        for when, subject, values in notes:
            alike.setdefault((subject, int(when // 60)), []).append(values)
        for (subject, minute), rows in alike.items():
            ledger = ledger_of(subject.region)
            for keys, column in zip(subject.keys, zip(*rows, strict=True), strict=True):
                ledger.add_all(keys, minute, Counter(column))
            if watched:
                seen += [(subject.region, key, minute) for keys in subject.keys for key in keys]
    for region, key, minute in seen:
        tell(region, key, minute)


def tell(region: str, key: Key, minute: int) -> None:
    """Tell who watches of a value that was entered."""
    if (region, *key[:3]) in watched and on_value is not None:
        on_value(region, *key[:3], minute)


def forget() -> None:
    """What was noted and is not entered yet is dropped."""
    with _entering:
        _noted.clear()


def ledger_of(region: str) -> Ledger:
    """The ledger of a region: it belongs to CloudWatch's backend, and is kept with it."""
    from moto.cloudwatch.models import cloudwatch_backends

    backend = cloudwatch_backends[ACCOUNT][region]
    if not hasattr(backend, "ledger"):  # made before the hook was in place
        backend.ledger = Ledger()
    return backend.ledger
