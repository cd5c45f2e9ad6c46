"""A mocked answer of a service, held against the model of its API, as TestState does on AWS.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from helpers.localaws.stepfunctions import aws_sdk

_CALL = re.compile(r"arn:aws[\w-]*:states:[\w-]*:\d*:(aws-sdk:)?(\w+):(\w+)")
"""A call of a service's API whose answer is the result: none that is waited for."""

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "boolean": ((bool,), "a boolean"),
    "list": ((list,), "an array"),
    "map": ((dict,), "an object"),
    "structure": ((dict,), "an object"),
    **dict.fromkeys(("integer", "long", "float", "double"), ((int, float), "a number")),
}
_TEXT = ((str,), "a string")
"""So are all others: blobs and times, too."""

_ENDS = (
    ("min", lambda value, end: value < end, "is smaller than the minimum length",
     "is less than the minimum value"),
    ("max", lambda value, end: value > end, "exceeds the maximum length",
     "exceeds the maximum value"),
)  # fmt: skip


def mistake(resource: str, answer: Any, *, strict: bool) -> str | None:
    """What AWS says of a mocked answer of the API that `resource` calls; None if nothing.

    strict: fields that the API requires may not be missing.
    """
    shape = _shape(resource)
    if shape is None:
        return None
    wrong = next(_wrong(shape, answer, "result", strict=strict), None)
    return None if wrong is None else f"Mock result schema validation error: {wrong}"


def _shape(resource: str) -> Any:
    """botocore's model of the answer; None for what calls no API."""
    called = _CALL.fullmatch(resource)
    if called is None:
        return None
    _, service, action = called.groups()
    try:
        model = aws_sdk.client(aws_sdk.boto_name(service), "us-east-1").meta.service_model
    except ValueError:
        return None
    names = {name.lower(): name for name in model.operation_names}
    name = names.get(action.lower())
    return None if name is None else model.operation_model(name).output_shape


def _wrong(shape: Any, value: Any, name: str, *, strict: bool) -> Iterator[str]:
    """What is wrong with a value; name: of the field that has it."""
    types, words = _KINDS.get(shape.type_name, _TEXT)
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        yield f"Field '{name}' must be {words}"
    elif shape.type_name == "structure":
        yield from _wrong_members(shape, value, strict=strict)
    elif shape.type_name == "list":
        for item in value:
            yield from _wrong(shape.member, item, name, strict=strict)
    elif shape.type_name == "map":
        for key, inner in value.items():
            yield from _wrong(shape.value, inner, key, strict=strict)
    else:
        yield from _out_of_bounds(shape, value, name)


def _wrong_members(shape: Any, value: dict[str, Any], *, strict: bool) -> Iterator[str]:
    members = {_spelled(name): member for name, member in shape.members.items()}
    if strict:
        for name in map(_spelled, shape.required_members):
            if name not in value:
                yield f"Required field '{name}' is missing"
    for name, inner in value.items():
        if name in members and inner is not None:
            yield from _wrong(members[name], inner, name, strict=strict)


def _spelled(name: str) -> str:
    """A member's name as AWS's Java SDK has it, in PascalCase.

    >>> _spelled("executionArn"), _spelled("MD5OfMessageBody"), _spelled("ETag")
    ('ExecutionArn', 'Md5OfMessageBody', 'ETag')
    """
    capitals = re.match(r"[A-Z]{2,}(?=\d|$)", name)
    first = capitals[0].capitalize() if capitals else name[:1].upper()
    return first + name[len(first) :]


def _out_of_bounds(shape: Any, value: Any, name: str) -> Iterator[str]:
    enum = getattr(shape, "enum", None)
    if enum and value not in enum:
        yield f"Field '{name}' is not an expected value"
    text = isinstance(value, str)
    for end, beyond, of_length, of_value in _ENDS:
        limit = shape.metadata.get(end)
        if limit is not None and beyond(len(value) if text else value, limit):
            yield f"Field '{name}' {of_length if text else of_value}"
