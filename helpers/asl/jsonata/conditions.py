"""The JSONata Condition of a Choice, asked of a history: did it hold, and what did it read?

Apart from `helpers.asl.words`, which asks: most machines have none, and need not wait for this.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from helpers.asl.evaluation import DefinitionError, Outside, Scope
from helpers.asl.jsonata.evaluation import QueryError, compile_expression, value_of
from helpers.asl.jsonata.reading import plain_references, read, reads_context
from helpers.asl.jsonata.values import from_library
from helpers.asl.paths import MISSING


def holds(text: str, given: Any, context: Any, variables: dict[str, Any]) -> bool | None:
    """Whether an expression gives true; None where that cannot be told, as where it fails.

    >>> [holds("$states.input.n > 1", {"n": n}, MISSING, {}) for n in (1, 2, "a")]
    [False, True, None]
    >>> holds("$random() < 2", {}, MISSING, {}) is None
    True
    """
    try:
        if context is MISSING and reads_context(read(text).tree):
            return None
        condition = compile_expression(text, "Condition", "boolean")
        return condition(Scope(given, lambda: context, _UNTOLD, variables))
    except (DefinitionError, QueryError):
        return None


def values_read(
    text: str, given: Any, context: Any, variables: dict[str, Any]
) -> Iterator[tuple[int, Any]]:
    """The offset behind each plain reference of an expression, and the value that it stands for.

    Variables that were not told are left out; what a reference does not lead to is MISSING.

    >>> list(values_read("$states.input.a > $limit", {"a": 2}, MISSING, {"limit": 1}))
    [(15, 2), (24, 1)]
    """
    states = {"input": given} if context is MISSING else {"input": given, "context": context}
    scope = Scope(given, lambda: context, _UNTOLD, variables)
    for name, end, tree in plain_references(read(text)):
        if name in variables or (name == "states" and tree.type == "path"):
            value = value_of(tree, states, scope)
            yield end, MISSING if value is None else from_library(value)


class _Untold(Random):
    """The chance, the time and the ids of a run: no history tells them."""

    def random(self) -> float:
        """Raise LookupError, as the others do."""
        return self()

    def __call__(self) -> Any:
        """Raise LookupError."""
        raise LookupError("the history does not tell it")


_untold = _Untold()
_UNTOLD = Outside(_untold, _untold, _untold)
