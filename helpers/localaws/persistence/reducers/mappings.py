"""The kinds of dict whose constructor or whose methods are not those of a dict."""

from __future__ import annotations

import functools
import pickle
import types
import weakref
from collections import defaultdict
from typing import Any

from helpers.localaws.persistence.gathering import Gathering


def reduce_dict(gathering: Gathering, mapping: Any) -> Any:
    """One of moto's subclasses of dict."""
    return _dict_of, (type(mapping), _values(mapping)), _state(mapping)


def reduce_key_store(gathering: Gathering, store: Any) -> Any:
    """S3's _VersionedKeyStore: its `items` tells of the newest versions only."""
    return _dict_of, (type(store), _values(store))


def _values(mapping: Any) -> dict[Any, Any]:
    return {key: dict.__getitem__(mapping, key) for key in dict.keys(mapping)}


def _state(mapping: Any) -> dict[str, Any] | None:
    return dict(vars(mapping)) if hasattr(mapping, "__dict__") else None


def _dict_of(kind: type, values: dict[Any, Any]) -> Any:
    made = dict.__new__(kind)
    dict.update(made, values)
    return made


def reduce_defaultdict(gathering: Gathering, mapping: Any) -> Any:
    """A defaultdict, even where what makes its values is a lambda."""
    factory = mapping.default_factory
    if isinstance(factory, types.FunctionType):  # a lambda: known by what it makes
        factory = _factory_of(factory())
    return _defaultdict_of, (type(mapping), factory, _values(mapping)), _state(mapping)


def _factory_of(made: Any) -> Any:
    if isinstance(made, defaultdict):
        inner = made.default_factory
        if isinstance(inner, types.FunctionType):
            inner = _factory_of(inner())
        return functools.partial(defaultdict, inner)
    if made in ({}, [], set(), 0, ""):
        return type(made)
    raise pickle.PicklingError(f"no factory is known that makes {made!r}")


def _defaultdict_of(kind: type, factory: Any, values: dict[Any, Any]) -> Any:
    made = dict.__new__(kind)
    defaultdict.__init__(made, factory, values)
    return made


def reduce_weak(gathering: Gathering, mapping: Any) -> Any:
    """A WeakValueDictionary, with what is in it at the moment."""
    return _weak_of, (dict(mapping),)


def _weak_of(values: dict[Any, Any]) -> weakref.WeakValueDictionary[Any, Any]:
    return weakref.WeakValueDictionary(values)
