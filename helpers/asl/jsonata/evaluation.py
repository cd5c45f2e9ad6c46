"""What a JSONata expression gives in a scope: jsonata-python evaluates the tree that was read.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression, Outside, Scope
from helpers.asl.failures import StateError
from helpers.asl.json_text import dump
from helpers.asl.jsonata.functions import functions
from helpers.asl.jsonata.patterns import Pattern
from helpers.asl.jsonata.reading import read, reads_context
from helpers.asl.jsonata.values import NotJson, from_library, kind_of, to_library

QUERY_ERROR = "States.QueryEvaluationError"

_LONGEST_MS = 2_000  # an expression that runs on is ended, as on AWS
_DEEPEST = 60  # of jsonata-python's own recursion, which takes several Python frames a level

_OBJECT = re.compile(
    r"(?<=of )Object(?= \w+ )|(?<=match )Object(?= signature)|Object(?= cannot be)"
)
"""Where the library, which was Java, says Object for a function."""


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
        actual = kind_of(value)
        if actual != kind:
            raise QueryError(
                f"The JSONata expression '{text}' specified for the field '{location}' returned "
                f"an unexpected result type. Expected '{kind}', but was '{actual}' for value: "
                f"{dump(value)}",
                location,
            )
        return value

    return evaluate if kind is None else checked


def _evaluate(tree: Any, states: dict[str, Any], scope: Scope, text: str, location: str) -> Any:
    from jsonata.jexception import JException

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
    except JException as error:
        words = _OBJECT.sub("function", str(error))
        cause = f"{words} (position {error.location})" if error.location > 0 else words
    except ZeroDivisionError:
        cause = "Number out of range: Infinity"
    except ValueError as error:
        cause = str(error).replace(
            "could not convert string to float:", "Unable to cast value to a number:"
        )
    except RecursionError:
        cause = "the expression recurses too deeply"
    except Exception as error:  # what the library lets through on odd input
        cause = f"{type(error).__name__}: {error}"
    raise QueryError(f"{said} threw an error during evaluation. {cause}", location) from None


def value_of(tree: Any, states: dict[str, Any], scope: Scope) -> Any:
    """What a tree, or a part of one, gives: as the library has it, None being undefined.

    states: what `$states` is. Raises what the library raises, and Python's errors on odd input.
    """
    from jsonata import Jsonata

    machine = copy.copy(_machine(scope.outside))  # the library keeps its state in the object
    machine.ast = tree
    Jsonata.CURRENT.jsonata = machine
    frame = machine.create_frame(machine.environment)
    frame.set_runtime_bounds(_LONGEST_MS, _DEEPEST)
    for name, value in scope.variables.items():
        frame.bind(name, to_library(value))
    frame.bind("states", to_library(states))
    return machine.evaluate(None, frame)


@lru_cache(maxsize=8)
def _machine(outside: Outside) -> Any:
    """The library's evaluator with the functions of Step Functions; it has no expression yet."""
    from jsonata import Jsonata

    machine = Jsonata("null", Pattern)
    machine.output_convert_nulls = False
    for name, (function, signature) in functions(outside).items():
        machine.register_function(name, Jsonata.JFunction(function, signature))
    return machine
