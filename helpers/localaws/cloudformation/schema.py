"""What AWS's resource schemas say of a type: identifiers, what forces replacement, value types.

The schemas are CloudFormation's own (the registry's resource provider schemas). cfn-lint, which
`sam validate --lint` brings along, carries them; only the file of a type that a template uses is
read, and cfn-lint itself is never imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ALWAYS, NEVER, CONDITIONALLY = "Always", "Never", "Conditionally"


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    spec = find_spec("cfnlint")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "data" / "schemas" if places else None


@lru_cache(maxsize=1)
def _index() -> dict[str, str]:
    folder = _folder()
    path = folder / "providers" / "us-east-1.json" if folder else None
    return json.loads(path.read_text("utf-8")) if path and path.exists() else {}


@lru_cache(maxsize=64)
def _schema(type_name: str) -> dict[str, Any]:
    folder, name = _folder(), _index().get(type_name)
    if folder is None or name is None:
        return {}
    text = (folder / "resources" / f"{name}.json").read_text("utf-8")
    return json.loads(text, object_hook=_without_prose)


def _without_prose(body: dict[str, Any]) -> dict[str, Any]:
    """A part of a schema without its description, which is most of its size."""
    if isinstance(body.get("description"), str):
        del body["description"]
    return body


def known(type_name: str) -> bool:
    """Whether AWS has that resource type (true for all if no schemas are installed)."""
    return not _index() or type_name in _index()


def _top(pointers: list[str] | None) -> set[str]:
    return {pointer.split("/")[2] for pointer in pointers or [] if pointer.count("/") == 2}


def read_only(type_name: str) -> set[str]:
    """The attributes that AWS sets itself: those of Fn::GetAtt, dots for nested ones."""
    pointers = _schema(type_name).get("readOnlyProperties") or []
    return {pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers}


_GIVE_BACK = {
    "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::Events::EventBus",
    "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SSM::Parameter", "AWS::StepFunctions::Activity",
}  # fmt: skip
"""Types of which Fn::GetAtt gives every property, which the schemas do not tell."""


def attributes(type_name: str) -> set[str]:
    """What Fn::GetAtt may ask of a type, dots for what is nested; empty if no schema says so."""
    given = _schema(type_name).get("properties", {}) if type_name in _GIVE_BACK else {}
    return read_only(type_name) | given.keys()


def has_attribute(type_name: str, name: str) -> bool:
    """Whether Fn::GetAtt may ask for `name`; true where there is no schema."""
    tops = {attribute.split(".")[0] for attribute in attributes(type_name)}
    return not _schema(type_name) or name.split(".")[0] in tops


def recreation(type_name: str, name: str) -> str:
    """Whether a change of property `name` makes a new resource: "Always", "Never", "Conditionally".

    The words are those of a change set's RequiresRecreation.
    """
    schema = _schema(type_name)
    if name in _top(schema.get("createOnlyProperties")):
        return ALWAYS
    if name in _top(schema.get("conditionalCreateOnlyProperties")):
        return CONDITIONALLY
    nested = schema.get("createOnlyProperties") or []
    if any(pointer.split("/")[2] == name for pointer in nested if pointer.count("/") > 2):
        return CONDITIONALLY
    return NEVER


def replaced_by(type_name: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The create-only properties, as pointers, that differ between `old` and `new`."""
    changed = []
    for pointer in _schema(type_name).get("createOnlyProperties") or []:
        steps = pointer.split("/")[2:]
        if _dig(old, steps) != _dig(new, steps):
            changed.append(pointer)
    return changed


