"""Functions of JSONata that jsonata-python has otherwise, as JSONata has them.

https://docs.jsonata.org/2.0.0/string-functions and the pages beside it
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any


def corrected() -> dict[str, tuple[Callable[..., Any], str]]:
    """Name to function and signature of those that are corrected."""
    return {
        name: (_of_something(function), signature)
        for name, (function, signature) in _table().items()
    }


def _of_something(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives nothing (undefined) where its first argument is nothing."""
    return lambda first=None, *others: None if first is None else function(first, *others)


def _table() -> dict[str, tuple[Callable[..., Any], str]]:
    return {
        "number": (_number, "<(nsb)-:n>"),
        "sort": (_sort, "<af?:a>"),
        "contains": (_contains, "<s-(sf):b>"),
        "replace": (_replace, "<s-(sf)(sf)n?:s>"),
        "toMillis": (_to_millis, "<s-s?:n>"),
        "fromMillis": (_from_millis, "<n-s?s?:s>"),
        **{name: (_url_function(name, method), "<s-:s>") for name, method in _URLS.items()},
    }


def failure(code: str, *values: Any) -> Exception:
    """The error of a code of JSONata's, with what fills the holes of its words."""
    from jsonata.jexception import JException

    return JException(code, -1, *values)


# -- numbers

_DECIMAL = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_BASES = re.compile(r"0([xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)")


def _number(value: Any = None) -> float | None:
    """A text as a number, where it is one of JSON's, or has a base: `0x1F`, `0o17`, `0b11`."""
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    if _BASES.fullmatch(value):
        return int(value, 0)
    if not _DECIMAL.fullmatch(value) or not math.isfinite(float(value)):
        raise failure("D3030", value)
    number = float(value)
    return int(number) if number.is_integer() else number


# -- times

