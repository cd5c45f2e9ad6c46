"""What is wrong with a request at which moto failed, told by AWS's own model of the API.

Moto trusts its caller: a member that is missing, or of another type, ends in a KeyError. AWS looks
at every request first. Here that look is taken only after a failure, so that good requests pay
nothing for it: what fits the model and failed all the same is a failure of the endpoint's. Imports
moto.
"""

from __future__ import annotations

import binascii
import functools
import io
import json
import re
from typing import Any
from xml.parsers.expat import ExpatError

from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, NotFound

from helpers.localaws.front.http import Environ
from helpers.localaws.front.refusals import Refusal, service_of
from helpers.localaws.on_moto.mends import readers
from helpers.localaws.on_moto.violations import WrongType, message, spelled, violations

_CLIENT_NAMES = {"states": "stepfunctions", "monitoring": "cloudwatch", "email": "ses"}
"""Services whose signing name is not the name of their model."""
_SHORTEST = 3
"""Characters that a value must have to be found in an error's words and believed."""


class UnknownOperation(NotImplementedError):
    """The request names an operation that its service does not have."""


class Wrong(Exception):
    """The request is refused, as `refusal` says."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refused(message: str, code: str = "ValidationException") -> Wrong:
    """The refusal of a request that asks what cannot be, with a status of 400."""
    return Wrong(_bad(code, message))


@functools.cache
def operations(service: str) -> frozenset[str]:
    """The names of a service's operations, as AWS's model has them; empty if there is no model."""
    try:
        return frozenset(get_service_model(service).operation_names)
    except Exception:  # a part of moto that is no service of AWS's
        return frozenset()


def check(environ: Environ) -> None:
    """Raise Wrong if a request does not fit AWS's model: for what moto must not even try."""
    why = refusal(environ, None)
    if why is not None:
        raise Wrong(why)


def refusal(environ: Environ, error: Exception | None) -> Refusal | None:
    """What AWS would say of this request; None if nothing is found wrong with it.

    error: that with which moto ended.
    """
    if isinstance(error, Wrong):
        return error.refusal
    if isinstance(error, HTTPException | ServiceException):  # not caught where moto catches them
        return _told(error)
    service = service_of(environ)
    service = _CLIENT_NAMES.get(service, service)
    try:
        model = get_service_model(service)
    except Exception:  # no service of AWS's
        return None
    request = Request(environ)
    request.environ["wsgi.input"] = io.BytesIO(body := _body(environ))
    protocol = str(model.protocol)
    if protocol == "json" and _is_form(environ):
        protocol = "query"  # SQS still speaks it too
    try:
        operation, uri = _operation(model, protocol, request)
    except UnknownOperation as unknown:
        return _unknown(protocol, str(unknown), error)
    if isinstance(error, NotImplementedError):
        return None
    if operation.input_shape is None:
        return None if error is None else _about(error, {}, operation, protocol)
    try:
        given = _given(protocol, operation, request, body, uri)
        wrong = violations(operation.input_shape, given)
    except WrongType as wrong_type:
        return _serialization(protocol, str(wrong_type))
    except Exception as unreadable:
        return _serialization(protocol, f"{type(unreadable).__name__}: {unreadable}"[:300])
    if wrong:
        return _validation(message(wrong)[:2000], service)
    wrong_union = _wrong_union(operation.input_shape, given)
    if wrong_union is not None:
        return _validation(wrong_union, service)
    return None if error is None else _about(error, given, operation, protocol)


def _body(environ: Environ) -> bytes:
    """The body once more; the guard put it where that can be done."""
    source = environ["wsgi.input"]
    source.seek(0)
    return source.read()


def _is_form(environ: Environ) -> bool:
    return environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")


def _operation(model: Any, protocol: str, request: Request) -> tuple[Any, dict[str, Any]]:
    """The operation that a request is for, and what its path says. Raises UnknownOperation."""
    if protocol in ("json", "query", "ec2"):
        target = request.headers.get("X-Amz-Target", "")
        name = target.rpartition(".")[2] if protocol == "json" else request.values.get("Action", "")
        if name not in model.operation_names:
            raise UnknownOperation(name)
        return model.operation_model(name), {}
    try:
        return get_service_router(model.service_name).match(request)
    except (NotFound, NotImplementedError):
        raise UnknownOperation(f"{request.method} {request.path}") from None


def operation_named(model: Any, request: Request) -> str:
    """The name of the operation of a service that a request is for. Raises UnknownOperation."""
    return str(_operation(model, str(model.protocol), request)[0].name)


def _given(
    protocol: str, operation: Any, request: Request, body: bytes, uri: dict[str, Any]
) -> Any:
    """The members of the request. Raises whatever reading them raises."""
    if protocol == "json":
        return json.loads(body) if body else {}
    if protocol == "rest-json" and body and "payload" not in operation.input_shape.serialization:
        json.loads(body)  # moto's parser takes what is no JSON for an empty body
    members = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": uri,
        }
    )
    return dict(members)


