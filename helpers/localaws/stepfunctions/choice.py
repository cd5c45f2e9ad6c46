"""The rules of a JSONPath Choice state, with AWS's words for what they look at in vain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.asl.evaluation import DefinitionError, Scope
from helpers.asl.expressions import compile_reference
from helpers.asl.failures import RuntimeFailure
from helpers.asl.rules import Absent, read_rule


def compile_rule(written: Any, location: str) -> Callable[[Scope], bool]:
    """Compile a Choice rule to a test of a scope; raises DefinitionError, which has `location`.

    The test raises RuntimeFailure where the rule compares what is not there.
    """
    try:
        test = read_rule(written).test(compile_reference)
    except DefinitionError as error:
        raise DefinitionError(str(error), location) from None

    def holds(scope: Scope) -> bool:
        try:
            return test(scope)
        except Absent as absent:
            raise RuntimeFailure(_why(absent)) from absent

    return holds


def _why(absent: Absent) -> str:
    """AWS's words."""
    if absent.field == "Variable":
        return (
            f"Invalid path '{absent.path}': The choice state's condition path references an "
            "invalid value."
        )
    return f"The {absent.field} parameter does not reference an input value: {absent.path}"
