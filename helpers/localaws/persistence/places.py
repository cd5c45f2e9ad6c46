"""Where moto's backends are: the registries in use, by the place to import them from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

SKIPPED = ("moto.moto_api", "moto.instance_metadata")

_EVERY_REGISTRY_HAS = frozenset(vars(BackendDict(BaseBackend, "x", False)))
_places: dict[str, str] = {}
"""What `place` has found, by the registry's own id."""


def registries() -> Iterator[tuple[str, BackendDict[Any]]]:
    """Every BackendDict that is in use, with the place where it can be imported from."""
    for found in list(BackendDict._instances):
        where = place(found)
        if where is not None and not where.startswith(SKIPPED):
            yield where, found


def place(found: BackendDict[Any]) -> str | None:
    """The module and the attribute that hold a registry, as `module:attribute`."""
    if found._id not in _places:
        for name, module in list(sys.modules.items()):
            if name.startswith("moto.") and name.endswith(".models"):
                for attribute, value in list(vars(module).items()):
                    if value is found:
                        _places[found._id] = f"{name}:{attribute}"
                        return _places[found._id]
    return _places.get(found._id)


def own(found: BackendDict[Any]) -> dict[str, Any]:
    """What a registry knows that not every registry has, as S3's does of all bucket names."""
    return {k: v for k, v in vars(found).items() if k not in _EVERY_REGISTRY_HAS}


def registry(where: str) -> BackendDict[Any]:
    """The registry at a place, imported if need be."""
    name, _, attribute = where.partition(":")
    return getattr(__import__(name, fromlist=[attribute]), attribute)


def account(where: str, number: str) -> AccountSpecificBackend[Any]:
    """A registry's backends of one account, by region."""
    return registry(where)[number]


def backend(where: str, number: str, region: str) -> BaseBackend:
    """The backend, made if need be: so whoever asks for it while the rest is loaded gets it."""
    backends = account(where, number)
    if not dict.__contains__(backends, region):
        dict.__setitem__(backends, region, backends.backend(region, account_id=number))
    return backends[region]