_TIME = re.compile(
    r"(\d{4})(-[01]\d)?(-[0-3]\d)?(T[0-2]\d:[0-5]\d:[0-5]\d)?(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _to_millis(text: str, picture: str | None = None) -> int | None:
    """The milliseconds since 1970 of an ISO 8601 text, or of one that a picture describes."""
    from jsonata.functions import Functions

    if picture is not None:
        return _with_picture(Functions.datetime_to_millis, text, picture)
    found = _TIME.fullmatch(text)
    if found is None:
        raise failure("D3110", text)
    year, month, day, hours, fraction, zone = found.groups()
    written = f"{year}{month or '-01'}{day or '-01'}{hours or 'T00:00:00'}{fraction or ''}"
    try:
        time = datetime.fromisoformat(written + (zone or "Z"))
    except ValueError:
        raise failure("D3110", text) from None
    return (time - _EPOCH) // timedelta(milliseconds=1)


def _from_millis(millis: float, picture: str | None = None, zone: str | None = None) -> str | None:
    from jsonata.functions import Functions

    return _with_picture(Functions.datetime_from_millis, millis, picture, zone)


def _with_picture(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of the library's gives, which looks for the parts of a picture in a table."""
    try:
        return function(*arguments)
    except KeyError as error:
        raise failure("D3132", error.args[0]) from None


# -- addresses

_URLS = {
    "encodeUrl": "encode_url",
    "encodeUrlComponent": "encode_url_component",
    "decodeUrl": "decode_url",
    "decodeUrlComponent": "decode_url_component",
}


def _url_function(name: str, method: str) -> Callable[[str], str]:
    def function(text: str) -> str:
        from jsonata.functions import Functions

        try:
            return getattr(Functions, method)(text)
        except UnicodeError:
            raise failure("D3140", name, text) from None

    return function


# -- order


def _sort(items: list[Any], swaps: Any = None) -> list[Any]:
    """An array in order. swaps: a function of two items, true where the first is to come last."""
    if len(items) < 2:
        return items
    if swaps is not None:
        return in_order(list(items), _asking(swaps))
    kinds = {_sorted_as(item) for item in items}
    if len(kinds) > 1 or None in kinds:
        raise failure("D3070")
    return sorted(items)


def _sorted_as(item: Any) -> type | None:
    """What an item is compared as; None where it cannot be compared."""
    if isinstance(item, int | float) and not isinstance(item, bool):
        return float
    return str if isinstance(item, str) else None


def _asking(function: Any) -> Callable[[Any, Any], bool]:
    from jsonata.functions import Functions
    from jsonata.utils import Utils

    def swaps(one: Any, other: Any) -> bool:
        answer = Functions.func_apply(function, [one, other])
        return bool(answer) and answer is not Utils.NULL_VALUE

    return swaps


def in_order(items: list[Any], swaps: Callable[[Any, Any], bool]) -> list[Any]:
    """The items merged in order; what is not to be swapped stays as it stood.

    >>> in_order([3, 1, 2], lambda one, other: one > other)
    [1, 2, 3]
    >>> in_order(["bb", "aa", "c"], lambda one, other: len(one) > len(other))
    ['c', 'bb', 'aa']
    """
    if len(items) < 2:
        return items
    middle = len(items) // 2
    left, right = in_order(items[:middle], swaps), in_order(items[middle:], swaps)
    merged, one, other = [], 0, 0
    while one < len(left) and other < len(right):
        if swaps(left[one], right[other]):
            merged.append(right[other])
            other += 1
        else:
            merged.append(left[one])
            one += 1
    return [*merged, *left[one:], *right[other:]]


# -- patterns


def _contains(text: str, token: Any = None) -> bool | None:
    if token is None or isinstance(token, str):
        return None if token is None else token in text
    return next(token.finditer(text), None) is not None


def _replace(
    text: str, pattern: Any = None, replacement: Any = None, limit: float | None = None
) -> str | None:
    """A text with what fits the pattern replaced, `limit` times at most."""
    if pattern is None:
        return None
    if pattern == "":
        raise failure("D3010")
    if limit is not None and limit < 0:
        raise failure("D3011")
    most = None if limit is None else int(limit)
    if isinstance(pattern, str):
        return text.replace(pattern, str(replacement), -1 if most is None else most)
    pieces, at = [], 0
    for match in islice(pattern.finditer(text), most):
        pieces += [text[at : match.start()], _replaced(match, replacement)]
        at = match.end()
    return "".join([*pieces, text[at:]])


def told(match: Any) -> dict[str, Any]:
    """A match as a function of JSONata's gets it."""
    groups = list(match.groups())
    return {"match": match[0], "start": match.start(), "end": match.end(), "groups": groups}


def _replaced(match: Any, replacement: Any) -> str:
    """What stands in the place of a match: a text with its groups filled in, or a function's."""
    from jsonata.functions import Functions

    if isinstance(replacement, str):
        return "".join(_filled(replacement, match))
    made = Functions.func_apply(replacement, [told(match)])
    if not isinstance(made, str):
        raise failure("D3012")
    return made


_DOLLAR = re.compile(r"\$(\$|0|\d+)?", re.ASCII)


def _filled(replacement: str, match: Any) -> Iterator[str]:
    """The pieces of a replacement: `$$` is a dollar, `$0` all of the match, `$1` its first group.

    As many digits count as the number of groups has, one fewer where there is no such group.
    """
    groups, at = match.groups(default=""), 0
    for dollar in _DOLLAR.finditer(replacement):
        yield replacement[at : dollar.start()]
        name, at = dollar[1], dollar.end()
        if name is None or name == "$":
            yield "$"
        elif name.startswith("0"):
            yield match[0] + name[1:]
        else:
            digits = name[: len(str(len(groups) or 1))]
            if len(digits) > 1 and int(digits) > len(groups):
                digits = digits[:-1]
            yield groups[int(digits) - 1] if int(digits) <= len(groups) else ""
            yield name[len(digits) :]
    yield replacement[at:]
