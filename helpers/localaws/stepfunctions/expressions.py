"""JSONata templates, compiled once, when the definition is read, to a function of a `Scope`."""

from __future__ import annotations

from typing import Any

from helpers.asl.evaluation import Expression
from helpers.localaws.stepfunctions import jsonata


def compile_jsonata(value: Any, location: str, kind: str | None = None) -> Expression | None:
    """Compile a JSONata template (strings in `{% %}` are computed); None if nothing is computed.

    location: the path in the state that messages name, such as `Arguments/Payload`.
    kind: the only JSON type that a field takes which is one expression; None: any.
    """
    if isinstance(value, str):
        if value.startswith("{%") and value.endswith("%}"):
            return jsonata.compile_expression(value[2:-2].strip(), location, kind)
        return None
    if isinstance(value, dict):
        inner = [(k, compile_jsonata(v, f"{location}/{k}"), v) for k, v in value.items()]
        if all(expression is None for _, expression, _ in inner):
            return None
        return lambda scope: {
            key: constant if expression is None else expression(scope)
            for key, expression, constant in inner
        }
    if isinstance(value, list):
        items = [(compile_jsonata(v, f"{location}[{n}]"), v) for n, v in enumerate(value)]
        if all(expression is None for expression, _ in items):
            return None
        return lambda scope: [
            constant if expression is None else expression(scope) for expression, constant in items
        ]
    return None
