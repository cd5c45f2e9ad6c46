"""AWS::LanguageExtensions: Fn::ForEach, and functions where plain templates want text.

Reference: AWS CloudFormation Template Reference, "AWS::LanguageExtensions transform".
"""

from __future__ import annotations

import re
from typing import Any

from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.intrinsics import Resolver

FOR_EACH = "Fn::ForEach::"
PLACEHOLDER = re.compile(r"[$&]\{([A-Za-z0-9]+)\}")


class _NoResources:
    """A transform sees parameters and mappings, not resources."""

    def ref(self, logical_id: str) -> Any:
        raise ValidationError(f"Fn::ForEach cannot refer to resource {logical_id}")

    def attribute(self, logical_id: str, name: str) -> Any:
        raise ValidationError(f"Fn::ForEach cannot refer to {logical_id}.{name}")

    def imported(self, export: str) -> str:
        raise ValidationError(f"Fn::ForEach cannot import {export}")

    def dynamic(self, service: str, reference: str) -> str:
        return f"{{{{resolve:{service}:{reference}}}}}"


def expand(
    template: dict[str, Any], parameters: dict[str, Any], pseudo: dict[str, Any]
) -> dict[str, Any]:
    """The `template` with its loops unrolled and its resource attributes resolved.

    Raises ValidationError if a loop is not well-formed.
    """
    resolver = Resolver(template, parameters, pseudo, _NoResources())
    for section in ("Conditions", "Resources", "Outputs"):
        if section in template:
            template[section] = _unroll(template[section], resolver)
    for body in (template.get("Resources") or {}).values():
        for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
            if isinstance(body, dict) and isinstance(body.get(attribute), dict):
                body[attribute] = resolver.resolve(body[attribute])
    return template


def _unroll(value: Any, resolver: Resolver) -> Any:
    if isinstance(value, list):
        return [_unroll(item, resolver) for item in value]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(key, str) and key.startswith(FOR_EACH):
            result.update(_loop(key, item, resolver))
        else:
            result[key] = _unroll(item, resolver)
    return result


def _loop(key: str, loop: Any, resolver: Resolver) -> dict[str, Any]:
    if not isinstance(loop, list) or len(loop) != 3 or not isinstance(loop[2], dict):
        raise ValidationError(
            f"Fn::ForEach layout is incorrect ({key}): it takes an identifier, a collection and "
            "an object"
        )
    identifier, collection, body = loop
    items = resolver.resolve(collection)
    if isinstance(items, str):
        items = items.split(",")
    result: dict[str, Any] = {}
    for item in items:
        result.update(_unroll(_fill(body, str(identifier), str(item)), resolver))
    return result


def _fill(value: Any, identifier: str, item: str) -> Any:
    if isinstance(value, str):
        return PLACEHOLDER.sub(
            lambda m: (
                (re.sub(r"[^A-Za-z0-9]", "", item) if m[0][0] == "&" else item)
                if m[1] == identifier
                else m[0]
            ),
            value,
        )
    if isinstance(value, list):
        return [_fill(entry, identifier, item) for entry in value]
    if isinstance(value, dict):
        if value == {"Ref": identifier}:
            return item
        return {
            _fill(key, identifier, item): _fill(entry, identifier, item)
            for key, entry in value.items()
        }
    return value
