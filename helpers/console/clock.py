"""The simulated clock of the local endpoint: what time it is there, and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from helpers import target
from helpers.console.aws import Aws

_ROUTE = "/_local/clock"


@dataclass(frozen=True)
class Clock:
    """now: aware UTC. jumps: are waits of executions jumped over? due: ARN → next firing.

    The soonest comes first. ahead: seconds that it is ahead of this machine's clock.
    """

    now: datetime
    jumps: bool
    due: dict[str, datetime]
    ahead: float = 0.0


def read(aws: Aws) -> Clock:
    """The clock that `aws` goes by: the endpoint's, or this machine's where it is no local one.

    Raises CourseError if the endpoint does not answer.
    """
    if not aws.is_local:
        return Clock(datetime.now(UTC), False, {})
    told = target.control(_ROUTE, None)
    return Clock(
        datetime.fromisoformat(told["now"]),
        told["mode"] == "jump",
        {arn: datetime.fromisoformat(at) for arn, at in told["next"].items()},
        told["offset"],
    )


def advance(seconds: float) -> None:
    """Let so many seconds pass; returns when all that fell due has happened."""
    target.control(_ROUTE, {"advance": seconds})


def let_jump(jumps: bool) -> None:
    """Whether a wait of an execution is jumped over, or takes as long as it says."""
    target.control(_ROUTE, {"mode": "jump" if jumps else "realtime"})
