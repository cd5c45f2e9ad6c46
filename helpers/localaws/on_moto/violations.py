"""A request held against AWS's model of the API: what is required, of which type, how long."""

from __future__ import annotations

from typing import Any


class WrongType(Exception):
    """A value of another type than the model's; the words are AWS's."""


def message(wrong: list[str]) -> str:
    """What AWS says of a request with these violations."""
    many = "error" if len(wrong) == 1 else "errors"
    return f"{len(wrong)} validation {many} detected: {'; '.join(wrong)}"


def violations(shape: Any, body: Any) -> list[str]:
    """What AWS finds wrong with the members of `body`, a sentence each.

    shape: botocore's model of the input. Raises WrongType.
    """
    wrong: list[str] = []
    _check(shape, body, "", wrong, sensitive=False)
    return wrong


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "float": (int, float),
    "double": (int, float),
}


def _check(shape: Any, value: Any, path: str, wrong: list[str], *, sensitive: bool) -> None:
    kind = shape.type_name
    expected = _TYPES.get(kind, (object,))
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        where = path or "the request"
        raise WrongType(
            f"{type(value).__name__} value cannot be converted to {kind.capitalize()} at '{where}'"
        )
    sensitive = sensitive or bool(shape.metadata.get("sensitive"))
    if kind == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                wrong.append(_wrong(None, _at(path, name), "not be null"))
        for name, member in shape.members.items():
            if value.get(name) is not None:
                _check(member, value[name], _at(path, name), wrong, sensitive=sensitive)
    elif kind == "list":
        _check_length(shape, value, path, wrong, sensitive=sensitive)
        for number, item in enumerate(value, 1):
            _check(shape.member, item, f"{path}.{number}.member", wrong, sensitive=sensitive)
    elif kind == "map":
        _check_length(shape, value, path, wrong, sensitive=sensitive)
        for key, item in value.items():
            _check(shape.value, item, f"{path}.{key}.member", wrong, sensitive=sensitive)
    elif kind == "string":
        if shape.enum and value not in shape.enum:
            last_first = list(reversed(shape.enum))
            names = ", ".join(sorted(last_first, key=_bucket))
            wrong.append(_wrong(value, path, f"satisfy enum value set: [{names}]"))
        _check_length(shape, value, path, wrong, sensitive=sensitive)
    elif kind in ("integer", "long", "float", "double"):
        for bound, compare, words in _BOUNDS:
            limit = shape.metadata.get(bound)
            if limit is not None and compare(value, limit):
                wrong.append(_wrong(value, path, f"have value {words} than or equal to {limit}"))


def _bucket(word: str) -> int:
    """Where AWS lists a word of an enumeration: its sets are in the order of Java's hash codes.

    There are 32 buckets; in each the word that the model names last comes first.

    >>> sorted(["ALARM", "INSUFFICIENT_DATA", "OK"], key=_bucket)
    ['INSUFFICIENT_DATA', 'ALARM', 'OK']
    """
    code = 0
    for letter in word:
        code = (31 * code + ord(letter)) & 0x1F
    return code


def _printed(shape: Any, value: Any) -> str:
    """A value as Java prints it: `[Item(name=a, weight=50)]`."""
    if isinstance(value, list):
        return f"[{', '.join(_printed(shape.member, item) for item in value)}]"
    if shape.type_name == "map":
        return f"{{{', '.join(f'{k}={_printed(shape.value, v)}' for k, v in value.items())}}}"
    if shape.type_name == "structure":
        members = shape.members.items()
        shown = (f"{spelled(name)}={_printed(one, value.get(name))}" for name, one in members)
        return f"{shape.name}({', '.join(shown)})"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _at(path: str, name: str) -> str:
    """A member's place as AWS writes it: names of members begin small, whatever the API has."""
    small = spelled(name)
    return f"{path}.{small}" if path else small


def spelled(name: str) -> str:
    """The name of a member as AWS's sentences have it: `tableName` of TableName."""
    return name[:1].lower() + name[1:]


_BOUNDS = (
    ("min", lambda value, limit: value < limit, "greater"),
    ("max", lambda value, limit: value > limit, "less"),
)


def _check_length(shape: Any, value: Any, path: str, wrong: list[str], *, sensitive: bool) -> None:
    for bound, compare, words in _BOUNDS:
        limit = shape.metadata.get(bound)
        if limit is not None and compare(len(value), limit):
            constraint = f"have length {words} than or equal to {limit}"
            wrong.append(_wrong(_printed(shape, value), path, constraint, sensitive=sensitive))


def _wrong(value: Any, path: str, constraint: str, *, sensitive: bool = False) -> str:
    shown = "Value" if sensitive else "Value null" if value is None else f"Value '{value}'"
    return f"{shown} at '{path}' failed to satisfy constraint: Member must {constraint}"
