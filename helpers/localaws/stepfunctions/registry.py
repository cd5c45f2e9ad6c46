"""The backends of Step Functions, an account's in a region, as moto keeps them.

Whose an execution's Map Run is, or an activity's queue, is looked up here, as any other service is:
nothing that a backend carries out imports the backend.
"""

from __future__ import annotations

from typing import Protocol

from helpers.localaws.stepfunctions import errors
from helpers.localaws.stepfunctions.callbacks import Queue
from helpers.localaws.stepfunctions.executions import Execution
from helpers.localaws.stepfunctions.facts import Facts, MapRun
from helpers.localaws.stepfunctions.program import Program


class Backend(Protocol):
    """What executions ask of the backend that has them; see `backend.LocalStepFunctionsBackend`."""

    map_runs: dict[str, MapRun]

    def queue(self, arn: str) -> Queue | None:
        """The tasks that wait for a worker of an activity; None if there is no such activity."""

    def start_execution(
        self,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
        *,
        pulls: bool | None = True,
        awaited: bool = False,
    ) -> Facts:
        """Start an execution; awaited: another waits for its end. Raises ApiError."""

    def stop_execution(
        self, execution_arn: str, error: str | None = None, cause: str | None = None
    ) -> Facts:
        """Abort an execution."""

    def facts(self, arn: str) -> Facts:
        """What is known of an execution; raises ApiError."""

    def adopt(self, child: Execution) -> None:
        """Note an execution that was not started by the API: a child of a Map Run."""

    def take_up(self, facts: Facts, program: Program) -> Execution:
        """An execution that has ended and is ready to go on where it failed."""


def backend_for(account: str, region: str) -> Backend:
    """The backend of an account and region."""
    from moto.stepfunctions.models import stepfunctions_backends

    return stepfunctions_backends[account][region]  # type: ignore[return-value]


def backend_of(arn: str) -> Backend:
    """The backend that an ARN of Step Functions belongs to; raises ApiError."""
    parts = arn.split(":")
    if len(parts) < 7:
        raise errors.invalid_arn(arn)
    return backend_for(parts[4], parts[3])
