"""What a JSONata state writes where a value is wanted: any JSON, whose `{% … %}` are computed."""

from __future__ import annotations

from typing import Any

from helpers.asl.evaluation import Expression
from helpers.asl.jsonata.evaluation import compile_expression
from helpers.asl.jsonata.reading import inside, is_expression


def compile_jsonata(value: Any, location: str, kind: str | None = None) -> Expression | None:
    """Compile a JSONata template (strings in `{% %}` are computed); None if nothing is computed.

    location: the path in the state that messages name, such as `Arguments/Payload`.
    kind: the only JSON type that a field takes which is one expression; None: any.
    Raises DefinitionError. The expression raises QueryError.
    """
    if is_expression(value):
        return compile_expression(inside(value), location, kind)
    if isinstance(value, dict):
        fields = [(k, compile_jsonata(v, f"{location}/{k}"), v) for k, v in value.items()]
        if all(expression is None for _, expression, _ in fields):
            return None
        return lambda scope: {
            key: constant if expression is None else expression(scope)
            for key, expression, constant in fields
        }
    if isinstance(value, list):
        items = [(compile_jsonata(v, f"{location}[{n}]"), v) for n, v in enumerate(value)]
        if all(expression is None for expression, _ in items):
            return None
        return lambda scope: [
            constant if expression is None else expression(scope) for expression, constant in items
        ]
    return None
