"""All of moto's backends as one pickle, so that what two of them share is shared again later.

Not in it, because it grows: the items of DynamoDB's tables and the events of log streams, which are
rows of their own; the contents of S3's objects and of Lambda's archives, which are files; and what
moto knows anyway (AWS's managed policies).
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from typing import Any

from helpers.localaws.persistence import registries
from helpers.localaws.persistence.gathering import Gathering, Reducer
from helpers.localaws.persistence.on_disk import OnDisk
from helpers.localaws.persistence.reducers import reducer_of
from helpers.localaws.persistence.rows import PROTOCOL, Rows, counts


@dataclass
class Snapshot:
    """The state of all backends at one moment.

    world: the pickle. rows: what is new, changed or gone of tables and log streams. contents: the
    names of the files that the pickle refers to. lost: the classes of what cannot be kept.
    """

    world: bytes
    rows: Rows
    contents: set[str]
    lost: set[str]

    def settle(self, on_disk: OnDisk) -> None:
        """Note that all of it is on disk."""
        on_disk.owners = self.rows.owners
        self.rows.settle()


def take_snapshot(on_disk: OnDisk, *, quiet: bool) -> Snapshot:
    """A copy of the state of all backends. quiet: nobody is changing it.

    Raises RuntimeError if somebody changes it all the same.
    """
    gathering = Gathering(on_disk, quiet)
    extra = {}
    backends = []
    for path, registry in registries.in_use():
        if own := registries.own_attributes(registry):
            extra[path] = own
        for account, region, backend in registry.iter_backends():
            gathering.backends[id(backend)] = (path, account, region)
            backends.append(backend)
    sink = io.BytesIO()
    _Pickler(sink, gathering).dump({"extra": extra, "backends": backends, "counts": counts()})
    on_disk.archives = gathering.archives
    return Snapshot(sink.getvalue(), gathering.rows, gathering.contents, gathering.lost)


_UNKNOWN: Any = object()
_reducers: dict[type, Reducer | None] = {}
"""What `reducer_of` has found, by class."""


class _Pickler(pickle.Pickler):
    """Pickles the backends; see the module for what it leaves out."""

    def __init__(self, sink: io.BytesIO, gathering: Gathering) -> None:
        super().__init__(sink, PROTOCOL)
        self._gathering = gathering

    def reducer_override(self, thing: Any) -> Any:
        """How to take a thing apart; pickle asks for everything that is not a plain value."""
        kind = type(thing)
        reducer = _reducers.get(kind, _UNKNOWN)
        if reducer is _UNKNOWN:
            reducer = _reducers[kind] = reducer_of(kind, thing)
        return NotImplemented if reducer is None else reducer(self._gathering, thing)