def _dig(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def name_property(type_name: str) -> str | None:
    """The property that names a resource, which CloudFormation fills in if absent."""
    schema = _schema(type_name)
    candidates = [schema.get("primaryIdentifier") or []]
    candidates += schema.get("additionalIdentifiers") or []
    writable = schema.get("properties", {}).keys() - _top(schema.get("readOnlyProperties"))
    for identifier in candidates:
        if (
            len(identifier) == 1
            and (name := identifier[0].removeprefix("/properties/")) in writable
        ):
            return name
    fixed = _top(schema.get("createOnlyProperties"))
    usual = (f"{type_name.rsplit('::', 1)[-1]}Name", "Name")
    return next((name for name in usual if name in fixed and name in writable), None)


def handler_actions(type_name: str, verb: str) -> list[str]:
    """The IAM actions that AWS's handler of a type may need to "create", "update", …"""
    return (_schema(type_name).get("handlers") or {}).get(verb, {}).get("permissions", [])


def taggable(type_name: str) -> bool:
    """Whether the type has a `Tags` property that is a list of Key and Value."""
    schema = _schema(type_name)
    body = _follow(schema, schema.get("properties", {}).get("Tags", {}))
    if body.get("type") != "array":
        return False
    return "Key" in _follow(schema, body.get("items", {})).get("properties", {})


def _follow(schema: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    for _ in range(8):
        pointer = body.get("$ref")
        if not pointer:
            break
        target: Any = schema
        for step in pointer.removeprefix("#/").split("/"):
            target = target.get(step, {})
        body = target
    return body


def coerce(type_name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The `properties` with texts made the numbers and booleans that the type wants.

    CloudFormation takes "30" for 30 and "true" for true: parameters are texts.
    """
    schema = _schema(type_name)
    return _coerce(schema, schema, properties) if schema else properties


def _coerce(schema: dict[str, Any], body: dict[str, Any], value: Any) -> Any:
    body = _follow(schema, body)
    kinds = body.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if isinstance(value, dict):
        inner = body.get("properties", {})
        return {key: _coerce(schema, inner.get(key, {}), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_coerce(schema, body.get("items", {}), item) for item in value]
    if isinstance(value, str) and kinds and "string" not in kinds:
        if "boolean" in kinds and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if kinds & {"integer", "number"}:
            return _number(value)
    if kinds == {"string"}:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
    return value


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def violations(type_name: str, properties: dict[str, Any]) -> list[str]:
    """What is wrong with resolved `properties`, in CloudFormation's words; [] if nothing is.

    Checked are names that the type does not have, required ones that are absent, and values that
    are not of the kind or not among those allowed.
    """
    schema = _schema(type_name)
    return list(_violations(schema, schema, properties, "#")) if schema else []


def _violations(schema: dict[str, Any], body: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    body = _follow(schema, body)
    kinds = body.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if kinds and not _is_one_of(value, kinds):
        wanted = ", ".join(sorted(kind.capitalize() for kind in kinds))
        yield f"{at}: expected type: {wanted}, found: {_kind(value)}"
        return
    if isinstance(value, dict):
        inner = body.get("properties", {})
        for name in body.get("required", []):
            if name not in value:
                yield f"{at}: required key [{name}] not found"
        patterns = body.get("patternProperties")
        for name, item in value.items():
            if name in inner:
                yield from _violations(schema, inner[name], item, f"{at}/{name}")
            elif inner and body.get("additionalProperties") is False and not patterns:
                yield f"{at}: extraneous key [{name}] is not permitted"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _violations(schema, body.get("items", {}), item, f"{at}/{index}")
    else:
        for keyword in _unmet(body, value):
            yield f"{at}: failed validation constraint for keyword [{keyword}]"


def _unmet(body: dict[str, Any], value: Any) -> Iterator[str]:
    """The keywords of a scalar's schema that `value` does not fulfil."""
    if "enum" in body and value not in body["enum"]:
        yield "enum"
    if isinstance(value, str):
        if len(value) < body.get("minLength", 0):
            yield "minLength"
        if len(value) > body.get("maxLength", len(value)):
            yield "maxLength"
        if "pattern" in body and not _matches(body["pattern"], value):
            yield "pattern"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < body.get("minimum", value):
            yield "minimum"
        if value > body.get("maximum", value):
            yield "maximum"


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:  # written for another dialect of regular expressions
        return True


def _kind(value: Any) -> str:
    names = {bool: "Boolean", int: "Integer", float: "Number", str: "String"}
    names |= {list: "JSONArray", dict: "JSONObject", type(None): "Null"}
    return names.get(type(value), type(value).__name__)


def _is_one_of(value: Any, kinds: set[str]) -> bool:
    if isinstance(value, dict):
        return bool(kinds & {"object", "string"}) or kinds == set()
    if isinstance(value, list):
        return "array" in kinds
    if isinstance(value, bool):
        return bool(kinds & {"boolean", "string"})
    if isinstance(value, (int, float)):
        return bool(kinds & {"integer", "number", "string"})
    if isinstance(value, str):
        # a policy or a definition may be given as text where the schema says object
        return bool(kinds & {"string", "object"})
    return False
