"""The eighteen intrinsic functions of JSONPath states: what each makes of its arguments.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import random
import re
from collections.abc import Callable
from typing import Any

from helpers.asl.evaluation import Outside
from helpers.asl.hashing import ALGORITHMS, digest
from helpers.asl.jackson import why_not_json
from helpers.asl.json_text import dump, parse


class BadArguments(Exception):
    """The arguments do not fit; the message says why."""


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
        raise BadArguments("the first argument must be a string")
    out, left, at = [], list(values), 0
    while at < len(template):
        char = template[at]
        if char == "\\" and template[at + 1 : at + 2] in ("{", "}", "\\", "'"):
            out.append(template[at + 1])
            at += 2
        elif char == "{" and template[at + 1 : at + 2] == "}":
            if not left:
                raise BadArguments("there are more {} than values")
            out.append(_in_words(left.pop(0)))
            at += 2
        elif char == "{":
            raise BadArguments("a { without its } must be written \\{")
        else:
            out.append(char)
            at += 1
    if left:
        raise BadArguments("there are more values than {}")
    return "".join(out)


def _string_to_json(text: Any) -> Any:
    if not isinstance(text, str):
        raise BadArguments("the argument must be a string")
    try:
        return parse(text) if text.strip(" \t\r\n") else None
    except ValueError as error:
        raise BadArguments(f"the argument is not JSON: {why_not_json(text, error)}") from None


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadArguments("the first argument must be an array")
    return value


def _int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadArguments("a number is needed")
    return _rounded(value) if isinstance(value, float) else value


def _rounded(value: float) -> int:
    """The nearest integer, as Java's `Math.round` has it: of two as near, the greater.

    >>> [_rounded(number) for number in (-1.51, -1.5, -1.49, -0.5, 0.5, 2.5)]
    [-2, -1, -1, 0, 1, 3]
    """
    below = math.floor(value)
    return below + 1 if value - below >= 0.5 else below


def _array_partition(array: Any, size: Any) -> list[Any]:
    items, step = _list(array), _int(size)
    if step <= 0:
        raise BadArguments("the chunk size must be a non-zero positive number")
    return [items[at : at + step] for at in range(0, len(items), step)]


def _array_contains(array: Any, value: Any) -> bool:
    sought = _in_order_of_names(value)
    return any(_in_order_of_names(item) == sought for item in _list(array))


def _in_order_of_names(value: Any) -> str:
    """A text that two values share if they are equal: 1, 1.0 and true are three."""
    return json.dumps(value, sort_keys=True)


def _array_range(first: Any, last: Any, step: Any) -> list[int]:
    low, high, by = _int(first), _int(last), _int(step)
    if by == 0:
        raise BadArguments("the step must not be 0")
    numbers = range(low, high + (1 if by > 0 else -1), by)
    if len(numbers) > 1000:
        raise BadArguments("the array would have more than 1000 items")
    return list(numbers)


def _array_get_item(array: Any, index: Any) -> Any:
    items, at = _list(array), _int(index)
    if not 0 <= at < len(items):
        raise BadArguments(f"the index {at} is not in an array of {len(items)}")
    return items[at]


def _array_unique(array: Any) -> list[Any]:
    seen: dict[str, Any] = {}
    for item in _list(array):
        seen.setdefault(_in_order_of_names(item), item)
    return list(seen.values())


def _coded(value: Any) -> str:
    if not isinstance(value, str):
        raise BadArguments("the argument must be a string")
    if len(value) > 10_000:
        raise BadArguments("the argument has more than 10,000 characters")
    return value


def _base64_encode(value: Any) -> str:
    return base64.b64encode(_coded(value).encode()).decode()


def _base64_decode(value: Any) -> str:
    try:
        return base64.b64decode(_coded(value), validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadArguments("the argument is not the Base64 of a text") from None


def _hash(value: Any, algorithm: Any) -> str:
    text = _text(value)
    if len(text) > 10_000:
        raise BadArguments("the data has more than 10,000 characters")
    if algorithm not in ALGORITHMS:
        raise BadArguments(f"the algorithm must be one of {', '.join(ALGORITHMS)}")
    return digest(text, algorithm)


def _json_merge(first: Any, second: Any, deep: Any) -> Any:
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise BadArguments("both arguments must be JSON objects")
    if deep is not False:
        raise BadArguments("only the shallow merge is supported: the third argument must be false")
    return {**first, **second}


def _math_random(outside: Outside, first: Any, last: Any, seed: Any = None) -> int:
    low, high = _int(first), _int(last)
    if low >= high:
        raise BadArguments("the first number must be less than the second")
    source = outside.random if seed is None else random.Random(_int(seed))
    return source.randrange(low, high)


def _math_add(first: Any, second: Any) -> int:
    return _int(first) + _int(second)


def _string_split(text: Any, separators: Any) -> list[str]:
    if not isinstance(text, str) or not isinstance(separators, str) or not separators:
        raise BadArguments("both arguments must be strings")
    return [part for part in re.split("[" + re.escape(separators) + "]", text) if part]


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
    "UUID": lambda outside: outside.uuid(),
}
"""Name → function of the arguments; raises BadArguments."""

FROM_OUTSIDE = ("MathRandom", "UUID")
"""Those that take an `Outside` before their arguments."""
