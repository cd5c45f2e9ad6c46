"""Where moto's backends are: the registries in use, each by the path to import it from.

A path is the module and the attribute that hold a registry: `moto.sqs.models:sqs_backends`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

SKIPPED = ("moto.moto_api", "moto.instance_metadata")

_EVERY_REGISTRY_HAS = frozenset(vars(BackendDict(BaseBackend, "x", False)))
_paths: dict[str, str] = {}
"""What `path_of` has found, by the registry's own id."""


def in_use() -> Iterator[tuple[str, BackendDict[Any]]]:
    """Every registry that is in use, after its path."""
    for one in list(BackendDict._instances):
        path = path_of(one)
        if path is not None and not path.startswith(SKIPPED):
            yield path, one


def path_of(registry: BackendDict[Any]) -> str | None:
    """The path of a registry; None where no module of moto holds it."""
    if registry._id not in _paths:
        for name, module in list(sys.modules.items()):
            if name.startswith("moto.") and name.endswith(".models"):
                for attribute, value in list(vars(module).items()):
                    if value is registry:
                        _paths[registry._id] = f"{name}:{attribute}"
                        return _paths[registry._id]
    return _paths.get(registry._id)


def own_attributes(registry: BackendDict[Any]) -> dict[str, Any]:
    """What a registry knows that not every registry has, as S3's does of all bucket names."""
    return {k: v for k, v in vars(registry).items() if k not in _EVERY_REGISTRY_HAS}


def registry(path: str) -> BackendDict[Any]:
    """The registry of that path, imported if need be."""
    name, _, attribute = path.partition(":")
    return getattr(__import__(name, fromlist=[attribute]), attribute)


def account(path: str, number: str) -> AccountSpecificBackend[Any]:
    """A registry's backends of one account, by region."""
    return registry(path)[number]


def backend(path: str, number: str, region: str) -> BaseBackend:
    """The backend, made if need be: so whoever asks for it while the rest is loaded gets it."""
    backends = account(path, number)
    if not dict.__contains__(backends, region):
        dict.__setitem__(backends, region, backends.backend(region, account_id=number))
    return backends[region]
