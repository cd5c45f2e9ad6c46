"""How much one JSONata expression may take: AWS ends what nests, lasts or holds too much.

The numbers are measured: 100 terms and 99 parentheses pass, [1..873782] passes and [1..873783]
does not, nor does a text of 2**23 characters.
"""

from __future__ import annotations

import time
from typing import Any

_LONGEST = 2.0  # seconds; AWS's own number is not known
_DEEPEST = 100
_MOST_ITEMS = 873_782
_LONGEST_TEXT = 8 * _MOST_ITEMS  # a number is held in eight bytes, a character in one

TOO_DEEP = (
    "Stack overflow error: Check for non-terminating recursive function. "
    "Consider rewriting as tail-recursive"
)
TOO_LONG = "Expression evaluation timeout: Check for infinite loop"
TOO_MUCH = "Expression evaluation memory limit exceeded: Check for excessive memory usage"


class LimitReached(Exception):
    """An expression took too much; its only argument is what AWS says of it."""


class Limits:
    """Watches one evaluation: the library calls `enter` and `leave` round each part of it."""

    def __init__(self) -> None:
        self.depth = 0
        self.end = time.monotonic() + _LONGEST

    def watch(self, frame: Any) -> None:
        """Have what is evaluated in `frame`, and within it, watched."""
        frame.set_evaluate_entry_callback(self.enter)
        frame.set_evaluate_exit_callback(self.leave)

    def enter(self, _tree: Any, _input: Any, _frame: Any) -> None:
        """A part of the expression begins; raises LimitReached."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LimitReached(TOO_DEEP)
        if time.monotonic() > self.end:
            raise LimitReached(TOO_LONG)

    def leave(self, _tree: Any, _input: Any, _frame: Any, result: Any) -> None:
        """A part of the expression gave `result`; raises LimitReached."""
        self.depth -= 1
        check_size(result)


def check_size(value: Any) -> None:
    """Raise LimitReached for a text or an array that is too long to be held.

    What stands in an array's items is not counted: looking at it would cost more than it holds.
    """
    most = _LONGEST_TEXT if isinstance(value, str) else _MOST_ITEMS
    if isinstance(value, str | list) and len(value) > most:
        raise LimitReached(TOO_MUCH)
