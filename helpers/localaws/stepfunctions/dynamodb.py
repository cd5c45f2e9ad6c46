"""The four calls of DynamoDB that are optimized: moto's, checked and answered as by AWS."""

from __future__ import annotations

import logging
import threading
from typing import Any

from helpers.localaws.on_moto.mends import expression_attributes, table_names
from helpers.localaws.stepfunctions.answers import ServiceError
from helpers.localaws.turns.gate import gate

LOG = logging.getLogger(__name__)

_lock = threading.Lock()

_REQUIRED = {
    "GetItem": ("TableName", "Key"),
    "PutItem": ("TableName", "Item"),
    "UpdateItem": ("TableName", "Key"),
    "DeleteItem": ("TableName", "Key"),
}
_ANSWERS = ("Attributes", "ConsumedCapacity", "Item", "ItemCollectionMetrics")


def _checked(operation: str, parameters: Any) -> dict[str, Any]:
    """A request as DynamoDB takes it; what it refuses is refused in its words."""
    if not isinstance(parameters, dict):
        raise ServiceError("SerializationException", "Start of structure or map found where not "
                           "expected.")  # fmt: skip
    wrong = []
    for name in _REQUIRED[operation]:
        value, shown = parameters.get(name), name[0].lower() + name[1:]
        if value is None:
            wrong.append(f"Value null at '{shown}' failed to satisfy constraint: "
                         "Member must not be null")  # fmt: skip
        elif name == "TableName":
            named_wrong = table_names.wrong(value)
            wrong += [] if named_wrong is None else [named_wrong]
        else:
            _check_attributes(value)
    _check_attributes(parameters.get("ExpressionAttributeValues") or {})
    if wrong:
        many = "error" if len(wrong) == 1 else "errors"
        raise ServiceError(
            "ValidationException", f"{len(wrong)} validation {many} detected: {'; '.join(wrong)}"
        )
    return {name: value for name, value in parameters.items() if value is not None}


def _read(parameters: Any) -> Any:
    """A request with its attribute values as the Java SDK reads them from JSON.

    Text alone is a value of the type S, and text may stand for what is a boolean.

    >>> _read({"Item": {"a": "x", "b": {"BOOL": "false"}}})
    {'Item': {'a': {'S': 'x'}, 'b': {'BOOL': False}}}
    """
    if not isinstance(parameters, dict):
        return parameters
    read = {
        name: {key: _attribute(inner) for key, inner in parameters[name].items()}
        for name in ("Item", "Key", "ExpressionAttributeValues")
        if isinstance(parameters.get(name), dict)
    }
    return {**parameters, **read}


_BOOLEANS = {"true": True, "false": False}


def _attribute(value: Any) -> Any:
    if isinstance(value, str):
        return {"S": value}
    if not isinstance(value, dict):
        return value
    return {kind: _typed(kind, inner) for kind, inner in value.items()}


def _typed(kind: str, inner: Any) -> Any:
    if kind in ("BOOL", "NULL") and isinstance(inner, str):
        return _BOOLEANS.get(inner.lower(), inner)
    if kind == "M" and isinstance(inner, dict):
        return {name: _attribute(value) for name, value in inner.items()}
    if kind == "L" and isinstance(inner, list):
        return [_attribute(value) for value in inner]
    return inner


def _check_attributes(attributes: Any) -> None:
    """Attribute values are objects with one type each, and `N` is written as a string."""
    if not isinstance(attributes, dict):
        raise ServiceError("SerializationException", "Unexpected value type in payload")
    for value in attributes.values():
        if not isinstance(value, dict):
            raise ServiceError("SerializationException", "Unexpected value type in payload")
        if len(value) != 1:
            raise ServiceError(
                "ValidationException",
                "Supplied AttributeValue "
                + ("is empty, must contain exactly one of the supported datatypes" if not value
                   else "has more than one datatypes set, must contain exactly one of the "
                   "supported datatypes"),
            )  # fmt: skip
        kind, inner = next(iter(value.items()))
        if kind in ("S", "N", "B") and not isinstance(inner, str):
            raise ServiceError("SerializationException",
                               f"{_kind(inner)} value cannot be converted to String")  # fmt: skip
        if kind == "M":
            _check_attributes(inner)
        elif kind == "L":
            for item in inner if isinstance(inner, list) else ():
                _check_attributes({"item": item})


def _copied(value: Any) -> Any:
    """A copy of a JSON value, all the way down: moto keeps and changes what it is given."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _kind(value: Any) -> str:
    return {bool: "BOOLEAN", int: "NUMBER", float: "NUMBER"}.get(type(value), "STRUCTURE")


def call(operation: str, parameters: Any, account: str, region: str) -> dict[str, Any]:
    """Carry out GetItem, PutItem, UpdateItem or DeleteItem, with no HTTP around it.

    parameters: of the request, as JSON has them. Returns the answer likewise; raises ServiceError.
    """
    from moto.core.exceptions import ServiceException
    from moto.dynamodb.responses import DynamoHandler
    from werkzeug.exceptions import HTTPException

    from helpers.localaws.on_moto.mends import dynamodb_keys

    handler = DynamoHandler()
    handler.current_account, handler.region = account, region
    handler.headers, handler.response_headers = {}, {}
    handler.body = handler.params = _copied(_checked(operation, _read(parameters)))
    wrong = expression_attributes.problem(operation, handler.body)
    wrong = wrong or dynamodb_keys.problem(operation, handler.body, handler.dynamodb_backend.tables)
    if wrong is not None:
        raise ServiceError("ValidationException", wrong)
    action = getattr(handler, f"{operation[:-4].lower()}_item")
    try:
        with gate, _lock:  # two writers at once would lose an item
            answer = action()
    except ServiceException as error:
        raise ServiceError(error.code, error.message) from None
    except HTTPException as error:
        code = getattr(error, "error_type", None) or "InternalServerError"
        message = getattr(error, "message", None) or error.description or ""
        raise ServiceError(code.rpartition("#")[2], message, error.code or 400) from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        LOG.warning("DynamoDB's %s stumbled over a task's fields", operation, exc_info=True)
        raise ServiceError(
            "ValidationException",
            f"1 validation error detected: what is given for {operation} cannot be read "
            f"({type(error).__name__}: {error})",
        ) from None
    result = answer.result or {}
    told = {name: result[name] for name in _ANSWERS if result.get(name) not in (None, {}, [])}
    if parameters.get("ReturnConsumedCapacity", "NONE") == "NONE":
        told.pop("ConsumedCapacity", None)  # moto tells it always
    return told
