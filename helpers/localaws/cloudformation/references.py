"""References inside templates: what a value names, what a resource needs, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from helpers.localaws.cloudformation.errors import ValidationError

# ${Name} and ${Name.Attribute} of Fn::Sub; ${!Literal} is not a reference
SUB = re.compile(r"\$\{([^!{}][^{}]*)\}")


def references(value: Any) -> Iterator[tuple[str, str | None]]:
    """Every reference inside `value`: (name, None) of a Ref, (name, attribute) of a GetAtt.

    `${Name}` and `${Name.Attribute}` of Fn::Sub count; names that Fn::Sub maps itself do not.
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if len(value) == 1:
            key, inner = next(iter(value.items()))
            if key == "Ref" and isinstance(inner, str):
                yield inner, None
                return
            if key == "Fn::GetAtt":
                yield from _getatt_reference(inner)
                return
            if key == "Fn::Sub":
                yield from _sub_references(inner)
                return
        for item in value.values():
            yield from references(item)


def _getatt_reference(inner: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(inner, str):
        inner = inner.split(".", 1)
    if isinstance(inner, list) and len(inner) >= 2 and isinstance(inner[0], str):
        attribute = ".".join(inner[1:]) if all(isinstance(i, str) for i in inner[1:]) else ""
        yield inner[0], attribute
        if not attribute:
            yield from references(inner[1:])


def _sub_references(inner: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(inner, str):
        text, mapped = inner, {}
    elif isinstance(inner, list) and len(inner) == 2 and isinstance(inner[1], dict):
        text, mapped = inner
    else:
        return
    yield from references(list(mapped.values()))
    for name in SUB.findall(text if isinstance(text, str) else ""):
        name = name.strip()
        if name in mapped:
            continue
        if "." in name:
            target, attribute = name.split(".", 1)
            yield target, attribute
        else:
            yield name, None


def condition_names(value: Any) -> Iterator[str]:
    """The conditions that `Fn::If` and `Condition` inside `value` name."""
    if isinstance(value, list):
        for item in value:
            yield from condition_names(item)
    elif isinstance(value, dict):
        if len(value) == 1:
            key, inner = next(iter(value.items()))
            if key == "Condition" and isinstance(inner, str):
                yield inner
                return
            if key == "Fn::If" and isinstance(inner, list) and inner and isinstance(inner[0], str):
                yield inner[0]
                yield from condition_names(inner[1:])
                return
        for item in value.values():
            yield from condition_names(item)


def dependencies(template: dict[str, Any], name: str) -> set[str]:
    """The logical ids of the resources that resource `name` needs before itself."""
    resources = template["Resources"]
    body = resources[name]
    needed = {
        target
        for target, _ in references({k: v for k, v in body.items() if k != "Metadata"})
        if target in resources
    }
    depends = body.get("DependsOn", [])
    needed.update([depends] if isinstance(depends, str) else depends)
    needed.discard(name)
    return needed & set(resources)


def in_order(template: dict[str, Any]) -> list[str]:
    """The logical ids so that each comes after all that it depends on.

    Among those that are ready, the order is the template's own.

    Raises ValidationError if the dependencies go round in a circle.
    """
    waiting = {name: dependencies(template, name) for name in template["Resources"]}
    order: list[str] = []
    while waiting:
        ready = [name for name, needs in waiting.items() if not needs & set(waiting)]
        if not ready:
            raise ValidationError(
                f"Circular dependency between resources: [{', '.join(_circle(waiting))}]"
            )
        order += ready
        for name in ready:
            del waiting[name]
    return order


def _circle(waiting: dict[str, set[str]]) -> list[str]:
    """Those of `waiting` that are part of a circle, or between two."""
    rest = dict(waiting)
    while True:
        used = {need for needs in rest.values() for need in needs}
        ends = [name for name in rest if name not in used]
        if not ends:
            return list(rest)
        for name in ends:
            del rest[name]
