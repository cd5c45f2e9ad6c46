"""What can go wrong with trades: each error says what happened, why, and what to type next."""

from __future__ import annotations

from helpers.errors import CourseError


class TradesError(CourseError):
    """The trades cannot be read, or what was given are no trades."""


class NoSuchTable(TradesError):
    """No table has this name or ARN, and no stack of this name has one."""


class Unreachable(TradesError):
    """Nothing answers at the endpoint, or there are no credentials or region to ask with."""
