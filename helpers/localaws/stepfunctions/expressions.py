"""Values that a definition computes: paths, context, variables, intrinsics, templates, JSONata.

Each is compiled once, when the definition is read, to a function of a `Scope`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression, Scope
from helpers.asl.failures import PastTheEnd, PathMissing, RuntimeFailure
from helpers.asl.json_text import dump
from helpers.localaws.stepfunctions import jsonata
from helpers.localaws.stepfunctions.intrinsics import IntrinsicSyntaxError, compile_intrinsic
from helpers.localaws.stepfunctions.paths import PathSyntaxError, compile_path


@lru_cache(maxsize=8192)
def compile_expression(text: str) -> Expression:
    """Compile `$.path`, `$$.context.path`, `$variable.path` or `States.Function(…)`.

    Raises DefinitionError. The expression raises PathMissing where a path selects nothing.
    """
    if text.startswith("States."):
        try:
            return compile_intrinsic(text)
        except IntrinsicSyntaxError as error:
            raise DefinitionError(str(error)) from None
    try:
        if text == "$":
            return lambda scope: scope.input
        if text.startswith("$$"):
            path = compile_path(text[1:])

            def in_context(scope: Scope) -> Any:
                context = scope.context()
                try:
                    return path.find(context)
                except PathMissing as missing:
                    raise PathMissing(text, context, missing.reason) from None

            return in_context
        if text.startswith(("$.", "$[")):
            return _from_input(compile_path(text).find)
        if text.startswith("$"):
            return _from_variable(text)
    except PathSyntaxError as error:
        raise DefinitionError(str(error)) from None
    raise DefinitionError(f"'{text}' is neither a path nor an intrinsic function")


def _from_input(find: Callable[[Any], Any]) -> Expression:
    return lambda scope: find(scope.input)


def _from_variable(text: str) -> Expression:
    end = next((n for n, char in enumerate(text) if n and char in ".["), len(text))
    name, path = text[1:end], compile_path("$" + text[end:])
    if not name:
        raise PathSyntaxError(f"'{text}' names no variable")

    def read(scope: Scope) -> Any:
        if name not in scope.variables:
            raise PathMissing(text, dict(scope.variables), f"The variable '${name}' is not defined")
        try:
            return path.find(scope.variables[name])
        except PathMissing as missing:
            raise PathMissing(text, dict(scope.variables), missing.reason) from None

    return read


def compile_template(value: Any) -> Expression | None:
    """Compile a payload template (keys that end in `.$` are computed); None if nothing is computed.

    The expression raises RuntimeFailure, with the field named, where a path selects nothing.
    """
    if isinstance(value, dict):
        parts: list[tuple[str, Expression | None, Any]] = []
        computed = False
        for key, inner in value.items():
            if key.endswith(".$"):
                if not isinstance(inner, str):
                    raise DefinitionError(
                        f"The value for the field '{key}' must be a valid JSONPath or a valid "
                        "intrinsic function call"
                    )
                parts.append((key[:-2], _in_field(key, compile_expression(inner)), None))
                computed = True
            else:
                template = compile_template(inner)
                parts.append((key, template, inner))
                computed = computed or template is not None
        if not computed:
            return None
        return lambda scope: {
            key: constant if expression is None else expression(scope)
            for key, expression, constant in parts
        }
    if isinstance(value, list):
        items = [(compile_template(inner), inner) for inner in value]
        if all(expression is None for expression, _ in items):
            return None
        return lambda scope: [
            constant if expression is None else expression(scope) for expression, constant in items
        ]
    return None


def _in_field(field: str, expression: Expression) -> Expression:
    def evaluate(scope: Scope) -> Any:
        try:
            return expression(scope)
        except PastTheEnd:
            return None  # AWS: in a template, an item that an array is too short for is null
        except PathMissing as missing:
            raise RuntimeFailure(
                f"The JSONPath '{missing.path}' specified for the field '{field}' "
                f"could not be found in the input '{dump(missing.data)}'"
            ) from None

    return evaluate


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