def _speaks_of(words: str, text: str) -> bool:
    """Whether an error's words have this text in them: shown whole, or its first 200 letters."""
    if f"'{text}'" in words or (len(text) >= _SHORTEST and text in words):
        return True
    shown = repr(text)
    return shown in words or (len(shown) >= 150 and shown[:150] in words)


def _wrong_union(shape: Any, value: Any) -> str | None:
    """DynamoDB's words for the first value in `value` that has not just one type."""
    if shape.type_name == "structure":
        if shape.name == "AttributeValue" and len(value) != 1:
            how = "has more than one datatypes set" if value else "is empty"
            one = "must contain exactly one of the supported datatypes"
            return f"Supplied AttributeValue {how}, {one}"
        inner = [(shape.members[name], one) for name, one in value.items() if name in shape.members]
    elif shape.type_name == "list":
        inner = [(shape.member, one) for one in value]
    elif shape.type_name == "map":
        inner = [(shape.value, one) for one in value.values()]
    else:
        return None
    wrong = (_wrong_union(member, one) for member, one in inner if one is not None)
    return next((words for words in wrong if words is not None), None)


def _about(error: Exception, given: Any, operation: Any, protocol: str) -> Refusal | None:
    """What the error says of the values that the caller gave, if it says something of them."""
    words = str(error.args[0]) if error.args else ""
    if isinstance(error, KeyError):
        placeholder = words.startswith((":", "#")) and _service(operation) == "dynamodb"
        member = bool(operation.input_shape) and words in _members(operation.input_shape)
        if words in _texts(given) and not placeholder and not member:
            return Refusal("404 Not Found", _missing(operation), f"{words} does not exist")
        if member and words not in _names(given):
            return _validation(
                f"1 validation error detected: Value null at '{spelled(words)}' failed to satisfy "
                "constraint: Member must not be null"
            )
    if isinstance(error, ValueError) and any(_speaks_of(words, text) for text in _texts(given)):
        return _validation(f"1 validation error detected: {words[:500]}")
    if isinstance(error, _UNREADABLE):
        return _serialization(protocol, f"{type(error).__name__}: {error}"[:300])
    if readers.is_about_the_request(error):
        return _validation(
            f"1 validation error detected: what is given for {operation.name} cannot be read "
            f"({type(error).__name__}: {words[:300]})"
        )
    return None


_UNREADABLE = (
    UnicodeError, json.JSONDecodeError, ExpatError, binascii.Error, RecursionError, re.error,
)  # fmt: skip
"""What Python raises for text, JSON, XML, base 64 and patterns that are none."""


@functools.cache
def _members(shape: Any) -> frozenset[str]:
    """The names of all members of a structure, and of those within it."""
    seen: set[str] = set()
    names: set[str] = set()
    todo = [shape]
    while todo:
        one = todo.pop()
        if one.type_name == "structure" and one.name not in seen:
            seen.add(one.name)
            names |= one.members.keys()
            todo += one.members.values()
        elif one.type_name == "list":
            todo.append(one.member)
        elif one.type_name == "map":
            todo.append(one.value)
    return frozenset(names)


def _service(operation: Any) -> str:
    return str(operation.service_model.service_name)


def _missing(operation: Any) -> str:
    """The operation's own error for what is not there, or the name that most services use."""
    for shape in operation.error_shapes:
        if re.search(r"NotFound|NoSuch|DoesNotExist|NonExistent|NotExist", shape.name):
            return str(shape.error_code or shape.name)
    return "ResourceNotFoundException"


def _names(value: Any) -> set[str]:
    """The names of all that is given, and of what is within it."""
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _told(error: Any) -> Refusal:
    code = getattr(error, "code", None)
    if isinstance(code, int):  # werkzeug's: its name is that of the status
        name = getattr(error, "error_type", None) or error.name.replace(" ", "")
        return Refusal(f"{code} {error.name}", str(name), str(error.description)[:500])
    return _bad(str(code or type(error).__name__), str(error))


def _bad(code: str, message: str, *codes: tuple[str, str]) -> Refusal:
    return Refusal("400 Bad Request", code, message, codes)


def _unknown(protocol: str, name: str, error: Exception | None) -> Refusal | None:
    if protocol.startswith("rest"):  # perhaps a path of AWS's that its model does not have
        if isinstance(error, NotImplementedError):
            return None
        message = f"The local endpoint does not have this operation: {name[:200]}"
        return Refusal("501 Not Implemented", "NotImplemented", message)
    if not name:
        message = "The request names no operation"
        return _bad("UnknownOperationException", message, ("query", "MissingAction"))
    message = f"Could not find operation {name[:100]}"
    return _bad("UnknownOperationException", message, ("query", "InvalidAction"))


def _serialization(protocol: str, message: str) -> Refusal:
    if protocol == "rest-xml":
        message = (
            "The XML you provided was not well-formed or did not validate against our published "
            f"schema ({message})"
        )
    codes = (("query", "MalformedInput"), ("s3", "MalformedXML"))
    return _bad("SerializationException", message, *codes)


def _validation(message: str, service: str = "") -> Refusal:
    codes = (("query", "ValidationError"), ("s3", "InvalidArgument"))
    name = "InvalidParameterException" if service == "logs" else "ValidationException"
    return _bad(name, message, *codes)
