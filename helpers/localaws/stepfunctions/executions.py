"""Executions: started in a thread of their own, and described while they run."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from typing import Any

from helpers.asl.catching import TIMEOUT
from helpers.asl.failures import RUNTIME, StateError
from helpers.localaws.stepfunctions import logs
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.facts import (
    ABORTED,
    FAILED,
    LONGEST_SECONDS,
    SUCCEEDED,
    TIMED_OUT,
    Facts,
)
from helpers.localaws.stepfunctions.history import MOST_EVENTS, WHOLE, Ended, History
from helpers.localaws.stepfunctions.program import Program
from helpers.localaws.stepfunctions.run import Flow, MachineTimedOut, Run, flows, iso
from helpers.localaws.stepfunctions.services import Services
from helpers.localaws.turns.clock import Token, clock
from helpers.localaws.turns.floor import floor
from helpers.localaws.turns.gate import gate

LOG = logging.getLogger(__name__)

EXPRESS_SECONDS = 300
"""How long an Express execution may take."""

ENDINGS = {
    SUCCEEDED: ("ExecutionSucceeded", "executionSucceededEventDetails"),
    FAILED: ("ExecutionFailed", "executionFailedEventDetails"),
    TIMED_OUT: ("ExecutionTimedOut", "executionTimedOutEventDetails"),
    ABORTED: ("ExecutionAborted", "executionAbortedEventDetails"),
}


class Execution:
    """One execution in this process, from its start to its end."""

    def __init__(
        self,
        facts: Facts,
        program: Program,
        services: Services,
        redriven: tuple[list[dict[str, Any]], dict[str, Any] | None] | None = None,
    ) -> None:
        """Make one that is about to start.

        redriven: the events and the bookmark of an execution that is taken up again.
        """
        self.facts = facts
        self.program = program
        self.history = History(MOST_EVENTS if not facts.express else MOST_EVENTS * 4)
        self.on_end: list[Callable[[Execution], None]] = []
        self.awaited = False
        """Whether another execution waits for this one to end."""
        self._ending = threading.Lock()
        self._bookmark: dict[str, Any] | None = None
        self.run = _run_of(facts, program, self.history, services)
        self.flow = Flow(self.run)
        if "logging" in facts.extra:
            self.history.listener = logs.writer(facts.extra["logging"], facts)
        if redriven is not None:
            self.history.events, self._bookmark = redriven
            self.flow.last = self.history.add(
                "ExecutionRedriven",
                "executionRedrivenEventDetails",
                {"redriveCount": facts.redrive_count},
                len(self.history.events),
            )
            return
        self.history.add(
            "ExecutionStarted",
            "executionStartedEventDetails",
            {"input": facts.input, "inputDetails": WHOLE, "roleArn": facts.role_arn},
            0,
        )

    def start(self, *, pulls: bool | None) -> None:
        """Carry it out in a thread of its own; `pulls` as the clock has it."""
        token = clock.busy_token(pulls=pulls)
        flows.run(lambda: self._in_thread(token))

    def _in_thread(self, token: Token) -> None:
        with clock.adopt(token), floor:
            self.carry_out()

    def carry_out(self) -> None:
        """Run the machine to its end in this thread."""
        try:
            given = Data(text=self.facts.input)
            output = self.program.follow(self.flow, given, self._bookmark)
            self.end(SUCCEEDED, output=output.text)
        except Ended:
            pass
        except MachineTimedOut:
            self.end(TIMED_OUT)
        except StateError as error:
            self.end(FAILED, error=error.error, cause=error.cause)
        except RecursionError:
            self.end(FAILED, error=RUNTIME, cause="The state machine is nested too deeply")
        except Exception as error:
            LOG.exception("%s broke", self.facts.arn)
            self.end(FAILED, error=RUNTIME, cause=f"{type(error).__name__}: {error}")

    def stop(self, error: str | None, cause: str | None) -> None:
        """End it at once; what it waits for is left to find that out."""
        self.end(ABORTED, error=error, cause=cause)
        clock.wake()

    def end(
        self,
        status: str,
        *,
        output: str | None = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        """Settle how it ended, unless that is settled already."""
        with gate:
            self._end(status, output, error, cause)

    def _end(self, status: str, output: str | None, error: str | None, cause: str | None) -> None:
        facts = self.facts
        kind, key = ENDINGS[status]
        details: dict[str, Any] = {}
        if status == SUCCEEDED:
            details = {"output": output, "outputDetails": WHOLE}
        if error is not None:
            details["error"] = error
        if cause is not None:
            details["cause"] = cause
        if status == TIMED_OUT:
            details["error"] = TIMEOUT  # in the event, not in what describes the execution
        previous = 0 if status in (ABORTED, TIMED_OUT) else self.flow.last
        with self._ending:
            if not self.history.close(kind, key, details, previous):
                return
            facts.output, facts.error, facts.cause = output, error, cause
            facts.stop = self.history.events[-1]["timestamp"]
            facts.status = status
        for call in self.on_end:
            call(self)
        if self.awaited:
            clock.wake()


def _run_of(facts: Facts, program: Program, history: History, services: Services) -> Run:
    """What the flows of an execution share: its context object, and until when it may take."""
    region, account = facts.machine_arn.split(":")[3:5]
    deadline = _deadline(facts, program.timeout)
    run = Run(history, services, _context(facts), region, account, facts.role_arn, deadline)
    run.last_day = min(facts.start + LONGEST_SECONDS, deadline or math.inf)
    return run


def _context(facts: Facts) -> dict[str, Any]:
    """What the context object says of an execution and its machine."""
    execution = {
        "Id": facts.arn,
        "Input": Data(text=facts.input).value,
        "StartTime": iso(facts.start),
        "Name": facts.name,
        "RoleArn": facts.role_arn,
        "RedriveCount": facts.redrive_count,
    }
    if facts.redrive_date is not None:
        execution["RedriveTime"] = iso(facts.redrive_date)
    machine = {"Id": facts.machine_arn, "Name": facts.machine_name}
    return {"Execution": execution, "StateMachine": machine}


def _deadline(facts: Facts, timeout: int | None) -> float | None:
    """When an execution times out, from its redrive on; timeout: the machine's TimeoutSeconds."""
    limit: float | None = timeout
    if facts.express:
        limit = EXPRESS_SECONDS if limit is None else min(limit, EXPRESS_SECONDS)
    began = facts.start if facts.redrive_date is None else facts.redrive_date
    return None if limit is None else began + limit
