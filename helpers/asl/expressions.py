"""Values that a definition computes in JSONPath states: paths, intrinsic functions, templates.

Each is read once, when the definition is, and compiled to a function of a `Scope`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression, Scope
from helpers.asl.failures import (
    INTRINSIC_FAILURE,
    PastTheEnd,
    PathMissing,
    RuntimeFailure,
    StateError,
)
from helpers.asl.intrinsic_functions import FROM_OUTSIDE, MEANING, BadArguments
from helpers.asl.intrinsics import (
    FUNCTIONS,
    Call,
    ExpressionSyntaxError,
    computed_field,
    read_expression,
)
from helpers.asl.json_text import dump
from helpers.asl.paths import PathSyntaxError, read, read_reference
from helpers.asl.selecting import Constant, Path

NEITHER = "must be a valid JSONPath or a valid intrinsic function call"


@lru_cache(maxsize=8192)
def compile_path(text: str) -> Expression:
    """Compile a JSONPath; raises DefinitionError.

    The expression raises PathMissing where the path names what is not there.
    """
    try:
        return _of_path(read(text))
    except PathSyntaxError:
        raise DefinitionError("Value must be a valid JSONPath.") from None


@lru_cache(maxsize=4096)
def compile_reference(text: str) -> Expression:
    """Compile a Reference Path, which names one place; raises DefinitionError.

    The expression raises PathMissing where nothing is there.
    """
    try:
        return _of_path(read_reference(text))
    except PathSyntaxError:
        raise DefinitionError("Value is not a Reference Path") from None


@lru_cache(maxsize=8192)
def compile_expression(text: str) -> Expression:
    """Compile a path or a call of an intrinsic function; raises DefinitionError.

    The expression of a path raises PathMissing where it names what is not there; that of a call
    RuntimeFailure then, and StateError where its arguments do not fit, in AWS's words.
    """
    try:
        tree = read_expression(text)
    except ExpressionSyntaxError:
        raise DefinitionError(f"Value {NEITHER}") from None
    return _of_whole_call(tree, text) if isinstance(tree, Call) else _of_path(tree)


def _of_path(path: Path) -> Expression:
    find = path.select if path.rest else path.find
    if path.root == "$":
        return lambda scope: find(scope.input)
    if path.root == "$$":
        return lambda scope: find(scope.context())
    return _of_variable(path, find, path.root[1:])


def _of_variable(path: Path, find: Callable[[Any], Any], name: str) -> Expression:
    def evaluate(scope: Scope) -> Any:
        if name not in scope.variables:
            reason = f"The variable '${name}' is not defined"
            raise PathMissing(path.text, dict(scope.variables), reason)
        try:
            return find(scope.variables[name])
        except PathMissing as missing:
            raise PathMissing(path.text, dict(scope.variables), missing.reason) from None

    return evaluate


def _of_constant(value: Any) -> Expression:
    return lambda scope: value


def _of_call(call: Call) -> Expression:
    function = MEANING[call.name]
    takes_outside = call.name in FROM_OUTSIDE
    fewest, most = FUNCTIONS[call.name]
    fits = fewest <= len(call.arguments) <= (len(call.arguments) if most is None else most)
    arguments = [_of_argument(argument) for argument in call.arguments]

    def evaluate(scope: Scope) -> Any:
        values = [argument(scope) for argument in arguments]
        try:
            if not fits:
                raise BadArguments
            return function(scope.outside, *values) if takes_outside else function(*values)
        except BadArguments as bad:
            why = str(bad) or f"Invalid arguments in States.{call.name}"
            raise StateError(INTRINSIC_FAILURE, why) from None

    return evaluate


def _of_argument(argument: Call | Path | Constant) -> Expression:
    if isinstance(argument, Call):
        return _of_call(argument)
    if isinstance(argument, Path):
        return _of_path(argument)
    return _of_constant(argument.value)


def _of_whole_call(call: Call, text: str) -> Expression:
    """The outermost call, which says in AWS's words that a path in it leads nowhere."""
    inner = _of_call(call)

    def evaluate(scope: Scope) -> Any:
        try:
            return inner(scope)
        except PathMissing as missing:
            path = missing.path[1:] if missing.path.startswith("$$") else missing.path
            why = (
                f"The JsonPath argument for the field '{path}' could not be found in the input "
                f"'{dump(scope.input)}'"
            )
            if missing.reason.startswith("Filter: "):  # no array, of which AWS says no more
                why = missing.reason
            raise RuntimeFailure(f"The function '{text}' had the following error: {why}") from None
        except StateError as error:
            if error.error != INTRINSIC_FAILURE:
                raise
            why = f"There was an error while evaluating the intrinsic function: {text}."
            raise StateError(INTRINSIC_FAILURE, f"{why} {error.cause}") from None

    return evaluate


# -- payload templates


def compile_template(value: Any) -> Expression | None:
    """Compile a payload template (keys that end in `.$` are computed); None if nothing is computed.

    Raises DefinitionError. The expression raises RuntimeFailure, with the field named, where a path
    selects nothing.
    """
    if isinstance(value, dict):
        return _of_object([_part(key, value) for key in value])
    if isinstance(value, list):
        return _of_array([(compile_template(inner), inner) for inner in value])
    return None


def _part(key: str, template: dict[str, Any]) -> tuple[str, Expression | None, Any]:
    """A field of a template: its name, how it is computed (None: not at all), what it is else."""
    value, name = template[key], computed_field(key)
    if name is None:
        return key, compile_template(value), value
    if name in template:
        raise DefinitionError(f"The field '{name}' is defined twice, as '{name}' and as '{key}'")
    try:
        expression = compile_expression(value if isinstance(value, str) else "")
    except DefinitionError:
        raise DefinitionError(f"The value for the field '{key}' {NEITHER}") from None
    return name, _in_field(key, expression), None


def _of_object(parts: list[tuple[str, Expression | None, Any]]) -> Expression | None:
    if all(expression is None for _, expression, _ in parts):
        return None
    return lambda scope: {
        name: constant if expression is None else expression(scope)
        for name, expression, constant in parts
    }


def _of_array(items: list[tuple[Expression | None, Any]]) -> Expression | None:
    if all(expression is None for expression, _ in items):
        return None
    return lambda scope: [
        constant if expression is None else expression(scope) for expression, constant in items
    ]


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
