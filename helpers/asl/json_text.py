"""JSON as Step Functions writes it, and as far as it reads it."""

from __future__ import annotations

import json
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def dump(value: Any) -> str:
    """The compact JSON text of `value`."""
    return _encode(value)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)


DEEPEST = 1000
"""How deep JSON may nest: so deep Jackson goes, the parser whose words AWS's refusals have."""


def parse(text: str) -> Any:
    """The value of a JSON text; raises ValueError, also for NaN and nesting past all reason."""
    try:
        value = _decoder.decode(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    if text.count("[") + text.count("{") > DEEPEST and _deeper(value):
        raise ValueError("the JSON is nested too deeply")
    return value


def _deeper(value: Any) -> bool:
    """Does it nest deeper than it may?"""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return any(isinstance(one, dict | list) for one in level)
