"""What a JSONata expression gives in a scope: jsonata-python evaluates the tree that was read.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import copy
import math
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression, Outside, Scope
from helpers.asl.failures import StateError
from helpers.asl.json_text import dump
from helpers.asl.jsonata.causes import cause_of, cause_of_error
from helpers.asl.jsonata.functions import functions
from helpers.asl.jsonata.limits import TOO_DEEP, LimitReached, Limits
from helpers.asl.jsonata.mended import evaluator
from helpers.asl.jsonata.patterns import Pattern
from helpers.asl.jsonata.reading import names_read, read, reads_context, ways_into_states
from helpers.asl.jsonata.values import (
    NotJson,
    from_library,
    kind_of,
    to_library,
    to_library_in_part,
)

QUERY_ERROR = "States.QueryEvaluationError"


class QueryError(StateError):
    """A JSONata expression failed; the history says so with an EvaluationFailed event."""

    def __init__(self, cause: str, location: str) -> None:
        super().__init__(QUERY_ERROR, cause)
        self.location = location


@lru_cache(maxsize=1024)
def compile_expression(text: str, location: str, kind: str | None = None) -> Expression:
    """Compile the inside of `{% … %}`; raises DefinitionError.

    location: the field that error messages name. kind: the only JSON type that the field takes;
    None: any. The expression raises QueryError.
    """
    reading = read(text)
    if reading.error is not None:
        raise DefinitionError(reading.error, location)
    tree, whole = reading.tree, reads_context(reading.tree)

    def evaluate(scope: Scope) -> Any:
        states = {"input": scope.input, **(scope.states or {})}
        if whole:
            states["context"] = scope.context()
        return _evaluate(tree, states, scope, text, location)

    def checked(scope: Scope) -> Any:
        value = evaluate(scope)
        if kind is not None and kind_of(value) != kind:
            raise QueryError(unexpected(text, location, kind, value), location)
        return value

    return evaluate if kind is None else checked


def unexpected(text: str, location: str, kind: str, value: Any) -> str:
    """What AWS says where an expression gives a value of another JSON type than the field takes.

    >>> unexpected("1", "Items", "array", 1).partition(" returned ")[2]
    "an unexpected result type. Expected 'array', but was 'number' for value: 1"
    """
    return (
        f"The JSONata expression '{text}' specified for the field '{location}' returned "
        f"an unexpected result type. Expected '{kind}', but was '{kind_of(value)}' for value: "
        f"{dump(value)}"
    )


def _evaluate(tree: Any, states: dict[str, Any], scope: Scope, text: str, location: str) -> Any:
    said = f"The JSONata expression '{text}' specified for the field '{location}'"
    try:
        result = value_of(tree, states, scope)
        if result is not None:
            return from_library(result)
        raise QueryError(f"{said} returned nothing (undefined).", location)
    except QueryError:
        raise
    except NotJson:
        raise QueryError(f"{said} returned an unsupported result type.", location) from None
    except LimitReached as error:
        cause = f": {error}"
    except RecursionError:
        cause = f": {TOO_DEEP}"
    except OverflowError:
        cause = ". " + cause_of("D1001", (math.inf,))
    except Exception as error:
        cause = ". " + cause_of_error(error)
    raise QueryError(f"{said} threw an error during evaluation{cause}", location) from None


def value_of(tree: Any, states: dict[str, Any], scope: Scope) -> Any:
    """What a tree, or a part of one, gives: as the library has it, None being undefined.

    states: what `$states` is. Raises what the library raises, and Python's errors on odd input.
    """
    from jsonata import Jsonata

    machine = copy.copy(_machine(scope.outside))  # the library keeps its state in the object
    machine.ast = tree
    Jsonata.CURRENT.jsonata = machine
    frame = machine.create_frame(machine.environment)
    Limits().watch(frame)
    for name in names_read(tree) & scope.variables.keys():
        frame.bind(name, to_library(scope.variables[name]))
    if (ways := ways_into_states(tree)) is not None:
        frame.bind("states", to_library_in_part(states, ways))
    return machine.evaluate(None, frame)


@lru_cache(maxsize=8)
def _machine(outside: Outside) -> Any:
    """The library's evaluator with the functions of Step Functions; it has no expression yet."""
    from jsonata import Jsonata

    machine = evaluator()("null", Pattern)
    machine.output_convert_nulls = False
    for name, (function, signature) in functions(outside).items():
        machine.register_function(name, Jsonata.JFunction(function, signature))
    machine.environment.bind("eval", None)  # AWS knows no such function
    return machine
