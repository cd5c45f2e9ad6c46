"""JSON as Step Functions writes it, and as far as it reads it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
"""The compact JSON text of a value, its numbers as Python writes them: what no state is given."""

_OTHERWISE = re.compile(r"[\[:,]-?(?:\d{8,}\.\d|0\.000|\d+(?:\.\d+)?e[+-])")
"""Where Java may write a number with an exponent and Python none, or another way."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+)')


def dump(value: Any) -> str:
    """The compact JSON text of `value`, its numbers as Java writes them.

    >>> dump([12345678.5, 0.0001, 1e20, 0.5, "1e-7"])
    '[1.23456785E7,1.0E-4,1.0E20,0.5,"1e-7"]'
    """
    text = encode(value)
    return _TOKENS.sub(_as_in_java, text) if _OTHERWISE.search("," + text) else text


def _as_in_java(token: re.Match[str]) -> str:
    """A number with a fraction or an exponent as Java's Double.toString has it; a text as it is."""
    if token[0].startswith('"') or 1e-3 <= abs(float(token[0])) < 1e7 or not float(token[0]):
        return token[0]
    sign, digits, exponent = Decimal(token[0]).as_tuple()
    first, *others = "".join(map(str, digits)).rstrip("0")
    exponent = int(exponent) + len(digits) - 1
    return f"{'-' * sign}{first}.{''.join(others) or '0'}E{exponent}"


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
