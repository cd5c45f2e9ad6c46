"""What AWS's answers show of Java: its random numbers and the order in which a set gives them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

_MULTIPLIER, _MASK = 0x5DEECE66D, (1 << 48) - 1


def _states(seed: int) -> Iterator[int]:
    state = (seed ^ _MULTIPLIER) & _MASK
    while True:
        state = (state * _MULTIPLIER + 0xB) & _MASK
        yield state


def first_double(seed: int) -> float:
    """The first number of `new java.util.Random(seed).nextDouble()`.

    >>> first_double(42), first_double(77)
    (0.7275636800328681, 0.7240700207191966)
    """
    states = _states(seed)
    return (((next(states) >> 22) << 27) + (next(states) >> 21)) / (1 << 53)


def first_int(seed: int, bound: int) -> int:
    """The first number of `new java.util.Random(seed).nextInt(bound)`.

    >>> first_int(42, 100), first_int(42, 4)
    (30, 2)
    """
    for state in _states(seed):
        drawn = state >> 17
        if bound & -bound == bound:
            return (bound * drawn) >> 31
        if drawn - drawn % bound + bound - 1 < 1 << 31:
            return drawn % bound
    raise AssertionError("the states never end")


def as_a_set(values: dict[str, Any]) -> list[Any]:
    """Different values in the order in which a `java.util.HashSet` gives them.

    >>> as_a_set({"true": True, "false": False}), as_a_set({"a": 1, "b": None})
    ([False, True], [None, 1])
    """
    size = 16
    while len(values) > size * 3 // 4:
        size *= 2
    return sorted(values.values(), key=lambda value: _spread(_hash(value)) & (size - 1))


def _spread(code: int) -> int:
    return code ^ (code >> 16)


def _hash(value: Any) -> int:
    """The `hashCode` of a JSON value, without its sign."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, int):
        return (value if -(1 << 31) <= value < 1 << 31 else value ^ (value >> 32)) & 0xFFFFFFFF
    if isinstance(value, float):
        bits = int.from_bytes(struct.pack(">d", value), "big")
        return (bits ^ (bits >> 32)) & 0xFFFFFFFF
    if isinstance(value, dict):
        return sum(_hash(key) ^ _hash(inner) for key, inner in value.items()) & 0xFFFFFFFF
    if isinstance(value, str):
        units, code = value.encode("utf-16-be", "surrogatepass"), 0
        for at in range(0, len(units), 2):
            code = (31 * code + int.from_bytes(units[at : at + 2], "big")) & 0xFFFFFFFF
        return code
    code = 1
    for inner in value:
        code = (31 * code + _hash(inner)) & 0xFFFFFFFF
    return code
