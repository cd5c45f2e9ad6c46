"""Which variables each state reads: what DescribeStateMachine tells as `variableReferences`.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.asl.intrinsics import Call, ExpressionSyntaxError, computed_field, read_expression
from helpers.asl.jsonata.reading import inside, is_expression, variables
from helpers.asl.jsonata.reading import read as read_jsonata
from helpers.asl.selecting import Path
from helpers.asl.walk import NESTED, walk

_INNER = (*NESTED, "Branches")


def variable_references(definition: dict[str, Any]) -> dict[str, list[str]]:
    """The names of the variables that each state reads, sorted, by the state's name.

    States that read none are left out; those inside a Parallel or Map stand beside it.

    >>> variable_references(
    ...     {"States": {"A": {"Type": "Pass", "Parameters": {"a.$": "$price", "b": "$no"}}}}
    ... )
    {'A': ['price']}
    """
    by_state: dict[str, set[str]] = {}
    for state in walk(definition)[1]:
        own = {name: value for name, value in state.raw.items() if name not in _INNER}
        names = _in_jsonata(own) if state.language == "JSONata" else _in_jsonpath(own)
        by_state.setdefault(state.name, set()).update(names)
    return {name: sorted(names) for name, names in by_state.items() if names}


def _in_jsonata(value: Any) -> Iterator[str]:
    if is_expression(value):
        yield from variables(read_jsonata(inside(value)))
    for inner in _items(value):
        yield from _in_jsonata(inner)


def _in_jsonpath(value: Any) -> Iterator[str]:
    for inner in _items(value):
        yield from _in_jsonpath(inner)
    if not isinstance(value, dict):
        return
    for name, text in value.items():
        looked_up = computed_field(name) or name.endswith("Path") or name == "Variable"
        if looked_up and isinstance(text, str):
            try:
                yield from _in_expression(read_expression(text))
            except ExpressionSyntaxError:
                continue


def _in_expression(tree: Any) -> Iterator[str]:
    if isinstance(tree, Path) and tree.root not in ("$", "$$"):
        yield tree.root[1:]
    elif isinstance(tree, Call):
        for argument in tree.arguments:
            yield from _in_expression(argument)


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
