"""JSON as Step Functions writes it, and as far as it reads it."""

from __future__ import annotations

import json
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def dump(value: Any) -> str:
    """The compact JSON text of `value`."""
    return _encode(value)


class DoubledField(ValueError):
    """An object names a field twice; `name` is the field's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Duplicate field '{name}'")
        self.name = name


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _with_each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DoubledField(name)
            seen.add(name)
    return made


_decoder = json.JSONDecoder(parse_constant=_no_constant)
_strict = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_with_each_once)


DEEPEST = 1000
"""How deep JSON may nest: so deep Jackson goes, the parser whose words AWS's refusals have."""


def parse(text: str, *, strict: bool = False) -> Any:
    """The value of a JSON text; raises ValueError, also for NaN and nesting past all reason.

    strict: raises DoubledField where an object names a field twice, else the last one counts.
    """
    try:
        value = (_strict if strict else _decoder).decode(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    if text.count("[") + text.count("{") > DEEPEST and too_deep(value, DEEPEST):
        raise ValueError("the JSON is nested too deeply")
    return value


def too_deep(value: Any, limit: int) -> bool:
    """Do objects and arrays nest deeper than `limit`?

    >>> too_deep([[1]], 2), too_deep([[[]]], 2)
    (False, True)
    """
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
