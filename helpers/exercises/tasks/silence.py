"""An execution that waits for somebody who never answers: it takes time that has to pass."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import Workbench
from helpers.exercises.workbench import Machine


def in_silence(
    bench: Workbench, machine: Machine, given: Any, patience: int, step: int
) -> Execution:
    """The execution, ended: by itself, or stopped (`ABORTED`) after `patience` simulated seconds.

    step: so many seconds pass between two looks at it.
    """
    run = machine.start(given)
    passed = 0
    while run.refresh().is_running and passed < patience:
        bench.advance(step)
        passed += step
    if run.is_running:
        machine.client.stop_execution(executionArn=run.arn)
        run.wait(10)
    return run
