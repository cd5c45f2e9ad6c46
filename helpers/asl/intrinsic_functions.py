"""The eighteen intrinsic functions of JSONPath states: what each makes of its arguments.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable
from typing import Any

from helpers.asl.evaluation import Outside
from helpers.asl.hashing import ALGORITHMS, digest
from helpers.asl.jackson import parse_error
from helpers.asl.java import as_a_set, first_int
from helpers.asl.json_text import dump, parse


class BadArguments(Exception):
    """The arguments do not fit; the message is AWS's words where it has some of its own."""


_SOURCE = re.compile(r'\[Source: \(String\)".*?"(\[truncated \d+ chars\])?(?=; line)', re.DOTALL)
_REDACTED = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dump(value)


def _in_words(value: Any) -> str:
    """A value in a text of `States.Format`: an object as Java prints a map, all else as JSON.

    >>> _in_words({"a": 1, "b": [], "c": "x", "d": {}}), _in_words(["x"]), _in_words("x")
    ('{a=1, b=[], c=x, d={}}', '["x"]', 'x')
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_in_words(inner)}" for key, inner in value.items()) + "}"
    return _text(value)


def _format(template: Any, *values: Any) -> str:
    if not isinstance(template, str):
        raise BadArguments
    out, left, at = [], list(values), 0
    while at < len(template):
        char = template[at]
        if char == "\\" and template[at + 1 : at + 2] in ("{", "}", "\\", "'"):
            out.append(template[at + 1])
            at += 2
        elif char == "{" and template[at + 1 : at + 2] == "}":
            if not left:
                raise BadArguments
            out.append(_in_words(left.pop(0)))
            at += 2
        elif char in "{}":
            other = "}" if char == "{" else "{"
            raise BadArguments(
                f"Invalid template in States.Format: matching '{other}' not found for '{char}'."
            )
        else:
            out.append(char)
            at += 1
    if left:
        raise BadArguments
    return "".join(out)


def _string_to_json(text: Any) -> Any:
    if not isinstance(text, str):
        raise BadArguments
    try:
        return parse(text) if text.strip(" \t\r\n") else None
    except ValueError as error:
        raise BadArguments(
            f"Cannot convert String to Json in States.StringToJson, caused by: "
            f"{_why_not_json(text, error)}"
        ) from None


def _why_not_json(text: str, error: ValueError) -> str:
    """What Jackson says, which hides the text and counts to an unexpected character, not past."""
    stop = parse_error(text)
    if stop is None:
        return str(error)
    column = stop.column - stop.words.startswith("Unexpected character")
    words = _SOURCE.sub(lambda _: _REDACTED, stop.words)
    return f"{words}\n at {_REDACTED}; line: {stop.line}, column: {column}]"


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadArguments
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) == math.inf:
        raise BadArguments
    return value


def _whole(value: Any) -> int:
    """A number without what follows its point."""
    return int(_number(value))


def _rounded(value: float) -> int:
    """The nearest integer, as Java's `Math.round` has it: of two as near, the greater.

    >>> [_rounded(number) for number in (-1.51, -1.5, -1.49, -0.5, 0.5, 2.5)]
    [-2, -1, -1, 0, 1, 3]
    """
    below = math.floor(value)
    return below + 1 if value - below >= 0.5 else below


def _array_partition(array: Any, size: Any) -> list[Any]:
    items, step = _list(array), _whole(size)
    if step <= 0:
        raise BadArguments
    return [items[at : at + step] for at in range(0, len(items), step)]


def _array_contains(array: Any, value: Any) -> bool:
    return any(_text(item) == _text(value) for item in _list(array))


def _array_range(first: Any, last: Any, step: Any) -> list[int]:
    low, high, by = _whole(first), _whole(last), _whole(step)
    if by == 0:
        raise BadArguments
    numbers = range(low, high + (1 if by > 0 else -1), by)
    if len(numbers) > 1000:
        raise BadArguments
    return list(numbers)


def _array_get_item(array: Any, index: Any) -> Any:
    items, at = _list(array), _whole(index)
    if not items:
        return None
    if not 0 <= at < len(items):
        raise BadArguments
    return items[at]


def _array_unique(array: Any) -> list[Any]:
    seen: dict[str, Any] = {}
    for item in _list(array):
        seen.setdefault(json.dumps(item, sort_keys=True), item)
    return as_a_set(seen)


def _coded(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise BadArguments
    return value


def _base64_encode(value: Any) -> str:
    return base64.b64encode(_coded(value).encode()).decode()


def _base64_decode(value: Any) -> str:
    """As lenient as AWS: marks that are none of Base64 are passed over, and `=` ends it."""
    marks = re.sub(r"[^A-Za-z0-9+/]", "", _coded(value).partition("=")[0])
    if len(marks) % 4 == 1:
        marks = marks[:-1]
    return base64.b64decode(marks + "=" * (-len(marks) % 4)).decode(errors="replace")


def _hash(value: Any, algorithm: Any) -> str:
    text = _text(value)
    if len(text) > 10_000 or not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise BadArguments
    return digest(text, algorithm)


def _json_merge(first: Any, second: Any, deep: Any) -> Any:
    if not isinstance(first, dict) or not isinstance(second, dict) or deep is True:
        raise BadArguments
    return {**first, **second}


def _math_random(outside: Outside, first: Any, last: Any, *seeds: Any) -> int:
    low, high = _whole(first), _whole(last)
    if low >= high:
        raise BadArguments
    if seeds and high - low < 1 << 31:
        return low + first_int(_whole(seeds[0]), high - low)
    return outside.random.randrange(low, high)


def _math_add(first: Any, second: Any) -> int:
    one, other = _rounded(_number(first)), _rounded(_number(second))
    if any(not -(1 << 31) <= number < 1 << 31 for number in (one, other, one + other)):
        raise BadArguments
    return one + other


def _string_split(text: Any, separators: Any) -> list[str]:
    if not isinstance(text, str) or not isinstance(separators, str):
        raise BadArguments
    parts = re.split("[" + re.escape(separators) + "]", text) if separators else [text]
    return [part for part in parts if part]


MEANING: dict[str, Callable[..., Any]] = {
    "Array": lambda *values: list(values),
    "ArrayContains": _array_contains,
    "ArrayGetItem": _array_get_item,
    "ArrayLength": lambda array: len(_list(array)),
    "ArrayPartition": _array_partition,
    "ArrayRange": _array_range,
    "ArrayUnique": _array_unique,
    "Base64Decode": _base64_decode,
    "Base64Encode": _base64_encode,
    "Format": _format,
    "Hash": _hash,
    "JsonMerge": _json_merge,
    "JsonToString": dump,
    "MathAdd": _math_add,
    "MathRandom": _math_random,
    "StringSplit": _string_split,
    "StringToJson": _string_to_json,
    "UUID": lambda outside, *_: outside.uuid(),
}
"""Name → function of the arguments; raises BadArguments."""

FROM_OUTSIDE = ("MathRandom", "UUID")
"""Those that take an `Outside` before their arguments."""
