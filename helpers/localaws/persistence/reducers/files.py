"""S3's objects and what holds one of Lambda's archives: their contents are files."""

from __future__ import annotations

import threading
from typing import Any

from helpers.localaws.persistence.contents import KeptContent, keep_content
from helpers.localaws.persistence.gathering import Gathering
from helpers.localaws.persistence.loading import loading

LARGE = 8192
"""Archives from so many bytes on are files of their own."""


def _new(kind: type) -> Any:
    return object.__new__(kind)


def reduce_key(gathering: Gathering, key: Any) -> Any:
    """One of S3's objects, without its content."""
    if key.disposed:
        return NotImplemented
    if "_kept_in" not in key.__dict__:
        keep_content(gathering.on_disk.book, key)
        if "_kept_in" not in key.__dict__:
            return NotImplemented
    state = dict(vars(key))
    del state["_value_buffer"], state["lock"]
    gathering.content(state["_kept_in"])
    return _new, (type(key),), state, None, None, _restore_key


def _restore_key(key: Any, state: dict[str, Any]) -> None:
    key.__dict__.update(state)
    key.lock = threading.Lock()
    path = loading.content(state["_kept_in"])
    key._value_buffer = KeptContent(path, key._max_buffer_size)


def reduce_archived(gathering: Gathering, thing: Any) -> Any:
    """For Lambda's functions and layers, which hold their archive twice: as bytes and as base64."""
    state = dict(thing.__getstate__() if hasattr(type(thing), "__getstate__") else vars(thing))
    held = {}
    for name in ("code_bytes", "code", "content"):
        value = state.get(name)
        if isinstance(value, bytes) and len(value) >= LARGE:
            held[name] = gathering.archive(state.pop(name))
        elif isinstance(value, dict) and len(value.get("ZipFile") or b"") >= LARGE:
            text = value["ZipFile"]
            held[f"{name}.ZipFile"] = gathering.archive(_as_bytes(text)), isinstance(text, str)
            state[name] = {k: v for k, v in value.items() if k != "ZipFile"}
    return _new, (type(thing),), (state, held), None, None, _restore_archived


def _restore_archived(thing: Any, both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    state, held = both
    for name, where in held.items():
        if name.endswith(".ZipFile"):
            file, as_text = where
            content = loading.content(file).read_bytes()
            state[name.removesuffix(".ZipFile")]["ZipFile"] = (
                content.decode() if as_text else content
            )
        else:
            state[name] = loading.content(where).read_bytes()
    restore = getattr(thing, "__setstate__", None)
    if restore is not None:
        restore(state)
    else:
        thing.__dict__.update(state)


_encoded: dict[int, tuple[str, bytes]] = {}
"""What `_as_bytes` has made, by `id` of the text."""


def _as_bytes(text: str | bytes) -> bytes:
    """The same bytes object for the same text, so that it is written once."""
    if isinstance(text, bytes):
        return text
    known = _encoded.get(id(text))
    if known is None or known[0] is not text:
        if len(_encoded) > 100:
            _encoded.clear()
        known = _encoded[id(text)] = (text, text.encode())
    return known[1]
