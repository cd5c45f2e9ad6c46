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

from helpers.localaws.persistence import rows as parts
from helpers.localaws.persistence.gathering import Gathering, Reducer
from helpers.localaws.persistence.on_disk import Memory
from helpers.localaws.persistence.places import own, registries
from helpers.localaws.persistence.reducers import reducer_of


@dataclass
class Frozen:
    """The state of all backends at one moment.

    world: the pickle. parts: what is new, changed or gone of tables and log streams. contents: the
    names of the files that the pickle refers to. lost: the classes of what cannot be kept.
    """

    world: bytes
    parts: parts.Parts
    contents: set[str]
    lost: set[str]


def freeze(memory: Memory, *, quiet: bool) -> Frozen:
    """A copy of the state of all backends. quiet: nobody is changing it.

    Raises RuntimeError if somebody changes it all the same.
    """
    gathering = Gathering(memory, quiet)
    extra = {}
    backends = []
    for where, registry in registries():
        if its_own := own(registry):
            extra[where] = its_own
        for account, region, backend in registry.iter_backends():
            gathering.backends[id(backend)] = (where, account, region)
            backends.append(backend)
    sink = io.BytesIO()
    world = {"extra": extra, "backends": backends, "counts": parts.counts()}
    _Freezer(sink, gathering).dump(world)
    memory.archives = gathering.archives
    return Frozen(sink.getvalue(), gathering.parts, gathering.contents, gathering.lost)


def settle(frozen: Frozen, memory: Memory) -> None:
    """Note that what was frozen is on disk."""
    memory.owners = frozen.parts.owners
    frozen.parts.settle()


_UNKNOWN: Any = object()
_reducers: dict[type, Reducer | None] = {}
"""What `reducer_of` has found, by class."""


class _Freezer(pickle.Pickler):
    """Pickles the backends; see the module for what it leaves out."""

    def __init__(self, sink: io.BytesIO, gathering: Gathering) -> None:
        super().__init__(sink, parts.PROTOCOL)
        self._gathering = gathering

    def reducer_override(self, thing: Any) -> Any:
        """How to take a thing apart; pickle asks for everything that is not a plain value."""
        kind = type(thing)
        reducer = _reducers.get(kind, _UNKNOWN)
        if reducer is _UNKNOWN:
            reducer = _reducers[kind] = reducer_of(kind, thing)
        return NotImplemented if reducer is None else reducer(self._gathering, thing)
