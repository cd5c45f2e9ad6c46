"""Which exports of other stacks a stack imports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.intrinsics import Resolver
from helpers.localaws.cloudformation.lookup import pseudo_parameters
from helpers.localaws.cloudformation.stack import Stack


class _WithoutImports:
    """References lead to what is deployed; nothing is imported while looking for imports."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def ref(self, logical_id: str) -> Any:
        resource = self.stack.resources.get(logical_id)
        return resource.physical_id if resource else ""

    def attribute(self, logical_id: str, name: str) -> Any:
        resource = self.stack.resources.get(logical_id)
        return str(resource.attributes.get(name, "")) if resource else ""

    def imported(self, export: str) -> str:
        return ""

    def dynamic(self, service: str, reference: str) -> str:
        return ""


def imported_names(stack: Stack) -> set[str]:
    """The names of the exports that the stack's template imports."""
    recipe = stack.recipe
    resolver = Resolver(
        recipe.template, recipe.parameters, pseudo_parameters(stack), _WithoutImports(stack)
    )
    names = set()
    for argument in _arguments([recipe.template.get("Resources"), recipe.template.get("Outputs")]):
        try:
            names.add(resolver.text(argument))
        except (ValidationError, KeyError):
            continue
    return names


def _arguments(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _arguments(item)
    elif isinstance(value, dict):
        if set(value) == {"Fn::ImportValue"}:
            yield value["Fn::ImportValue"]
        else:
            for item in value.values():
                yield from _arguments(item)
