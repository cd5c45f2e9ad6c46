"""What can go wrong with executions: each error says what happened, why, and what to type next."""

from __future__ import annotations

from helpers.errors import CourseError


class ExecutionsError(CourseError):
    """Step Functions (or the local endpoint) refused, or could not be asked."""


class NoSuchStateMachine(ExecutionsError):
    """No state machine has this ARN or name, and no stack of this name has one."""


class NoSuchExecution(ExecutionsError):
    """There is no execution with this ARN, or the state machine has none yet."""


class CannotStart(ExecutionsError):
    """The execution was not started: its name is taken or its input is not JSON."""


class Unreachable(ExecutionsError):
    """Nothing answers at the endpoint, or there are no credentials or region to ask with."""


class StillRunning(ExecutionsError, TimeoutError):
    """The execution had not ended when the time given to `wait` was over."""


class NotAHistory(ExecutionsError):
    """What was given is no execution history."""
