"""The shapes that sections and functions of a template must have, checked before they are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.localaws.cloudformation.errors import ValidationError

PARAMETER_TYPES = ("String", "Number", "CommaDelimitedList", "List<", "AWS::")


def check_sections(template: dict[str, Any]) -> None:
    """Check that sections are mappings of mappings, and what is fixed in their entries.

    Raises ValidationError, in AWS's words where AWS's are known.
    """
    for name, body in (template.get("Parameters") or {}).items():
        _mapping(body, f"Parameters/{name}")
        kind = body.get("Type")
        if not isinstance(kind, str) or not kind.startswith(PARAMETER_TYPES):
            raise ValidationError(
                f"Template format error: Unrecognized parameter type: {kind}"
                if "Type" in body
                else "Template format error: Every Parameters object must contain a Type member."
            )
        if not isinstance(body.get("AllowedValues", []), list):
            raise ValidationError(
                f"Template format error: Parameter {name}'s AllowedValues must be a list."
            )
        if isinstance(body.get("Default", ""), (dict, type(None))):
            raise ValidationError(
                f"Template format error: Every Default member must be a string. (Parameters/{name})"
            )
        for key in ("MinLength", "MaxLength", "MinValue", "MaxValue"):
            if key in body and not _numeric(body[key]):
                raise ValidationError(
                    f"Template format error: Parameter {name}'s {key} must be a number."
                )
    for name, body in (template.get("Mappings") or {}).items():
        _mapping(body, f"Mappings/{name}")
        for key, inner in body.items():
            _mapping(inner, f"Mappings/{name}/{key}")
    for name, body in (template.get("Conditions") or {}).items():
        _mapping(body, f"Conditions/{name}")
        check_functions(body, f"Conditions/{name}")
    for name, body in (template.get("Outputs") or {}).items():
        _mapping(body, f"Outputs/{name}")
        if "Value" not in body:
            raise ValidationError(
                f"Template format error: Output {name} is malformed. The Value member must be "
                "specified."
            )
        if not isinstance(body.get("Description", ""), (str, type(None))):
            raise ValidationError(
                f"Template format error: Every Description member must be a string. ({name})"
            )
        if not isinstance(body.get("Condition", ""), str):
            raise ValidationError(
                f"Template format error: Every Condition member must be a string. ({name})"
            )
        export = body.get("Export", {"Name": ""})
        if not isinstance(export, dict) or "Name" not in export:
            raise ValidationError(
                f"Template format error: Output {name} is malformed. The Name field of every "
                "Export member must be specified."
            )
        check_functions(body, f"Outputs/{name}")


def check_resource(name: str, body: dict[str, Any]) -> None:
    """Check a resource's own attributes and the functions in them.

    Raises ValidationError, in AWS's words where AWS's are known.
    """
    depends = body.get("DependsOn", [])
    listed = depends if isinstance(depends, list) else [depends]
    if not all(isinstance(entry, str) for entry in listed):
        raise ValidationError(
            "Template format error: DependsOn must be a string or list of strings. "
            f"(Resources/{name})"
        )
    if not isinstance(body.get("Condition", ""), str):
        raise ValidationError(
            f"Template format error: Every Condition member must be a string. ({name})"
        )
    for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
        if not isinstance(body.get(attribute, ""), str):
            raise ValidationError(
                f"Template format error: Every {attribute} member must be a string. ({name})"
            )
    check_functions(body.get("Properties", {}), f"Resources/{name}")


def check_functions(value: Any, at: str) -> None:
    """Check that every function inside `value` has arguments of the right shape.

    Raises ValidationError if one has not.
    """
    if isinstance(value, list):
        for item in value:
            check_functions(item, at)
    elif isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValidationError(
                    f"Template format error: [/{at}] {key!r} is no string and cannot be a key."
                )
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            fits, words = SHAPES.get(name, (None, ""))
            if fits is not None and not fits(argument):
                raise ValidationError(f"Template error: {words} (in {at})")
        for item in value.values():
            check_functions(item, at)


def _mapping(body: Any, at: str) -> None:
    if not isinstance(body, dict):
        raise ValidationError(f"Template format error: [/{at}] must be an object.")


def _numeric(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _value(value: Any) -> bool:
    """Whether a value can become a text: a scalar or a function."""
    return isinstance(value, (str, int, float, bool, dict))


def _list(*lengths: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) in lengths


def _sub(argument: Any) -> bool:
    if isinstance(argument, str):
        return True
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and isinstance(argument[0], str)
        and isinstance(argument[1], dict)
        and all(_value(value) for value in argument[1].values())
    )


def _getatt(argument: Any) -> bool:
    if isinstance(argument, str):
        return "." in argument
    return (
        isinstance(argument, list)
        and len(argument) >= 2
        and _text(argument[0])
        and all(_value(part) for part in argument[1:])
    )


def _join(argument: Any) -> bool:
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and isinstance(argument[0], str)
        and isinstance(argument[1], (list, dict))
    )


def _select(argument: Any) -> bool:
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and (isinstance(argument[0], dict) or _numeric(argument[0]))
        and isinstance(argument[1], (list, dict))
    )


SHAPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "Ref": (_text, "every Ref object must have a single String value."),
    "Condition": (_text, "every Condition object must have a single String value."),
    "Fn::GetAtt": (
        _getatt,
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
        "resource attribute",
    ),
    "Fn::Sub": (
        _sub,
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a "
        "string as first argument, and an optional second argument to specify a mapping of values "
        "to replace in the string",
    ),
    "Fn::Join": (
        _join,
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
        "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) "
        "to be joined.",
    ),
    "Fn::Select": (
        _select,
        "every Fn::Select object requires two parameters, an index and a list of values.",
    ),
    "Fn::Split": (
        lambda a: _list(2)(a) and isinstance(a[0], str) and _value(a[1]),
        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string "
        "to be split or a function that returns a string to be split.",
    ),
    "Fn::If": (
        lambda a: _list(3)(a) and _text(a[0]),
        "Fn::If requires a list argument with three elements",
    ),
    "Fn::FindInMap": (
        lambda a: _list(3, 4)(a) and all(_value(part) for part in a),
        "every Fn::FindInMap object requires three parameters, the map name, map key and the "
        "attribute for return value",
    ),
    "Fn::Equals": (
        _list(2),
        "every Fn::Equals object requires a list of 2 string parameters.",
    ),
    "Fn::Not": (
        _list(1),
        "every Fn::Not object requires one boolean parameter.",
    ),
    "Fn::And": (
        _list(*range(2, 11)),
        "every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.",
    ),
    "Fn::Or": (
        _list(*range(2, 11)),
        "every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.",
    ),
    "Fn::Base64": (_value, "every Fn::Base64 object must have a String-typed value."),
    "Fn::GetAZs": (_value, "every Fn::GetAZs object must have a String-typed value."),
    "Fn::ImportValue": (_value, "every Fn::ImportValue object must have a String-typed value."),
    "Fn::Cidr": (
        _list(2, 3),
        "every Fn::Cidr object requires two or three parameters, an address block, a count and "
        "the number of subnet bits.",
    ),
}
