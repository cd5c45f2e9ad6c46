"""DynamoDB's values: as text for people, as keys in an address, from what was typed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

KINDS = {
    "S": "string",
    "N": "number",
    "B": "binary",
    "BOOL": "boolean",
    "NULL": "null",
    "M": "map",
    "L": "list",
    "SS": "set of strings",
    "NS": "set of numbers",
    "BS": "set of binaries",
}
"""What DynamoDB calls the types, by their descriptors."""

Value = Mapping[str, Any]
"""As boto3's client gives one: `{"N": "42"}`."""


def kind(value: Value) -> str:
    """The type in words.

    >>> kind({"NS": ["1"]})
    'set of numbers'
    """
    return KINDS.get(_only(value)[0], "value")


def text(value: Value) -> str:
    """One value: a string or number as it stands, bytes in Base64, all else as JSON in a line.

    A number keeps each of its digits: a double would not.

    >>> text({"S": "buy"}), text({"N": "1.10"}), text({"L": [{"N": "1.10"}, {"S": "a"}]})
    ('buy', '1.10', '[1.10, "a"]')
    """
    descriptor, held = _only(value)
    return str(held) if descriptor in ("S", "N") else _json(value)


def key(item: Mapping[str, Value], names: Iterable[str]) -> str:
    """An item's key as text for an address; `unkeyed` reads it."""
    return json.dumps({name: _portable(item[name]) for name in names if name in item})


def unkeyed(told: str) -> dict[str, Any]:
    """The key that `key` wrote; raises ValueError if the text is none.

    >>> unkeyed(key({"Id": {"B": b"x"}, "Price": {"N": "2"}}, ["Id"]))
    {'Id': {'B': b'x'}}
    """
    try:
        read = json.loads(told)
        return {name: _unported(value) for name, value in read.items()}
    except (AttributeError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def typed(words: str, descriptor: str) -> dict[str, Any]:
    """What somebody typed, as a value of that type: binary is typed in Base64.

    Raises ValueError if it is none.
    """
    if descriptor == "B":
        return {"B": base64.b64decode(words, validate=True)}
    if descriptor == "N":
        float(words)
    if descriptor == "BOOL":
        if words not in ("true", "false"):
            raise ValueError(words)
        return {"BOOL": words == "true"}
    return {descriptor: words}


def _portable(value: Value) -> dict[str, str]:
    descriptor, held = _only(value)
    return {descriptor: base64.b64encode(held).decode() if descriptor == "B" else held}


def _unported(value: Any) -> dict[str, Any]:
    ((descriptor, held),) = value.items()
    if descriptor not in ("S", "N", "B") or not isinstance(held, str):
        raise ValueError("no key of an item")
    return typed(held, descriptor)


def _json(value: Value) -> str:
    descriptor, held = _only(value)
    match descriptor:
        case "N":
            return str(held)
        case "BOOL":
            return "true" if held else "false"
        case "NULL":
            return "null"
        case "B":
            return json.dumps(base64.b64encode(held).decode())
        case "M":
            fields = (f"{json.dumps(n, ensure_ascii=False)}: {_json(v)}" for n, v in held.items())
            return f"{{{', '.join(fields)}}}"
        case "L":
            return f"[{', '.join(_json(one) for one in held)}]"
        case "SS" | "NS" | "BS":
            return f"[{', '.join(_json({descriptor[0]: one}) for one in held)}]"
    return json.dumps(held, ensure_ascii=False, default=str)


def _only(value: Value) -> tuple[str, Any]:
    return next(iter(value.items()), ("NULL", True))
