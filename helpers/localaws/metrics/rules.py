"""The rule of a composite alarm: ALARM(…), OK(…), INSUFFICIENT_DATA(…), AND, OR, NOT, TRUE, FALSE.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MOST = 100
"""So many alarms may be in one rule."""
DEEPEST = 50

_TOKEN = re.compile(
    r"""\s*(?: (?P<mark>[()]) | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
        | (?P<word>[^\s()"']+) )""",
    re.VERBOSE,
)
_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")


class InvalidRule(Exception):
    """It is no rule; the message says where."""


@dataclass(frozen=True)
class Rule:
    """alarms: the names that it speaks of. holds: tells, from a name's state, whether it is so."""

    alarms: tuple[str, ...]
    holds: Callable[[Callable[[str], str | None]], bool]


def parse(text: str) -> Rule:
    """Read a rule. An alarm is given by its name or ARN. Raises InvalidRule.

    >>> rule = parse('ALARM(cpu) AND NOT OK("my disk")')
    >>> rule.alarms, rule.holds({"cpu": "ALARM", "my disk": "ALARM"}.get)
    (('cpu', 'my disk'), True)
    """
    reader = _Reader(text)
    holds = reader.either(0)
    if reader.peek() is not None:
        raise InvalidRule(f"unexpected '{reader.peek()}'")
    if len(set(reader.alarms)) > MOST:
        raise InvalidRule(f"more than {MOST} alarms")
    return Rule(tuple(dict.fromkeys(reader.alarms)), holds)


Holds = Callable[[Callable[[str], str | None]], bool]


class _Reader:
    def __init__(self, text: str) -> None:
        self.alarms: list[str] = []
        self._tokens: list[tuple[str, bool]] = []  # and whether it is a name in quotes
        at, text = 0, text.rstrip()
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                raise InvalidRule(f"cannot read '{text[at:].strip()[:20]}'")
            quoted = token["double"] if token["double"] is not None else token["single"]
            self._tokens.append((token[token.lastgroup], quoted is not None))  # type: ignore[index]
            at = token.end()
        self._tokens.reverse()

    def peek(self) -> str | None:
        return self._tokens[-1][0] if self._tokens and not self._tokens[-1][1] else None

    def _next(self, wanted: str | None = None) -> str:
        if not self._tokens:
            raise InvalidRule("it ends too early")
        token, quoted = self._tokens.pop()
        if wanted is not None and (quoted or token != wanted):
            raise InvalidRule(f"'{wanted}' expected, not '{token}'")
        return token

    def either(self, depth: int) -> Holds:
        parts = [self._both(depth)]
        while (self.peek() or "").upper() == "OR":
            self._next()
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else lambda states: any(p(states) for p in parts)

    def _both(self, depth: int) -> Holds:
        parts = [self._one(depth)]
        while (self.peek() or "").upper() == "AND":
            self._next()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda states: all(p(states) for p in parts)

    def _one(self, depth: int) -> Holds:
        if depth > DEEPEST:
            raise InvalidRule("it is nested too deeply")
        word = self._next()
        upper = word.upper()
        if upper == "NOT":
            inner = self._one(depth + 1)
            return lambda states: not inner(states)
        if word == "(":
            inner = self.either(depth + 1)
            self._next(")")
            return inner
        if upper in ("TRUE", "FALSE"):
            return lambda states: upper == "TRUE"
        if upper not in _STATES:
            raise InvalidRule(f"unexpected '{word}'")
        self._next("(")
        name = self._next().rpartition(":alarm:")[2]
        self._next(")")
        self.alarms.append(name)
        return lambda states: states(name) == upper
