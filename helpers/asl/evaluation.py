"""What the values that a definition computes are computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

Expression = Callable[["Scope"], Any]
"""A path, an intrinsic function, a template or a JSONata text, compiled: its value in a scope."""

NO_VARIABLES: Mapping[str, Any] = {}


class DefinitionError(ValueError):
    """The definition cannot be run; `location` says where, as a JSON pointer."""

    def __init__(self, message: str, location: str = "/") -> None:
        super().__init__(message)
        self.location = location


@dataclass(frozen=True, slots=True)
class Outside:
    """What an expression takes from outside of the state machine.

    time: gives the POSIX time, for `$now()`. random: draws the numbers of `States.MathRandom`.
    uuid: makes a new id, for `States.UUID`.
    """

    time: Callable[[], float]
    random: Random
    uuid: Callable[[], str]


class Scope:
    """What an expression may look at.

    input: what `$` stands for. context: makes the context object, `$$` (asked for only if used).
    states: what `$states` has in JSONata besides the context.
    """

    __slots__ = ("context", "input", "outside", "states", "variables")

    def __init__(
        self,
        value: Any,
        context: Callable[[], dict[str, Any]],
        outside: Outside,
        variables: Mapping[str, Any] = NO_VARIABLES,
        states: dict[str, Any] | None = None,
    ) -> None:
        self.input = value
        self.context = context
        self.outside = outside
        self.variables = variables
        self.states = states
